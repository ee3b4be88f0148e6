"""The built-in engine's research brief: a lunch session that can be defended in front of a board."""

from collections.abc import Callable

from coach.extractive import common
from coach.extractive.desk import Desk, fit, for_group, result
from coach.models import Activity, Block, BriefRequest, Item, Question, Section, Stage, Statement, Step
from coach.outline import SectionPlan

MINUTES_A_FINDING = 1
"""Minutes that one finding takes with its year and who was studied: about 90 spoken words."""
_ASKED: tuple[tuple[str, Stage, str], ...] = (
    ("hook", "facts", "Where did this topic last come up in your work?"),
    ("pairs", "meaning", "What in your own work would change first if this became normal?"),
    ("close", "decision", "What will you try within seven days?"),
)
"""Which blocks ask the room something, of which stage, and what they ask where no note has a question."""
LARGE = 40
"""People from which a demonstration with one volunteer leaves most of the room watching."""


def sections(desk: Desk, plan: SectionPlan) -> Section:
    """One section of a research brief."""
    request = desk.request
    assert isinstance(request, BriefRequest)
    return _WRITERS[plan.id](desk, plan, request)


def _line(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    found = desk.first("In short", 4) or desk.sentences(3)
    slot = Item(text="As far as ________ (source, year) shows, ________. The main reason for doubt is ________.")
    return Section(id=plan.id, title=plan.title, statements=found, items=() if found else (slot,))


def _why(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    facts = desk.statements("Why it matters", 1, "everyone")
    found = [b for lens in desk.outline.lenses for _, b in desk.bullets("Why it matters", lens)]
    items = [Item(label=f"For {_named(b.label)}", text=b.text) for b in found]
    if not items:
        others = [b for _, b in desk.best("Why it matters", 4, "leadership", "finance", "operations", "people")]
        items = [Item(label=f"For {_named(b.label)}", text=b.text) for b in others[:2]]
    items += [Item(label="The question behind it", text=text) for text in desk.lens("decision")[:1]]
    return Section(id=plan.id, title=plan.title, statements=facts, items=tuple(items))


def _named(family: str) -> str:
    return {
        "people": "HR and people teams",
        "public-service": "public service",
        "care": "health and care",
        "technology": "IT",
        "legal": "legal and compliance",
    }.get(family, family)


def _chosen(desk: Desk) -> tuple[Statement, ...]:
    minutes = desk.request.minutes
    count = 3 if minutes <= 10 else 4 if minutes <= 20 else 6
    return desk.statements("Findings", count, graded=True) or desk.sentences(count, 3)


def _findings(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    found = _chosen(desk)
    slot = "What it says: ________. Source and year: ________. Who was studied, how many: ________. What it cannot tell: ________."
    slots = () if found else tuple(Item(label=f"Finding {number}", text=slot) for number in (1, 2, 3))
    return Section(id=plan.id, title=plan.title, statements=found, items=slots)


def _caveats(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    unknown = [
        Item(label="Not known", text=common.sentence_case(b.text)) for _, b in desk.best("Caveats", 2, "Not known")
    ]
    found = desk.statements("Caveats", 3, "")
    if not found and not desk.notes:
        unknown = [
            Item(label="Against", text="The best source that disagrees: ________ (year ____); it finds ________.")
        ]
    return Section(id=plan.id, title=plan.title, statements=found, items=tuple(unknown))


def _beliefs(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return common.beliefs(desk, plan, 3)


def _terms(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return Section(id=plan.id, title=plan.title, statements=desk.statements("Terms", 6))


# --- talk track -----------------------------------------------------------------------------------------------------


def _plan(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    asked = {
        block_id: desk.questions(1, stage) or (Question(text=text, stage=stage),) for block_id, stage, text in _ASKED
    }
    blocks: list[Block] = []
    for block_id, planned in common.parts(desk.outline.planned).items():
        fill = _BLOCKS.get(block_id)
        filled = fill(desk, request, sum(part.minutes for part in planned)) if fill else {}
        filled["questions"] = asked.get(block_id)
        blocks += common.in_parts(planned, filled)
    blocks.sort(key=lambda block: block.start)
    return Section(id=plan.id, title=plan.title, blocks=tuple(blocks))


def _explain(desk: Desk, request: BriefRequest, minutes: int) -> dict[str, object]:
    say, steps = common.spoken(desk)
    if not say:
        return {}
    more = (
        [Step(text="Write the terms of this brief on a card beforehand and hand it out now.")]
        if desk.outline.level == "new"
        else []
    )
    return {"say": say, "steps": (*more, *steps, Step(text="Ask one person to say it back in their own words."))}


def _evidence(desk: Desk, request: BriefRequest, minutes: int) -> dict[str, object]:
    findings = _chosen(desk)
    if not findings:
        return {
            "steps": (
                Step(text="Show your sources one by one: what each says, who was studied, and what it cannot tell."),
            )
        }
    count = max(1, min(len(findings), minutes // MINUTES_A_FINDING))
    strong = [n for n, s in enumerate(findings, 1) if "strong evidence" in s.evidence]
    order = (strong + [n for n in range(1, len(findings) + 1) if n not in strong])[:count]
    numbers = _and([str(n) for n in sorted(order)])
    rest = [n for n in range(1, len(findings) + 1) if n not in order]
    steps = [
        Step(
            text=f"Tell finding{'s' if len(order) > 1 else ''} {numbers}: what was found, the year, and who was studied."
        )
    ]
    if rest:
        steps.append(
            Step(text=f"Keep finding{'s' if len(rest) > 1 else ''} {_and([str(n) for n in rest])} for questions.")
        )
    steps.append(Step(text="Give the first caveat before anybody asks for it."))
    return {"steps": common.in_minutes(steps, minutes)}


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _demo(desk: Desk, request: BriefRequest, minutes: int) -> dict[str, object]:
    activity = _activity(desk, request)
    if activity is None:
        return {}
    steps, homework = fit(activity, minutes, group=True)
    stuck = activity.if_stuck
    if homework:
        stuck += " There is no time for the last steps; put them on the handout."
    if request.people > LARGE:
        stuck += " With so many people, let neighbours do each step together and ask for a show of hands."
    return {
        "title": f"Show it: {activity.title}",
        "steps": tuple(step.model_copy(update={"text": for_group(step.text)}) for step in steps),
        "materials": tuple(for_group(material) for material in activity.materials),
        "result": for_group(result(activity, steps)),
        "stuck": for_group(stuck),
    }


def _activity(desk: Desk, request: BriefRequest) -> Activity | None:
    found = desk.activities(request.people)
    with_group = [activity for activity in found if "group" in activity.forms]
    return next(iter(with_group or found), None)


def _questions(desk: Desk, request: BriefRequest, minutes: int) -> dict[str, object]:
    first = [b.label for _, b in desk.best("They will ask", 1)] or desk.lens("asked")[:1]
    steps = [Step(text="Repeat each question before you answer it, so that all have heard it.")]
    if first:
        steps.append(Step(text=f"Expect this one first: “{first[0]}”"))
    steps.append(
        Step(text="Say “I don't know, I will find out” where that is true, and put it on the list with your name.")
    )
    return {"steps": steps}


def _practice(desk: Desk, request: BriefRequest, minutes: int) -> dict[str, object]:
    activity = _activity(desk, request)
    if activity is None:
        return {}
    steps, _ = fit(activity, minutes, group=False)
    return {
        "title": "Do it yourselves: in threes",
        "method": "One does it, one helps with questions only, one watches and says at the end what they saw; the first two change roles half-way.",
        "steps": tuple(step.model_copy(update={"text": for_group(step.text)}) for step in steps),
    }


_BLOCKS: dict[str, Callable[[Desk, BriefRequest, int], dict[str, object]]] = {
    "explain": _explain,
    "evidence": _evidence,
    "demo": _demo,
    "questions": _questions,
    "practice": _practice,
}

# --- the rest -------------------------------------------------------------------------------------------------------


def _prepare(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    items = [Item(label="Host", minutes=b.minutes, text=b.text) for _, b in desk.best("Before you meet", 1, "host")]
    items += [
        Item(label="You", minutes=b.minutes, text=for_group(b.text))
        for _, b in desk.best("Before you meet", 1, "mentor")
    ]
    if not desk.notes:
        items += common.listed(desk, "Uncovered")
    items += [
        Item(label="You" if item.label == "Presenter" else item.label, text=item.text)
        for item in common.listed(desk, "Prepare")
    ]
    items += common.organisation(desk, 2) + common.uneven(request.people) + common.setting_items(desk)
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _asked(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    found = desk.best("They will ask", 5)
    answered = desk.statements("They will ask", 5)
    items = [Item(label=b.label, text=b.text) for _, b in found if not b.sources]
    items += [
        Item(
            label=text,
            text="The material has no answer to this. Say what you would need to know, and who decides it here: ________.",
        )
        for text in desk.lens("asked")[: 1 if found else 2]
    ]
    if not found:
        items += [
            Item(
                label="How do you know?",
                text="Open the source and read the sentence aloud; say who was studied and when.",
            ),
            Item(
                label="What speaks against it?",
                text="Name the strongest counter-evidence you found, before you defend anything.",
            ),
            Item(
                label="What should we do on Monday?",
                text="Name one small trial, its owner, and what would make you stop it.",
            ),
        ]
    return Section(id=plan.id, title=plan.title, statements=answered, items=tuple(items))


def _own(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    activity = _activity(desk, request)
    tried = (
        f"I did “{activity.title}” on ________; what happened was ________."
        if activity
        else "I did ________; what happened was ________."
    )
    items = (
        Item(label="Know", text="Something I have seen more than once: ________. I saw it in ________."),
        Item(label="Tried", text=tried),
        Item(
            label="Unsure", text="I think that ________, but I have not checked it; I would change my mind if ________."
        ),
    )
    intro = "Yours to fill in. Say it as your own experience, never as that of an age group."
    if request.mentor.offers:
        intro += f" You wrote that you offer: {request.mentor.offers.rstrip('.')}."
    return Section(id=plan.id, title=plan.title, intro=intro, items=items)


def _card(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return common.card(desk, plan)


def _difficult(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return Section(id=plan.id, title=plan.title, items=tuple(common.listed(desk, "If it gets difficult")))


def _reading(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return common.reading(desk, plan)


def _yours(desk: Desk, plan: SectionPlan, request: BriefRequest) -> Section:
    return common.yours(desk, plan)


_WRITERS: dict[str, Callable[[Desk, SectionPlan, BriefRequest], Section]] = {
    "line": _line,
    "yours": _yours,
    "why": _why,
    "findings": _findings,
    "caveats": _caveats,
    "beliefs": _beliefs,
    "plan": _plan,
    "prepare": _prepare,
    "asked": _asked,
    "own": _own,
    "card": _card,
    "terms": _terms,
    "difficult": _difficult,
    "reading": _reading,
}
