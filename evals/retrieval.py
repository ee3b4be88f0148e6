"""Queries searched, topics judged: which notes and passages are found, what is called covered, and what stale copies do."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ir_measures

from coach.models import Evidence, Hit
from coach.pipeline import Coach
from coach.settings import Settings, packaged
from evals.cases import FOLDER, Row

MEASURES = {"nDCG@10": ir_measures.nDCG @ 10, "recall@10": ir_measures.R @ 10, "reciprocal rank": ir_measures.RR}
"""Of documents."""
PASSAGE_MEASURES = {
    "passage nDCG@10": ir_measures.nDCG @ 10,
    "passage precision@5": ir_measures.P(rel=2) @ 5,
    "passage recall@10": ir_measures.R(rel=2) @ 10,
}
"""Of the passages that a draft would rest on; grades 2 and 3 count as relevant where a measure knows only yes and no."""
VERDICTS = {"covered": "covered", "partly": "partly", "none": "not covered"}
DECOYS = FOLDER / "decoys"
"""Old versions of notes' subjects, each called like the note that is current: what a shared drive holds beside them."""


def retrieved(coach: Coach, queries: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each query searched; of one without an answer in the collection, whether Coach says so."""
    asked = [case for case in queries if case["judged"]]
    found = dict(zip([c["id"] for c in asked], coach.search_many([c["query"] for c in asked], 10), strict=True))
    evidence = {case["id"]: evidence_on(coach, case["query"]) for case in queries}
    documents = {name: [Path(hit.document).stem for hit in hits] for name, hits in found.items()}
    values = _measured(MEASURES, {c["id"]: c["judged"] for c in asked}, documents)
    judged = {c["id"]: c["passages"] for c in asked}
    pieces = {name: [_judged_as(hit, judged[name]) for hit in evidence[name].hits] for name in judged}
    passages = _measured(PASSAGE_MEASURES, judged, pieces)
    for case in queries:
        name, told = case["id"], evidence[case["id"]]
        figures = (
            values[name] | passages.get(name, {})
            if case["judged"]
            else {"silence kept": float(told.coverage != "covered")}
        )
        yield Row(
            id=name,
            group=f"search, {case.get('shelf') or 'no answer'}",
            part=case["part"],
            figures=figures,
            input=f"{case['query']} ({case['why']})",
            output=f"{told.coverage}: {', '.join(documents.get(name, told.nearest)[:5])}",
            evidence="\n".join(hit.passage.text for hit in told.hits[:5]),
        )  # fmt: skip


def covered(coach: Coach, topics: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each topic as people type it: is it rightly called covered, partly covered or not, and is a right note first."""
    shelves = {path.stem: path.parent.name for path in packaged("knowledge").glob("*/*.md")}
    for case in topics:
        evidence = evidence_on(coach, case["topic"])
        expected = VERDICTS[case["expect"]]
        figures = {f"called {expected}": float(evidence.coverage == expected)}
        if expected != "covered":
            figures["not overstated"] = float(
                list(VERDICTS.values()).index(evidence.coverage) >= list(VERDICTS).index(case["expect"])
            )
        notes = case.get("notes", ())
        if notes:
            figures["right note first"] = float(bool(evidence.hits) and evidence.hits[0].passage.note in notes)
        yield Row(
            id=case["id"],
            group=f"coverage, {shelves[notes[0]] if notes else 'no note'}",
            part=case["part"],
            figures=figures,
            input=case["topic"],
            output=f"{evidence.coverage} ({evidence.confidence:.2f}): {', '.join(evidence.nearest)}",
            evidence="\n".join(hit.passage.text for hit in evidence.hits[:5]),
            values={"confidence": evidence.confidence},
        )  # fmt: skip


def stale() -> Iterator[Row]:
    """Current notes beside stale copies of their subjects: is the current one found before the stale one, and cited.

    The index holds the current notes that have a decoy, and the decoys, each folder as a user would add it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        notes = Path(scratch) / "notes"
        for decoy in sorted(DECOYS.glob("*.md")):
            (note,) = packaged("knowledge").glob(f"*/{decoy.stem}.md")
            copy = notes / note.parent.name / note.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(note.read_bytes())
        coach = Coach(Settings(knowledge=(notes, DECOYS), data_dir=Path(scratch) / "data"))
        for decoy in sorted(DECOYS.glob("*.md")):
            title = decoy.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ")
            for number, query in enumerate((decoy.stem.replace("-", " "), title)):
                names = [hit.document for hit in coach.search(query, 10)]
                current = next(place for place, name in enumerate(names) if name.endswith(f"/{decoy.name}"))
                yield Row(
                    id=f"stale-{decoy.stem}-{number}",
                    group="search, stale copies",
                    part="dev",
                    figures={"current before stale": float(decoy.name not in names[:current])},
                    input=query,
                    output=", ".join(names[:5]),
                )
        coach.index.close()


def evidence_on(coach: Coach, query: str) -> Evidence:
    """What a draft on a topic would rest on, as `Coach.draft` finds it."""
    coach._refresh()
    evidence: Evidence = coach._evidence(query, coach._retriever)
    return evidence


def _judged_as(hit: Hit, judged: dict[str, int]) -> str:
    """The judgement that a passage falls under (they name it by its beginning), or its own id."""
    return next((begin for begin in judged if hit.passage.text.startswith(begin)), hit.passage.id)


def _measured(
    measures: dict[str, Any], judged: dict[str, dict[str, int]], ranked: dict[str, list[str]]
) -> dict[str, dict[str, float]]:
    """Each measure of each query, from the grades of what was judged and what was found, the best first."""
    qrels = [ir_measures.Qrel(query, name, grade) for query, grades in judged.items() for name, grade in grades.items()]
    run = [
        ir_measures.ScoredDoc(query, name, -place)
        for query, names in ranked.items()
        for place, name in enumerate(dict.fromkeys(names))
    ]
    values: dict[str, dict[str, float]] = {query: dict.fromkeys(measures, 0.0) for query in judged}
    for title, measure in measures.items():
        for metric in ir_measures.iter_calc([measure], qrels, run):
            values[metric.query_id][title] = float(metric.value)
    return values
