"""Faults put into good drafts on purpose: a check must catch each."""

from collections.abc import Callable, Iterator

from coach.check import check_artefact, check_section
from coach.knowledge import read
from coach.models import Artefact, Block, Citation, Material, Question, Section, Statement
from coach.pipeline import Coach, make_request
from coach.settings import packaged
from evals.drafts import finished

TOPICS = (("agenda", "passkeys"), ("brief", "deepfake voice fraud"), ("guide", "hybrid work"), ("brief", "phishing"))
"""What the faults are put into."""
Fault = Callable[[Artefact], Artefact]


def tried(coach: Coach) -> Iterator[tuple[str, bool]]:
    """Each fault in each artefact: its name with the check that should catch it, and whether that check did."""
    for kind, topic in TOPICS:
        good = finished(coach, make_request(kind, topic=topic, minutes=60))
        for name, (check, fault) in FAULTS.items():
            broken = fault(good)
            if broken != good:
                yield f"{name} ({check})", check in _caught(broken, good)


def _caught(broken: Artefact, good: Artefact) -> set[str]:
    notes = {c.note for section in good.sections for s in section.all_statements() for c in s.citations}
    material = Material(coverage="covered", documents=tuple(read(packaged("knowledge"), note) for note in notes))
    flags = [f for section in broken.sections for f in check_section(section, material, broken.request)]
    return {flag.check for flag in (*flags, *check_artefact(broken)) if flag.severity == "error"}


def _statements(change: Callable[[Statement], Statement]) -> Fault:
    """Changes the first statement that stands in a section's own list."""

    def fault(artefact: Artefact) -> Artefact:
        for place, section in enumerate(artefact.sections):
            if section.statements:
                return _with(
                    artefact,
                    place,
                    section.model_copy(update={"statements": (change(section.statements[0]), *section.statements[1:])}),
                )
        return artefact

    return fault


def _with(artefact: Artefact, place: int, section: Section) -> Artefact:
    return artefact.model_copy(
        update={"sections": (*artefact.sections[:place], section, *artefact.sections[place + 1 :])}
    )


def _citation(change: Callable[[Citation], Citation]) -> Fault:
    return _statements(lambda s: s.model_copy(update={"citations": (change(s.citations[0]), *s.citations[1:])}))


def _swapped(artefact: Artefact) -> Artefact:
    for place, section in enumerate(artefact.sections):
        if len(section.statements) > 1 and section.statements[0].citations != section.statements[1].citations:
            first, second, *rest = section.statements
            changed = (
                first.model_copy(update={"citations": second.citations}),
                second.model_copy(update={"citations": first.citations}),
                *rest,
            )
            return _with(artefact, place, section.model_copy(update={"statements": changed}))
    return artefact


def _blocks(change: Callable[[tuple[Block, ...]], tuple[Block, ...]]) -> Fault:
    def fault(artefact: Artefact) -> Artefact:
        for place, section in enumerate(artefact.sections):
            if section.blocks:
                return _with(artefact, place, section.model_copy(update={"blocks": change(section.blocks)}))
        return artefact

    return fault


def _question(text: str) -> Fault:
    asked = (Question(text=text),)
    return _blocks(lambda blocks: (blocks[0].model_copy(update={"questions": asked}), *blocks[1:]))


def _said_twice(artefact: Artefact) -> Artefact:
    for place, section in enumerate(artefact.sections):
        if section.statements:
            return _with(
                artefact, place, section.model_copy(update={"statements": (*section.statements, section.statements[0])})
            )
    return artefact


FAULTS: dict[str, tuple[str, Fault]] = {
    "quote one character off": (
        "cited",
        _citation(lambda c: c.model_copy(update={"start": c.start + 1, "end": c.end + 1})),
    ),
    "quote shortened": ("cited", _citation(lambda c: c.model_copy(update={"quote": c.quote[:-5]}))),
    "source taken away": ("cited", _citation(lambda c: c.model_copy(update={"sources": ()}))),
    "citations of two statements swapped": ("cited", _swapped),
    "figure changed": (
        "cited",
        _statements(lambda s: s.model_copy(update={"text": f"{s.text[:-1]}, in 97% of cases."})),
    ),
    "statement denied": (
        "cited",
        _statements(lambda s: s.model_copy(update={"text": f"It is not true that {s.text[0].lower()}{s.text[1:]}"})),
    ),
    "stereotype slipped in": (
        "language",
        _statements(lambda s: s.model_copy(update={"text": "Young people are lazy and older workers hate change."})),
    ),
    "block lost": ("timed", _blocks(lambda blocks: blocks[1:])),
    "minute too many": ("timed", _blocks(lambda b: (b[0].model_copy(update={"minutes": b[0].minutes + 1}), *b[1:]))),
    "section lost": (
        "complete",
        lambda a: a.model_copy(update={"sections": tuple(s for s in a.sections if s.id != "plan")}),
    ),
    "statement said twice": ("distinct", _said_twice),
    "closed question": ("questions", _question("Do you use it?")),
    "two questions in one": ("questions", _question("What do you use? And why?")),
    "leading question": ("questions", _question("What is it, surely, that you like about it?")),
}
"""Name of a fault, the check that should catch it, and how it is put in."""
