"""What the commands share: an open `Coach`, progress on a terminal, questions for what is missing."""

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from coach.errors import RequestError

if TYPE_CHECKING:
    from coach.pipeline import Coach
    from coach.settings import Settings


@contextlib.contextmanager
def open_coach(folders: tuple[str, ...] = ()) -> "Iterator[Coach]":
    """A `Coach` whose index building shows on a terminal and can be stopped with Ctrl-C."""
    from coach.pipeline import Coach

    try:
        yield Coach(settings(folders), progress=_progress)
    except KeyboardInterrupt:
        clear()
        click.echo("Stopped. The index is as it was before.", err=True)
        sys.exit(130)


def settings(folders: tuple[str, ...] = ()) -> "Settings":
    """The settings of the environment, with these folders if there are any."""
    from coach.settings import Settings

    return Settings(knowledge=folders) if folders else Settings()


def _progress(message: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{message}: {done:,} of {total:,}", err=True, nl=False)
    elif done in (0, total):
        click.echo(f"{message}: {done:,} of {total:,}", err=True)


def clear() -> None:
    """Clears the line on which progress was shown."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


def asked(prompt: str, name: str, kind: type = str) -> Any:
    """What is missing, asked for on a terminal; elsewhere an error that says how to give it."""
    if not sys.stdin.isatty():
        how = "as the first argument" if name == "topic" else f"with --{name}"
        command = click.get_current_context().info_name
        minutes = "" if command == "search" else " --minutes 20"
        raise RequestError(f'Missing: the {name}. Say it {how}, for example: coach {command} "passkeys"{minutes}')
    return click.prompt(prompt, type=kind, err=True)
