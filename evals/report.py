"""A run as one self-contained HTML page: figures with intervals and change, coverage by threshold, and the cases that flipped."""

from collections import defaultdict
from collections.abc import Sequence
from html import escape
from typing import Any

from evals.cases import Row, Run
from evals.compare import Figure, Verdict

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em;color:#1b2530}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d9dedd;padding:6px 8px;text-align:left;vertical-align:top}"
    ".red{background:#fdeeec}.green{background:#eef4f3}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font-size:13px;max-height:24em;overflow:auto}"
    "svg.bar{width:220px;height:16px}svg.curve{width:300px;height:200px}figure{display:inline-block;margin:0 1em 1em 0}"
)
MOST = 60
"""Cases of one list that are shown in full."""
COLOURS = {"covered": "#0e5f5b", "partly": "#b7791f", "none": "#b03a2e"}
"""Lines of the curves: topics that are covered, half covered, and not covered by any note."""


def html(run: Run, baseline: dict[str, Any] | None, verdict: Verdict) -> str:
    """The page. Of a sealed part it shows totals only."""
    told = "".join(
        f'<p class="{"green" if verdict.green else "red"}">{escape(line)}</p>'
        for line in verdict.lines
        if line.startswith(("RED", "GREEN", "The model"))
    )
    reason = f"Baseline of {escape(baseline['made'])}: {escape(baseline['reason'])}." if baseline else "No baseline."
    cases = "" if run.part == "sealed" else _flipped(run, baseline) + _failed(run)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Coach: eval</title><style>{STYLE}</style><h1>Eval of Coach</h1>"
        f"<p>{escape(run.engine)}, {run.part} part, {escape(run.made)}, {len(run.rows)} cases in {run.seconds:g} s. Corpus {escape(run.corpus)}, "
        f"settings {run.settings}, code {run.code}. {reason}</p>{told}"
        f"<h2>Figures</h2>{_table(verdict.figures)}<h2>By group</h2>{_groups(run)}<h2>Coverage by threshold</h2>{_curves(run.rows)}{cases}</html>"
    )


def _table(figures: Sequence[Figure]) -> str:
    rows = "".join(map(_figure, figures))
    return f"<table><tr><th>Figure<th>Cases<th>Mean (95%)<th><th>Change (95%)<th>Can see</tr>{rows}</table>"


def _figure(figure: Figure) -> str:
    change = (
        "" if figure.change is None else f"{figure.change:+.3f} ({figure.change_low:+.3f} to {figure.change_high:+.3f})"
    )
    left, width = 200 * figure.low, max(1.0, 200 * (figure.high - figure.low))
    plot = (
        f'<svg class=bar viewBox="0 0 210 16" role="img" aria-label="{figure.mean:.3f}"><path d="M0 8H200" stroke="#d9dedd"/>'
        f'<rect x="{left:.1f}" y="4" width="{width:.1f}" height="8" fill="#8ccdc7"/><circle cx="{200 * figure.mean:.1f}" cy="8" r="4" fill="#0e5f5b"/></svg>'
    )
    return (
        f"<tr><td>{escape(figure.name)}<td>{figure.cases}<td>{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f})<td>{plot}"
        f"<td>{change}<td>{figure.smallest:.3f}</tr>"
    )


def _groups(run: Run) -> str:
    """Means by group of cases: kinds of draft, shelves, kinds of text."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in run.rows:
        for name, value in row.figures.items():
            values[row.group, name].append(value)
    rows = "".join(
        f"<tr><td>{escape(group)}<td>{escape(name)}<td>{len(found)}<td>{sum(found) / len(found):.3f}</tr>"
        for (group, name), found in sorted(values.items())
    )
    return f"<details><summary>{len(values)} means</summary><table><tr><th>Group<th>Figure<th>Cases<th>Mean</tr>{rows}</table></details>"


def _curves(rows: Sequence[Row]) -> str:
    """For each shelf and for all: which part of the topics reaches a confidence, by what should be said of them."""
    topics = [row for row in rows if "confidence" in row.values]
    none = [row for row in topics if row.group.endswith("no note")]
    shelves = sorted({row.group.removeprefix("coverage, ") for row in topics} - {"no note"})
    groups = [("all shelves", topics), *((s, [r for r in topics if r.group.endswith(s)] + none) for s in shelves)]
    return "".join(
        f"<figure><figcaption>{escape(name)}</figcaption>{_curve(found)}</figure>" for name, found in groups if found
    ) + (
        "<p>Share of topics (upwards) whose confidence reaches a threshold (0.3 to 1, to the right): "
        + ", ".join(f'<b style="color:{colour}">{kind}</b>' for kind, colour in COLOURS.items())
        + ". Uncovered topics are the same in every plot.</p>"
    )


def _curve(rows: Sequence[Row]) -> str:
    lines = ""
    for kind, colour in COLOURS.items():
        found = [row.values["confidence"] for row in rows if row.id.startswith(f"c-{kind}-")]
        points = (
            [(low, sum(value >= low for value in found) / len(found)) for low in (0.3 + 0.01 * n for n in range(71))]
            if found
            else []
        )
        path = " ".join(f"{300 * (low - 0.3) / 0.7:.1f},{195 - 190 * share:.1f}" for low, share in points)
        lines += f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return f'<svg class=curve viewBox="0 0 300 200" role="img" aria-label="coverage by threshold"><path d="M0 195H300M0 5V195" stroke="#d9dedd"/>{lines}</svg>'


def _flipped(run: Run, baseline: dict[str, Any] | None) -> str:
    old = (baseline or {}).get("rows", {})
    rows = [
        (
            row,
            {
                name: (old[row.id][name], value)
                for name, value in row.figures.items()
                if old.get(row.id, {}).get(name, value) != value
            },
        )
        for row in run.rows
    ]
    changed = [(row, figures) for row, figures in rows if figures]
    body = "".join(
        _case(row, "; ".join(f"{n}: {a:.2f} → {b:.2f}" for n, (a, b) in figures.items()))
        for row, figures in changed[:MOST]
    )
    return f"<h2>Flipped since the baseline: {len(changed)}</h2>{_cases(body)}"


def _failed(run: Run) -> str:
    failed = [row for row in run.rows if any(value == 0 for value in row.figures.values())]
    failed = [row for row in failed if not row.id.startswith("gate-")]
    body = "".join(
        _case(row, ", ".join(name for name, value in row.figures.items() if value == 0)) for row in failed[:MOST]
    )
    return f"<h2>Cases with a figure of 0: {len(failed)}</h2>{_cases(body)}"


def _cases(body: str) -> str:
    return (
        f"<table><tr><th>Case<th>Figures<th>Input<th>Output<th>Evidence</tr>{body}</table>" if body else "<p>None.</p>"
    )


def _case(row: Row, figures: str) -> str:
    shown = "".join(f"<td><pre>{escape(text)}</pre>" for text in (row.input, row.output, row.evidence))
    return f"<tr><td>{escape(row.id)}<td>{escape(figures)}{shown}</tr>"
