"""Judges a curated collection: sources, citations, required sections, counts, questions and minutes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import Stemmer

from coach.errors import KnowledgeError
from coach.knowledge.files import read, scan
from coach.knowledge.notes import FORMS, SECTIONS, SHELVES, STAGES, WORDING_WORDS, WORDINGS
from coach.knowledge.passages import sentences
from coach.knowledge.template import TODO
from coach.models import Activity, Bullet, Document, Frozen, Note, Source, Step

MOST_WORDS = 40
"""Words of a cited bullet: 35 is what the guide asks for, and an author may be a little off."""
COUNTS: dict[str, tuple[int, int]] = {
    "In short": (2, 4), "Why it matters": (4, 12), "Explain it": (7, 18), "Findings": (4, 8), "Caveats": (2, 5),
    "Misconceptions": (1, 3), "They will ask": (4, 6), "Objectives": (4, 8), "Before you meet": (3, 8),
    "Checklist": (3, 6), "Decide": (3, 5), "Swap": (1, 12), "Questions": (8, 24), "Ask your organisation": (2, 8),
    "Terms": (2, 6),
}  # fmt: skip
"""Fewest and most bullets of each section, as `knowledge/README.md` asks for them."""
SHORT, USUAL = 10, 25
"""Minutes of which the first activity has a form each: for a slot before the next meeting, and for a usual session's practice."""
OPEN_QUESTION = re.compile(
    r"(?:.*[,:] )?(?:what|how|which|when|where|who|whom|whose|why|tell|describe|think|recall|picture|imagine|in what|in which|"
    r"on which|at what|at which|since when|for which|for whom|from whom|to whom|with whom|under what|by when|to what)\b.*[?.]",
    re.IGNORECASE,
)

_FOR_TWO = re.compile(
    r"\b(?:I|me|my|mine|(?:the |your |this )?mentee|(?:the|your|this) mentor|(?:you and|us|we) two|two of us|both of us|between us|(?:in|of) (?:this|our) pair|"
    r"we\b[^?]*\beach other|(?:before|when|until) we meet|our (?:first|next) (?:meeting|session)|(?:because of|about) our meetings)\b"
)
_STEMMER = Stemmer.Stemmer("english")
_PLAIN = frozenset(
    _STEMMER.stemWords(
        [
            "that",
            "this",
            "these",
            "those",
            "what",
            "when",
            "which",
            "whether",
            "whose",
            "while",
            "where",
            "there",
            "then",
            "than",
            "them",
            "they",
            "their",
            "your",
            "yours",
            "with",
            "without",
            "have",
            "does",
            "some",
            "same",
            "somebody",
            "nobody",
            "anybody",
            "other",
            "others",
            "another",
            "each",
            "every",
            "only",
            "over",
            "down",
            "cannot",
            "more",
            "most",
            "much",
            "many",
            "such",
            "still",
            "also",
            "even",
            "will",
            "would",
            "could",
            "should",
            "must",
            "from",
            "into",
            "after",
            "before",
            "until",
            "because",
            "make",
            "takes",
            "need",
            "needs",
            "read",
            "says",
            "said",
            "ask",
            "asks",
            "person",
            "people",
            "know",
            "knows",
            "come",
            "comes",
            "good",
            "well",
            "first",
            "later",
        ]
    )
)
"""Words that name no picture."""
_SAID = re.compile(r"[\"“][^\"”]*[\"”]")


def for_two(question: str) -> bool:
    """Whether a question is one that only the two people of a pair can ask each other ("What shall I do when …?").

    A facilitator cannot put it to a group. What stands in quotation marks is not counted: it is somebody's words.
    """
    return bool(_FOR_TWO.search(_SAID.sub("", question)))


class Problem(Frozen):
    """One thing to mend in a note: where, what, and how."""

    path: str
    line: int
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}; {self.mend}."


def verify(folder: Path, today: date | None = None) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Reads every note of a folder and says what is wrong with each.

    Args:
        today: The day against which overdue reviews are judged; None does not judge them.

    Raises:
        KnowledgeError: the folder cannot be read at all.
    """
    documents, problems = [], []
    for state in scan(folder):
        try:
            documents.append(read(folder, state.path))
        except KnowledgeError as error:
            match = re.fullmatch(r"(.+?):(\d+): (.+?)[;.] (.+?)\.?", str(error), re.DOTALL)
            problems.append(
                Problem(path=match[1], line=int(match[2]), message=match[3], mend=match[4])
                if match
                else Problem(path=state.path, line=1, message=str(error), mend="mend the file")
            )
    ids: dict[str, str] = {}
    described: dict[str, tuple[str, Source]] = {}
    for document in documents:
        if document.note is None:
            problems.append(_at(document, "", "this file is no note", "give it front matter with id and shelf"))
            continue
        problems += _note(document, document.note, today)
        if document.note.id in ids:
            problems.append(_at(document, "id:", f"the id is taken by {ids[document.note.id]}", "choose another id"))
        ids[document.note.id] = document.path
        for source in document.note.sources:
            path, known = described.setdefault(source.url, (document.path, source))
            for field in ("year", "kind", "strength"):
                if getattr(known, field) != getattr(source, field):
                    what = f"the {field} of this source is '{getattr(known, field)}' in {path}"
                    problems.append(_at(document, source.url, what, "look it up and make both the same"))
    return tuple(documents), tuple(sorted(problems, key=lambda problem: (problem.path, problem.line)))


def _at(document: Document, needle: str, message: str, mend: str, line: int = 0) -> Problem:
    rows = document.text.split("\n")
    found = line or next((n for n, row in enumerate(rows, 1) if needle and needle in row), 1)
    return Problem(path=document.path, line=found, message=message, mend=mend)


def _note(document: Document, note: Note, today: date | None) -> Iterator[Problem]:
    for number, row in enumerate(document.text.split("\n"), 1):
        if TODO in row:
            yield _at(document, "", f"'{row.strip()[:50]}' is still to be written", "write it", number)
    yield from _header(document, note, today)
    yield from _sources(document, note)
    if note.kind == "methods" and not note.methods:
        yield _at(document, "## Methods", "a methods note without methods", "add '### Name' entries under '## Methods'")
    if note.kind == "topic":
        yield from _sections(document, note)
        yield from _citations(document, note)
        yield from _questions(document, note)
        yield from _limits(document, note)
        for activity in note.activities:
            yield from _activity(document, activity)
        if note.activities:
            yield from _forms(document, note.activities[0])
        if not note.activities:
            yield _at(document, "## Try it together", "no activity", "add a '### Name' entry with its fields")


def _header(document: Document, note: Note, today: date | None) -> Iterator[Problem]:
    if Path(document.path).stem != note.id or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", note.id):
        yield _at(
            document, "id:", f"id '{note.id}' is not the file's name in lower case", f"use {Path(document.path).stem}"
        )
    if note.shelf not in SHELVES or document.path.split("/")[0] != note.shelf:
        yield _at(
            document, "shelf:", f"shelf '{note.shelf}' is not the file's folder", f"use one of {', '.join(SHELVES)}"
        )
    if note.reviewed >= note.review_by:
        yield _at(document, "review_by:", "review_by is not after reviewed", "set the day of the next review")
    if note.kind == "topic":
        yield from _asked(document, note)
    if today and note.review_by < today:
        yield _at(
            document,
            "review_by:",
            f"the review was due on {note.review_by}",
            "check every source, then renew the dates",
        )


def _asked(document: Document, note: Note) -> Iterator[Problem]:
    fewest, most = WORDINGS
    if not fewest <= len(note.asked) <= most:
        what = f"'asked' has {len(note.asked)} wordings"
        yield _at(document, "asked:", what, f"write {fewest} to {most} that people type who do not know the name")
    names = {text.casefold() for text in (note.title, *note.also)}
    for number, text in enumerate(note.asked):
        if not WORDING_WORDS[0] <= len(text.split()) <= WORDING_WORDS[1]:
            yield _at(
                document, text, f"'{text[:40]}' has {len(text.split())} words", "write {} to {}".format(*WORDING_WORDS)
            )
        if text.casefold() in names or text in note.asked[:number]:
            yield _at(document, text, f"'{text[:40]}' stands there already", "word it otherwise")
        if text not in document.text:
            yield _at(
                document, "asked:", f"'{text[:40]}' is escaped", "write it without quotation marks or backslashes"
            )


def _sources(document: Document, note: Note) -> Iterator[Problem]:
    seen: set[str] = set()
    used = {source for bullets in note.sections.values() for bullet in bullets for source in bullet.sources}
    used |= {source for method in note.methods for source in method.sources}
    for source in note.sources:
        needle, url = f"id: {source.id}", urlsplit(source.url)
        if source.id in seen:
            yield _at(document, needle, f"two sources are called {source.id}", "rename one")
        if url.scheme != "https" or "." not in url.netloc or re.search(r" |…|\.\.\.", source.url):
            yield _at(
                document, source.url, f"'{source.url}' is no well-formed https link", "use the address you read it at"
            )
        if not 1900 < source.year <= note.reviewed.year:
            yield _at(document, needle, f"the year {source.year} cannot be", "give the year of publication")
        if not re.fullmatch(r"full|abstract|second-hand via .+", source.read):
            yield _at(document, needle, "'read' is not full, abstract or 'second-hand via …'", "say how it was checked")
        if source.read.startswith("second-hand") and source.strength == "strong":
            yield _at(document, needle, "a second-hand source cannot be strong", "make it moderate or weak")
        if len(source.basis) < 10:
            yield _at(
                document, needle, "'basis' does not say why it is this strong", "name who was studied and how many"
            )
        if note.kind == "topic" and source.id not in used:
            yield _at(document, needle, f"no bullet cites {source.id}", "cite it or remove it")
        seen.add(source.id)


def _sections(document: Document, note: Note) -> Iterator[Problem]:
    present = [row[3:].strip() for row in document.text.split("\n") if row.startswith("## ")]
    for heading in SECTIONS:
        if heading not in present:
            yield _at(document, "", f"the section '## {heading}' is missing", "add it as knowledge/README.md shows")
    if present != [heading for heading in SECTIONS if heading in present]:
        yield _at(
            document, f"## {present[0]}", "sections are repeated or not in their order", f"use: {', '.join(SECTIONS)}"
        )
    for heading, (fewest, most) in COUNTS.items():
        count = len(note.sections.get(heading, ()))
        if heading in present and not fewest <= count <= most:
            yield _at(document, f"## {heading}", f"'{heading}' has {count} bullets", f"write {fewest} to {most}")


def _must_cite(heading: str, bullet: Bullet) -> bool:
    return {
        "In short": True,
        "Findings": True,
        "Terms": True,
        "Misconceptions": True,
        "Caveats": bullet.label != "Not known",
        "Why it matters": bullet.label == "everyone",
        "Explain it": bullet.label == "",
        "They will ask": not re.match(r"(Ask [^:]+|Not known): ", bullet.text),
    }.get(heading, False)


def _limits(document: Document, note: Note) -> Iterator[Problem]:
    """What a comparison leaves out is said after any of them, so that it may not speak of a picture that only one has."""
    bullets = note.sections.get("Explain it", ())
    rows = {bullet.label: _roots(bullet.text) for bullet in bullets if bullet.label}
    limits = rows.pop("limits", set())
    about = _roots(note.title).union(*(_roots(bullet.text) for bullet in bullets if not bullet.label))
    shared = Counter(root for roots in rows.values() for root in roots)
    if len(rows) > 1 and (own := sorted(root for root in limits - about if shared[root] == 1)):
        what = f"the limits speak of what only one comparison has: {', '.join(own)}"
        yield _at(document, "- limits:", what, "say what none of the comparisons shows")


def _roots(text: str) -> set[str]:
    """The stems of a text's longer words, common ones left out."""
    return {_STEMMER.stemWord(word) for word in re.findall(r"[a-z]{4,}", text.lower())} - _PLAIN


def _citations(document: Document, note: Note) -> Iterator[Problem]:
    known = {source.id for source in note.sources}
    for heading, bullets in note.sections.items():
        for bullet in bullets:
            for source in bullet.sources:
                if source not in known:
                    yield _at(
                        document, "", f"[{source}] is not among the sources", "add it or correct the id", bullet.line
                    )
            if not _must_cite(heading, bullet):
                continue
            if not bullet.sources:
                yield _at(
                    document, "", f"'{bullet.text[:50]}…' cites no source", "end it with [source-id]", bullet.line
                )
            if len(bullet.text.split()) > MOST_WORDS:
                yield _at(document, "", f"{len(bullet.text.split())} words in one bullet", "cut it to 35", bullet.line)
            if len(sentences(bullet.text)) != 1 or (bullet.text[-1] not in ".!?" and heading != "Terms"):
                yield _at(document, "", f"'{bullet.text[:50]}…' is not one sentence", "split or end it", bullet.line)
    explained = [bullet for bullet in note.sections.get("Explain it", ()) if not bullet.label]
    if len(explained) != 3:
        yield _at(document, "## Explain it", f"{len(explained)} explaining sentences", "write exactly three")


def _questions(document: Document, note: Note) -> Iterator[Problem]:
    bullets = note.sections.get("Questions", ())
    for bullet in bullets:
        for text in filter(None, (bullet.text, bullet.probe)):
            if not OPEN_QUESTION.fullmatch(text) or text.count("?") > 1:
                yield _at(
                    document, "", f"'{text[:60]}' is not one open question", "start it with what, how, …", bullet.line
                )
    for stage in STAGES:
        if sum(bullet.label == stage for bullet in bullets) < 2:
            yield _at(document, "## Questions", f"fewer than two questions on {stage}", "add one")
        if all(for_two(f"{bullet.text} {bullet.probe}") for bullet in bullets if bullet.label == stage):
            what = f"no question on {stage} that a group could be asked"
            yield _at(document, "## Questions", what, "add one without 'me', 'us two' or 'our next meeting'")
    if 2 * sum(bool(bullet.probe) for bullet in bullets) < len(bullets):
        yield _at(document, "## Questions", "fewer than half the questions have a probe", "add ' | probe: …?'")


def _forms(document: Document, activity: Activity) -> Iterator[Problem]:
    """A pair with little time finds a form of `SHORT` minutes, one with a usual slot a form of `USUAL` minutes."""
    needle = f"### {activity.title}"
    if set(activity.forms) != set(FORMS):
        yield _at(
            document, needle, "the first activity lacks a form", "add short (10 min), long (25 min), group (8 min)"
        )
        return
    if activity.forms["short"][0] != SHORT:
        yield _at(document, needle, f"the short form is not of {SHORT} minutes", f"write what fits {SHORT} minutes")
    if USUAL not in (activity.minutes, activity.forms["long"][0]):
        what = f"neither the steps nor the long form take {USUAL} minutes"
        yield _at(document, needle, what, f"make one of them a form of {USUAL} minutes")


def _activity(document: Document, activity: Activity) -> Iterator[Problem]:
    check: Callable[[str, int, tuple[Step, ...]], Problem | None] = lambda name, minutes, steps: (  # noqa: E731
        None
        if sum(step.minutes or 0 for step in steps) == minutes and all(step.minutes for step in steps)
        else _at(
            document,
            f"### {activity.title}",
            f"the steps of '{name}' do not add up to {minutes}",
            "correct the minutes",
        )
    )
    found = [check("steps", activity.minutes, activity.steps)]
    found += [check(name, minutes, steps) for name, (minutes, steps) in activity.forms.items()]
    yield from (problem for problem in found if problem)
