"""Documents to passages: a note's names, bullets and entries one by one, any other text in pieces of whole sentences."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from coach.models import Document, Note, Passage, Span

CHUNKER = "3"
"""Changes when the same text would be cut differently."""
TARGET_WORDS = 180
"""Words of a piece of plain text: the built-in embedding reads 256 word pieces, about 190 English words."""

NAME, ASKED = "Also called", "Also asked as"
"""Headings of passages that lead to their note and are never shown or cited: a title or another name, and a wording of people
who do not know the name. With names, the right note comes first for 77% of the topics of `evals/coverage.yaml` (dev), with all names in one
passage for 70%, without for 65% (when there were 40 notes)."""
LEADS = frozenset({NAME, ASKED})

_HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
_UNINDEXED_KINDS = ("frame", "lenses")


def passages(document: Document) -> tuple[Passage, ...]:
    """The passages of a document in order; for each, `document.text[start:end] == text`.

    Session frames and role lenses are read by the outline, not searched: they have none.
    """
    note = document.note
    if note is None:
        pieces = _plain(document)
    elif note.kind in _UNINDEXED_KINDS:
        return ()
    else:
        pieces = _curated(document, note)
    seen: dict[str, int] = {}
    made = []
    for heading, span in pieces:
        key = "\x1f".join((document.path, heading, span.text))
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}\x1f{seen[key]}".encode()).hexdigest()[:16]
        made.append(
            Passage(
                id=digest,
                document=document.path,
                shelf=document.shelf,
                title=document.title,
                heading=heading,
                note=note.id if note else "",
                **span.model_dump(),
            )
        )
    return tuple(made)


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text with their offsets, white space around them left out. Lines never join."""
    import sentencex

    found = []
    for row in re.finditer(r"[^\n]+", text):
        position = row.start()
        for sentence in sentencex.segment("en", row[0]):
            stripped = sentence.strip()
            start = text.find(stripped, position) if stripped else -1
            if start >= 0:
                found.append(Span(text=stripped, start=start, end=start + len(stripped)))
                position = start + len(stripped)
    return tuple(found)


def _curated(document: Document, note: Note) -> Iterator[tuple[str, Span]]:
    """A note's names and wordings, bullets, activities and methods. In one passage names would blur into one vector."""
    names = (note.title, note.id, *note.also) if note.kind == "topic" else ()
    for heading, texts in ((NAME, names), (ASKED, note.asked)):
        for text in dict.fromkeys(texts):
            start = document.text.find(text)
            if start >= 0:
                yield heading, Span(text=text, start=start, end=start + len(text))
    for heading, bullets in note.sections.items():
        for bullet in bullets:
            start = bullet.start
            line_start = document.text.rfind("\n", 0, start) + 1
            if bullet.label:  # the label belongs to the meaning: "Belief" -> evidence, question -> answer
                start = line_start + 2
            end = document.text.find("\n", bullet.end) if bullet.probe else bullet.end
            end = len(document.text) if end < 0 else end
            yield heading, Span(text=document.text[start:end], start=start, end=end)
    for heading in ("Try it together", "Methods"):
        yield from _entries(document, heading)


def _entries(document: Document, heading: str) -> Iterator[tuple[str, Span]]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", document.text, re.MULTILINE | re.DOTALL)
    if not section:
        return
    for entry in re.finditer(r"^### .*?(?=^### |\Z)", section[1], re.MULTILINE | re.DOTALL):
        text = entry[0].strip()
        start = section.start(1) + entry.start()
        yield heading, Span(text=text, start=start, end=start + len(text))


def _plain(document: Document) -> Iterator[tuple[str, Span]]:
    """Pieces of about `TARGET_WORDS` words, cut between sentences and at headings."""
    text = document.text
    body = re.match(r"---\n.*?\n---\n", text, re.DOTALL) if document.path.endswith(".md") else None
    marks = (
        [(m.start(), m.end(), m[2]) for m in _HEADING.finditer(text)]
        if document.path.endswith((".md", ".docx"))
        else []
    )
    begins = [(body.end() if body else 0, "")] + [(end, heading) for _, end, heading in marks]
    ends = [start for start, _, _ in marks] + [len(text)]
    for (begin, heading), end in zip(begins, ends, strict=True):
        if begin < end:
            label = "" if heading == document.title else heading
            for span in _pack(text, begin, end):
                yield label, span


def _bounded(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans of at most twice `TARGET_WORDS` words: text without sentence ends is cut between words."""
    for span in spans:
        words = list(re.finditer(r"\S+", span.text))
        if len(words) <= 2 * TARGET_WORDS:
            yield span
            continue
        for first in range(0, len(words), TARGET_WORDS):
            begin, end = words[first].start(), words[min(first + TARGET_WORDS, len(words)) - 1].end()
            yield Span(text=span.text[begin:end], start=span.start + begin, end=span.start + end)


def _pack(text: str, begin: int, end: int) -> Iterator[Span]:
    start, words, last = -1, 0, begin
    for sentence in _bounded(sentences(text[begin:end])):
        count = len(sentence.text.split())
        if start >= 0 and words + count > TARGET_WORDS:
            yield Span(text=text[start:last], start=start, end=last)
            start, words = -1, 0
        if start < 0:
            start = begin + sentence.start
        words, last = words + count, begin + sentence.end
    if start >= 0:
        yield Span(text=text[start:last], start=start, end=last)
