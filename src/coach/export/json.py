"""JSON that reads back as the same artefact."""

import json
from typing import Any

from pydantic import ValidationError

from coach.errors import ArtefactError
from coach.models import KINDS, Artefact


def to_json(artefact: Artefact) -> str:
    """The artefact as indented JSON in UTF-8, the same bytes for the same artefact."""
    return artefact.model_dump_json(indent=2) + "\n"


def read_json(text: str) -> Artefact:
    """The artefact that `to_json` wrote.

    Raises:
        ArtefactError: the text is no such JSON.
    """
    try:
        kind = json.loads(text)["request"]["artefact"]
        return KINDS[kind].model_validate_json(text)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ArtefactError("This is no artefact of Coach. Write it again with 'coach … --json --out FILE'.") from error


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of every artefact."""
    return Artefact.model_json_schema(mode="serialization")
