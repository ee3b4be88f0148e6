"""Environment and arguments into one immutable `Settings`. Builds nothing, reads no note."""

import hashlib
import json
import os
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
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


S = TypeVar("S", "ModelSettings", "EmbedSettings")


def _address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://, such as http://localhost:8000")
    return value.rstrip("/")


def _complete(settings: S, name: str) -> S:
    """An address without a model, or a model without an address, is a mistake."""
    if bool(settings.base_url) != bool(settings.model):
        there, missing = ("BASE_URL", "MODEL") if settings.base_url else ("MODEL", "BASE_URL")
        raise ValueError(f"COACH_{name}_{there} is set and COACH_{name}_{missing} is not; a model needs both")
    return settings


class ModelSettings(BaseModel):
    """A chat model behind an OpenAI-compatible address; without `base_url` and `model` the built-in engine works alone.

    Attributes:
        base_url: Up to and including the version, such as http://localhost:11434/v1.
        api_key: Sent to that address only; never shown, logged or stored.
        timeout: Seconds without a byte after which a request counts as lost.
        seconds: Seconds that a whole artefact may wait for the model; what is missing then comes from the built-in engine.
        concurrency: Sections asked for at the same time.
        max_tokens: Tokens of one answer at most. Rewording every text of the longest section, the plan, takes 1,500 to 1,950.
        context: Tokens that the model can read and write at once.
        budget: Prompt tokens of a whole artefact at most.
        price_in, price_out: Price of a million prompt and answer tokens, to show what a draft cost; None shows tokens only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout: float = Field(default=60, gt=0)
    seconds: float = Field(default=180, gt=0)
    concurrency: int = Field(default=4, ge=1, le=32)
    temperature: float = Field(default=0.2, ge=0, le=2)
    max_tokens: int = Field(default=2000, ge=64)
    context: int = Field(default=8192, ge=512)
    budget: int = Field(default=12_000, ge=0)
    price_in: float | None = Field(default=None, ge=0)
    price_out: float | None = Field(default=None, ge=0)

    _url = field_validator("base_url")(_address)

    @model_validator(mode="after")
    def _both(self) -> "ModelSettings":
        return _complete(self, "LLM")

    @property
    def configured(self) -> bool:
        """Whether there is a model to ask."""
        return bool(self.base_url)


class EmbedSettings(BaseModel):
    """An embedding model behind an OpenAI-compatible address; without `base_url` and `model` the built-in one is used.

    Attributes:
        base_url: Up to and including the version, such as http://localhost:11434/v1.
        api_key: Sent to that address only; never shown, logged or stored.
        timeout: Seconds without a byte after which a request counts as lost.
        batch: Texts of one request.
        concurrency: Requests at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout: float = Field(default=60, gt=0)
    batch: int = Field(default=64, ge=1, le=2048)
    concurrency: int = Field(default=4, ge=1, le=32)

    _url = field_validator("base_url")(_address)

    @model_validator(mode="after")
    def _both(self) -> "EmbedSettings":
        return _complete(self, "EMBED")

    @property
    def configured(self) -> bool:
        """Whether there is an embedding model to ask."""
        return bool(self.base_url)


class Settings(BaseSettings):
    """What a run depends on, besides the request.

    Arguments win over environment variables (`COACH_KNOWLEDGE`, `COACH_DATA_DIR`, `COACH_CHROMA_URL`, `COACH_NOW`,
    and `COACH_LLM_…` and `COACH_EMBED_…` with the names of the fields of `ModelSettings` and `EmbedSettings`).

    Attributes:
        knowledge: The folders that are searched, all of them. The word "builtin" stands for the curated collection
            and is the default. In the environment, folders are separated as in PATH.
        data_dir: Where the index is kept.
        chroma_url: Address of a Chroma server; empty means Chroma inside this process.
        llm: The chat model, if there is one.
        embed: The embedding model, if not the built-in one.
        now: The moment written into artefacts (ISO 8601), to make them the same byte for byte; None is the clock.
    """

    model_config = SettingsConfigDict(
        env_prefix="COACH_", env_nested_delimiter="_", env_nested_max_split=1, frozen=True, extra="forbid"
    )

    knowledge: Annotated[tuple[Path, ...], NoDecode] = (Path(BUILTIN),)
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("coach", appauthor=False)))
    chroma_url: str = ""
    llm: ModelSettings = ModelSettings()
    embed: EmbedSettings = EmbedSettings()
    now: datetime | None = None

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "settings"
            message = str(first["msg"]).removeprefix("Value error, ")
            variable = where.upper().replace(".", "_") + ("_…" if where in ("llm", "embed") else "")
            raise SettingsError(f"Setting '{where}': {message}. Correct it, or unset COACH_{variable}.") from None

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

    _url = field_validator("chroma_url")(_address)

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The searched folders as real paths, "builtin" resolved."""
        return tuple(packaged("knowledge") if str(path) == BUILTIN else path for path in self.knowledge)

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when a setting that can change an artefact changes."""
        shown = {"knowledge": [path.name for path in self.folders]}
        if self.llm.configured:
            shown["model"] = [self.llm.base_url, self.llm.model, str(self.llm.temperature), str(self.llm.max_tokens)]
        if self.embed.configured:
            shown["embedding"] = [self.embed.base_url, self.embed.model]
        content = json.dumps(shown, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]
