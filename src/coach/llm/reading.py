"""What a model answered, into rewrites: reasoning, fences, prose and broken lists are cleared away, the rest is validated."""

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from coach.llm.slots import Rewrite, Slots

LONGEST_ANSWER = 60_000
"""Characters beyond which an answer is not read: no section needs a tenth of it."""
_THINKING = re.compile(r"<(think|thinking|reasoning|analysis)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)
_STRING = r'"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
_BEGUN = re.compile(
    rf'\{{\s*"slot"\s*:\s*"(?P<slot>\w+)"\s*,\s*"text"\s*:\s*(?P<text>{_STRING})\s*,\s*(?:"ids"\s*:\s*\[(?P<ids>[^\]{{}}]*))?'
)
_REFUSAL = re.compile(
    r"\b(?:I(?:['’]m| am) (?:sorry|unable|not able)|I can(?:no|['’])t|I won['’]t|as an AI|cannot (?:help|assist|comply))\b",
    re.I,
)


class UnreadableError(Exception):
    """An answer that is not what was asked for; the message says to the model what is wrong."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    slot: str
    text: str
    ids: list[str] = []
    probe: str = ""

    @field_validator("ids", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        """A list told as a string ("e1, e2" or '["e1"]'), or nothing at all."""
        if value is None:
            return []
        if isinstance(value, str):
            return re.findall(r"\w+", value)
        return value

    @field_validator("probe", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return value or ""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    rewrites: list[_Row]

    @field_validator("rewrites", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return [value] if isinstance(value, dict) else value


def schema(slots: Slots) -> dict[str, Any]:
    """The JSON Schema of an answer: flat, with the slots and the evidence that there are as the only choices."""
    row = {
        "slot": {"type": "string", "enum": [slot.id for slot in slots.slots]},
        "text": {"type": "string"},
        "ids": {
            "type": "array",
            "items": {"type": "string", **({"enum": list(slots.evidence)} if slots.evidence else {})},
        },
        "probe": {"type": "string"},
    }
    item = {"type": "object", "properties": row, "required": list(row), "additionalProperties": False}
    return {
        "title": "rewrites",
        "type": "object",
        "properties": {"rewrites": {"type": "array", "items": item}},
        "required": ["rewrites"],
        "additionalProperties": False,
    }


def read(text: str, slots: Slots, *, cut: bool = False) -> dict[str, Rewrite]:
    """The rewrites in an answer by slot. Rows for slots that there are not, or that change nothing, are dropped; of two for one slot the first counts.

    Args:
        cut: Whether the answer ended at its token limit: then the rows at its beginning are used.

    Raises:
        UnreadableError: there is no such JSON in it.
    """
    if len(text) > LONGEST_ANSWER:
        raise UnreadableError("the answer was far too long")
    clear = _THINKING.sub("", text).strip()
    if not clear:
        raise UnreadableError("the answer was empty")
    rows = _rows(clear, cut=cut)
    known = {slot.id: slot for slot in slots.slots}
    found: dict[str, Rewrite] = {}
    for row in rows:
        if row.slot in known and row.slot not in found and row.text.strip():
            text, probe, slot = " ".join(row.text.split()), " ".join(row.probe.split()), known[row.slot]
            if (text, probe or slot.probe) != (slot.text, slot.probe):  # else nothing was reworded
                found[row.slot] = Rewrite(slot=row.slot, text=text, ids=tuple(row.ids), probe=probe)
    return found


def _rows(clear: str, *, cut: bool) -> list[_Row]:
    fenced = _FENCE.search(clear)
    for candidate in filter(None, (fenced[1] if fenced else None, clear, _outermost(clear))):
        try:
            loaded = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        loaded = {"rewrites": loaded} if isinstance(loaded, list) else loaded
        if isinstance(loaded, str):
            continue
        try:
            return _Answer.model_validate(loaded).rewrites
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the object"
            raise UnreadableError(f"{where}: {first['msg']}") from None
    if cut and (begun := _rows_begun(clear)):
        return begun
    if _REFUSAL.search(clear):
        raise UnreadableError("the answer was a refusal; rewording these texts is harmless, and texts may be left out")
    raise UnreadableError(
        "there was no JSON object in the answer" + (", it was cut off at the token limit" if cut else "")
    )


def _outermost(text: str) -> str | None:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else None


def _rows_begun(text: str) -> list[_Row]:
    """The rows of an answer that was cut off: the whole ones, and the last one if its text is whole (models repeat ids without end)."""
    found, end = [], 0
    for match in re.finditer(r"\{[^{}]*\}", text):
        end = match.end()
        try:
            found.append(_Row.model_validate(json.loads(match[0], strict=False)))
        except (ValueError, ValidationError):
            continue
    if last := _BEGUN.search(text, end):
        ids = list(dict.fromkeys(re.findall(r'"(\w+)"', last["ids"] or "")))
        found.append(_Row(slot=last["slot"], text=json.loads(last["text"], strict=False), ids=ids))
    return found
