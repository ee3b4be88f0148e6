"""Tests the connection to a configured model and says in plain words what works and what to change."""

import json
import threading
import time
from collections.abc import Iterator

from coach.embed import EndpointEmbedder
from coach.errors import EmbeddingError
from coach.llm.endpoint import FORMS, Endpoint, Stopped
from coach.llm.faults import FaultError
from coach.models import Frozen
from coach.settings import ModelSettings, Settings

_SCHEMA = {
    "title": "answer",
    "type": "object",
    "properties": {"word": {"type": "string", "enum": ["ready"]}},
    "required": ["word"],
    "additionalProperties": False,
}
SECONDS = 60.0
"""How long the doctor waits for all of its questions."""
LONG_PROMPT = 2500
"""Words of the longest question: about what the largest section of an artefact needs."""


class Finding(Frozen):
    """One thing that was tried: whether it works, and what was seen or what to do."""

    well: bool
    text: str


def diagnose(settings: Settings, stop: threading.Event | None = None) -> Iterator[Finding]:
    """Tests the chat model and the embedding model of the settings; what is found, as it is found.

    Args:
        stop: Once set, nothing more is asked.
    """
    stop = stop or threading.Event()
    yield from _chat(settings.llm, stop)
    if settings.embed.configured and not stop.is_set():
        yield _embedding(settings)


def _embedding(settings: Settings) -> Finding:
    embedder = EndpointEmbedder(settings.embed, settings.data_dir)
    try:
        embedder.embed(["ready"])
        size = embedder.dimension
    except EmbeddingError as error:
        return Finding(well=False, text=str(error))
    return Finding(well=True, text=f"The embedding model {settings.embed.model} answers with {size} numbers a text.")


def _chat(settings: ModelSettings, stop: threading.Event) -> Iterator[Finding]:
    """Asks the model short questions, those that matter most first; ends with the first that ends all."""
    from langchain_core.messages import HumanMessage

    if not settings.configured:
        yield Finding(
            well=True,
            text="No model is configured: the built-in engine works alone. Set COACH_LLM_BASE_URL and COACH_LLM_MODEL to add one.",
        )
        return
    endpoint = Endpoint(settings)
    until = time.monotonic() + SECONDS
    question = HumanMessage('Answer with this JSON and nothing else: {"word": "ready"}')
    works = ""
    try:
        for form in FORMS:
            try:
                reply = endpoint.ask([question], form, _SCHEMA, until, stop)
            except FaultError as error:
                if not error.fault.form:
                    yield Finding(well=False, text=error.fault.message)
                    return
                yield Finding(well=False, text=f"It does not accept {_NAMES[form]}; Coach will ask in a weaker form.")
                continue
            if not works:
                yield Finding(well=True, text=f"{endpoint.address} answers as model {settings.model}.")
            if _json(reply.text):
                works = form
                yield Finding(well=True, text=f"It answers in {_NAMES[form]}.")
                break
            yield Finding(well=False, text=f"It was asked for {_NAMES[form]} and answered something else.")
        if not works:
            yield Finding(
                well=False,
                text="It did not answer in JSON at all: few of its texts will be used. Try a larger or newer model.",
            )
        long = HumanMessage("Answer with the word ready. " + "passkeys and people " * (LONG_PROMPT // 3))
        try:
            endpoint.ask([long], "prompt", _SCHEMA, until, stop)
        except FaultError as error:
            yield Finding(well=False, text=f"A prompt of {LONG_PROMPT:,} words failed: {error.fault.message}")
        else:
            yield Finding(well=True, text=f"It reads a prompt of {LONG_PROMPT:,} words.")
    except Stopped:
        return
    finally:
        endpoint.close()


_NAMES = {"json_schema": "JSON by a schema", "json_object": "JSON mode", "prompt": "JSON when asked in words"}


def _json(text: str) -> bool:
    try:
        loaded = json.loads(text)
    except ValueError:
        return False
    return isinstance(loaded, dict) and loaded.get("word") == "ready"
