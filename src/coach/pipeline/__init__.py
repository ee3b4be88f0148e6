"""The only module that knows the order: request, outline, evidence, sections, checks, artefact.

`coach` is the order; `requests` makes a request of what was typed, `reframing` takes assertions about age groups out of
it, `library` reads documents, `vetting` leaves out what the checks object to, `words` writes title, header and gaps.
"""

from coach.pipeline.coach import Coach, Drafted, Event, Finished, Outlined, Progress
from coach.pipeline.requests import make_request

__all__ = ["Coach", "Drafted", "Event", "Finished", "Outlined", "Progress", "make_request"]
