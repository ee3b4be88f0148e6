"""Sections that more than one artefact has."""

from collections.abc import Sequence

from coach.extractive.desk import Desk, cut, timed
from coach.models import Block, FrameBlock, Item, Section, Source, Statement, Step
from coach.outline import Planned, SectionPlan

_GRADES = ("strong", "moderate", "weak")


def block(planned: Planned, **filled: object) -> Block:
    """A timed block: what the frame says, overridden by what was filled in."""
    frame: FrameBlock = planned.block
    values: dict[str, object] = {
        "id": frame.id,
        "title": frame.title,
        "start": planned.start,
        "minutes": planned.minutes,
        "purpose": frame.purpose,
        "lead": frame.lead.capitalize(),
        "steps": frame.steps,
        "materials": frame.materials,
        "result": frame.result,
        "stuck": frame.stuck,
    }
    return Block.model_validate(values | {key: value for key, value in filled.items() if value})


def parts(planned: Sequence[Planned]) -> dict[str, list[Planned]]:
    """The parts of each block: more than one where a break cuts it."""
    found: dict[str, list[Planned]] = {}
    for item in planned:
        found.setdefault(item.block.id, []).append(item)
    return found


def in_parts(planned: Sequence[Planned], filled: dict[str, object]) -> list[Block]:
    """A block that was filled in, in as many parts as breaks cut it into; its steps are dealt out to them."""
    if len(planned) == 1 or planned[0].block.id == "break":
        return [block(part, **filled) for part in planned]
    steps = filled.get("steps") or planned[0].block.steps
    lengths = [part.minutes for part in planned]
    dealt = cut(timed(steps, sum(lengths)), lengths)  # type: ignore[arg-type]  # steps are steps
    blocks = []
    for number, (part, mine) in enumerate(zip(planned, dealt, strict=True)):
        own = (
            filled
            if not number
            else {key: value for key, value in filled.items() if key in ("lead", "method", "result")}
        )
        title = part.block.title if not number else f"{part.block.title}, continued"
        blocks.append(block(part, **{**own, "steps": mine, "title": title}))
    return blocks


def card(desk: Desk, plan: SectionPlan) -> Section:
    """The list to keep, and what to do in which situation."""
    checks = [Item(label=b.label, text=b.text) for _, b in desk.best("Checklist", 6)]
    decide = [Item(label=b.label, text=_sentence(b.text)) for _, b in desk.best("Decide", 5)]
    if not checks:
        checks = [
            Item(label="What is the claim?", text="Write it in one sentence, with its figure and its year."),
            Item(label="Who says so?", text="Find who was asked or measured, how many, and who paid for it."),
            Item(label="Who disagrees?", text="Look for one source that finds otherwise, and note why."),
            Item(label="What would change here?", text="Name the one decision of yours that hangs on it."),
        ]
    return Section(id=plan.id, title=plan.title, items=tuple(checks + decide))


def know(desk: Desk, plan: SectionPlan, most: int) -> Section:
    """The bottom line of the notes and what speaks against it, for people who have two minutes."""
    lines = desk.first("In short", max(2, most - 1)) or desk.sentences(most)
    caveats = tuple(s.model_copy(update={"label": "But"}) for s in desk.statements("Caveats", 1, ""))
    return Section(id=plan.id, title=plan.title, statements=lines + caveats)


def yours(desk: Desk, plan: SectionPlan) -> Section:
    """What the user's own documents say, beside the curated notes; without notes it stands in the other sections."""
    return Section(id=plan.id, title=plan.title, statements=desk.sentences(5) if desk.notes else ())


def beliefs(desk: Desk, plan: SectionPlan, most: int) -> Section:
    """What people believe, and what the evidence says."""
    found = tuple(s.model_copy(update={"label": f"“{s.label}”"}) for s in desk.statements("Misconceptions", most))
    return Section(id=plan.id, title=plan.title, statements=found)


def reading(desk: Desk, plan: SectionPlan) -> Section:
    """The sources behind the note that fits best, the firmest and newest first."""
    sources: tuple[Source, ...] = desk.notes[0][1].sources if desk.notes else ()
    ordered = sorted(sources, key=lambda source: (_GRADES.index(source.strength), -source.year, source.id))
    items = tuple(
        Item(label=f"{s.year}, {s.kind}, {s.strength}", text=f"{s.title.rstrip('.')}. {s.publisher}. {s.url}")
        for s in [source for source in ordered if desk.allowed(source.title)][:10]
    )
    own = tuple(
        Item(label="Your material", text=document.title)
        for document in desk.material.documents
        if document.note is None
    )
    return Section(id=plan.id, title=plan.title, items=items + own)


def organisation(desk: Desk, most: int) -> list[Item]:
    """What to find out from IT, HR or legal before relying on anything."""
    return [Item(label=f"Ask {b.label}", text=b.text) for _, b in desk.best("Ask your organisation", most)]


def listed(desk: Desk, name: str, *labels: str) -> list[Item]:
    """A list of the session frame as items."""
    return [Item(label=b.label[:1].upper() + b.label[1:], text=_sentence(b.text)) for b in desk.listed(name, *labels)]


def uneven(people: int) -> list[Item]:
    """What to do where a step asks for pairs and the number of people is odd."""
    if people < 3 or people % 2 == 0:
        return []
    how = "work as three" if people == 3 else "one of them is a three"
    return [Item(label="Odd number", text=f"You are {people}: where a step asks for pairs, {how}.")]


def setting_items(desk: Desk) -> list[Item]:
    """What the place of the meeting asks for."""
    return [
        Item(label=desk.request.setting.capitalize(), text=b.text)
        for b in desk.listed(desk.request.setting.capitalize())
    ]


def spoken(desk: Desk) -> tuple[tuple[Statement, ...], tuple[Step, ...]]:
    """The explanation of the first note: its sentences, and the comparison for the people at hand with its limit."""
    if not desk.notes:
        return (), ()
    say = desk.statements("Explain it", 3, "")
    steps = [Step(text="Say the three sentences below in your own words, and stop.")] if say else []
    for label in (*desk.outline.lenses, "everyone"):
        found = [b for _, b in desk.bullets("Explain it", label)]
        if found:
            steps.append(Step(text=f"Give the comparison: “{found[0].text}”"))
            break
    limits = [b for _, b in desk.bullets("Explain it", "limits")]
    if limits and len(steps) > 1:
        steps.append(Step(text=f"Say where it breaks down: “{limits[0].text}”"))
    return say, tuple(steps)


def in_minutes(steps: Sequence[Step], minutes: int) -> tuple[Step, ...]:
    """Steps timed where there is at least a minute for each, else as they are."""
    return timed(steps, minutes) if steps and len(steps) <= minutes else tuple(steps)


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    text = sentence_case(text)
    return text if text[-1] in '.!?…”"' else text + "."
