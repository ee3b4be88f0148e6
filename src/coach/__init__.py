"""Coach plans reverse-mentoring sessions; every statement of fact it makes is sourced.

from coach import Coach

brief = Coach().brief("deepfake voice fraud", minutes=15, audience="bank branch managers")
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from coach.errors import CoachError
    from coach.export import to_json, to_markdown
    from coach.models import Action, Agenda, DiscussionGuide, Hit, Person, ResearchBrief
    from coach.pipeline import Coach, make_request
    from coach.settings import Settings

_HOMES = {
    "Action": "models",
    "Agenda": "models",
    "Coach": "pipeline",
    "CoachError": "errors",
    "DiscussionGuide": "models",
    "Hit": "models",
    "Person": "models",
    "ResearchBrief": "models",
    "Settings": "settings",
    "make_request": "pipeline",
    "to_json": "export",
    "to_markdown": "export",
}

__all__ = [
    "Action",
    "Agenda",
    "Coach",
    "CoachError",
    "DiscussionGuide",
    "Hit",
    "Person",
    "ResearchBrief",
    "Settings",
    "make_request",
    "to_json",
    "to_markdown",
]


def __getattr__(name: str) -> Any:
    """Imports what is asked for only then, so that `coach --help` stays quick."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"coach.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'coach' has no attribute '{name}'")
