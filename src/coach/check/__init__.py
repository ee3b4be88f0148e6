"""Checks: plain functions over sections and artefacts, shared by engines, tests and evals. They report, never change.

`support` judges a statement against its quote, `language` what is said about age groups, `structure` minutes, parts
and questions, `wording` how a curated note states its facts.
"""

from collections.abc import Callable

from coach.check.language import language
from coach.check.structure import complete, distinct, questions, timed
from coach.check.support import cited
from coach.check.wording import check_note
from coach.models import Artefact, Flag, Material, Request, Section

SectionCheck = Callable[[Section, Material, Request], list[Flag]]

SECTION_CHECKS: tuple[SectionCheck, ...] = (cited, language, questions)
ARTEFACT_CHECKS: tuple[Callable[[Artefact], list[Flag]], ...] = (timed, complete, distinct)


def check_section(section: Section, material: Material, request: Request) -> list[Flag]:
    """What the section checks report, in their order."""
    return [flag for check in SECTION_CHECKS for flag in check(section, material, request)]


def check_artefact(artefact: Artefact) -> list[Flag]:
    """What the checks of a whole artefact report, in their order."""
    return [flag for check in ARTEFACT_CHECKS for flag in check(artefact)]


__all__ = ["ARTEFACT_CHECKS", "SECTION_CHECKS", "SectionCheck", "check_artefact", "check_note", "check_section"]
