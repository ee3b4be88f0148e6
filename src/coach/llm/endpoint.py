"""One chat model behind an OpenAI-compatible address: asked in streams, with retries, a deadline and a circuit that opens."""

import contextlib
import json
import random
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coach.llm.faults import Fault, FaultError, fault_of
from coach.llm.reading import LONGEST_ANSWER
from coach.models import Frozen
from coach.settings import ModelSettings

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

Form = Literal["json_schema", "json_object", "prompt"]
FORMS: tuple[Form, ...] = ("json_schema", "json_object", "prompt")
"""How an endpoint is made to answer in JSON, the strictest first. Some servers accept a form and ignore it, so that every
answer is validated whatever the form."""
TRIES = 3
"""How often one request is sent at most where the failure may pass."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds before the second try; doubled for each further one, with up to as much again by chance. A server that asks for
a longer wait than the longest is not asked again."""
_NONSENSE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError, AssertionError)
"""What the client libraries raise when an answer is not one of a chat model."""
FAILURES, OPEN_SECONDS = 3, 30.0
"""Failures in a row that open the circuit, and for how long: meanwhile nobody waits for the same failure."""


class Reply(Frozen):
    """What came back. Token counts are the server's; None where it gave none."""

    text: str
    cut: bool = False
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class Stopped(Exception):  # noqa: N818 - not an error
    """The user stopped the draft."""


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than everything else about a client (30 ms)."""
    import httpx

    return httpx.create_ssl_context()


class Endpoint:
    """A configured model. Several threads may ask it at once.

    Args:
        settings: Address, model and limits.
        memory: File that remembers which form of JSON this endpoint can do; None forgets.
    """

    def __init__(self, settings: ModelSettings, memory: Path | None = None) -> None:
        self.settings = settings
        self._memory = memory
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0
        self._open_fault: Fault | None = None
        self._http: Any = None
        self._forms = self._recalled()
        self._chats: dict[str, Any] = {}
        self.requests = 0

    @property
    def address(self) -> str:
        """The address without user name, password or query: what may be shown."""
        import httpx

        url = httpx.URL(self.settings.base_url)
        return f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}{url.path.rstrip('/')}"

    # --- the form of JSON ---

    @property
    def form(self) -> Form:
        """The strictest form that is not known to fail here."""
        return self._forms.get(self._key, FORMS[0])

    def weaker(self, than: Form) -> Form | None:
        """Remembers that a form does not work here; the next one to try, or None after the last."""
        rest = FORMS[FORMS.index(than) + 1 :]
        if rest:
            with self._lock:
                known = self._forms
                if FORMS.index(known.get(self._key, FORMS[0])) < FORMS.index(rest[0]):
                    known[self._key] = rest[0]
                    if self._memory:
                        self._memory.parent.mkdir(parents=True, exist_ok=True)
                        partial = self._memory.with_suffix(".part")
                        partial.write_text(json.dumps(known), encoding="utf-8")
                        partial.replace(self._memory)
        return rest[0] if rest else None

    @property
    def _key(self) -> str:
        return f"{self.address} {self.settings.model}"

    def _recalled(self) -> dict[str, Form]:
        if self._memory and self._memory.exists():
            with contextlib.suppress(OSError, ValueError, AttributeError):
                loaded = json.loads(self._memory.read_text(encoding="utf-8"))
                return {key: form for key, form in loaded.items() if form in FORMS}
        return {}

    # --- asking ---

    def ask(
        self,
        messages: Sequence["BaseMessage"],
        form: Form,
        schema: Mapping[str, Any],
        deadline: float,
        stop: threading.Event,
    ) -> Reply:
        """One answer, tried again where that may help.

        Args:
            deadline: Moment on `time.monotonic` after which nothing is waited for.
            stop: Set by whoever no longer wants the answer.

        Raises:
            FaultError: there is no answer; the fault says why.
            Stopped: `stop` was set.
        """
        for attempt in range(1, TRIES + 1):
            if stop.is_set():
                raise Stopped
            self._may_ask()
            try:
                reply = self._stream(messages, form, schema, deadline, stop)
            except FaultError as error:
                fault = error.fault
                if fault.form:  # the server is well; it cannot do this form
                    raise
                self._failed(fault)
                pause = fault.wait or FIRST_WAIT * 2 ** (attempt - 1) * (1 + random.random())
                too_long = pause > LONGEST_WAIT or time.monotonic() + pause > deadline
                if not fault.again or attempt == TRIES or too_long:
                    raise
                if stop.wait(pause):
                    raise Stopped from None
            else:
                self._worked()
                return reply
        raise AssertionError("unreachable")

    def prepare(self) -> None:
        """Loads the client libraries and makes the client, so that the first request need not."""
        self._chat(FORMS[-1], {})

    def close(self) -> None:
        """Closes connections; requests under way end with an error."""
        if self._http is not None:
            self._http.close()
            self._http, self._chats = None, {}

    def _stream(
        self,
        messages: Sequence["BaseMessage"],
        form: Form,
        schema: Mapping[str, Any],
        deadline: float,
        stop: threading.Event,
    ) -> Reply:
        import httpx
        import openai

        parts: list[str] = []
        length, finish = 0, ""
        used: tuple[int | None, int | None] = (None, None)
        with self._lock:
            self.requests += 1
        try:
            silence = max(
                0.1, min(self.settings.timeout, deadline - time.monotonic())
            )  # no longer than the draft may wait
            stream = self._chat(form, schema).bind(timeout=silence).stream(list(messages))
            for chunk in stream:
                if stop.is_set():
                    raise Stopped
                if time.monotonic() > deadline:
                    raise FaultError(Fault(kind="slow", message="The time for the whole draft was over."))
                text = chunk.text if isinstance(chunk.text, str) else chunk.text()
                parts.append(text)
                length += len(text)
                finish = chunk.response_metadata.get("finish_reason") or finish
                if chunk.usage_metadata:
                    used = (chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"])
                if length > LONGEST_ANSWER:
                    raise FaultError(
                        Fault(kind="endless", message=f"The model at {self.address} did not stop writing.")
                    )
        except (Stopped, FaultError):
            raise
        except openai.LengthFinishReasonError as error:  # how the library tells that the answer was cut off
            finish, counted = "length", error.completion.usage
            used = (counted.prompt_tokens, counted.completion_tokens) if counted else used
        except openai.ContentFilterFinishReasonError:
            finish = "content_filter"
        except (openai.OpenAIError, httpx.HTTPError, OSError, *_NONSENSE) as error:
            if stop.is_set():
                raise Stopped from None
            if parts and isinstance(error, _NONSENSE):
                raise FaultError(self._broken()) from error
            raise FaultError(fault_of(error, self.address, self.settings.model)) from error
        if not parts and not finish:
            raise FaultError(
                Fault(
                    kind="nonsense",
                    message=f"{self.address} answered, but not as an OpenAI-compatible model does. COACH_LLM_BASE_URL often ends in /v1.",
                )
            )
        if not finish and not "".join(parts).rstrip().endswith(("}", "]", "`")):
            raise FaultError(self._broken())
        return Reply(text="".join(parts), cut=finish == "length", prompt_tokens=used[0], answer_tokens=used[1])

    def _broken(self) -> Fault:
        return Fault(kind="cut", message=f"The answer from {self.address} broke off.", again=True)

    def _chat(self, form: Form, schema: Mapping[str, Any]) -> Any:
        import httpx
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        settings = self.settings
        with self._lock:
            if self._http is None:
                limits = httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout))
                self._http = httpx.Client(timeout=limits, follow_redirects=False, verify=_certificates())
            chat = self._chats.get("chat")
            if chat is None:
                chat = self._chats["chat"] = ChatOpenAI(
                    base_url=settings.base_url,
                    model=settings.model,
                    api_key=SecretStr(settings.api_key.get_secret_value() or "none"),
                    temperature=settings.temperature,
                    max_tokens=settings.max_tokens,
                    timeout=settings.timeout,
                    max_retries=0,
                    stream_usage=True,
                    use_responses_api=False,
                    http_client=self._http,
                )
        if form == "json_schema":
            named = {"name": "rewrites", "schema": dict(schema), "strict": True}
            return chat.bind(response_format={"type": "json_schema", "json_schema": named})
        if form == "json_object":
            return chat.bind(response_format={"type": "json_object"})
        return chat

    # --- the circuit ---

    def _may_ask(self) -> None:
        with self._lock:
            if self._open_fault and time.monotonic() < self._open_until:
                raise FaultError(self._open_fault.model_copy(update={"again": False}))

    def _failed(self, fault: Fault) -> None:
        with self._lock:
            self._failures += 1
            if fault.closed or self._failures >= FAILURES:
                self._open_until, self._open_fault = time.monotonic() + OPEN_SECONDS, fault

    def _worked(self) -> None:
        with self._lock:
            self._failures, self._open_fault = 0, None
