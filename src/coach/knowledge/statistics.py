"""Figures about a collection: how many notes and sources of which kind and age, what is due, what is thin, how it reads."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from coach.knowledge.notes import SHELVES
from coach.knowledge.passages import sentences
from coach.models import Bullet, Document, Frozen, Note, Source

FEW_SOURCES, FEW_FINDINGS, FEW_QUESTIONS = 5, 5, 10
"""A topic note with fewer than these is thin: it passes the check, but a draft made from it will be vague."""
RECENT = 5
"""Years within which a source counts as recent."""
_RESEARCH = ("study", "meta-analysis", "standard")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class ShelfStatistics(Frozen):
    """One shelf: its topic notes, their distinct sources, and how many of these are of the last `RECENT` years."""

    notes: int
    sources: int
    recent: int


class Statistics(Frozen):
    """What a collection holds. Sources are distinct by their address; `grade` is in school years, by note.

    Attributes:
        research: Sources that are studies, meta-analyses, standards or official statistics.
        overdue: Ids of notes whose review is due.
        thin: Ids of thin topic notes, each with the reasons.
        uncited: "path:line" of every finding without a source.
    """

    shelves: dict[str, ShelfStatistics]
    methods: int
    frames: int
    sources: int
    research: int
    kinds: dict[str, int]
    strengths: dict[str, int]
    read: dict[str, int]
    years: dict[int, int]
    facts: int
    overdue: tuple[str, ...]
    thin: dict[str, tuple[str, ...]]
    uncited: tuple[str, ...]
    grade: dict[str, float]


def statistics(documents: Sequence[Document], today: date) -> Statistics:
    """Counts a collection as `verify` read it; `today` decides what is overdue and what is recent."""
    notes = [document.note for document in documents if document.note]
    topics = [note for note in notes if note.kind == "topic"]
    sources = _distinct(notes)
    return Statistics(
        shelves={
            shelf: ShelfStatistics(
                notes=sum(note.shelf == shelf for note in topics),
                sources=len(held := _distinct(note for note in topics if note.shelf == shelf)),
                recent=sum(source.year > today.year - RECENT for source in held),
            )
            for shelf in SHELVES
        },
        methods=sum(len(note.methods) for note in notes),
        frames=sum(note.frame is not None for note in notes),
        sources=len(sources),
        research=sum(map(is_research, sources)),
        kinds=_counted(source.kind for source in sources),
        strengths=_counted(source.strength for source in sources),
        read=_counted(source.read.split(" ")[0] or "not said" for source in sources),
        years=dict(sorted(Counter(source.year for source in sources).items())),
        facts=sum(len(facts_of(note)) for note in topics),
        overdue=tuple(note.id for note in notes if note.review_by < today),
        thin={note.id: reasons for note in topics if (reasons := _thin(note))},
        uncited=tuple(
            f"{document.path}:{bullet.line}"
            for document in documents
            if document.note
            for bullet in document.note.sections.get("Findings", ())
            if not bullet.sources
        ),
        grade={note.id: round(grade(prose_of(note)), 1) for note in topics},
    )


def is_research(source: Source) -> bool:
    """Whether a source is a study, a meta-analysis, a standard or official statistics (its `basis` says the last)."""
    return source.kind in _RESEARCH or "official statistic" in source.basis.lower()


def facts_of(note: Note) -> list[Bullet]:
    """Every bullet of a note that states a fact, that is, cites a source."""
    return [bullet for bullets in note.sections.values() for bullet in bullets if bullet.sources]


def prose_of(note: Note) -> list[str]:
    """Every text of a note that somebody reads: bullets, probes, steps."""
    bullets = [bullet for bullets in note.sections.values() for bullet in bullets]
    texts = [text for bullet in bullets for text in (bullet.text, bullet.probe) if text]
    texts += [text for activity in note.activities for text in (activity.worked_if, activity.if_stuck)]
    return texts + [step.text for activity in note.activities for step in activity.steps]


def grade(texts: Sequence[str]) -> float:
    """School years that a text asks for: the Coleman-Liau index over all sentences together; 0 where there is no word.

    0.0588 L - 0.296 S - 15.8, with L letters and S sentences for every 100 words (Coleman and Liau, Journal of Applied
    Psychology 60, 1975, 283-284). It counts letters and not syllables, so it needs no dictionary; figures are left out.
    """
    words: list[str] = [word for text in texts for word in _WORD.findall(text)]
    if not words:
        return 0.0
    letters = sum(character.isalpha() for word in words for character in word)
    ends = sum(len(sentences(text)) for text in texts)
    return 5.88 * letters / len(words) - 29.6 * ends / len(words) - 15.8


def _distinct(notes: Iterable[Note]) -> list[Source]:
    return list({source.url: source for note in notes for source in note.sources}.values())


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _thin(note: Note) -> tuple[str, ...]:
    findings, questions = note.sections.get("Findings", ()), note.sections.get("Questions", ())
    caveats = note.sections.get("Caveats", ())
    found = {
        f"{len(note.sources)} sources": len(note.sources) < FEW_SOURCES,
        "no study, standard or official statistics": not any(map(is_research, note.sources)),
        f"{len(findings)} findings": len(findings) < FEW_FINDINGS,
        f"{len(questions)} questions": len(questions) < FEW_QUESTIONS,
        "no sourced caveat": not any(bullet.sources for bullet in caveats),
    }
    return tuple(reason for reason, is_so in found.items() if is_so)
