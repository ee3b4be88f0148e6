"""The evidence beside a draft: each quote marked inside the text it stands in, and the publications it rests on."""

import re
from collections.abc import Callable

from coach.errors import CoachError
from coach.knowledge import sentences
from coach.models import Citation, Document, Source, Statement
from coach.ui.text import esc, link, plural, tag

SENTENCES_AROUND = 2
"""Sentences of the document that are shown before and after a quote."""
REACH = 1_200
"""Characters either side of a quote in which these sentences are looked for."""
_HEADING = re.compile(r"^(?:#{1,6} .*|---)$", re.MULTILINE)
_SOURCE_MARK = re.compile(r" ?\[[a-z0-9][a-z0-9-]*(?:; ?[a-z0-9][a-z0-9-]*)*\]")

Read = Callable[[str], Document]


class Citations:
    """Numbers citations in the order in which they first appear, as the Markdown does, and shows their evidence."""

    def __init__(self, prefix: str, read: Read) -> None:
        self._prefix, self._read = prefix, read
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._cards: list[str] = []

    def __len__(self) -> int:
        return len(self._cards)

    def marks(self, statement: Statement) -> str:
        """The marks that follow a statement, each a link to its evidence."""
        return "".join(self._mark(citation, statement) for citation in statement.citations)

    def html(self) -> str:
        """All evidence so far."""
        return "".join(self._cards)

    def _mark(self, citation: Citation, statement: Statement) -> str:
        key = (citation.note, citation.start, citation.end)
        first = key not in self._numbers
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        if first:
            self._cards.append(self._card(number, citation, statement))
        anchor = f' id="{self._prefix}-c{number}"' if first else ""
        return (
            f'<a class="cite"{anchor} href="#{self._prefix}-e{number}" role="doc-noteref" '
            f'aria-label="Evidence {number}">[{number}]</a>'
        )

    def _card(self, number: int, citation: Citation, statement: Statement) -> str:
        before, after = self._around(citation)
        place = f"{esc(citation.title)}, <span class='place'>{esc(citation.place)}</span>"
        tier = (
            "The draft says this word for word."
            if statement.tier == "exact"
            else "The draft says this in other words; numbers, names and negation were checked against the quote."
        )
        back = f'<a class="back" href="#{self._prefix}-c{number}">Back to the text</a>'
        return (
            f'<article class="card" id="{self._prefix}-e{number}" tabindex="-1" aria-label="Evidence {number}">'
            f'<header><span class="number">{number}</span><span class="note">{place}</span></header>'
            f"<blockquote>{esc(before)}<mark>{esc(citation.quote)}</mark>{esc(after)}</blockquote>"
            f'<p class="tier">{tier}</p>{_sources(citation.sources)}{back}</article>'
        )

    def _around(self, citation: Citation) -> tuple[str, str]:
        """What stands around a quote; nothing when its document was moved or changed meanwhile."""
        try:
            document = self._read(citation.note)
        except (CoachError, OSError):
            return "", ""
        if document.text[citation.start : citation.end] != citation.quote:
            return "", ""
        before, after = surroundings(document.text, citation.start, citation.end)
        return (_plain(before), _plain(after)) if document.note else (before, after)


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """The sentences before and after `text[start:end]` under the same heading, as they stand in the text."""
    left = text[max(0, start - REACH) : start]
    right = text[end : end + REACH]
    headings = list(_HEADING.finditer(left))
    left = left[headings[-1].end() :] if headings else left
    heading = _HEADING.search(right)
    right = right[: heading.start()] if heading else right
    earlier, later = _told(left), _told(right)
    if len(earlier) > SENTENCES_AROUND:
        left = left[earlier[-SENTENCES_AROUND] :]
    if len(later) > SENTENCES_AROUND:
        right = right[: later[SENTENCES_AROUND]]
    return left.lstrip(), right.rstrip()


def _told(text: str) -> list[int]:
    """Where sentences begin; marks of sources are none."""
    return [span.start for span in sentences(text) if not _SOURCE_MARK.fullmatch(f" {span.text}")]


def _plain(text: str) -> str:
    """A piece of a note without its marks: bullets, arrows and the ids of sources."""
    text = _SOURCE_MARK.sub("", text)
    return re.sub(r"^[-*] ", "", text, flags=re.MULTILINE).replace(" -> ", " → ")


def _sources(sources: tuple[Source, ...]) -> str:
    if not sources:
        return '<p class="own">From a document of your own; Coach knows of no publication behind it.</p>'
    heading = plural(len(sources), "Source").removeprefix("1 ")
    return tag("h4", heading) + tag("ul", "".join(_source(source) for source in sources), "sources")


def _source(source: Source) -> str:
    seen = {"abstract": "Read for the note: its abstract.", "full": "Read for the note: in full."}.get(source.read, "")
    seen = seen or (f"Read for the note: {source.read}." if source.read else "")
    return (
        f"<li>{link(source.url, source.title.rstrip('.'))}. {esc(source.publisher)}, {source.year}."
        f'<span class="kind">{esc(source.kind)}, {esc(source.strength)} evidence</span>'
        f'<span class="basis">{esc(source.basis)}. {esc(seen)}</span></li>'
    )
