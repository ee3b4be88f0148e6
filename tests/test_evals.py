"""The eval suite: it passes on this tree, and it can fail."""

import json
import os
import subprocess
import sys
from bisect import bisect_left
from pathlib import Path
from typing import Any

import pytest
from evals import compare, overhead
from evals.breakage import PIPELINE
from evals.cases import Row, Run, load
from evals.faults import FAULTS, tried
from evals.suite import DATA
from evals.texts import CHANGES, mutants

from coach.knowledge import passages, read
from coach.pipeline import Coach
from coach.settings import packaged
from tests import models

ROOT = Path(__file__).resolve().parent.parent


def rows(values: dict[str, float], figure: str = "right note") -> tuple[Row, ...]:
    return tuple(Row(id=name, group="g", part="dev", figures={figure: value}) for name, value in values.items())


def made(found: tuple[Row, ...], engine: str = "built-in", **data: str) -> Run:
    return Run(
        made="2026-11-22",
        engine=engine,
        part="dev",
        corpus="c",
        settings="s",
        code="x",
        data={"requests": "1"} | data,
        seconds=1,
        rows=found,
    )


def saved(run: Run, folder: Path) -> dict[str, Any] | None:
    compare.save(folder / "baseline.json", run)
    return compare.load(folder / "baseline.json")


GOOD = {f"c{n}": float(n % 4 > 0) for n in range(80)}


def test_the_same_run_is_green(tmp_path: Path) -> None:
    run = made(rows(GOOD))
    verdict = compare.judge(run, saved(run, tmp_path))
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
    verdict = compare.judge(changed, saved(made(rows(GOOD)), tmp_path))
    assert not verdict.green
    assert any(why in line for line in verdict.lines)


def test_chance_alone_is_not_red(tmp_path: Path) -> None:
    other = GOOD | {"c1": 0.0, "c4": 1.0}
    assert compare.judge(made(rows(other)), saved(made(rows(GOOD)), tmp_path)).green


def test_without_a_baseline_the_gate_is_red_and_says_what_to_do() -> None:
    verdict = compare.judge(made(rows(GOOD)), None)
    assert not verdict.green
    assert "--accept REASON" in verdict.lines[-1]


def test_every_fault_in_a_draft_is_caught_by_the_check_that_is_there_for_it(coach: Coach) -> None:
    found = list(tried(coach))
    assert [name for name, caught in found if not caught] == []
    assert {name.rsplit(" (", 1)[0] for name, _ in found} == set(FAULTS)


def test_a_case_whose_judged_passage_is_gone_from_the_notes_is_noticed(coach: Coach) -> None:
    folder = packaged("knowledge")
    held = sorted(
        passage.text
        for path in folder.glob("*/*.md")
        for passage in passages(read(folder, f"{path.parent.name}/{path.name}"))
    )
    begins = {
        begin: case["id"] for part in ("dev", "sealed") for case in load("queries", part) for begin in case["passages"]
    }
    places = {begin: bisect_left(held, begin) for begin in begins}
    assert [
        (begins[begin], begin) for begin, at in places.items() if not "".join(held[at : at + 1]).startswith(begin)
    ] == []


def test_every_query_with_an_answer_has_passages_judged_in_grades() -> None:
    cases = [case for part in ("dev", "sealed") for case in load("queries", part)]
    assert [case["id"] for case in cases if bool(case["judged"]) != bool(case["passages"])] == []
    assert {grade for case in cases for grade in case["passages"].values()} == {1, 2, 3}


def test_every_case_names_notes_that_there_are() -> None:
    notes = {path.stem for path in packaged("knowledge").glob("*/*.md")}
    named = {note for part in ("dev", "sealed") for case in load("queries", part) for note in case["judged"]}
    named |= {case["note"] for part in ("dev", "sealed") for case in load("requests", part) if case.get("note")}
    named |= {note for part in ("dev", "sealed") for case in load("coverage", part) for note in case.get("notes", ())}
    assert named <= notes


@pytest.mark.parametrize(
    ("name", "fewest"), [("requests", 150), ("queries", 250), ("language", 250), ("tailoring", 40), ("coverage", 390)]
)
def test_the_two_parts_hold_all_cases_each_once(name: str, fewest: int) -> None:
    ids = [case["id"] for part in ("dev", "sealed") for case in load(name, part)]
    assert len(ids) == len(set(ids)) >= fewest


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_facts_are_changed_in_every_way(kind: str) -> None:
    changed = [row for row in mutants() if row.group == f"facts with another {kind}"]
    assert len(changed) >= 10
    assert all(row.input != row.evidence for row in changed)


def test_a_model_is_judged_by_the_invariants_and_only_told_what_else_differs(tmp_path: Path) -> None:
    baseline = saved(made(rows(GOOD)), tmp_path)
    worse = made(rows(dict.fromkeys(GOOD, 0.0)), engine="model m")
    verdict = compare.judge(worse, baseline)
    assert verdict.green
    assert "change -0.7" in verdict.lines[0]
    assert not compare.judge(made(rows(GOOD) + rows({"x": 0.0}, "cited"), engine="model m"), baseline).green


def test_the_suite_runs_on_a_model_and_tells_tokens_time_and_what_survived(
    data_dir: Path, coach: Coach, tmp_path: Path
) -> None:
    assert coach.index
    with models.scripted(overhead.server_after(0.0)) as (url, bodies):
        done = subprocess.run(
            [sys.executable, "-m", "coach", "eval", "--limit", "4", "--out", str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"COACH_DATA_DIR": str(data_dir), "COACH_LLM_BASE_URL": url, "COACH_LLM_MODEL": "m"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert bodies
    assert "reworded texts" in done.stdout
    report = json.loads((tmp_path / "eval-report.json").read_text())
    assert report["engine"] == "model m"
    assert report["used"]["kept"] > 0
    assert len(report["rows"]) == 4


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
    for part in (
        "Figures",
        "By group",
        "Coverage by threshold",
        "Flipped since the baseline",
        "Cases with a figure of 0",
    ):
        assert f"<h2>{part}" in page
    faults = {row["input"] for row in report["rows"] if row["group"] == "faults in Coach"}
    assert faults == {f"{name} ({broken.figure})" for name, broken in PIPELINE.items()}
    assert report["settings"]
    assert report["code"]
