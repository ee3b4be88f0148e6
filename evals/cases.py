"""What a run of the suite consists of: rows of figures, and the labelled cases they come from."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from coach.models import Frozen

FOLDER = Path(__file__).parent
SETS = ("requests", "queries", "language", "tailoring", "coverage")
"""Labelled cases with a development and a sealed part, `NAME.yaml` each."""


class Row(Frozen):
    """One case and its figures, each 0 to 1 and better when higher.

    Attributes:
        input, output, evidence: What the report puts side by side where a figure changed.
        values: Numbers that the report plots and that are not compared.
    """

    id: str
    group: str
    part: str
    figures: dict[str, float]
    input: str = ""
    output: str = ""
    evidence: str = ""
    values: dict[str, float] = Field(default_factory=dict)


class Run(Frozen):
    """One run: when, on what, with which settings and code, and every row.

    Attributes:
        data, code: Hashes of the data sets, and of Coach's own source and prompts.
        used: What a model was asked for in all drafts together: requests, tokens, seconds; empty for the built-in engine.
    """

    made: str
    engine: str
    part: str
    corpus: str
    settings: str
    code: str
    data: dict[str, str]
    seconds: float
    rows: tuple[Row, ...]
    used: dict[str, float] = Field(default_factory=dict)
    reason: str = ""


def load(name: str, part: str) -> list[dict[str, Any]]:
    """The cases of one of `SETS` that belong to a part.

    Of `coverage` each list gives its 2nd, 4th, … topic to the sealed part; the others name their part. Queries bring their judged passages
    along, grade by the beginning of the text.
    """
    rows = _read(name)
    if name == "queries":
        judged = _read("passages")
        rows = [
            row
            | {"passages": {begin: grade for grade, begins in judged.get(row["id"], {}).items() for begin in begins}}
            for row in rows
        ]
    if name != "coverage":
        return [row for row in rows if row["part"] == part]
    return [
        {**row, "id": f"c-{kind}-{number}", "expect": kind, "part": part}
        for kind in ("covered", "partly", "none")
        for number, row in enumerate(rows[kind])
        if number % 2 == (part == "sealed")
    ]


def _read(name: str) -> Any:
    return yaml.load(
        (FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
