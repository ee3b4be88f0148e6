"""The eval suite: it passes on this tree, and it can fail."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from evals import compare
from evals.faults import FAULTS, tried
from evals.suite import DATA, INVARIANTS, Row, Run

from coach.pipeline import Coach

ROOT = Path(__file__).resolve().parent.parent


def rows(values: dict[str, float], figure: str = "right note") -> tuple[Row, ...]:
    return tuple(
        Row(id=name, group="g", part="dev", figures={figure: value}, shown={}) for name, value in values.items()
    )


def made(found: tuple[Row, ...], **data: str) -> Run:
    return Run(made="2026-11-22", engine="built-in", corpus="c", data={"requests": "1"} | data, seconds=1, rows=found)


def saved(run: Run, folder: Path) -> dict[str, Any] | None:
    compare.save(folder / "baseline.json", run)
    return compare.load(folder / "baseline.json")


GOOD = {f"c{n}": float(n % 4 > 0) for n in range(80)}


def test_the_same_run_is_green(tmp_path: Path) -> None:
    run = made(rows(GOOD))
    verdict = compare.judge(run, saved(run, tmp_path), INVARIANTS)
    assert verdict.green
    assert "can see" in verdict.lines[0]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (made(rows(dict.fromkeys(GOOD, 0.0))), "is worse by"),
        (
            made(rows({name: value for name, value in GOOD.items() if name != "c7"})),
            "1 cases of the baseline are missing: c7",
        ),
        (made(rows(GOOD), requests="2"), "requests.yaml has changed"),
        (made(rows(GOOD) + rows({"x": 0.0}, "cited")), "'cited' does not hold in 1 cases: x"),
    ],
)
def test_a_worse_figure_a_missing_case_other_data_or_a_broken_invariant_is_red(
    tmp_path: Path, changed: Run, why: str
) -> None:
    verdict = compare.judge(changed, saved(made(rows(GOOD)), tmp_path), INVARIANTS)
    assert not verdict.green
    assert any(why in line for line in verdict.lines)


def test_chance_alone_is_not_red(tmp_path: Path) -> None:
    other = GOOD | {"c1": 0.0, "c4": 1.0}
    assert compare.judge(made(rows(other)), saved(made(rows(GOOD)), tmp_path), INVARIANTS).green


def test_without_a_baseline_the_gate_is_red_and_says_what_to_do() -> None:
    verdict = compare.judge(made(rows(GOOD)), None, INVARIANTS)
    assert not verdict.green
    assert "--accept REASON" in verdict.lines[-1]


def test_every_seeded_fault_is_caught_by_the_check_that_is_there_for_it(coach: Coach) -> None:
    found = list(tried(coach))
    assert [name for name, caught in found if not caught] == []
    assert {name.rsplit(" (", 1)[0] for name, _ in found} == set(FAULTS)


def test_the_suite_is_green_on_this_tree_and_leaves_its_report(data_dir: Path, coach: Coach, tmp_path: Path) -> None:
    assert coach.index
    done = subprocess.run(
        [sys.executable, "-m", "coach", "eval", "--out", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"COACH_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GREEN" in done.stdout
    report = json.loads((tmp_path / "eval-report.json").read_text())
    assert set(report["data"]) == set(DATA)
    page = (tmp_path / "eval-report.html").read_text()
    assert "http" not in page.split("</style>")[0]
    assert "<h2>Figures</h2>" in page
