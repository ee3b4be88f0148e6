"""Pairs of requests that differ in one field: what changed must be explained by that field, and the rest must stay."""

from collections.abc import Iterator, Sequence
from typing import Any

from coach.models import Artefact, Block, Section
from coach.pipeline import Coach
from evals.cases import Row
from evals.drafts import finished, request_of


def tailored(coach: Coach, pairs: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each pair drafted twice.

    A pair names the parts that must change, those that may, and words that the changed parts must say. A part is a section
    ("know"), a block ("plan.try"), "clock" (which block begins when), "title", "header", "notices" or "gaps"; "plan.*" is every block.
    """
    for pair in pairs:
        base = {**pair["base"]}
        other = {**base, **{key: value for key, value in pair["change"].items() if key != "fields"}}
        other["fields"] = {**base.get("fields", {}), **pair["change"].get("fields", {})}
        before, after = (parts(finished(coach, request_of(case))) for case in (base, other))
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        must, may = set(pair.get("must", ())), set(pair.get("may", ()))
        told = " ".join(after.get(name, "") for name in changed)
        lacking = [
            *sorted(must - changed),
            *(words for words in pair.get("says", ()) if words.lower() not in told.lower()),
        ]
        unexplained = sorted(name for name in changed - must if not ({name, name.split(".")[0] + ".*"} & may))
        yield Row(
            id=pair["id"],
            group="tailoring",
            part=pair["part"],
            figures={"field followed": float(not lacking), "rest kept": float(not unexplained)},
            input=f"{base}\n-> {pair['change']} ({pair['why']})",
            output=f"lacking: {', '.join(lacking) or 'nothing'}; not explained: {', '.join(unexplained) or 'nothing'}",
            evidence="\n".join(f"{name}: {before.get(name, '')[:300]} -> {after.get(name, '')[:300]}" for name in sorted(changed)),
        )  # fmt: skip


def parts(artefact: Artefact) -> dict[str, str]:
    """The parts of a draft by name, as text."""
    found = {
        "title": artefact.title,
        "header": "\n".join(f"{item.label}: {item.text}" for item in artefact.header),
        "notices": "\n".join(notice.text for notice in artefact.notices),
        "gaps": "\n".join(artefact.gaps),
        "clock": ", ".join(f"{block.start} {block.id}" for block in artefact.blocks),
    }
    for section in artefact.sections:
        own = section.model_copy(update={"blocks": ()})
        if any(own.all_texts()) and not section.blocks:
            found[section.id] = _text(own)
        for block in section.blocks:
            found[f"plan.{block.id}"] = found.get(f"plan.{block.id}", "") + _block(block)
    return found


def _text(section: Section) -> str:
    return "\n".join(text for text in section.all_texts() if text)


def _block(block: Block) -> str:
    """What a block asks of people; its minutes are the clock's."""
    steps = [step.text for step in block.steps]
    questions = [question.text for question in block.questions]
    said = [statement.text for statement in block.say]
    return "\n".join(
        [
            block.title,
            block.lead,
            block.method,
            block.purpose,
            block.result,
            *steps,
            *questions,
            *said,
            *block.materials,
        ]
    )
