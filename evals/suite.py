"""The offline eval suite: judged cases through `Coach` and `coach.check` as they are, figures by case, a gate against the baseline.

coach eval                      run the development part, compare with the baseline, write eval-report.html and .json
coach eval --part sealed        the sealed part: totals only
coach eval --accept "why"       take this run as the new baseline; the reason goes into it
coach eval --limit 12           the first 12 requests alone, to try a model (COACH_LLM_…) before asking it everything

What each figure means, and does not mean, is said in evals/README.md.
"""

import argparse
import hashlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from coach.pipeline import Coach
from coach.settings import Settings, packaged
from evals import breakage, compare, faults, report, robustness, texts
from evals.cases import FOLDER, SETS, Row, Run, load
from evals.drafts import drafted
from evals.gate import SETS as GATE
from evals.retrieval import covered, retrieved, stale
from evals.tailoring import tailored

DATA = (*SETS, "passages", *(f"gate_{name}" for name in GATE))
"""The data sets, `NAME.yaml` each."""
Say = Callable[[str], None]


def run(coach: Coach, part: str, say: Say, limit: int | None = None) -> Run:
    """All cases of one part; `say` is told how far it is.

    Args:
        limit: Only so many requests are drafted, and nothing else is judged.
    """
    started = time.monotonic()
    cases = {name: load(name, part) for name in SETS}
    rows: list[Row] = []
    for number, case in enumerate(cases["requests"][:limit], start=1):
        say(f"Requests: {number} of {len(cases['requests'][:limit])}")
        rows.append(drafted(coach, case))
    if limit is None:
        say(f"Pairs of requests: {len(cases['tailoring'])}")
        rows += tailored(coach, cases["tailoring"])
        say(f"Queries: {len(cases['queries'])}")
        rows += retrieved(coach, cases["queries"])
        say(f"Topics: {len(cases['coverage'])}")
        rows += covered(coach, cases["coverage"])
        say(f"Sentences: {len(cases['language'])}")
        rows += texts.sentences(cases["language"], coach._ageism)
    if limit is None and part == "dev":
        say("Texts through the gate")
        rows += texts.gated()
        say("Facts changed on purpose")
        rows += texts.mutants()
        say("Documents with orders, odd signs and odd sizes")
        rows += robustness.survived()
        say("Current notes beside stale ones")
        rows += stale()
        say("Faults put in on purpose")
        for group, found in (("faults in a draft", faults.tried(coach)), ("faults in Coach", breakage.noticed(coach))):
            rows += (
                Row(
                    id=f"fault-{name}-{number}",
                    group=group,
                    part=part,
                    figures={"fault caught": float(caught)},
                    input=name,
                )
                for number, (name, caught) in enumerate(found)
            )
    used: dict[str, float] = defaultdict(float)
    for row in rows:
        for name, value in row.values.items() if row.group in ("agendas", "briefs", "guides") else ():
            used[name] += value
    return Run(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        engine=coach._engine.name,
        part=part,
        corpus=coach.index.fingerprint,
        settings=coach.settings.fingerprint,
        code=code(),
        data={name: _hash((FOLDER / f"{name}.yaml").read_bytes()) for name in DATA},
        seconds=round(time.monotonic() - started, 1),
        rows=tuple(rows),
        used={name: round(value, 1) for name, value in used.items()},
    )


def code() -> str:
    """Hash of everything that decides a draft beside notes and settings: Coach's own source, and its prompts."""
    root = packaged("knowledge").parent
    files = sorted([*(root / "src").rglob("*.py"), *(root / "prompts").glob("*.md")])
    return _hash(b"".join(file.relative_to(root).as_posix().encode() + file.read_bytes() for file in files))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def main() -> int:
    """Runs a part, compares, writes the report; 0 if the gate is green."""
    parser = argparse.ArgumentParser(
        prog="coach eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("dev", "sealed"), default="dev")
    parser.add_argument("--accept", metavar="REASON", help="make this run the baseline")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the report")
    parser.add_argument("--limit", type=int, metavar="N", help="draft the first N requests and judge nothing else")
    options = parser.parse_args()
    if options.accept and options.limit:
        parser.error("a baseline needs every case: leave out --limit")
    live = sys.stderr.isatty()

    def say(text: str) -> None:
        print(f"\r\033[K{text}" if live else text, end="" if live else "\n", file=sys.stderr, flush=True)

    done = run(Coach(Settings()), options.part, say, options.limit)
    baseline = compare.load(FOLDER / f"baseline-{options.part}.json")
    verdict = compare.judge(done, baseline, whole=options.limit is None)
    if live:
        print(file=sys.stderr)
    print("\n".join(verdict.lines))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "eval-report.json").write_text(done.model_dump_json(indent=1), encoding="utf-8")
    (options.out / "eval-report.html").write_text(report.html(done, baseline, verdict), encoding="utf-8")
    print(f"{len(done.rows)} cases in {done.seconds:g} s; report: {options.out / 'eval-report.html'}")
    if options.accept:
        if done.engine != "built-in":
            parser.error("the baseline is that of the built-in engine: unset COACH_LLM_BASE_URL")
        compare.save(FOLDER / f"baseline-{options.part}.json", done.model_copy(update={"reason": options.accept}))
        print(f"Accepted as the baseline: {options.accept}")
        return 0
    return 0 if verdict.green else 1


if __name__ == "__main__":
    sys.exit(main())
