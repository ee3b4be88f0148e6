"""Faults put into Coach itself on purpose: a figure of the suite must turn the gate red for each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from coach.ageism import Detector
from coach.extractive import Extractive
from coach.models import Evidence, Section
from coach.outline import apportion
from coach.pipeline import Coach
from coach.retrieve import Retriever
from evals import compare, texts
from evals.cases import Row, load
from evals.drafts import drafted
from evals.retrieval import covered, retrieved
from evals.robustness import survived

EACH, GATE_EACH = 2, 8
"""Of requests and queries, and of texts for the gate, every so-manieth is put to a broken Coach: enough to see a fault that is everywhere."""


class Broken(NamedTuple):
    """A fault in Coach itself: the figure that has to notice it, what to measure, and how it is put in."""

    figure: str
    measured: str
    put_in: Callable[[Coach], AbstractContextManager[object]]


@contextmanager
def _all(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def _first_ten(coach: Coach) -> AbstractContextManager[object]:
    """A search that answers every query with the same ten documents."""
    always = coach.search("mentoring", 10)
    return patch.object(Retriever, "search_many", lambda self, queries, k=10, shelf=None: [always[:k] for _ in queries])


def _upside_down(coach: Coach) -> AbstractContextManager[object]:
    real = Retriever.search_many
    return patch.object(
        Retriever,
        "search_many",
        lambda self, queries, k=10, shelf=None: [hits[::-1] for hits in real(self, queries, k, shelf)],
    )


def _evidence(change: Callable[[Evidence], Evidence]) -> Callable[[Coach], AbstractContextManager[object]]:
    def put_in(coach: Coach) -> AbstractContextManager[object]:
        real = Retriever.evidence
        return patch.object(
            Retriever, "evidence", lambda self, query, k=10, shelf=None: change(real(self, query, k, shelf))
        )

    return put_in


def _of_another_note(coach: Coach) -> AbstractContextManager[object]:
    """Evidence of one and the same topic, whatever is asked."""
    always = coach._retriever.evidence("passkeys")
    return patch.object(Retriever, "evidence", lambda self, query, k=10, shelf=None: always)


def _built_in(change: Callable[[Section], Section]) -> Callable[[Coach], AbstractContextManager[object]]:
    def put_in(coach: Coach) -> AbstractContextManager[object]:
        real = Extractive.section
        return patch.object(Extractive, "section", lambda self, plan, context: change(real(self, plan, context)))

    return put_in


def _offsets(section: Section) -> Section:
    """Every citation one character too far to the right, past the checks."""
    moved = [
        s.model_copy(
            update={
                "citations": tuple(c.model_copy(update={"start": c.start + 1, "end": c.end + 1}) for c in s.citations)
            }
        )
        for s in section.statements
    ]
    return section.model_copy(update={"statements": tuple(moved)})


def _swapped_citations(section: Section) -> Section:
    if len(section.statements) < 2:
        return section
    cited = [s.citations for s in section.statements]
    return section.model_copy(
        update={
            "statements": tuple(
                s.model_copy(update={"citations": other})
                for s, other in zip(section.statements, cited[1:] + cited[:1], strict=True)
            )
        }
    )


def _unvetted() -> AbstractContextManager[object]:
    """Drafts as they come, so that a fault reaches the artefact and not the vetting that would take it out."""
    return patch("coach.pipeline.coach.vetted", lambda section, *others: (section, []))


def _without(section_id: str) -> Callable[[Section], Section]:
    return lambda s: s.model_copy(update={"statements": (), "items": ()}) if s.id == section_id else s


def _one_too_many(total: int, weights: Sequence[float], at_least: int = 0) -> list[int]:
    first, *rest = apportion(total, weights, at_least)
    return [first + 1, *rest]


def _stages_mixed(section: Section) -> Section:
    blocks = [b.model_copy(update={"questions": ()}) if b.id == "facts" else b for b in section.blocks]
    asked = [b.questions for b in section.blocks if b.id == "decision"]
    if not asked:
        return section
    return section.model_copy(
        update={"blocks": tuple(b.model_copy(update={"questions": asked[0]}) if b.id == "facts" else b for b in blocks)}
    )


PIPELINE: dict[str, Broken] = {
    "search returns the same ten documents": Broken("nDCG@10", "queries", _first_ten),
    "search ranks the worst first": Broken("nDCG@10", "queries", _upside_down),
    "meaning is lost": Broken("nDCG@10", "queries", lambda coach: patch("coach.retrieve.fusion.DENSE", 0.0)),
    "words are lost": Broken(
        "called covered",
        "topics",
        lambda coach: _all(
            patch("coach.retrieve.fusion.DENSE", 1.0),
            patch("coach.retrieve.coverage._share", lambda index, topic, names, document, count: np.zeros(count)),
        ),
    ),
    "evidence is cut to one passage": Broken(
        "passage recall@10", "queries", _evidence(lambda e: e.model_copy(update={"hits": e.hits[:1]}))
    ),
    "everything is called covered": Broken(
        "silence kept", "queries", _evidence(lambda e: e.model_copy(update={"coverage": "covered"}))
    ),
    "nothing is called covered": Broken(
        "coverage right", "requests", _evidence(lambda e: e.model_copy(update={"coverage": "not covered"}))
    ),
    "evidence is that of another topic": Broken("right note", "requests", _of_another_note),
    "offsets are one off": Broken("exact", "requests", lambda c: _all(_unvetted(), _built_in(_offsets)(c))),
    "citations are swapped": Broken("cited", "requests", lambda c: _all(_unvetted(), _built_in(_swapped_citations)(c))),
    "minutes are not made to fit": Broken(
        "timed", "requests", lambda coach: patch("coach.outline.apportion", _one_too_many)
    ),
    "caveats are forgotten": Broken("caveat there", "requests", _built_in(_without("caveats"))),
    "stages are mixed": Broken("stages in order", "requests", _built_in(_stages_mixed)),
    "nothing is vetted": Broken("order ignored", "documents", lambda coach: _unvetted()),
    "the language check is blind": Broken(
        "harmful found",
        "sentences",
        lambda coach: patch.object(Detector, "likelihood", lambda self, texts: [0.0] * len(texts)),
    ),
    "the gate is open": Broken(
        "gate", "texts", lambda coach: patch("evals.texts.statement_faults", lambda text, quotes: [])
    ),
    "the gate is shut": Broken(
        "true let through", "gate", lambda coach: patch("evals.gate.statement_faults", lambda text, quotes: ["no"])
    ),
}
"""Name of a fault in the pipeline, and what notices it."""


def noticed(coach: Coach) -> Iterator[tuple[str, bool]]:
    """Each fault in the pipeline: its name with the figure that should notice it, and whether the gate turned red for that figure."""
    good: dict[str, dict[str, dict[str, float]]] = {}
    for name, broken in PIPELINE.items():
        if broken.measured not in good:
            good[broken.measured] = {row.id: row.figures for row in _measured(coach, broken.measured)}
        with broken.put_in(coach):
            found = _measured(coach, broken.measured)
        _, problems = compare.weighed(found, good[broken.measured], compare.INVARIANTS)
        yield f"{name} ({broken.figure})", any(problem.startswith(f"'{broken.figure}'") for problem in problems)


def _measured(coach: Coach, what: str) -> list[Row]:
    ways: dict[str, Callable[[], Iterator[Row]]] = {
        "queries": lambda: retrieved(coach, load("queries", "dev")[::EACH]),
        "topics": lambda: covered(coach, load("coverage", "dev")),
        "requests": lambda: (drafted(coach, case) for case in load("requests", "dev")[::EACH]),
        "documents": survived,
        "sentences": lambda: texts.sentences(load("language", "dev"), coach._ageism),
        "texts": texts.mutants,
        "gate": lambda: texts.gated(GATE_EACH),
    }
    return list(ways[what]())
