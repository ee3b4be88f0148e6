"""Answers kept on this machine, so that the same question is not paid for twice."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from coach.llm.endpoint import Reply


class Answers:
    """A folder of answers, each named by the hash of everything that went into it; the key of the endpoint never does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def name(self, *parts: object) -> str:
        """The hash of these parts, 32 hexadecimal digits."""
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]

    def get(self, name: str) -> Reply | None:
        """The answer of this name, or None; an unreadable file counts as none."""
        with contextlib.suppress(OSError, ValueError):
            return Reply.model_validate_json((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        return None

    def put(self, name: str, reply: Reply) -> None:
        """Keeps an answer, wholly or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=self._folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(reply.model_dump_json())
        Path(partial).replace(self._folder / f"{name}.json")

    def clear(self) -> int:
        """Deletes all answers; how many there were."""
        found = [*self._folder.glob("*.json"), *self._folder.glob("*.part")]
        for path in found:
            path.unlink(missing_ok=True)
        return sum(path.suffix == ".json" for path in found)
