"""`coach eval`: runs the suite that lies in the source tree, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import click

from coach.errors import RequestError


@click.command("eval")
@click.option(
    "--part",
    type=click.Choice(("dev", "sealed")),
    default="dev",
    show_default=True,
    help="Sealed cases report totals only.",
)
@click.option("--accept", metavar="REASON", help="Make this run the baseline; the reason goes into it.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), help="Folder for the report; by default this one."
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Draft the first N requests and judge nothing else."
)
def evaluate(part: str, accept: str | None, out: Path, limit: int | None) -> None:
    """Run the offline eval suite and compare it with the baseline.

    With a model configured (COACH_LLM_…) its drafts are judged, and what it was asked for and what survived is told.
    Ends with 0 when the gate is green and with 1 when it is red. Ctrl-C stops it; nothing is changed without --accept.
    """
    from coach.settings import packaged

    root = packaged("knowledge").parent
    if not (root / "evals" / "suite.py").exists():
        raise RequestError(
            "The eval suite lies in Coach's source tree, not in the installed package. Run it from a checkout."
        )
    command = [sys.executable, "-m", "evals.suite", "--part", part, "--out", str(out.resolve())]
    more = [*(["--accept", accept] if accept else []), *(["--limit", str(limit)] if limit else [])]
    try:
        done = subprocess.run([*command, *more], cwd=root, check=False)
    except KeyboardInterrupt:
        click.echo("Stopped. The baseline is as it was.", err=True)
        sys.exit(130)
    sys.exit(done.returncode)
