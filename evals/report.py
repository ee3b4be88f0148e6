"""A run as one self-contained HTML page: figures with intervals and change, and the cases that flipped side by side."""

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.compare import Figure, Verdict
    from evals.suite import Row, Run

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#1b2530}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d9dedd;padding:6px 8px;text-align:left;vertical-align:top}"
    ".red{background:#fdeeec}.green{background:#eef4f3}pre{white-space:pre-wrap;margin:0;font-size:13px}svg{width:220px;height:16px}"
)
MOST = 60
"""Cases of one list that are shown in full."""


def html(run: "Run", baseline: dict[str, Any] | None, verdict: "Verdict") -> str:
    """The page. Of a sealed part it shows totals only."""
    told = "".join(
        f'<p class="{"green" if verdict.green else "red"}">{escape(line)}</p>'
        for line in verdict.lines
        if line.startswith(("RED", "GREEN"))
    )
    figures = "".join(map(_figure, verdict.figures))
    sealed = any(row.part == "sealed" for row in run.rows)
    cases = "" if sealed else _flipped(run, baseline) + _failed(run)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Coach: eval</title><style>{STYLE}</style><h1>Eval of Coach</h1>"
        f"<p>{escape(run.engine)}, corpus {escape(run.corpus)}, {escape(run.made)}, {len(run.rows)} cases in {run.seconds:g} s.</p>{told}"
        f"<h2>Figures</h2><table><tr><th>Figure<th>Cases<th>Mean (95%)<th><th>Change (95%)<th>Can see</tr>{figures}</table>{cases}</html>"
    )


def _figure(figure: "Figure") -> str:
    change = (
        "" if figure.change is None else f"{figure.change:+.3f} ({figure.change_low:+.3f} to {figure.change_high:+.3f})"
    )
    left, width = 200 * figure.low, max(1.0, 200 * (figure.high - figure.low))
    plot = (
        f'<svg viewBox="0 0 210 16" role="img" aria-label="{figure.mean:.3f}"><path d="M0 8H200" stroke="#d9dedd"/>'
        f'<rect x="{left:.1f}" y="4" width="{width:.1f}" height="8" fill="#8ccdc7"/><circle cx="{200 * figure.mean:.1f}" cy="8" r="4" fill="#0e5f5b"/></svg>'
    )
    return (
        f"<tr><td>{escape(figure.name)}<td>{figure.cases}<td>{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f})<td>{plot}"
        f"<td>{change}<td>{figure.smallest:.3f}</tr>"
    )


def _flipped(run: "Run", baseline: dict[str, Any] | None) -> str:
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
        f"<tr><td>{escape(row.id)}<td>{escape('; '.join(f'{n}: {a:.2f} → {b:.2f}' for n, (a, b) in figures.items()))}<td>{_shown(row)}</tr>"
        for row, figures in changed[:MOST]
    )
    return f"<h2>Flipped since the baseline: {len(changed)}</h2><table>{body}</table>"


def _failed(run: "Run") -> str:
    failed = [
        row for row in run.rows if any(value == 0 for value in row.figures.values()) and not row.id.startswith("gate-")
    ]
    body = "".join(
        f"<tr><td>{escape(row.id)}<td>{escape(', '.join(name for name, value in row.figures.items() if value == 0))}<td>{_shown(row)}</tr>"
        for row in failed[:MOST]
    )
    return f"<h2>Cases with a figure of 0: {len(failed)}</h2><table>{body}</table>"


def _shown(row: "Row") -> str:
    return "".join(f"<pre><b>{escape(name)}</b> {escape(value)}</pre>" for name, value in row.shown.items())
