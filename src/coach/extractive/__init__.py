"""The built-in engine: no model, no network. It chooses, times and arranges what the notes hold, and states no more."""

from coach.extractive import agenda, brief, guide
from coach.extractive.desk import Context, Desk
from coach.models import Section
from coach.outline import SectionPlan

__all__ = ["Context", "Extractive"]

_KINDS = {"agenda": agenda.sections, "brief": brief.sections, "guide": guide.sections}


class Extractive:
    """The engine that is always there. Every statement it makes is a bullet or a sentence of the material, verbatim."""

    name = "built-in"

    def section(self, plan: SectionPlan, context: Context) -> Section:
        """Drafts one section; one without content comes back empty."""
        return _KINDS[str(getattr(context.request, "artefact", "agenda"))](Desk(context), plan)
