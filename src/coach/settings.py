"""Environment and arguments into one immutable `Settings`. Builds nothing, reads no note."""

import hashlib
import json
import os
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from coach.errors import SettingsError

BUILTIN = "builtin"
"""The word that stands for the curated collection in `COACH_KNOWLEDGE`."""


def packaged(name: str) -> Path:
    """The folder `name` ("knowledge" or "prompts"), in an installed wheel or in a checkout.

    Raises:
        SettingsError: the installation lacks it.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "data" / name, here.parent.parent / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"This installation of Coach lacks its folder '{name}'. Install it again: pip install coach.")


class Settings(BaseSettings):
    """What a run depends on, besides the request.

    Arguments win over environment variables (`COACH_KNOWLEDGE`, `COACH_DATA_DIR`, `COACH_CHROMA_URL`, `COACH_NOW`).

    Attributes:
        knowledge: The folders that are searched, all of them. The word "builtin" stands for the curated collection
            and is the default. In the environment, folders are separated as in PATH.
        data_dir: Where the index is kept.
        chroma_url: Address of a Chroma server; empty means Chroma inside this process.
        now: The moment written into artefacts (ISO 8601), to make them the same byte for byte; None is the clock.
    """

    model_config = SettingsConfigDict(env_prefix="COACH_", frozen=True, extra="forbid")

    knowledge: Annotated[tuple[Path, ...], NoDecode] = (Path(BUILTIN),)
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("coach", appauthor=False)))
    chroma_url: str = ""
    now: datetime | None = None

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "settings"
            raise SettingsError(
                f"Setting '{where}': {first['msg']}. Correct it, or unset COACH_{where.upper()}."
            ) from None

    @field_validator("knowledge", mode="before")
    @classmethod
    def _folders(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [part for part in value.split(os.pathsep) if part.strip()]
        if isinstance(value, Path):
            value = [value]
        if not value:
            raise ValueError(f"names no folder; use '{BUILTIN}' for the curated collection")
        return tuple(Path(part).expanduser() for part in value)

    @field_validator("data_dir")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("chroma_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://, such as http://localhost:8000")
        return value.rstrip("/")

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The searched folders as real paths, "builtin" resolved."""
        return tuple(packaged("knowledge") if str(path) == BUILTIN else path for path in self.knowledge)

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when a setting that can change an artefact changes."""
        content = json.dumps({"knowledge": [path.name for path in self.folders]}, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]
