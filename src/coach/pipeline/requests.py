"""Typed fields to a request, or a sentence that says what to change."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from coach.errors import RequestError
from coach.models import AnyRequest

_REQUESTS: TypeAdapter[AnyRequest] = TypeAdapter(Annotated[AnyRequest, Field(discriminator="artefact")])


def make_request(artefact: str, **fields: Any) -> AnyRequest:
    """A request from typed fields.

    Raises:
        RequestError: a field cannot be used; the message names it and what it may be.
    """
    try:
        return _REQUESTS.validate_python({"artefact": artefact, **fields})
    except ValidationError as error:
        raise RequestError(" ".join(_explained(part) for part in error.errors())) from None


_LIMITS = {
    "string_too_long": "max_length",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "too_long": "max_length",
}


def _explained(error: Any) -> str:
    """One validation error in words for the person who typed."""
    name = ".".join(str(part) for part in error["loc"][1:]) or "request"
    kind, limit, given = error["type"], error.get("ctx", {}), error.get("input")
    if name == "topic" and kind in ("string_too_short", "too_short", "missing"):
        return "The topic is empty. Say in a few words what the meeting is about."
    if name == "minutes":
        return (
            f"{given} minutes cannot be planned. Give a whole number from 5 to 480."
            if kind != "missing"
            else "Say how many minutes you have, from 5 to 480."
        )
    if name == "people":
        return f"{given} people cannot be planned for. Give a whole number from 1 to 500."
    if kind in ("string_too_long", "too_long"):
        size = f"{len(given):,} characters" if isinstance(given, str) else "too much"
        return f"'{name}' has {size}; {limit['max_length']:,} is the most. Put long text into a file of a knowledge folder."
    if kind == "literal_error":
        return f"'{name}' cannot be '{given}'. Use one of: {limit['expected']}."
    return f"'{name}': {str(error['msg']).removeprefix('Value error, ')}."
