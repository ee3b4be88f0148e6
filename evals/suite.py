"""The offline eval suite: judged cases through `Coach` and `coach.check` as they are, figures by case, a gate against the baseline.

coach eval                      run the development part, compare with the baseline, write eval-report.html and .json
coach eval --part sealed        the sealed part: totals only
coach eval --accept "why"       take this run as the new baseline; the reason goes into it

What each figure means, and does not mean, is said in evals/README.md.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import ir_measures
import yaml

from coach.check import check_artefact, check_section
from coach.check.language import assertions, spokespersons
from coach.errors import RequestError
from coach.inputs import parse_actions, parse_person
from coach.knowledge import read
from coach.models import AnyRequest, Artefact, Frozen, Material
from coach.pipeline import Coach, Finished, make_request
from coach.settings import Settings, packaged
from evals import compare, faults, report
from evals.gate import SETS, cases

FOLDER = Path(__file__).parent
DATA = ("requests", "queries", "language", *(f"gate_{name}" for name in SETS))
"""The data sets, `NAME.yaml` each."""
INVARIANTS = ("cited", "exact", "timed", "complete", "distinct", "questions", "language", "gate", "fault caught")
"""Figures that are 1 for every case, or the run fails."""
RECENT_YEARS = 5
"""Years within which a source counts as recent in the figure of that name."""
Say = Callable[[str], None]


class Row(Frozen):
    """One case and its figures; `shown` is what the report puts side by side when a figure changes."""

    id: str
    group: str
    part: str
    figures: dict[str, float]
    shown: dict[str, str]


class Run(Frozen):
    """One run: when and on what, and every row."""

    made: str
    engine: str
    corpus: str
    data: dict[str, str]
    seconds: float
    rows: tuple[Row, ...]
    reason: str = ""


# --- requests -------------------------------------------------------------------------------------------------------


def request_of(case: dict[str, Any]) -> AnyRequest:
    """A case as a request, its people and promises typed as a user would type them."""
    fields = dict(case.get("fields") or {})
    for role in ("mentor", "mentee"):
        if role in fields:
            fields[role] = parse_person(fields[role])
    if "previous" in fields:
        fields["previous"] = tuple(action for text in fields["previous"] for action in parse_actions(text))
    if "avoid" in fields:
        fields["avoid"] = tuple(fields["avoid"])
    return make_request(case["kind"], topic=case["topic"], minutes=case["minutes"], **fields)


def drafted(coach: Coach, case: dict[str, Any]) -> Row:
    """One request drafted and judged."""
    try:
        request = request_of(case)
    except RequestError as error:
        figures = {"refused rightly": float(case["expect"] == "refused")}
        return Row(
            id=case["id"],
            group="refused",
            part=case["part"],
            figures=figures,
            shown={"request": str(case), "said": str(error)},
        )
    *_, last = coach.draft(request)
    assert isinstance(last, Finished)
    artefact = last.artefact
    statements = [s for section in artefact.sections for s in section.all_statements()]
    reframed = any("You typed" in notice.text for notice in artefact.notices)
    said = "covered" if not artefact.gaps else "partly" if statements else "not covered"
    coverage = "reframed" if reframed else said
    right = coverage == case["expect"]
    first = next((s.citations[0].note for s in statements), "")
    figures = judged(artefact) | {"coverage right": float(right)}
    if case.get("note"):
        figures["right note"] = float(Path(first).stem == case["note"])
    shown = {
        "request": json.dumps(case, ensure_ascii=False),
        "title": artefact.title,
        "first note": first,
        "coverage": coverage,
    }
    return Row(id=case["id"], group=f"{case['kind']}s", part=case["part"], figures=figures, shown=shown)


def judged(artefact: Artefact) -> dict[str, float]:
    """What the checks say of an artefact, one figure a check, and what its sources are like."""
    statements = [s for section in artefact.sections for s in section.all_statements()]
    documents = {c.note: read(packaged("knowledge"), c.note) for s in statements for c in s.citations}
    material = Material(coverage="covered", documents=tuple(documents.values()))
    flags = [f for section in artefact.sections for f in check_section(section, material, artefact.request)]
    wrong = {flag.check for flag in (*flags, *check_artefact(artefact)) if flag.severity == "error"}
    figures = {
        check: float(check not in wrong)
        for check in ("cited", "timed", "complete", "distinct", "questions", "language")
    }
    spans = [(documents[c.note].text[c.start : c.end], c.quote) for s in statements for c in s.citations]
    figures["exact"] = float(all(text == quote for text, quote in spans))
    sources = [source for s in statements for c in s.citations for source in c.sources]
    if sources:
        figures["sources strong or moderate"] = fmean(source.strength != "weak" for source in sources)
        newest = datetime.fromisoformat(artefact.provenance.made).year
        figures["sources recent"] = fmean(source.year > newest - RECENT_YEARS for source in sources)
    return figures


# --- retrieval ------------------------------------------------------------------------------------------------------


def retrieved(coach: Coach, queries: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each query searched: nDCG@10, recall@10 and reciprocal rank of its judged notes; of one without an answer, whether that is said."""
    measures = {"nDCG@10": ir_measures.nDCG @ 10, "recall@10": ir_measures.R @ 10, "reciprocal rank": ir_measures.RR}
    asked = [case for case in queries if case["judged"]]
    found = dict(zip([c["id"] for c in asked], coach.search_many([c["query"] for c in asked], 10), strict=True))
    judgements = [ir_measures.Qrel(c["id"], note, grade) for c in asked for note, grade in c["judged"].items()]
    ranked = [
        ir_measures.ScoredDoc(q, Path(hit.document).stem, -place)
        for q, hits in found.items()
        for place, hit in enumerate(hits)
    ]
    values: dict[str, dict[str, float]] = {case["id"]: {} for case in asked}
    for name, measure in measures.items():
        for metric in ir_measures.iter_calc([measure], judgements, ranked):
            values[metric.query_id][name] = float(metric.value)
    for case in queries:
        if case["judged"]:
            figures = values[case["id"]]
            shown = {
                "query": case["query"],
                "found": ", ".join(Path(hit.document).stem for hit in found[case["id"]][:5]),
            }
        else:
            evidence = coach._retriever.evidence(case["query"])
            figures = {"silence kept": float(evidence.coverage != "covered")}
            shown = {"query": case["query"], "coverage": evidence.coverage}
        yield Row(
            id=case["id"],
            group=f"search, {case.get('shelf') or 'no answer'}",
            part=case["part"],
            figures=figures,
            shown=shown,
        )


# --- language, gate, faults -----------------------------------------------------------------------------------------


def sentences(rows: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each labelled sentence through the language checks: harmful ones found, harmless ones let be."""
    for case in rows:
        found = {"stereotype": bool(assertions(case["text"])), "spokesperson": bool(spokespersons(case["text"]))}
        harmful = case["stereotype"] or case["spokesperson"]
        name = "harmful found" if harmful else "harmless let be"
        right = float(any(found.values()) == harmful)
        shown = {
            "sentence": case["text"],
            "found": ", ".join(kind for kind, there in found.items() if there) or "nothing",
        }
        yield Row(id=case["id"], group="language", part=case["part"], figures={name: right}, shown=shown)


def gated() -> Iterator[Row]:
    """Each text of `gate_….yaml` through the gate: wrong ones stopped, true ones let through."""
    for name in SETS:
        true = name.endswith("true")
        for number, case in enumerate(cases(name)):
            passed = not case.faults()
            if case.kind == "request-obeyed":
                continue  # does what the request itself asks for; counted in evals/gate.py
            figure = {"true let through": float(passed)} if true else {"gate": float(not passed)}
            yield Row(
                id=f"gate-{name}-{number}",
                group=SETS[name].lower(),
                part="dev",
                figures=figure,
                shown={"text": case.text},
            )


# --- the run --------------------------------------------------------------------------------------------------------


def run(coach: Coach, part: str, say: Say) -> Run:
    """All cases of one part; `say` is told how far it is."""
    started = time.monotonic()
    data = {name: (FOLDER / f"{name}.yaml").read_bytes() for name in DATA}
    loaded = {
        name: [c for c in yaml.safe_load(data[name]) if c["part"] == part]
        for name in ("requests", "queries", "language")
    }
    rows: list[Row] = []
    for number, case in enumerate(loaded["requests"], start=1):
        say(f"Requests: {number} of {len(loaded['requests'])}")
        rows.append(drafted(coach, case))
    say(f"Queries: {len(loaded['queries'])}")
    rows += retrieved(coach, loaded["queries"])
    say(f"Sentences: {len(loaded['language'])}")
    rows += sentences(loaded["language"])
    if part == "dev":
        say("Texts through the gate")
        rows += gated()
        say("Faults put in on purpose")
        rows += (
            Row(
                id=f"fault-{name}-{number}",
                group="seeded faults",
                part="dev",
                figures={"fault caught": float(caught)},
                shown={"fault": name},
            )
            for number, (name, caught) in enumerate(faults.tried(coach))
        )
    return Run(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        engine=coach._engine.name,
        corpus=coach.index.fingerprint,
        data={name: hashlib.sha256(content).hexdigest()[:16] for name, content in data.items()},
        seconds=round(time.monotonic() - started, 1),
        rows=tuple(rows),
    )


def main() -> int:
    """Runs a part, compares, writes the report; 0 if the gate is green."""
    parser = argparse.ArgumentParser(
        prog="coach eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("dev", "sealed"), default="dev")
    parser.add_argument("--accept", metavar="REASON", help="make this run the baseline")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the report")
    options = parser.parse_args()
    live = sys.stderr.isatty()

    def say(text: str) -> None:
        print(f"\r\033[K{text}" if live else text, end="" if live else "\n", file=sys.stderr, flush=True)

    done = run(Coach(Settings()), options.part, say)
    baseline = compare.load(FOLDER / f"baseline-{options.part}.json")
    verdict = compare.judge(done, baseline, INVARIANTS)
    if live:
        print(file=sys.stderr)
    print("\n".join(verdict.lines))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "eval-report.json").write_text(done.model_dump_json(indent=1), encoding="utf-8")
    (options.out / "eval-report.html").write_text(report.html(done, baseline, verdict), encoding="utf-8")
    print(f"{len(done.rows)} cases in {done.seconds:g} s; report: {options.out / 'eval-report.html'}")
    if options.accept:
        compare.save(FOLDER / f"baseline-{options.part}.json", done.model_copy(update={"reason": options.accept}))
        print(f"Accepted as the baseline: {options.accept}")
        return 0
    return 0 if verdict.green else 1


if __name__ == "__main__":
    sys.exit(main())
