"""Minutes, required parts, questions and repetitions."""

import re
from itertools import combinations

from coach.check.support import stems
from coach.knowledge.verify import OPEN_QUESTION, for_two
from coach.models import AgendaRequest, Artefact, Flag, Material, Request, Section
from coach.outline import LONGEST_STRETCH

REQUIRED: dict[str, tuple[str, ...]] = {
    "agenda": ("purpose", "prepare", "plan", "close", "difficult"),
    "brief": ("plan", "prepare", "asked", "own", "card", "difficult"),
    "guide": ("purpose", "prepare", "rules", "plan", "difficult", "after"),
}
"""Sections that every artefact of a kind has, whatever the material covers."""
REQUIRED_COVERED: dict[str, tuple[str, ...]] = {
    "agenda": ("know",),
    "brief": ("line", "findings", "caveats", "reading"),
    "guide": ("know",),
}
"""Sections that it has besides when the topic is covered, or covered in part, by curated notes."""
SAME_WORDS = 0.85
"""Share of common stems (Jaccard) from which two questions count as the same one."""

LEADING = re.compile(
    r"\b(?:don['’]t you|isn['’]t it|wouldn['’]t you|surely|obviously|of course|clearly|should(?:n['’]t)? we not|"
    r"how (?:bad|terrible|great|wonderful) (?:is|are|was|were))\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:you|your|yours|yourself|we|our|us|ourselves|i|my|me|mine|somebody|someone|anyone|each of us|a colleague)\b",
    re.I,
)


def timed(artefact: Artefact) -> list[Flag]:
    """Blocks follow one another from minute 0, sum to the request's minutes, and leave a break where one is due."""
    flags = []
    clock = stretch = 0
    for block in artefact.blocks:
        if block.start != clock:
            flags.append(_plan_flag("timed", f"'{block.title}' begins at minute {block.start}, not {clock}"))
        stretch = 0 if block.id == "break" else stretch + block.minutes
        if stretch > LONGEST_STRETCH and artefact.request.minutes > LONGEST_STRETCH:
            flags.append(_plan_flag("timed", f"{stretch} minutes without a break at '{block.title}'"))
        stepped = sum(step.minutes or 0 for step in block.steps)
        if stepped > block.minutes or (any(s.minutes for s in block.steps) and stepped != block.minutes):
            flags.append(_plan_flag("timed", f"the steps of '{block.title}' take {stepped} of {block.minutes} minutes"))
        clock = block.end
    if clock != artefact.request.minutes:
        flags.append(_plan_flag("timed", f"the blocks take {clock} of {artefact.request.minutes} minutes"))
    return flags


def _plan_flag(check: str, message: str) -> Flag:
    return Flag(check=check, severity="error", where="plan", message=message)


def complete(artefact: Artefact) -> list[Flag]:
    """Every part that the kind of artefact must have is there and not empty."""
    kind = artefact.request.artefact
    wanted = REQUIRED[kind] + (
        REQUIRED_COVERED[kind] if any(True for s in artefact.sections for _ in s.all_statements()) else ()
    )
    flags = []
    for section_id in wanted:
        section = artefact.section(section_id)
        if section is None or not (section.statements or section.items or section.questions or section.blocks):
            flags.append(
                Flag(check="complete", severity="error", where=section_id, message="the section is missing or empty")
            )
    ids = {block.id for block in artefact.blocks}
    if isinstance(artefact.request, AgendaRequest):
        for block_id, message in (
            ("swap", "no block in which the senior person gives something back"),
            ("close", "no wrap-up"),
            *([("actions", "the open actions are not reviewed")] if artefact.request.previous else []),
        ):
            if block_id not in ids:
                flags.append(_plan_flag("complete", message))
    return flags


def questions(section: Section, material: Material, request: Request) -> list[Flag]:
    """Questions are open, single, not leading, and speak to a person's own experience."""
    flags = []
    for question in section.all_questions():
        for text in filter(None, (question.text, question.probe)):
            problems = []
            if not OPEN_QUESTION.fullmatch(text):
                problems.append("the question is not open")
            if text.count("?") > 1:
                problems.append("more than one question")
            if LEADING.search(text):
                problems.append("the question is leading")
            if not isinstance(request, AgendaRequest) and for_two(text):
                problems.append("the question is for the two people of a pair")
            flags += [
                Flag(check="questions", severity="error", where=section.id, message=problem, text=text)
                for problem in problems
            ]
        if not _OWN.search(question.text + " " + question.probe):
            message = "the question does not speak to a person's own experience"
            flags.append(
                Flag(check="questions", severity="warning", where=section.id, message=message, text=question.text)
            )
    return flags


def same(first: str, second: str) -> bool:
    """Whether two texts say the same, but perhaps for a few words."""
    union = stems(first) | stems(second)
    return first == second or bool(union and len(stems(first) & stems(second)) / len(union) >= SAME_WORDS)


def distinct(artefact: Artefact) -> list[Flag]:
    """No statement and no question comes twice, not even in slightly other words."""
    flags = []
    statements = [(s.id, statement.text) for s in artefact.sections for statement in s.all_statements()]
    asked = [(s.id, question.text) for s in artefact.sections for question in s.all_questions()]
    for what, pairs in (("statement", statements), ("question", asked)):
        for (_, first), (where, second) in combinations(pairs, 2):
            if same(first, second):
                flags.append(
                    Flag(
                        check="distinct", severity="error", where=where, message=f"the {what} is repeated", text=second
                    )
                )
    return flags
