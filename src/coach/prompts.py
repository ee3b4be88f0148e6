"""The prompts in `prompts/*.md`: loaded, validated, hashed and filled in. A prompt is a template sent to a model."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from coach.errors import PromptError
from coach.models import Frozen
from coach.settings import packaged

NEEDED: dict[str, frozenset[str]] = {
    "system": frozenset({"rules", "marker"}),
    "section": frozenset({"artefact", "section", "request", "skeleton", "agree", "evidence", "slots", "marker"}),
    "statement": frozenset(),
    "question": frozenset(),
    "instruction": frozenset(),
    "invalid": frozenset({"error"}),
    "rejected": frozenset({"reasons"}),
}
"""The prompts that the model engine sends, and what it fills into each."""
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Prompt(Frozen):
    """One template.

    Attributes:
        hash: Twelve hexadecimal digits of the file's content; recorded with every artefact.
    """

    name: str
    version: int
    inputs: tuple[str, ...]
    output: str
    text: str
    hash: str

    def render(self, values: Mapping[str, str]) -> str:
        """The text with every field filled in, in one pass: what a value holds is never read as a field.

        Raises:
            PromptError: a field has no value.
        """
        missing = set(self.inputs) - set(values)
        if missing:
            raise PromptError(
                f"prompts/{self.name}.md: no value for {', '.join(sorted(missing))}. Report it as a fault."
            )
        return _FIELD.sub(lambda match: values[match[1]], self.text)


def load(folder: Path | None = None) -> dict[str, Prompt]:
    """The prompts of a folder by name; by default those that Coach brings.

    Raises:
        PromptError: a prompt is missing or cannot be used; the message names the file and the mend.
    """
    folder = folder or packaged("prompts")
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md"}
    for name, needed in NEEDED.items():
        if name not in found:
            raise PromptError(f"{folder / name}.md is missing. Put it back.")
        if set(found[name].inputs) != needed:
            wrong = ", ".join(sorted(set(found[name].inputs) ^ needed))
            raise PromptError(f"{folder / name}.md: its inputs must be {', '.join(sorted(needed))}. Look at: {wrong}.")
    return found


def _read(path: Path) -> Prompt:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read: {error}. Put the file back.") from None
    match = re.fullmatch(r"---\n(.*?)\n---\n(.*)", content, re.DOTALL)
    try:
        meta = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError:
        meta = None
    if not match or not isinstance(meta, dict) or set(meta) != {"name", "version", "inputs", "output"}:
        raise PromptError(f"{path} must begin with name, version, inputs and output between '---' lines.")
    text = match[2].strip()
    inputs, used = meta["inputs"], set(_FIELD.findall(text))
    if meta["name"] != path.stem:
        raise PromptError(f"{path}: name is '{meta['name']}'. Write '{path.stem}', as the file is called.")
    if not isinstance(meta["version"], int) or meta["version"] < 1:
        raise PromptError(f"{path}: version is '{meta['version']}'. Write a whole number from 1.")
    if not isinstance(inputs, list) or set(inputs) != used:
        wrong = ", ".join(sorted(used ^ {str(name) for name in inputs or ()}))
        raise PromptError(
            f"{path}: the declared inputs and the fields in the text differ ({wrong}). Make them the same."
        )
    if not text:
        raise PromptError(f"{path} has no text. Write it below the second '---'.")
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return Prompt(
        name=path.stem,
        version=meta["version"],
        inputs=tuple(inputs),
        output=str(meta["output"]),
        text=text,
        hash=digest,
    )
