"""The command line: parse, call `Coach`, show."""

import sys
from pathlib import Path

import click


@click.group()
def main() -> None:
    """Coach."""


@main.group()
def knowledge() -> None:
    """Look after the curated notes."""


@knowledge.command()
@click.argument("name", default="")
def check(name: str) -> None:
    """Check every note."""
    from coach.knowledge import verify
    from coach.settings import packaged

    documents, problems = verify(packaged("knowledge"))
    shown = [p for p in problems if name in p.path]
    for problem in shown:
        click.echo(str(problem))
    click.echo(f"{len(documents)} notes, {len(shown)} problems")
    sys.exit(65 if shown else 0)
