"""One press of "Draft": what the page shows from then on until the draft is done, stopped or impossible."""

import logging
import re
import secrets
import threading
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from coach.errors import CoachError
from coach.export import to_json, to_markdown
from coach.models import Artefact
from coach.pipeline import Event
from coach.ui.forms import Job, Typed
from coach.ui.library import Library, Preparing
from coach.ui.result import Result, done_text
from coach.ui.text import esc

LONGEST_NAME = 60
"""Characters of a downloaded file's name before its ending."""


@dataclass(frozen=True)
class Press:
    """What was in the form when "Draft" was pressed, and what is set when the draft is to stop."""

    job: Job
    typed: Sequence[Typed]
    stopped: threading.Event


@dataclass(frozen=True)
class View:
    """What the page shows. `result` None leaves the draft on the page as it is; `files` are Markdown and JSON."""

    status: str
    result: str | None = None
    files: tuple[Path, Path] | None = None
    running: bool = False


class Runs:
    """Which drafts are running, by browser session and job, so that each can be stopped."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], threading.Event] = {}

    def begin(self, session: str, job: str) -> None:
        """A new run; one of the same session and job that still goes on is stopped."""
        self.stop(session, job)
        self._runs[session, job] = threading.Event()

    def stop(self, session: str, job: str) -> None:
        """Asks the run to stop before its next section, or to wait for the model no longer."""
        if stopped := self._runs.get((session, job)):
            stopped.set()

    def stopped(self, session: str, job: str) -> threading.Event:
        """Is set when the run is to stop."""
        return self._runs.setdefault((session, job), threading.Event())

    def latest(self, session: str, job: str, stopped: threading.Event) -> bool:
        """Whether no other run of the same session and job has begun since."""
        return self._runs.get((session, job)) is stopped

    def end(self, session: str, job: str, stopped: threading.Event) -> None:
        """Forgets a run that is over, unless another has begun since."""
        if self.latest(session, job, stopped):
            del self._runs[session, job]


def drafting(library: Library, press: Press, folder: Path) -> Iterator[View]:
    """Yields what the page shows, step by step. Errors of Coach, and those nobody foresaw, become a view as well."""
    result = Result(press.job.key, library.coach.document)
    try:
        yield from _steps(library, press, folder, result)
    except CoachError as error:
        yield View(error_html("This cannot be drafted yet", str(error)), result.html(growing=False) or None)
    except Exception:
        logging.getLogger("coach").exception("unforeseen, while drafting")
        next_step = "What you typed is still here: try again, or change the request. The log of the server says more."
        yield View(
            error_html("Something went wrong that Coach did not foresee", next_step), result.html(growing=False) or None
        )


def _steps(library: Library, press: Press, folder: Path, result: Result) -> Iterator[View]:
    request = press.job.request(press.typed)
    for preparing in library.waiting():
        if press.stopped.is_set():
            note = "Coach goes on reading its material in the background, so that your next draft starts sooner."
            yield View(_line("stopped", f"Stopped before the first section. {note}"))
            return
        yield View(_preparing_html(preparing), running=True)
    model = library.coach.settings.llm.configured  # then to stop is to stop the model; the rest takes no time
    with closing(cast(Generator[Event, None, None], library.coach.draft(request, press.stopped))) as events:
        for event in events:
            if press.stopped.is_set() and not model:
                yield View(_line("stopped", _stopped_text(press.job, result)), result.html(growing=False) or None)
                return
            result.add(event)
            if result.artefact is None:
                yield View(progress_html("Drafting", *result.progress), result.html(growing=True), running=True)
    assert result.artefact is not None
    yield _done(result, result.artefact, folder)


def _stopped_text(job: Job, result: Result) -> str:
    total = result.progress[1]
    if not total:
        return f"Stopped before the first section. Press “{job.button}” to start again."
    are = "is" if result.count == 1 else "are"
    return f"Stopped: {result.count} of {total} sections {are} here, the rest is missing. Press “{job.button}” to start again."


def _done(result: Result, artefact: Artefact, folder: Path) -> View:
    try:
        files = save(artefact, folder)
    except OSError as error:
        reason = error.strerror or "no reason given"
        message = f"The draft is complete, but could not be written for download: {reason}. Free some space, then draft again."
        return View(error_html("No download", message), result.html(growing=False))
    return View(_line("done", done_text(artefact)), result.html(growing=False), files)


# --- the status line ------------------------------------------------------------------------------------------------


def progress_html(what: str, number: int, total: int, title: str) -> str:
    """How far a draft is: "Drafting 4 of 12: Talk track"."""
    text = f"{what} {number:,} of {total:,}: {title}" if total else f"{what} …"
    return (
        f'<div class="status running" role="status"><span>{esc(text)}</span>'
        f'<progress max="{max(total, 1)}" value="{max(number - 1, 0)}" aria-label="Progress"></progress></div>'
    )


def starting_html() -> str:
    """What shows between the press and the first section."""
    return progress_html("Starting", 0, 0, "")


def error_html(title: str, message: str) -> str:
    """What is wrong and what to do next."""
    return f'<div class="status error" role="alert"><b>{esc(title)}</b><span>{esc(message)}</span></div>'


def _line(css: str, message: str) -> str:
    return f'<div class="status {css}" role="status"><span>{esc(message)}</span></div>'


def _preparing_html(preparing: Preparing) -> str:
    if not preparing.total:
        return progress_html("Opening the material", 0, 0, "")
    text = f"First, Coach reads its material, once. {preparing.message}: {preparing.done:,} of {preparing.total:,}"
    return (
        f'<div class="status running" role="status"><span>{esc(text)}</span>'
        f'<progress max="{preparing.total}" value="{preparing.done}" aria-label="Progress"></progress></div>'
    )


# --- files ----------------------------------------------------------------------------------------------------------


def save(artefact: Artefact, folder: Path) -> tuple[Path, Path]:
    """The draft as Markdown and as JSON, in a new folder that nobody can guess."""
    name = file_name(artefact)
    place = folder / secrets.token_hex(16)
    place.mkdir(mode=0o700)
    markdown, json = place / f"{name}.md", place / f"{name}.json"
    markdown.write_text(to_markdown(artefact), encoding="utf-8")
    json.write_text(to_json(artefact), encoding="utf-8")
    return markdown, json


def file_name(artefact: Artefact) -> str:
    """A name from kind and title that every file system takes: "brief-passkeys-replace-passwords"."""
    plain = unicodedata.normalize("NFKD", artefact.title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return f"{artefact.request.artefact}-{words}"[:LONGEST_NAME].strip("-")
