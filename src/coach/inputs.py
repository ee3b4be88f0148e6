"""What people type on one line, as types: promises, a person, a list. Used by the command line and the web app."""

import re
from typing import Any, TypeVar

from pydantic import ValidationError

from coach.errors import RequestError
from coach.models import LONGEST_FIELD, Action, Frozen, Person

OWNER_WORDS = 4
"""Words of an owner at most ("head of group logistics"); a longer prefix is part of the promise."""
_SIDES = ("mentor", "mentee", "both")
_BULLET = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_OWNED = re.compile(r"(?P<owner>[^\W\d_][^:.!?\"“”()]*?)\s*:(?P<gap>\s*)(?P<text>\S.*)", re.DOTALL)
_FIELD = re.compile(r"(?P<name>role|offers|wants)\s*:\s*(?P<text>.*)", re.IGNORECASE | re.DOTALL)
_VERB = re.compile(
    r"(?:agree|answer|ask|book|bring|buy|call|change|check|choose|collect|compare|decide|describe|do|draft|email|explain|"
    r"find|fix|get|give|invite|keep|list|look|make|meet|name|note|open|pick|plan|prepare|print|put|read|record|report|send|"
    r"set|share|show|sign|start|stop|suggest|take|talk|tell|test|think|to|try|use|watch|write)\b",
    re.IGNORECASE,
)
"""A prefix that begins with one of these is what was promised ("ask IT: which tools?"), and not who promised it."""
F = TypeVar("F", bound=Frozen)


def parse_list(text: str) -> tuple[str, ...]:
    """Entries, one a line or separated by semicolons; bullets and empty entries are left out."""
    pieces = (_BULLET.sub("", piece, count=1) for piece in re.split(r"[\n;]", text))
    return tuple(" ".join(piece.split()) for piece in pieces if piece.strip(" \t\r-*•–"))


def parse_actions(text: str) -> tuple[Action, ...]:
    """Promises, one a line or separated by semicolons: "mentee: bring one real report by Friday".

    Who promised stands before a colon: mentor, mentee, both or a role; without it, both. When it is due stays in the
    text, in the user's words.

    Raises:
        RequestError: a promise is too long or holds a control character.
    """
    return tuple(_made(Action, entry, **_owned(entry)) for entry in parse_list(text))


def parse_person(text: str) -> Person:
    """A person as "role; offers: …; wants: …", each part optional; what has no such name continues the part before it.

    Raises:
        RequestError: a part is too long or holds a control character.
    """
    parts: dict[str, list[str]] = {"role": [], "offers": [], "wants": []}
    name = "role"
    for entry in parse_list(text):
        named = _FIELD.fullmatch(entry)
        name, rest = (named["name"].lower(), named["text"]) if named else (name, entry)
        parts[name] += [rest] if rest else []
    return _made(Person, text, **{name: "; ".join(found) for name, found in parts.items()})


def _owned(entry: str) -> dict[str, str]:
    match = _OWNED.fullmatch(entry)
    if not match:
        return {"text": entry}
    words = match["owner"].split()
    known = match["owner"].lower() in _SIDES
    if known or (match["gap"] and len(words) <= OWNER_WORDS and not _VERB.match(words[0])):
        return {"owner": match["owner"].lower() if known else match["owner"], "text": match["text"]}
    return {"text": entry}


def _made(kind: type[F], typed: str, **fields: Any) -> F:
    try:
        return kind(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        shown = typed if len(typed) <= 60 else f"{typed[:60]}…"
        if first["type"] in ("string_too_long", "too_long"):
            raise RequestError(
                f"“{shown}” has {len(first['input']):,} characters; {LONGEST_FIELD:,} is the most. Say it in one sentence."
            ) from None
        raise RequestError(f"“{shown}”: {first['msg'].removeprefix('Value error, ')}.") from None
