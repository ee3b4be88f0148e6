"""`coach doctor`, `coach prompts …` and `coach forget`: everything about a model, if there is one."""

import sys
from pathlib import Path

import click

from coach.cli.common import settings
from coach.errors import RequestError


@click.command()
def doctor() -> None:
    """Test the connection to the configured model, and say what to change."""
    from coach.llm import diagnose

    well = True
    for finding in diagnose(settings()):
        click.echo(f"{'ok' if finding.well else '!!'}  {finding.text}")
        well = well and finding.well
    sys.exit(0 if well else 69)


@click.group()
def prompts() -> None:
    """Look at the prompts that are sent to a model, if there is one."""


@prompts.command("list")
def list_prompts() -> None:
    """List the prompts with version and hash."""
    from coach.prompts import load

    for prompt in load().values():
        click.echo(f"{prompt.name:10} version {prompt.version}  {prompt.hash}  needs {', '.join(prompt.inputs)}")


@prompts.command("show")
@click.argument("name")
def show_prompt(name: str) -> None:
    """Print one prompt as it is sent, fields unfilled."""
    from coach.prompts import load

    found = load()
    if name not in found:
        raise RequestError(f"There is no prompt '{name}'. There are: {', '.join(found)}.")
    click.echo(found[name].text)


@prompts.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def check_prompts(folder: Path | None) -> None:
    """Check that every prompt declares what it uses, and that none is missing."""
    from coach.prompts import load

    click.echo(f"{len(load(folder))} prompts, none with a problem")


@click.command()
def forget() -> None:
    """Delete the model's answers that are kept on this machine."""
    from coach.llm import Answers

    click.echo(f"{Answers(settings().data_dir / 'answers').clear()} answers deleted")
