"""The built-in engine's agenda: a meeting of a pair, filled from notes and session frame."""

import re
from collections.abc import Callable

from coach.check.language import loaded
from coach.extractive import common
from coach.extractive.desk import Desk, fit, result
from coach.models import Action, Activity, AgendaRequest, Block, Item, Person, Question, Section, Stage, Step
from coach.outline import SectionPlan

SHORT = 15
"""Minutes up to which a meeting is short: one point of preparation each, two things worth knowing."""
MINUTES_A_QUESTION = 4
"""Minutes that one question with its answers takes between two people."""
_MENTEE_ACTION = {
    "do": "do it once alone on real work, and note where it got stuck",
    "decide": "use today's rule on one real case, and note what it missed",
    "understand": "explain it to one colleague in three sentences, and note the question you could not answer",
    "agree": "try what was agreed for a week, and note where it did not hold",
}


def sections(desk: Desk, plan: SectionPlan) -> Section:
    """One section of an agenda."""
    request = desk.request
    assert isinstance(request, AgendaRequest)
    return _WRITERS[plan.id](desk, plan, request)


def _purpose(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    items = []
    if request.goal and not loaded(request.goal):
        items.append(Item(label="Goal, in your words", text=request.goal))
    objective = desk.objective() or (
        "do the main step of this topic once on real work, and say what to check before relying on it"
    )
    activity, minutes = _activity(desk), _minutes(desk, "try")
    if desk.listed("By the end"):  # meetings that are about the pair before they are about a topic
        items += [Item(label="By the end", text=b.text) for b in desk.listed("By the end")]
        items += [Item(label="You will know it worked if", text=b.text) for b in desk.listed("Worked if")]
    elif activity and minutes and fit(activity, minutes, group=False)[1]:
        items.append(
            Item(
                label="By the end",
                text=f"The first part of “{activity.title}” is done; the rest is a promise for next time.",
            )
        )
        items.append(Item(label="Where it leads", text=f"The mentee can {objective}."))
    else:
        items.append(Item(label="By the end", text=f"The mentee can {objective}."))
        worked = "The mentee shows it or says it back without help."
        if activity and minutes:
            worked = result(activity, fit(activity, minutes, group=False)[0])
        items.append(Item(label="You will know it worked if", text=worked))
    for name, person in (("mentee", request.mentee), ("mentor", request.mentor)):
        items += _about(name, person)
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _minutes(desk: Desk, block_id: str) -> int:
    """Minutes planned for a block, 0 where there is none."""
    return sum(p.minutes for p in desk.outline.planned if p.block.id == block_id)


def _about(name: str, person: Person) -> list[Item]:
    said = (("wants", person.wants), ("offers", person.offers))
    return [Item(label=f"The {name} {verb}", text=text) for verb, text in said if text and not loaded(text)]


def _prepare(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    short = request.minutes <= SHORT
    items: list[Item] = []
    for who in ("mentor", "mentee"):  # the mentee is often asked for "the same"
        found = desk.best("Before you meet", 1 if short else 2, who)
        items += [Item(label=who.capitalize(), minutes=b.minutes, text=b.text) for _, b in found]
        if not found and not desk.notes:
            items += common.listed(desk, "Uncovered", who)
        if who == "mentee" and desk.lens("item") and _needs_an_example(desk):
            items.append(Item(label="Mentee", text=f"If you have nothing to hand, take {desk.lens('item')[0]}."))
    items += common.organisation(desk, 1 if short else 2)
    if not short:
        items += common.listed(desk, "Prepare", "mentor", "mentee")
    items += common.setting_items(desk)[: 1 if short else 3]
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _needs_an_example(desk: Desk) -> bool:
    """Whether what is done together works on something from the mentee's own work."""
    activity = _activity(desk)
    if not _minutes(desk, "try"):
        return False
    wanted = " ".join(activity.materials) if activity else "one real example from the mentee's work"
    return re.search(r"\breal\b.*\b(?:work|task|report|document|case)|mentee's (?:own )?work", wanted) is not None


# --- the plan -------------------------------------------------------------------------------------------------------


def _plan(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    blocks: list[Block] = []
    asked = _questions(desk)
    for block_id, planned in common.parts(desk.outline.planned).items():
        fill = _BLOCKS.get(block_id)
        minutes = sum(part.minutes for part in planned)
        filled = fill(desk, request, minutes) if fill else {}
        filled["questions"] = asked.get(block_id) or filled.get("questions")
        blocks += common.in_parts(planned, filled)
    blocks.sort(key=lambda block: block.start)
    return Section(id=plan.id, title=plan.title, blocks=tuple(blocks))


def _questions(desk: Desk) -> dict[str, tuple[Question, ...]]:
    """Each block's questions; no question stands in two blocks."""
    planned = {item.block.id: item for item in desk.outline.planned}
    found: dict[str, tuple[Question, ...]] = {}
    if "baseline" in planned:
        found["baseline"] = desk.questions(1, "facts")
    if "talk" in planned:
        count = max(1, min(4, planned["talk"].minutes // MINUTES_A_QUESTION))
        stages: tuple[Stage, ...] = ("meaning", "feelings", "decision") if count > 1 else ("meaning",)
        found["talk"] = desk.questions(count, *stages)
    for block_id, item in planned.items():
        if not found.get(block_id) and item.block.questions:
            found[block_id] = tuple(Question(text=text) for text in item.block.questions)
    return found


def _actions(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    steps = [Step(text=f"{_owner(action, request)}: {_quoted(action)} What happened?") for action in request.previous]
    activity = _activity(desk)
    if activity and any(map(_brought, request.previous)) and _minutes(desk, "try") and len(steps) + 2 <= minutes:
        instead = f"take the substitute named under “If stuck” of “{activity.title}”"
        steps.append(Step(text=f"If what was to be brought is here, use it today; if not, {instead}."))
    steps.append(Step(text="Settle each: done, moved to a day, or dropped with a reason."))
    return {"steps": common.in_minutes(steps, minutes)}


def _owner(action: Action, request: AgendaRequest) -> str:
    owner = action.owner.lower()
    for name, person in (("Mentor", request.mentor), ("Mentee", request.mentee)):
        if owner == name.lower() or (person.role and owner and owner in person.role.lower()):
            return name
    return "Both" if owner in ("", "both") else action.owner.capitalize()


def _quoted(action: Action) -> str:
    due = f" (due {action.due})" if action.due else ""
    return f"“{action.text.rstrip('.')}”{due}."


def _brought(action: Action) -> bool:
    return (
        re.match(r"(?:to )?(?:bring|send|prepare|choose|collect|pick|print)\b", action.text, re.IGNORECASE) is not None
    )


def _baseline(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    steps = [
        Step(text="The mentee tells the last time this came up in their work: what happened, and what did they do?")
    ]
    if desk.outline.intent == "decide":
        steps.append(Step(text="The mentee names the decision behind it: what is at stake, and by when?"))
    steps.append(Step(text="The mentee writes down three things a good result today would have to include."))
    steps.append(Step(text="The mentor says back what was heard, and asks for one thing that was left out."))
    return {"steps": common.in_minutes(steps, minutes)}


def _explain(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    say, steps = common.spoken(desk)
    if not say:
        return {}
    back = Step(text="The mentee says it back in their own words; the mentor corrects one thing at most.")
    return {"say": say, "steps": (*steps, back)}


def _try(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    activity = _activity(desk)
    if activity is None or request.session == "last":  # at the end the mentee shows what is known, nothing new begins
        return {"steps": common.in_minutes(_frame_steps(desk, "try"), minutes)}
    steps, homework = fit(activity, minutes, group=False)
    owners = ((_owner(action, request).lower(), action) for action in request.previous if _brought(action))
    promised = tuple(f"what {'' if who == 'both' else 'the '}{who} promised: {action.text}" for who, action in owners)
    first = "The steps above are done; the rest is the mentee's promise for next time."
    return {
        "title": activity.title,
        "method": activity.hands,
        "lead": _hands(activity),
        "steps": steps,
        "materials": (*promised, *activity.materials),
        "result": first if homework else result(activity, steps),
        "stuck": activity.if_stuck,
    }


def _hands(activity: Activity) -> str:
    first = re.search(r"\b(mentee|mentor|both|each|everybody|senior|junior)\b", activity.hands.lower())
    names = {"mentee": "Mentee", "senior": "Mentee", "mentor": "Mentor", "junior": "Mentor"}
    return names.get(first[1], "Both") if first else "Mentee"


def _again(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    others = [a for a in desk.activities(2) if a is not _activity(desk)]
    if not others:
        return {"steps": common.in_minutes(_frame_steps(desk, "again"), minutes)}
    steps, _ = fit(others[0], minutes, group=False)
    return {
        "title": others[0].title,
        "method": others[0].hands,
        "lead": _hands(others[0]),
        "steps": steps,
        "materials": others[0].materials,
        "result": result(others[0], steps),
        "stuck": others[0].if_stuck,
    }


def _apply(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    steps = list(_frame_steps(desk, "apply"))
    if desk.bullets("Decide"):
        steps[0] = Step(
            text="Take the card at the end of this agenda; the mentee strikes out what does not fit and writes the rest anew."
        )
    extra = desk.lens("decision")
    if extra and minutes > len(steps):
        steps.insert(1, Step(text=f"Ask of the rule: {extra[0]}"))
    return {"steps": common.in_minutes(steps, minutes)}


def _evidence(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    steps = _frame_steps(desk, "evidence")
    if desk.notes:
        return {"steps": common.in_minutes(steps, minutes)}
    own = Step(text="Each writes what they have read or heard on the topic, one card each, with where it comes from.")
    return {"steps": common.in_minutes((own, *steps[1:]), minutes), "materials": ("blank cards",)}


def _swap(desk: Desk, request: AgendaRequest, minutes: int) -> dict[str, object]:
    offer, after = "", "The mentor says where they could use it this month."
    if request.mentee.offers and not loaded(request.mentee.offers):
        offer = f"The mentee gives what they offer: {request.mentee.offers.rstrip('.')}."
    elif request.mentor.wants and not loaded(request.mentor.wants):
        offer = f"The mentor names what they want: {request.mentor.wants.rstrip('.')}. The mentee says how they can help, or who could."
        after = "Both name the smallest next step towards it."
    for label in (*desk.outline.lenses, "any"):
        found = [b for _, b in desk.bullets("Swap", label)]
        if found and not offer:
            offer = f"Mentee: {found[0].text}"
    if not offer and desk.lens("teaches"):
        offer = f"Mentee: {desk.lens('teaches')[0]}"
    if not offer:
        offer = "Mentee: tell how you handled something like this before today's tools existed, and what still holds."
    steps = (Step(text=offer), Step(text=after))
    return {"steps": common.in_minutes(steps, minutes)}


def _frame_steps(desk: Desk, block_id: str) -> tuple[Step, ...]:
    return next((p.block.steps for p in desk.outline.planned if p.block.id == block_id), ())


def _activity(desk: Desk) -> Activity | None:
    found = desk.activities(2)
    return found[0] if found else None


Filler = Callable[[Desk, AgendaRequest, int], dict[str, object]]
_BLOCKS: dict[str, Filler] = {
    "actions": _actions,
    "baseline": _baseline,
    "explain": _explain,
    "try": _try,
    "again": _again,
    "apply": _apply,
    "evidence": _evidence,
    "swap": _swap,
}

# --- the rest -------------------------------------------------------------------------------------------------------


def _know(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    return common.know(desk, plan, 3 if request.minutes <= SHORT else 4)


def _findings(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    return Section(
        id=plan.id, title=plan.title, statements=desk.statements("Findings", 6, graded=True) or desk.sentences(6, 4)
    )


def _card(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    return common.card(desk, plan)


def _rules(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    return Section(id=plan.id, title=plan.title, items=tuple(common.listed(desk, "Ground rules")))


def _close(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    mentee = _MENTEE_ACTION[desk.outline.intent]
    activity = _activity(desk)
    last = request.session == "last"
    minutes = 0 if last else _minutes(desk, "try")
    if activity and minutes and fit(activity, minutes, group=False)[1]:
        mentee = f"finish “{activity.title}” and note where it got stuck"
    due = "in three months" if last else "before we meet again"
    ask = common.organisation(desk, 1)
    mentor = (
        f"get an answer to this: {ask[0].label.removeprefix('Ask ')}: {ask[0].text}"
        if ask
        else ("find the answer to the question that stayed open today, with its source")
    )
    if last:
        mentor = "write down what I would do differently with the next mentee, and look at it again"
    items = [
        Item(label="Mentee", text=f"I will ____________ by ________. Suggestion: {mentee}, {due}."),
        Item(
            label="Mentor",
            text=f"I will ____________ by ________. Suggestion: {mentor}{'' if mentor[-1] == '?' else f', {due}.'}",
        ),
    ]
    items += [Item(label="Pulse", text=b.text) for b in desk.listed("Pulse")]
    items += [
        Item(label="Seed for next time" if not last else "For later", text=b.text) for b in desk.listed("Next time")
    ]
    near = [title for title in desk.material.nearest if title not in {note.title for _, note in desk.notes}][:2]
    if near and not last:
        items.append(Item(label="Seed for next time", text=f"Related topics in the material: {'; '.join(near)}."))
    if not last:
        items.append(Item(label="Next meeting", text="Day ________, first item: what became of these two promises."))
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _difficult(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    items = common.listed(desk, "If it gets difficult")
    items += [Item(label="Running late", text=b.text) for b in desk.listed("Running late")]
    believed = common.beliefs(desk, plan, 1 if request.minutes <= SHORT else 2).statements
    return Section(id=plan.id, title=plan.title, items=tuple(items), statements=believed)


def _yours(desk: Desk, plan: SectionPlan, request: AgendaRequest) -> Section:
    return common.yours(desk, plan)


_WRITERS: dict[str, Callable[[Desk, SectionPlan, AgendaRequest], Section]] = {
    "purpose": _purpose,
    "yours": _yours,
    "prepare": _prepare,
    "plan": _plan,
    "know": _know,
    "findings": _findings,
    "card": _card,
    "rules": _rules,
    "close": _close,
    "difficult": _difficult,
}
