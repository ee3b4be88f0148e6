"""Leaves out of a section what the checks object to."""

from collections.abc import Callable, Sequence

from coach.ageism import TOLD
from coach.check import check_section
from coach.check.structure import same
from coach.models import Flag, Material, Request, Section


def vetted(
    section: Section,
    material: Material,
    request: Request,
    before: Sequence[Section] = (),
    likelihood: Callable[[Sequence[str]], list[float]] | None = None,
) -> tuple[Section, list[Flag]]:
    """The section without what the checks object to and without what sections before it have said; a flag for each thing left out.

    Args:
        likelihood: How likely each text is to say what people of some age are like; asked of what users' own documents say.
    """
    flags = [*check_section(section, material, request), *_repeated(section, before)]
    if likelihood:
        flags += _leaning(section, material, likelihood)
    bad = {flag.text for flag in flags if flag.severity == "error"}
    if not bad:
        return section, flags
    blocks = tuple(
        block.model_copy(
            update={
                "say": tuple(s for s in block.say if s.text not in bad),
                "questions": tuple(q for q in block.questions if q.text not in bad and q.probe not in bad),
            }
        )
        for block in section.blocks
    )
    kept = section.model_copy(
        update={
            "statements": tuple(s for s in section.statements if s.text not in bad and s.label not in bad),
            "items": tuple(i for i in section.items if i.text not in bad and i.label not in bad),
            "questions": tuple(q for q in section.questions if q.text not in bad and q.probe not in bad),
            "blocks": blocks,
        }
    )
    out = [
        f.model_copy(update={"severity": "warning", "message": f"left out: {f.message}"}) if f.text in bad else f
        for f in flags
    ]
    return kept, out


def _leaning(section: Section, material: Material, likelihood: Callable[[Sequence[str]], list[float]]) -> list[Flag]:
    """Sentences of the user's own documents that seem to say what people of some age are like; notes were read for it by people."""
    texts = []
    for statement in section.all_statements():
        documents = [material.document(citation.note) for citation in statement.citations]
        if any(document and document.note is None for document in documents):
            texts.append(statement.text)
    return [
        Flag(
            check="language", severity="error", where=section.id, message="seems to say what an age is like", text=text
        )
        for text, likely in zip(texts, likelihood(texts), strict=True)
        if likely > TOLD
    ]


def _repeated(section: Section, before: Sequence[Section]) -> list[Flag]:
    said = [statement.text for earlier in before for statement in earlier.all_statements()]
    return [
        Flag(
            check="distinct",
            severity="error",
            where=section.id,
            message="said before in this draft",
            text=statement.text,
        )
        for statement in section.all_statements()
        if any(same(statement.text, text) for text in said)
    ]
