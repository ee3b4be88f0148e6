"""`coach agenda | brief | guide`."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coach.cli.common import asked, clear, open_coach

if TYPE_CHECKING:
    from coach.models import Artefact

KINDS = ("first", "regular", "deep-dive", "midpoint", "last")


class _Format(click.Choice[str]):
    """Where people meet; "in-person" and "in person" are the same."""

    name = "format"

    def __init__(self) -> None:
        super().__init__(("in-person", "remote", "hybrid"), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(str(value).replace(" ", "-"), param, ctx).replace("-", " ")


def _draft_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options of all three artefacts."""
    for option in reversed(
        (
            click.argument("topic", default=""),
            click.option("--minutes", "-m", type=int, help="Minutes you have, 5 to 480.", show_default="asked"),
            click.option("--goal", default="", help="What should be different afterwards, in your words."),
            click.option(
                "--format", "setting", type=_Format(), default="in-person", show_default=True, help="Where people meet."
            ),
            click.option("--avoid", multiple=True, help="Something to keep out; may be repeated."),
            click.option("--json", "as_json", is_flag=True, help="JSON instead of Markdown."),
            click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of the screen."),
            click.option(
                "--knowledge",
                "folders",
                multiple=True,
                help="Folder to search, or builtin; may be repeated. Without it, COACH_KNOWLEDGE.",
            ),
        )
    ):
        command = option(command)
    return command


def _audience_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options of a draft for several people."""
    for option in reversed(
        (
            click.option("--audience", default="", help="Who takes part: 'bank branch managers'."),
            click.option("--knows", default="", help="What they know of it already."),
            click.option("--people", type=int, default=12, show_default=True, help="How many, 1 to 500."),
        )
    ):
        command = option(command)
    return command


@click.command()
@_draft_options
@click.option(
    "--kind", "session", type=click.Choice(KINDS), default="regular", show_default=True, help="Kind of meeting."
)
@click.option("--mentor", default="", help="The younger colleague: 'role; offers: …; wants: …'. A role, no name.")
@click.option("--mentee", default="", help="The senior colleague, in the same form.")
@click.option("--previous", multiple=True, help="Promised last time: 'mentee: bring a report'; may be repeated.")
def agenda(as_json: bool, out: Path | None, folders: tuple[str, ...], **fields: Any) -> None:
    """Agenda for a meeting of a pair, timed to the minute.

    Example: coach agenda "passkeys" --minutes 30 --mentee "finance director" --previous "mentee: list your logins"
    """
    from coach.inputs import parse_actions, parse_person

    fields["mentor"], fields["mentee"] = parse_person(fields["mentor"]), parse_person(fields["mentee"])
    fields["previous"] = tuple(action for text in fields["previous"] for action in parse_actions(text))
    _draft("agenda", as_json, out, folders, fields)


@click.command()
@_draft_options
@_audience_options
@click.option("--mentor", default="", help="Who presents: 'role; offers: own experience'.")
def brief(as_json: bool, out: Path | None, folders: tuple[str, ...], **fields: Any) -> None:
    """Research brief for a lunch session: findings, caveats, demonstration, talk track.

    Example: coach brief "deepfake voice fraud" --minutes 15 --audience "bank branch managers"
    """
    from coach.inputs import parse_person

    fields["mentor"] = parse_person(fields["mentor"])
    _draft("brief", as_json, out, folders, fields)


@click.command()
@_draft_options
@_audience_options
def guide(as_json: bool, out: Path | None, folders: tuple[str, ...], **fields: Any) -> None:
    """Discussion guide for a mixed-age group, its questions in stages.

    Example: coach guide "feedback styles across ages" --people 12 --minutes 45
    """
    _draft("guide", as_json, out, folders, fields)


def _draft(artefact: str, as_json: bool, out: Path | None, folders: tuple[str, ...], fields: dict[str, Any]) -> None:
    fields["topic"] = fields["topic"] or asked("Topic", "topic")
    if fields["minutes"] is None:
        fields["minutes"] = asked("Minutes you have", "minutes", int)
    from coach.pipeline import Drafted, Finished, make_request

    request = make_request(artefact, **fields)
    stop = threading.Event()
    with open_coach(folders) as coach, _interruptible(stop, model=coach.settings.llm.configured):
        for event in coach.draft(request, stop):
            if isinstance(event, Drafted) and sys.stderr.isatty():
                click.echo(f"\r\033[KDrafting: {event.section.title}", err=True, nl=False)
            elif isinstance(event, Finished):
                clear()
                _show(event.artefact, as_json, out)
                if used := event.artefact.provenance.usage:
                    click.echo(used.told(), err=True)


@contextlib.contextmanager
def _interruptible(stop: threading.Event, *, model: bool) -> Iterator[None]:
    """With a model, the first Ctrl-C stops the model, and the built-in engine writes the rest; the second one ends Coach."""
    if not model or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def interrupted(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        clear()
        click.echo("Stopping the model; the built-in engine writes the rest. Press Ctrl-C again to end.", err=True)
        stop.set()

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _show(artefact: "Artefact", as_json: bool, out: Path | None) -> None:
    from coach.export import to_json, to_markdown

    text = to_json(artefact) if as_json else to_markdown(artefact)
    if out is None:
        click.echo(text, nl=False)
        return
    partial = out.with_name(out.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(out)
    except OSError:
        click.echo(text, nl=False)  # nothing that was made is lost
        raise
    click.echo(f"Written to {out}", err=True)
