"""What can go wrong between Coach and a model, in plain words: what happened, and what to do."""

import re
import socket
import ssl

import httpx
import openai

from coach.models import Frozen


class Fault(Frozen):
    """One failure of an endpoint.

    Attributes:
        kind: A short name, such as "refused" or "rate limit".
        message: What happened and what to do, for the user.
        again: Whether the same request may work in a moment.
        closed: Whether no other request will work either, so that the next section need not wait for the same.
        wait: Seconds that the server asked to wait; 0 where it did not say.
        form: Whether the server objected to the form of answer that was asked for (JSON Schema, JSON mode).
    """

    kind: str
    message: str
    again: bool = False
    closed: bool = False
    wait: float = 0
    form: bool = False


class FaultError(Exception):
    """Carries a `Fault`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_FORM = re.compile(r"response_format|json_schema|json_object|grammar|schema|structured", re.IGNORECASE)
_CONTEXT = re.compile(r"context|too many tokens|maximum.{0,20}(?:length|tokens)|exceed|too long|n_ctx", re.IGNORECASE)


def fault_of(error: Exception, address: str, model: str) -> Fault:
    """The fault behind what a client library raised; never holds a key."""
    for reason in _chain(error):
        if isinstance(reason, socket.gaierror):
            return _closed("dns", f"The name in {address} is not known to the network. Check COACH_LLM_BASE_URL.")
        if isinstance(reason, ssl.SSLError):
            return _closed("tls", f"The secure connection to {address} failed. Check https and the certificate.")
        if isinstance(reason, ConnectionRefusedError):
            return _closed(
                "refused", f"Nothing answers at {address}. Start the model server, or check COACH_LLM_BASE_URL."
            )
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return Fault(kind="slow", message=f"The model at {address} sent nothing for too long.", again=True)
    if isinstance(error, openai.APIStatusError):
        return _status(error, address, model)
    if isinstance(error, (openai.APIConnectionError, httpx.TransportError)):
        return _connection(error, address)
    if isinstance(error, (openai.APIError, openai.OpenAIError)):
        return Fault(
            kind="error", message=f"The model at {address} reported an error in the middle of its answer.", again=True
        )
    return Fault(
        kind="nonsense",
        message=f"{address} answered, but not as an OpenAI-compatible model does. COACH_LLM_BASE_URL often ends in /v1.",
    )


def _connection(error: Exception, address: str) -> Fault:
    text = " ".join(str(reason) for reason in _chain(error)).lower()
    if "refused" in text:
        return _closed("refused", f"Nothing answers at {address}. Start the model server, or check COACH_LLM_BASE_URL.")
    if "name or service" in text or "getaddrinfo" in text or "name resolution" in text or "nodename" in text:
        return _closed("dns", f"The name in {address} is not known to the network. Check COACH_LLM_BASE_URL.")
    if "ssl" in text or "certificate" in text or "tls" in text:
        return _closed("tls", f"The secure connection to {address} failed. Check https and the certificate.")
    return Fault(kind="cut", message=f"The connection to {address} broke off.", again=True)


def _status(error: openai.APIStatusError, address: str, model: str) -> Fault:
    status, text = error.status_code, _said(error)
    if status in (401, 403):
        return _closed("key", f"{address} refuses the key ({status}). Check COACH_LLM_API_KEY.")
    if status == 404:
        return _closed(
            "model",
            f"{address} knows no model '{model}' or no such address (404). Check COACH_LLM_MODEL and the end of COACH_LLM_BASE_URL (often /v1).",
        )
    if status == 429:
        message = f"{address} allows no more requests now (429). Wait, or lower COACH_LLM_CONCURRENCY."
        return Fault(kind="rate limit", message=message, again=True, wait=_wait(error))
    if status in (400, 413, 422):
        if _CONTEXT.search(text) and not _FORM.search(text):
            return Fault(
                kind="context",
                message=f"The prompt was too long for the model at {address}. Set COACH_LLM_CONTEXT to what it can read.",
            )
        return Fault(
            kind="request", message=f"{address} did not accept the request ({status}).", form=bool(_FORM.search(text))
        )
    if status >= 500:
        if _CONTEXT.search(text):
            return Fault(
                kind="context",
                message=f"The prompt was too long for the model at {address}. Set COACH_LLM_CONTEXT to what it can read.",
            )
        return Fault(
            kind="server",
            message=f"{address} has trouble of its own ({status}). Try again later.",
            again=True,
            wait=_wait(error),
            form=bool(_FORM.search(text)),
        )
    return Fault(kind="request", message=f"{address} answered with status {status}.")


def _closed(kind: str, message: str) -> Fault:
    return Fault(kind=kind, message=message, closed=True)


def _said(error: openai.APIStatusError) -> str:
    return f"{error.message} {error.body or ''}"[:2000]


def _wait(error: openai.APIStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", 0)))
    except ValueError:  # a date instead of seconds
        return 0.0


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found
