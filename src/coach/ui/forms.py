"""What a form asks, and how what was typed into it becomes a request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from coach.models import AnyRequest
from coach.pipeline import make_request

Typed = str | float | None
"""What Gradio hands over for one input."""


@dataclass(frozen=True)
class Field:
    """One thing a form asks.

    Attributes:
        name: Field of the request; "mentor.role" is a part of one.
        choices: For a choice, (label, value) pairs; the first is chosen at the start.
        width: Pixels it needs at least; fields that do not fit beside each other go below.
        parse: Turns typed text into the request's value.
    """

    name: str
    label: str
    info: str = ""
    placeholder: str = ""
    kind: Literal["line", "lines", "number", "choice"] = "line"
    choices: tuple[tuple[str, str], ...] = ()
    value: Typed = ""
    width: int = 240
    parse: Callable[[str], Any] | None = None


@dataclass(frozen=True)
class Job:
    """One of the three things Coach makes: its form, and examples that fill it."""

    key: str
    tab: str
    intro: str
    button: str
    empty: str
    essential: tuple[Field, Field]
    more: tuple[tuple[str, tuple[Field, ...]], ...]
    examples: tuple[tuple[str, Mapping[str, Typed]], ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything the form asks, in the order of the page."""
        return (*self.essential, *(field for _, group in self.more for field in group))

    def request(self, typed: Sequence[Typed]) -> AnyRequest:
        """The request for what was typed into `fields`.

        Raises:
            RequestError: something cannot be used; the message says what to do.
        """
        values: dict[str, Any] = {}
        for field, value in zip(self.fields, typed, strict=True):
            part = _value(field, value)
            if part is None:
                continue
            outer, _, inner = field.name.partition(".")
            if inner:
                values.setdefault(outer, {})[inner] = part
            else:
                values[outer] = part
        return make_request(self.key, **values)

    def example(self, number: int) -> tuple[Typed, ...]:
        """The values of `fields` that an example fills in."""
        given = self.examples[number][1]
        return tuple(given.get(field.name, field.value) for field in self.fields)


def _value(field: Field, value: Typed) -> Any:
    """A typed value as `make_request` takes it; None where nothing was typed, so that the default holds."""
    if field.kind == "number":
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e9 else value
    text = str(value or "")
    return field.parse(text) if field.parse else text
