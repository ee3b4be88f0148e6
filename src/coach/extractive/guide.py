"""The built-in engine's discussion guide: questions in stages for a mixed-age group."""

import re
from collections.abc import Callable

from coach.extractive import common
from coach.extractive.desk import Desk
from coach.models import Block, GuideRequest, Item, Method, Question, Section, Stage, Step
from coach.outline import SectionPlan, apportion

STAGES: tuple[Stage, ...] = ("facts", "feelings", "meaning", "decision")
MINUTES_A_QUESTION = 5
"""Minutes that one question takes in a group, with the time to think."""
PURPOSES: dict[str, str] = {
    "facts": "bring out what people have seen, before what they make of it",
    "feelings": "let the reactions be heard, since they differ",
    "meaning": "find what lies behind the differences: task, situation, experience",
    "decision": "turn the talk into something that somebody does",
}
_GENERIC: dict[str, tuple[tuple[str, str], ...]] = {
    "facts": (
        ("What have you seen or done in the past month that this topic brings to mind?", "What happened just before?"),
        ("Where in your own work does this topic turn up?", "How often is that?"),
    ),
    "feelings": (
        ("What about it gives you energy, or costs you some?", "When did you notice that?"),
        ("What has surprised you about the subject so far?", "What had you expected?"),
    ),
    "meaning": (
        ("What makes the difference between people who see it one way and people who see it another, in your experience?",
         "Which part of that is about the job or the situation?"),
        ("What would a newcomer to your team misunderstand about it?", "How did you learn it yourself?"),
    ),
    "decision": (
        ("What is one small thing you would try in the next four weeks?", "How would you know that it helped?"),
        ("Whom do you need to ask or tell before anything changes?", "By when will you do it?"),
    ),
}  # fmt: skip
"""Questions for a topic that the material does not cover: two for each stage."""


_STEPS: dict[str, tuple[Step, ...]] = {
    "alone": (Step(text="Write your answer as you would say it; nobody else reads it."),),
    "pairs": (
        Step(text="In pairs: one answers, the other listens without comment; swap at half-time."),
        Step(text="Hear two or three answers from those who wish; nobody is called on."),
    ),
    "groups": (
        Step(text="In groups of four: everybody answers once before anybody speaks twice."),
        Step(text="Each group marks the point on which its members differed most."),
        Step(text="Hear two or three of these points, without names."),
    ),
    "all": (),
}
"""How a stage is worked on where no method fits; empty where the frame's own steps do."""
_SWAPPED = (
    Step(text="Stay in the same pairs; whoever listened first begins this time."),
    Step(text="Leave ten seconds of silence, then hear from those who wish; anybody may pass."),
)
"""The same for a second round in pairs."""


AGREED = "agreed one or two small things to try, each with an owner and a day to look back"
"""What a group has done at the end where the note's own aim is one of a pair."""
HEARD = "heard situations of its own and several explanations of them; what to try is left for another time"
"""What a group has done at the end where there is no time to agree anything."""
_ARRANGES = re.compile(
    r"(?:for a (?:group|cohort), )?(?:ask|tell|say|find out|name|read|seat|mix|separate|agree|check|count|book|invite)\b",
    re.IGNORECASE,
)
_THINGS = re.compile(r"\b(?:print|cards?|sheets?|exercise|examples?|form|device|claim|point type)\b", re.IGNORECASE)
_OF_A_PAIR = re.compile(r"\b(?:signed|pair|two of you|mentees?|mentors?|juniors?|seniors?)\b")


def sections(desk: Desk, plan: SectionPlan) -> Section:
    """One section of a discussion guide."""
    request = desk.request
    assert isinstance(request, GuideRequest)
    return _WRITERS[plan.id](desk, plan, request)


def _purpose(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    items = [Item(label="Goal, in your words", text=request.goal)] if request.goal else []
    found = desk.best("Objectives", 1, "agree")
    agreed = found[0][1].text if found and not _OF_A_PAIR.search(found[0][1].text) else AGREED
    decides = any(planned.block.id == "decision" for planned in desk.outline.planned)
    items.append(Item(label="By the end", text=f"The group has {agreed if decides else HEARD}."))
    items.append(
        Item(label="Not the purpose", text="To prove anybody right, or to find out what people of some age are like.")
    )
    if request.people == 1:
        items.append(
            Item(
                label="Alone",
                text="You are one person: write where the guide says talk, and read it to somebody afterwards.",
            )
        )
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _prepare(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    items = []
    for _, bullet in desk.best("Before you meet", 1, "host"):
        arranged = _arranged(bullet.text)
        if arranged:
            minutes = bullet.minutes if arranged == bullet.text else None
            items.append(Item(label="Host", minutes=minutes, text=arranged))
    if not desk.notes:
        items += common.listed(desk, "Uncovered")
    if request.people > 1:
        items += common.listed(desk, "Prepare")
    tables = _tables(request.people)
    if tables:
        items.append(Item(label="Room", text=tables))
    items += common.uneven(request.people) + common.setting_items(desk)
    return Section(id=plan.id, title=plan.title, items=tuple(items))


def _arranged(text: str) -> str:
    """What a host asks, tells and agrees beforehand: the sentences of a note's line that make no things for an exercise.

    A guide asks questions; the cards and sheets of the note's exercises would lie about unused.
    """
    parts = re.split(r"(?<=[.;]) ", text)
    found = [part for part in parts if _ARRANGES.match(part) and not _THINGS.search(part)]
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.;')}." for part in found)


def _tables(people: int) -> str:
    """How to seat this many people: fours and, where they do not come out even, some threes or fives."""
    if people < 6:
        return ""
    fours, rest = divmod(people, 4)
    if rest == 0:
        return f"{people} people sit in {fours} groups of four."
    if rest == 1:
        return f"{people} people sit in {fours} groups: {_groups(fours - 1, 4)} and one of five."
    threes = 4 - rest
    if fours + 1 == threes:
        return f"{people} people sit in {threes} groups of three."
    return f"{people} people sit in {fours + 1} groups: {_groups(fours + 1 - threes, 4)} and {_groups(threes, 3)}."


def _groups(count: int, size: int) -> str:
    names = {1: "one", 2: "two", 3: "three"}
    return f"{names.get(count, str(count))} of {({3: 'three', 4: 'four'})[size]}"


def _rules(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    return Section(id=plan.id, title=plan.title, items=tuple(common.listed(desk, "Ground rules")))


# --- the plan -------------------------------------------------------------------------------------------------------


def _plan(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    taken: set[str] = set()
    blocks: list[Block] = []
    asked = _asked(desk)
    modes: dict[str, str] = {}
    for block_id, planned in common.parts(desk.outline.planned).items():
        minutes = sum(part.minutes for part in planned)
        timed = _timed_questions(asked.get(block_id, ()), minutes)
        filled: dict[str, object] = {"questions": timed}
        method = desk.method(planned[0].block.method, minutes, request.people, taken)
        if method:
            taken.add(method.title)
            how_asked = mode_of(method)
            filled["questions"] = tuple(q.model_copy(update={"mode": how_asked}) for q in timed)
            filled |= {
                "method": method.title,
                "materials": tuple(material for material in method.materials if material != "nothing"),
                "steps": (*method.steps[:1], *_from_afar(method, request), *method.steps[1:]),
            }
        elif block_id in STAGES and timed:
            modes[block_id] = timed[0].mode
            again = block_id == "feelings" and modes[block_id] == modes.get("facts") == "pairs"
            filled["steps"] = _SWAPPED if again else _STEPS[timed[0].mode] or planned[0].block.steps
        if block_id == "close" and method:
            filled["questions"] = ()  # the method has its own last words
        elif block_id == "close":
            filled["steps"] = _last_words(desk)
        if block_id == "alone" and not timed:
            filled["steps"] = (Step(text="Read out the first question of the next part."), *planned[0].block.steps)
        if block_id == "cafe" and request.setting != "in person":
            filled["steps"] = (
                Step(text="For those on the call a table is a breakout room, its sheet a shared page."),
                *planned[0].block.steps,
            )
        blocks += common.in_parts(planned, filled)
    blocks.sort(key=lambda block: block.start)
    return Section(id=plan.id, title=plan.title, blocks=tuple(blocks))


def _from_afar(method: Method, request: GuideRequest) -> tuple[Step, ...]:
    """How the method is done by people who are not in the room: told after its first step, which says what it is about."""
    if request.setting == "in person":
        return ()
    how = method.remote[:1].lower() + method.remote[1:]
    return (Step(text=f"On the call: {how}" if request.setting == "remote" else f"For those on the call: {how}"),)


def _last_words(desk: Desk) -> tuple[Step, ...]:
    """The closing round: the sentences to finish, then the steps of its frame."""
    sentences = "; ".join(f"“{b.label}: {b.text}”" if b.label else f"“{b.text}”" for b in desk.listed("Closing"))
    frame = next(p.block.steps for p in desk.outline.planned if p.block.id == "close")
    return (Step(text=f"On the card: {sentences}"), *frame)


def _asked(desk: Desk) -> dict[str, tuple[Question, ...]]:
    """The questions of each block: one stage a block, more where there is time."""
    found: dict[str, tuple[Question, ...]] = {}
    people = desk.request.people if isinstance(desk.request, GuideRequest) else 2
    for item in desk.outline.planned:
        stage = item.block.id
        if stage in STAGES:
            total = sum(p.minutes for p in desk.outline.planned if p.block.id == stage)
            count = max(1, min(4, total // MINUTES_A_QUESTION))
            found[stage] = tuple(
                q.model_copy(update={"purpose": PURPOSES[stage], "mode": mode(stage, people)})
                for q in _of(desk, stage)[:count]
            )
    opening = desk.listed("Opening")
    ids = {item.block.id for item in desk.outline.planned}
    if "alone" in ids:
        used = {question.text for questions in found.values() for question in questions}
        left = [q for stage in STAGES[:2] for q in _of(desk, stage) if q.text not in used][:2]
        found["alone"] = tuple(Question(text=question.text, mode="alone") for question in left)
    if "opening" in ids and opening:
        small = people <= 12
        found["opening"] = (Question(text=opening[0 if small else -1].text, mode="all" if small else "pairs"),)
    if "close" in ids:
        found["close"] = (Question(text="Which of these sentences do you want to finish?", mode="all"),)
    return found


def _of(desk: Desk, stage: Stage | str) -> tuple[Question, ...]:
    """All questions of one stage, the best first; generic ones where no note has any."""
    written = desk.questions(24, stage)  # type: ignore[arg-type]  # a stage's name
    if written:
        return written
    return tuple(Question(text=text, probe=probe, stage=stage) for text, probe in _GENERIC[stage] if desk.allowed(text))


def mode(stage: str, people: int) -> str:
    """How a stage is worked on: alone, in pairs, in groups, or all together."""
    if people == 1:
        return "alone"
    if people <= 5:
        return "pairs" if stage == "feelings" and people > 2 else "all"
    if stage in ("facts", "feelings"):
        return "pairs"
    return "groups" if stage == "meaning" or people > 30 else "all"


def mode_of(method: Method) -> str:
    """How people work in a method, read from its name and steps."""
    text = " ".join((method.title, *(step.text for step in method.steps))).lower()
    for name, words in (
        ("pairs", ("neighbour", "pair", "partner")),
        ("groups", ("table", "fours", "groups", "group of")),
    ):
        if any(word in text for word in words):
            return name
    return "all"


def _timed_questions(questions: tuple[Question, ...], minutes: int) -> tuple[Question, ...]:
    if not questions or len(questions) > minutes:
        return questions[:minutes]
    lengths = apportion(minutes, [1.0] * len(questions), at_least=1)
    return tuple(q.model_copy(update={"minutes": length}) for q, length in zip(questions, lengths, strict=True))


# --- the rest -------------------------------------------------------------------------------------------------------


def _reserve(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    used = {question.text for questions in _asked(desk).values() for question in questions}
    left = [
        q.model_copy(update={"purpose": PURPOSES[stage]})
        for stage in STAGES
        for q in [question for question in _of(desk, stage) if question.text not in used][:2]
    ]
    return Section(id=plan.id, title=plan.title, questions=tuple(left))


def _know(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    section = common.know(desk, plan, 3 if request.minutes <= 20 else 4)
    intro = (
        "Have it at hand; do not lecture. Offer a fact when the talk rests on a wrong one."
        if section.statements
        else ""
    )
    return section.model_copy(update={"intro": intro})


def _beliefs(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    return common.beliefs(desk, plan, 3)


def _difficult(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    return Section(id=plan.id, title=plan.title, items=tuple(common.listed(desk, "Watch-outs")))


def _after(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    return Section(
        id=plan.id, title=plan.title, items=tuple(common.listed(desk, "After") + common.organisation(desk, 2))
    )


def _reading(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    section = common.reading(desk, plan)
    return section.model_copy(update={"items": section.items[:5]})


def _yours(desk: Desk, plan: SectionPlan, request: GuideRequest) -> Section:
    return common.yours(desk, plan)


_WRITERS: dict[str, Callable[[Desk, SectionPlan, GuideRequest], Section]] = {
    "purpose": _purpose,
    "yours": _yours,
    "prepare": _prepare,
    "rules": _rules,
    "plan": _plan,
    "reserve": _reserve,
    "know": _know,
    "beliefs": _beliefs,
    "difficult": _difficult,
    "after": _after,
    "reading": _reading,
}
