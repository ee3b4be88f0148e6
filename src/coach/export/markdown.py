"""Artefacts as Markdown: readable as plain text, printable, with numbered citations."""

from coach.models import Artefact, Block, Citation, Item, Notice, Question, Section, Source, Statement, Step

STAGE_TITLES = {
    "facts": "What happened",
    "feelings": "How it felt",
    "meaning": "What it means",
    "decision": "What we will do",
}
MODES = {"alone": "alone", "pairs": "in pairs", "groups": "in groups of four", "all": "all together"}


class _Citations:
    """Numbers citations in the order in which they first appear."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int], tuple[int, Citation, bool]] = {}

    def marks(self, statement: Statement) -> str:
        numbers = []
        for citation in statement.citations:
            key = (citation.note, citation.start, citation.end)
            number, _, _ = self.found.setdefault(key, (len(self.found) + 1, citation, statement.tier == "exact"))
            numbers.append(f"[{number}]")
        return " " + "".join(numbers)


def to_markdown(artefact: Artefact) -> str:
    """The whole artefact, its citations listed at the end with the quoted words and their sources."""
    citations = _Citations()
    lines = [f"# {artefact.title}", ""]
    lines += [f"**{item.label}:** {item.text}  " for item in artefact.header]
    lines.append("")
    for notice in artefact.notices:
        lines += _notice(notice, citations)
    for gap in artefact.gaps:
        lines += [f"> **Gap.** {gap}", ""]
    for section in artefact.sections:
        lines += _section(section, citations)
    lines += _sources(citations)
    p = artefact.provenance
    lines += [
        "---",
        f"Made by Coach {p.version}, engine {p.engine}, index {p.index}, settings {p.settings}, {p.made}. "
        f"{_count(artefact)}",
        "",
    ]
    return "\n".join(lines)


def section_markdown(section: Section) -> str:
    """One section on its own, its citations numbered from 1 and not listed."""
    return "\n".join(_section(section, _Citations()))


def clock(minute: int) -> str:
    """A minute of the meeting as hours and minutes: 75 is "1:15"."""
    return f"{minute // 60}:{minute % 60:02d}"


def _count(artefact: Artefact) -> str:
    statements = [s for section in artefact.sections for s in section.all_statements()]
    exact = sum(s.tier == "exact" for s in statements)
    return (
        f"{len(statements)} statements of fact, {exact} of them word for word as quoted."
        if statements
        else "It states no facts."
    )


def _notice(notice: Notice, citations: _Citations) -> list[str]:
    lines = [f"> **Notice.** {notice.text}"]
    lines += [f"> - {s.text}{citations.marks(s)}" for s in notice.statements]
    return [*lines, ""]


def _section(section: Section, citations: _Citations) -> list[str]:
    lines = [f"## {section.title}", ""]
    if section.intro:
        lines += [section.intro, ""]
    numbered = section.id == "findings"
    for number, statement in enumerate(section.statements, start=1):
        lines += _statement(statement, citations, f"{number}." if numbered else "-")
    if section.statements and section.items:
        lines.append("")
    lines += [_item(item) for item in section.items]
    for stage in ("facts", "feelings", "meaning", "decision"):
        asked = [question for question in section.questions if question.stage == stage]
        if asked:
            lines += (
                [f"**{STAGE_TITLES[stage]}** – to {asked[0].purpose}", ""]
                if asked[0].purpose
                else [f"**{STAGE_TITLES[stage]}**", ""]
            )
            lines += [line for question in asked for line in _question(question)] + [""]
    if section.blocks:
        lines += _table(section.blocks)
        for block in section.blocks:
            lines += _block(block, citations)
    return [*lines, ""]


def _statement(statement: Statement, citations: _Citations, mark: str) -> list[str]:
    colon = "" if statement.label.endswith(("?", "”")) else ":"
    label = f"**{statement.label}{colon}** " if statement.label else ""
    lines = [f"{mark} {label}{statement.text}{citations.marks(statement)}"]
    if statement.evidence:
        lines.append(f"   *{statement.evidence}*")
    return lines


def _item(item: Item) -> str:
    minutes = f" ({item.minutes} min)" if item.minutes else ""
    colon = "" if item.label.endswith(("?", "!", "…")) else ":"
    return f"- **{item.label}{minutes}{colon}** {item.text}" if item.label else f"- {item.text}"


def _question(question: Question) -> list[str]:
    extra = [f"{question.minutes} min"] if question.minutes else []
    extra += [MODES[question.mode]] if question.mode else []
    lines = [f"- {question.text}" + (f" *({', '.join(extra)})*" if extra else "")]
    if question.probe:
        lines.append(f"  - Probe: {question.probe}")
    return lines


def _table(blocks: tuple[Block, ...]) -> list[str]:
    rows = ["| Time | Min | What | Who leads |", "|---|---|---|---|"]
    rows += [f"| {clock(b.start)}–{clock(b.end)} | {b.minutes} | {_cell(b.title)} | {_cell(b.lead)} |" for b in blocks]
    return [*rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "/")


def _block(block: Block, citations: _Citations) -> list[str]:
    if block.id == "break":
        return [f"### {clock(block.start)} {block.title} ({block.minutes} min)", "", block.purpose, ""]
    lines = [f"### {clock(block.start)} {block.title} ({block.minutes} min)", ""]
    lines.append(
        f"*{block.purpose}* Leads: {block.lead.lower()}." if block.purpose else f"Leads: {block.lead.lower()}."
    )
    if block.method:
        lines.append(f"How: {block.method}")
    if block.materials:
        lines.append(f"Have ready: {'; '.join(block.materials)}.")
    lines += ["", *[_step(number, step) for number, step in enumerate(block.steps, start=1)]]
    if block.say:
        lines += ["", "Say, in your own words:"]
        lines += [f"- {s.text}{citations.marks(s)}" for s in block.say]
    if block.questions:
        lines += ["", "Ask:", *[line for question in block.questions for line in _question(question)]]
    lines.append("")
    if block.result:
        lines.append(f"**Done when:** {block.result}  ")
    if block.stuck:
        lines.append(f"**If stuck:** {block.stuck}")
    return [*lines, ""]


def _step(number: int, step: Step) -> str:
    return f"{number}. ({step.minutes} min) {step.text}" if step.minutes else f"{number}. {step.text}"


def _sources(citations: _Citations) -> list[str]:
    """The list behind the marks: where each quote stands, and the publications, each once."""
    if not citations.found:
        return []
    carried: dict[str, tuple[Source, list[int]]] = {}
    places: dict[str, list[str]] = {}
    quoted = []
    for number, citation, exact in citations.found.values():
        for source in citation.sources:
            carried.setdefault(source.url, (source, []))[1].append(number)
        places.setdefault(citation.title, []).append(f"[{number}] {citation.place}")
        if not exact:
            quoted.append(f"- [{number}] rests on: “{citation.quote}”")
    lines = ["## Sources of the statements", ""]
    for s, numbers in carried.values():
        marks = "".join(f"[{number}]" for number in numbers)
        lines.append(
            f"- {marks} {s.title.rstrip('.')}. {s.publisher}, {s.year}. {s.kind}, {s.strength}: {s.basis}. {s.url}"
        )
    lines += ["", "Where each stands in the material, word for word:", ""]
    lines += [f"- {title}: {', '.join(found)}" for title, found in places.items()]
    return [*lines, *(["", *quoted] if quoted else []), ""]
