"""The material everybody on the page shares: brought up to date once, in the background, and stoppable."""

import logging
import threading
from collections.abc import Iterator
from typing import Literal

from coach.errors import Cancelled, CoachError
from coach.models import Frozen
from coach.pipeline import Coach
from coach.settings import Settings

POLL = 0.2
"""Seconds between two looks at how far the preparation is."""


class Preparing(Frozen):
    """How far the material is read."""

    message: str
    done: int
    total: int


class Library:
    """A `Coach` that is made ready by a thread of its own, so that a page opens at once.

    Args:
        settings: What a run depends on.
    """

    def __init__(self, settings: Settings) -> None:
        self.coach = Coach(settings, progress=self._progress)
        self._lock = threading.Lock()
        self._state: Literal["new", "preparing", "ready", "failed"] = "new"
        self._error: CoachError | None = None
        self._now = Preparing(message="Opening the material", done=0, total=0)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Begins to read the material, unless that is done or under way. Returns at once."""
        with self._lock:
            if self._state in ("preparing", "ready") or self._closing.is_set():
                return
            self._state, self._error = "preparing", None
            self._thread = threading.Thread(target=self._run, name="coach-library", daemon=True)
            self._thread.start()

    def waiting(self) -> Iterator[Preparing]:
        """Yields how far the material is read until it is ready; a failed attempt is begun anew.

        Raises:
            CoachError: the material cannot be read; the message says what to do.
        """
        self.prepare()
        while not self._closing.is_set():
            with self._lock:
                state, error = self._state, self._error
            if state == "ready":
                return
            if error:
                raise error
            yield self._now
            self._closing.wait(POLL)
        raise Cancelled("Coach is shutting down. Start it again with 'coach serve'.")

    def close(self) -> None:
        """Stops the reading; the index stays as it was before."""
        self._closing.set()
        if self._thread:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        error: CoachError | None = None
        try:
            self.coach.search("reverse mentoring", 1)  # builds or opens the index and loads the embedding
        except CoachError as known:
            error = known
        except Exception as unforeseen:
            logging.getLogger("coach").exception("unforeseen, while the material was read")
            name = type(unforeseen).__name__
            error = CoachError(f"The material could not be read ({name}). Try again; the log of the server says more.")
        with self._lock:
            self._state, self._error = "failed" if error else "ready", error

    def _progress(self, message: str, done: int, total: int) -> None:
        if self._closing.is_set():
            raise Cancelled("Stopped. The index is as it was before.")
        self._now = Preparing(message=message, done=done, total=total)
