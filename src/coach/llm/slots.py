"""A section as texts that a model may reword, and a section with some of them reworded. Code keeps everything else."""

from collections.abc import Mapping
from typing import Literal, get_args

from coach.models import Block, Citation, Frozen, Item, Question, Section, Statement, Step

SlotKind = Literal["statement", "question", "instruction"]
KINDS: tuple[SlotKind, ...] = get_args(SlotKind)

UNTOUCHED = frozenset({"reading", "terms", "yours", "own", "rules", "difficult"})
"""Sections that a model never sees: references, definitions, the user's own material and lines, rules of conduct."""


class Slot(Frozen):
    """One text that may be reworded.

    Attributes:
        rests_on: Ids of the evidence below a statement; empty for other kinds.
        label: What the text answers or belongs to, shown to the model and kept.
    """

    id: str
    kind: SlotKind
    text: str
    probe: str = ""
    label: str = ""
    rests_on: tuple[str, ...] = ()


class Rewrite(Frozen):
    """A text that may stand in a slot's place."""

    slot: str
    text: str
    ids: tuple[str, ...] = ()
    probe: str = ""


class Slots(Frozen):
    """A section's slots, the most important first, and the quotes behind its statements by id."""

    slots: tuple[Slot, ...]
    evidence: dict[str, Citation]

    def first(self, count: int) -> "Slots":
        """The first `count` slots with the evidence that they rest on."""
        slots = self.slots[:count]
        named = {name for slot in slots for name in slot.rests_on}
        return Slots(slots=slots, evidence={name: quote for name, quote in self.evidence.items() if name in named})


def slots_of(section: Section) -> Slots:
    """What of a section may be reworded; nothing for sections that a model never sees."""
    if section.id in UNTOUCHED:
        return Slots(slots=(), evidence={})
    found: list[Slot] = []
    evidence: dict[str, Citation] = {}
    for number, statement in enumerate(section.all_statements(), start=1):
        ids = []
        for citation in statement.citations:
            known = next((name for name, other in evidence.items() if other == citation), None)
            name = known or f"e{len(evidence) + 1}"
            evidence[name] = citation
            ids.append(name)
        found.append(
            Slot(id=f"a{number}", kind="statement", text=statement.text, label=statement.label, rests_on=tuple(ids))
        )
    for number, question in enumerate(section.all_questions(), start=1):
        found.append(Slot(id=f"q{number}", kind="question", text=question.text, probe=question.probe))
    for number, (text, label) in enumerate(_instructions(section), start=1):
        if "____" not in text:
            found.append(Slot(id=f"i{number}", kind="instruction", text=text, label=label))
    return Slots(slots=tuple(found), evidence=evidence)


def reworded(section: Section, slots: Slots, rewrites: Mapping[str, Rewrite]) -> Section:
    """The section with the rewrites in their slots' places; minutes, labels, order and all else stay."""
    numbers = {"a": 0, "q": 0, "i": 0}

    def rewrite(letter: str) -> Rewrite | None:
        numbers[letter] += 1
        return rewrites.get(f"{letter}{numbers[letter]}")

    def statement(old: Statement) -> Statement:
        new = rewrite("a")
        if new is None or new.text == old.text:
            return old
        citations = tuple(slots.evidence[name] for name in dict.fromkeys(new.ids))
        exact = any(citation.quote == new.text for citation in citations)
        return old.model_copy(
            update={"text": new.text, "citations": citations, "tier": "exact" if exact else "supported"}
        )

    def question(old: Question) -> Question:
        new = rewrite("q")
        return old.model_copy(update={"text": new.text, "probe": new.probe or old.probe}) if new else old

    def text(old: str) -> str:
        new = rewrite("i")
        return new.text if new else old

    # in the order in which the slots were numbered
    statements = tuple(statement(old) for old in section.statements)
    said = [tuple(statement(old) for old in block.say) for block in section.blocks]
    questions = tuple(question(old) for old in section.questions)
    asked = [tuple(question(old) for old in block.questions) for block in section.blocks]
    items = tuple(Item(text=text(old.text), label=old.label, minutes=old.minutes) for old in section.items)
    blocks: list[Block] = []
    for block, say, ask in zip(section.blocks, said, asked, strict=True):
        steps = tuple(Step(text=text(step.text), minutes=step.minutes) for step in block.steps)
        blocks.append(block.model_copy(update={"say": say, "questions": ask, "steps": steps}))
    return section.model_copy(
        update={"statements": statements, "questions": questions, "items": items, "blocks": tuple(blocks)}
    )


def _instructions(section: Section) -> list[tuple[str, str]]:
    return [(item.text, item.label) for item in section.items] + [
        (step.text, block.title) for block in section.blocks for step in block.steps
    ]
