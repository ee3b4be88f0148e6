"""What the page says of the model: whether there is one, what leaves this computer, and a button that tests the connection."""

import logging
import queue
import threading
from collections.abc import Iterator

from coach.embed import EndpointEmbedder
from coach.llm import Endpoint, Finding, diagnose
from coach.settings import ModelSettings, Settings
from coach.ui.text import esc

POLL = 0.2
"""Seconds between two looks whether to stop."""


def privacy(settings: Settings) -> str:
    """What leaves the computer that runs Coach."""
    llm, embed = settings.llm, settings.embed
    told = []
    if llm.configured:
        where = f"{llm.model} at {Endpoint(llm).address}"
        told.append(
            f"What you type, and the sentences it rests on, are sent to the model {where}; every text that comes back is checked."
        )
    if embed.configured:
        where = f"{embed.model} at {EndpointEmbedder(embed, settings.data_dir).address}"
        told.append(f"What you type, and the text of all notes, are sent to the embedding model {where}.")
    return " ".join(told) or "Nothing you type leaves the computer that runs Coach."


def about(settings: ModelSettings) -> str:
    """Who writes the drafts, as HTML."""
    if not settings.configured:
        told = "Drafts are written by the built-in engine. No model is configured, and none is needed."
    else:
        address = Endpoint(settings).address
        told = (
            f"Drafts are written by the built-in engine and reworded by <b>{esc(settings.model)}</b> at {esc(address)}. "
            "What does not pass the checks is replaced by the built-in text."
        )
    return f'<h2>Model</h2><p class="quiet">{told}</p>'


def examination(settings: Settings, stop: threading.Event) -> Iterator[tuple[str, bool]]:
    """What the doctor finds, as HTML that grows, and whether it is still at work; ends soon after `stop` is set."""
    found: queue.Queue[Finding | None] = queue.Queue()

    def work() -> None:
        try:
            for finding in diagnose(settings, stop):
                found.put(finding)
        except Exception:
            logging.getLogger("coach").exception("unforeseen, while the model was tested")
            found.put(Finding(well=False, text="The test broke off. The log of the server says why."))
        found.put(None)

    threading.Thread(target=work, name="coach-doctor", daemon=True).start()
    findings: list[Finding] = []
    yield _html(findings, "Asking the model …"), True
    while not stop.is_set():
        try:
            finding = found.get(timeout=POLL)
        except queue.Empty:
            continue
        if finding is None:
            yield _html(findings), False
            return
        findings.append(finding)
        yield _html(findings, "Asking the model …"), True
    yield _html(findings, "Stopped."), False


def _html(findings: list[Finding], now: str = "") -> str:
    rows = "".join(
        f'<li class="{"well" if f.well else "ill"}"><b>{"Works" if f.well else "Look here"}:</b> {esc(f.text)}</li>'
        for f in findings
    )
    return f'<div role="status" class="findings"><ul>{rows}</ul>{f"<p>{now}</p>" if now else ""}</div>'
