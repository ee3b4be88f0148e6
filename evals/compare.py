"""The gate: invariants without tolerance, graded figures by paired bootstrap against the baseline."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evals.cases import Row, Run

INVARIANTS = (
    "cited", "exact", "timed", "complete", "distinct", "questions", "language", "gate", "fault caught", "citation recall",
    "promises carried", "stages in order", "caveat there", "talk fits its minutes", "methods feasible", "field followed", "rest kept",
    "order ignored", "unread file told",
)  # fmt: skip
"""Figures that are 1 for every case, or the run fails."""
RESAMPLES = 2000
"""Bootstrap samples of one figure; with 2,000 the ends of a 95% interval move by less than a tenth of its width between seeds."""
SEED = 20261122


class Figure(NamedTuple):
    """A figure over all its cases: mean, 95% interval, mean change against the baseline with its interval, smallest change it can see."""

    name: str
    cases: int
    mean: float
    low: float
    high: float
    change: float | None
    change_low: float
    change_high: float
    smallest: float


class Verdict(NamedTuple):
    """Whether a run may land, its figures, and what to print."""

    green: bool
    figures: tuple[Figure, ...]
    lines: tuple[str, ...]


def load(path: Path) -> dict[str, Any] | None:
    """A baseline as it was saved; None where there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def save(path: Path, run: Run) -> None:
    """Writes a run as a baseline: figures by case, hashes, and the reason."""
    kept = run.model_dump(exclude={"rows", "used"}) | {"rows": {row.id: row.figures for row in run.rows}}
    path.write_text(json.dumps(kept, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def judge(run: Run, baseline: dict[str, Any] | None, *, whole: bool = True) -> Verdict:
    """Judges a run: every invariant holds in every case, no case is missing, no graded figure is worse than it was.

    Args:
        whole: Whether the run was meant to have every case. What a model's drafts are worse or better at than the baseline's, which are
            those of the built-in engine, is told and not judged.
    """
    old: dict[str, dict[str, float]] = (baseline or {}).get("rows", {})
    same = baseline is None or baseline["engine"] == run.engine
    figures, problems = weighed(run.rows, old, INVARIANTS, graded=same)
    if whole and baseline is None:
        problems.append("there is no baseline yet: look at the report, then coach eval --accept REASON")
    if whole and baseline is not None:
        problems += [
            f"{name}.yaml has changed since the baseline"
            for name, hash_ in run.data.items()
            if baseline["data"].get(name) != hash_
        ]
        if missing := sorted(set(old) - {row.id for row in run.rows}):
            problems.append(f"{len(missing)} cases of the baseline are missing: {', '.join(missing[:8])}")
    lines = [_told(figure) for figure in figures]
    if run.used:
        lines.append(_usage(run.used))
    lines += [f"RED: {problem}" for problem in problems] or ["GREEN"]
    return Verdict(not problems, figures, tuple(lines))


def weighed(
    rows: Sequence[Row], old: dict[str, dict[str, float]], invariants: Sequence[str], *, graded: bool = True
) -> tuple[tuple[Figure, ...], list[str]]:
    """Every figure over its cases, and what is wrong with them: a broken invariant, or a graded figure that is worse than in `old`.

    Args:
        old: Figures by case, of the run that this one is compared with.
    """
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        for name, value in row.figures.items():
            values[name][row.id] = value
    problems = []
    for name in invariants:
        if failed := [case for case, value in values.get(name, {}).items() if value < 1]:
            problems.append(f"'{name}' does not hold in {len(failed)} cases: {', '.join(failed[:8])}")
    figures = tuple(_figure(name, found, old) for name, found in sorted(values.items()))
    for figure in figures if graded else ():
        if figure.name not in invariants and figure.change is not None and figure.change_high < 0:
            problems.append(
                f"'{figure.name}' is worse by {-figure.change:.3f} ({figure.change_low:.3f} to {figure.change_high:.3f})"
            )
    return figures, problems


def _usage(used: dict[str, float]) -> str:
    """What a model was asked for, and how much of it survived."""
    told = ", ".join(
        f"{value:,.0f} {name}"
        for name, value in used.items()
        if name not in ("offered", "kept", "statements offered", "statements kept")
    )
    return (
        f"The model: {told}; of {used['offered']:.0f} reworded texts {used['kept']:.0f} passed the gate, "
        f"of {used['statements offered']:.0f} statements {used['statements kept']:.0f}"
    )


def _figure(name: str, found: dict[str, float], old: dict[str, dict[str, float]]) -> Figure:
    generator = np.random.default_rng(SEED)
    now = np.array(list(found.values()))
    low, high = _interval(now, generator)
    pairs = [(value, old[case][name]) for case, value in found.items() if name in old.get(case, {})]
    differences = np.array([a - b for a, b in pairs])
    spread = 1.96 * float(now.std(ddof=1)) / len(now) ** 0.5 if len(now) > 1 else 1.0
    if not len(differences):
        return Figure(name, len(now), float(now.mean()), low, high, None, 0.0, 0.0, spread)
    change_low, change_high = _interval(differences, generator)
    return Figure(
        name, len(now), float(now.mean()), low, high, float(differences.mean()), change_low, change_high, spread
    )


def _interval(values: "np.typing.NDArray[np.float64]", generator: np.random.Generator) -> tuple[float, float]:
    """95% percentile interval of the mean."""
    means = generator.choice(values, (RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _told(figure: Figure) -> str:
    change = (
        ""
        if figure.change is None
        else f"  change {figure.change:+.3f} ({figure.change_low:+.3f} to {figure.change_high:+.3f})"
    )
    return (
        f"{figure.name:28}{figure.cases:6} cases  {figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f}){change}  "
        f"can see {figure.smallest:.3f}"
    )
