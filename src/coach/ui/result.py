"""One draft as it grows: consumes the events of `Coach.draft` and shows what there is so far."""

from coach.models import Artefact, Flag, Notice
from coach.pipeline import Drafted, Event, Finished, Outlined
from coach.ui.draft import gap_html, header_html, notice_html, section_html
from coach.ui.evidence import Citations, Read
from coach.ui.text import esc, plural, tag


class Result:
    """The draft and its evidence, side by side.

    Args:
        prefix: Begins every id in the page, so that the drafts of two tabs do not meet.
        read: Gives the document a citation points into.
    """

    def __init__(self, prefix: str, read: Read) -> None:
        self._prefix = prefix
        self._citations = Citations(prefix, read)
        self._plan: tuple[tuple[str, str], ...] = ()
        self._sections: dict[str, str] = {}
        self._head = self._notices = self._gaps = self._foot = ""
        self._reached = 0
        self.artefact: Artefact | None = None

    def add(self, event: Event) -> None:
        """Takes in the next event."""
        if isinstance(event, Outlined):
            self._plan = event.sections
            self._head = header_html(event.title, event.header)
            self._notices = self._told(event.notices)
        elif isinstance(event, Drafted):
            section = event.section
            self._sections[section.id] = section_html(section, self._citations, self._prefix)
            ids = [section_id for section_id, _ in self._plan]
            self._reached = ids.index(section.id) + 1 if section.id in ids else self._reached
        else:
            self._finish(event)

    def _finish(self, event: Finished) -> None:
        self.artefact = event.artefact
        self._notices = self._told(event.artefact.notices)  # what a model did not do is known in the end only
        self._gaps = "".join(gap_html(gap) for gap in event.artefact.gaps)
        self._foot = _flags(event.artefact.flags) + _provenance(event.artefact)

    def _told(self, notices: tuple[Notice, ...]) -> str:
        return "".join(notice_html(notice, self._citations) for notice in notices)

    @property
    def progress(self) -> tuple[int, int, str]:
        """The section being drafted, counted from 1, how many there are, and its title."""
        total = len(self._plan)
        number = min(self._reached + 1, total)
        return number, total, self._plan[number - 1][1] if total else ""

    @property
    def count(self) -> int:
        """How many sections there are so far."""
        return len(self._sections)

    def html(self, *, growing: bool) -> str:
        """The draft beside its evidence; while it grows, with the place where the next section will stand."""
        if not self._head:
            return ""
        titles = dict(self._plan)
        links = "".join(
            f'<li><a href="#{self._prefix}-{esc(section_id)}">{esc(titles.get(section_id, section_id))}</a></li>'
            for section_id in self._sections
        )
        contents = f'<nav class="contents" aria-label="Sections"><ul>{links}</ul></nav>' if links else ""
        draft = self._head + self._gaps + self._notices + contents + "".join(self._sections.values())
        if growing:
            draft += f'<section class="next" aria-hidden="true"><h3>{esc(self.progress[2])}</h3><i></i><i></i><i></i></section>'
        return (
            f'<div class="result"><article class="draft" aria-label="Draft" aria-busy="{str(growing).lower()}">'
            f'{draft}{self._foot}</article><aside class="evidence" aria-label="Evidence">{self._evidence()}</aside></div>'
        )

    def _evidence(self) -> str:
        count = len(self._citations)
        if not count:
            return '<h3>Evidence</h3><p class="hint">No statement of fact so far, so there is nothing to quote.</p>'
        hint = "Click a number in the draft to see the words it rests on, marked where they stand."
        return f'<h3>Evidence <span class="quiet">{count}</span></h3><p class="hint">{hint}</p>{self._citations.html()}'


def done_text(artefact: Artefact) -> str:
    """What was made, in one line."""
    statements = [s for section in artefact.sections for s in section.all_statements()]
    exact = sum(s.tier == "exact" for s in statements)
    if not statements:
        facts = "it states no facts"
    else:
        how = "each" if exact == len(statements) else f"{exact} of them"
        facts = f"{plural(len(statements), 'statement')} of fact, {how} word for word as quoted"
    return f"Done. {artefact.request.minutes} minutes planned; {facts}."


def _flags(flags: tuple[Flag, ...]) -> str:
    if not flags:
        return ""
    items = "".join(f"<li>{esc(flag.where)}: {esc(flag.message)}{_quoted(flag.text)}</li>" for flag in flags)
    return (
        f'<details class="flags"><summary>What the checks reported ({len(flags)})</summary><ul>{items}</ul></details>'
    )


def _quoted(text: str) -> str:
    return f" “{esc(text)}”" if text else ""


def _provenance(artefact: Artefact) -> str:
    p = artefact.provenance
    made = f"Made by Coach {p.version}, engine {p.engine}, index {p.index}, settings {p.settings}, {p.made}."
    if p.usage:
        made += f" {p.usage.told()}"
    return tag("p", esc(made), "provenance")
