"""The built-in engine: no model, no network. It chooses, times and arranges what the notes hold, and states no more."""

import threading
from collections.abc import Generator, Sequence

from coach.extractive import agenda, brief, guide
from coach.extractive.desk import Context, Desk
from coach.models import Flag, Section, Usage
from coach.outline import SectionPlan

__all__ = ["Context", "Extractive"]

_KINDS = {"agenda": agenda.sections, "brief": brief.sections, "guide": guide.sections}


class Extractive:
    """The engine that is always there. Every statement it makes is a bullet or a sentence of the material, verbatim."""

    name = "built-in"
    prompts: tuple[str, ...] = ()

    def draft(
        self,
        plans: Sequence[SectionPlan],
        context: Context,
        usage: list[Usage],  # noqa: ARG002
        stop: threading.Event,  # noqa: ARG002 - what takes no time is not stopped half-way
    ) -> Generator[tuple[Section, list[Flag]], None, None]:
        """Drafts the sections one after the other, each with nothing to report."""
        for plan in plans:
            yield self.section(plan, context), []

    def section(self, plan: SectionPlan, context: Context) -> Section:
        """Drafts one section; one without content comes back empty."""
        return _KINDS[str(getattr(context.request, "artefact", "agenda"))](Desk(context), plan)
