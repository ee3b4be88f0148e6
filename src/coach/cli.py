"""The command line: parse, call `Coach`, show. Heavy modules are imported where they are used, so `--help` is quick."""

import contextlib
import difflib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from coach import __version__
from coach.errors import CoachError, RequestError

if TYPE_CHECKING:
    from coach.models import Artefact
    from coach.pipeline import Coach
    from coach.settings import Settings

KINDS = ("first", "regular", "deep-dive", "midpoint", "last")


class _Format(click.Choice[str]):
    """Where people meet; "in-person" and "in person" are the same."""

    name = "format"

    def __init__(self) -> None:
        super().__init__(("in-person", "remote", "hybrid"), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(str(value).replace(" ", "-"), param, ctx).replace("-", " ")


class _Group(click.Group):
    """Turns Coach's errors into a sentence and an exit code, and anything unforeseen into an apology."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except CoachError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)
        except BrokenPipeError:
            sys.exit(0)
        except MemoryError:
            click.echo("Error: not enough memory. Close other programs, or use fewer knowledge folders.", err=True)
            sys.exit(71)
        except OSError as error:
            what = f"{error.strerror}: '{error.filename}'" if error.filename else str(error)
            click.echo(f"Error: {what}. Check the place, its permissions and the free space, then try again.", err=True)
            sys.exit(74)
        except Exception:
            logging.getLogger("coach").exception("unforeseen")
            click.echo("Error: something went wrong that Coach did not foresee; the lines above say where.", err=True)
            sys.exit(70)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="coach")
def main() -> None:
    """Plan reverse-mentoring sessions, with every statement of fact sourced.

    Works without a model, a key or a network. Settings come from the environment: COACH_KNOWLEDGE (folders to search,
    separated as in PATH; "builtin" is the curated collection), COACH_DATA_DIR (where the index is kept),
    COACH_CHROMA_URL (a Chroma server), COACH_NOW (a fixed time for byte-identical drafts).
    """


# --- what the drafting commands share -------------------------------------------------------------------------------


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


@main.command()
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


@main.command()
@_draft_options
@click.option("--audience", default="", help="Who will sit there: 'bank branch managers'.")
@click.option("--knows", default="", help="What they know of it already.")
@click.option("--people", type=int, default=12, show_default=True, help="How many, 1 to 500.")
@click.option("--mentor", default="", help="Who presents: 'role; offers: own experience'.")
def brief(as_json: bool, out: Path | None, folders: tuple[str, ...], **fields: Any) -> None:
    """Research brief for a lunch session: findings, caveats, demonstration, talk track.

    Example: coach brief "deepfake voice fraud" --minutes 15 --audience "bank branch managers"
    """
    from coach.inputs import parse_person

    fields["mentor"] = parse_person(fields["mentor"])
    _draft("brief", as_json, out, folders, fields)


@main.command()
@_draft_options
@click.option("--audience", default="", help="Who takes part: 'two teams of a hospital'.")
@click.option("--knows", default="", help="What they know of it already.")
@click.option("--people", type=int, default=12, show_default=True, help="How many, 1 to 500.")
def guide(as_json: bool, out: Path | None, folders: tuple[str, ...], **fields: Any) -> None:
    """Discussion guide for a mixed-age group, its questions in stages.

    Example: coach guide "feedback styles across ages" --people 12 --minutes 45
    """
    _draft("guide", as_json, out, folders, fields)


def _draft(artefact: str, as_json: bool, out: Path | None, folders: tuple[str, ...], fields: dict[str, Any]) -> None:
    fields["topic"] = fields["topic"] or _asked("Topic", "topic")
    if fields["minutes"] is None:
        fields["minutes"] = _asked("Minutes you have", "minutes", int)
    from coach.pipeline import Drafted, Finished, make_request

    request = make_request(artefact, **fields)
    with _coach(folders) as coach:
        for event in coach.draft(request):
            if isinstance(event, Drafted) and sys.stderr.isatty():
                click.echo(f"\r\033[KDrafting: {event.section.title}", err=True, nl=False)
            elif isinstance(event, Finished):
                _clear()
                _show(event.artefact, as_json, out)
                if used := event.artefact.provenance.usage:
                    click.echo(used.told(), err=True)


def _asked(prompt: str, name: str, kind: type = str) -> Any:
    """What is missing, asked for on a terminal; elsewhere an error that says how to give it."""
    if not sys.stdin.isatty():
        how = "as the first argument" if name == "topic" else f"with --{name}"
        raise RequestError(f'The {name} is missing. Give it {how}, for example: coach brief "passkeys" --minutes 20')
    return click.prompt(prompt, type=kind, err=True)


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


@contextlib.contextmanager
def _coach(folders: tuple[str, ...] = ()) -> "Iterator[Coach]":
    """A `Coach` whose index building shows on a terminal and can be stopped with Ctrl-C."""
    from coach.pipeline import Coach

    try:
        yield Coach(_settings(folders), progress=_progress)
    except KeyboardInterrupt:
        _clear()
        click.echo("Stopped. The index is as it was before.", err=True)
        sys.exit(130)


def _settings(folders: tuple[str, ...] = ()) -> "Settings":
    from coach.settings import Settings

    return Settings(knowledge=folders) if folders else Settings()


def _progress(message: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{message}: {done:,} of {total:,}", err=True, nl=False)
    elif done in (0, total):
        click.echo(f"{message}: {done:,} of {total:,}", err=True)


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


# --- the other commands ---------------------------------------------------------------------------------------------


@main.command()
@click.argument("query", default="")
@click.option("-k", "count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many documents.")
@click.option("--shelf", help="Only this shelf.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
@click.option("--knowledge", "folders", multiple=True, help="Folder to search; may be repeated.")
def search(query: str, count: int, shelf: str | None, as_json: bool, folders: tuple[str, ...]) -> None:
    """Search the material: each document with its best passage."""
    query = query or _asked("Search for", "topic")
    with _coach(folders) as coach:
        hits = coach.search(query, count, shelf)
        _clear()
        if as_json:
            import json

            click.echo(json.dumps([hit.model_dump() for hit in hits], ensure_ascii=False, indent=2))
            return
        for rank, hit in enumerate(hits, start=1):
            text = " ".join(hit.passage.text.split())
            click.echo(f"{rank}. {hit.passage.title} ({hit.document}, {hit.score:.2f})")
            click.echo(f"   {text[:200]}{'…' if len(text) > 200 else ''}")
        if not hits:
            click.echo("Nothing found. Try other words, or leave out --shelf.")


@main.command()
@click.option("--knowledge", "folders", multiple=True, help="Folder to index; may be repeated.")
def index(folders: tuple[str, ...]) -> None:
    """Bring the search index up to date. Drafting and searching do so by themselves."""
    with _coach(folders) as coach:
        built = coach.index
        _clear()
        for notice in built.notices:
            click.echo(notice, err=True)
        click.echo(f"{len(built.passages):,} passages, fingerprint {built.fingerprint}, in {coach.settings.data_dir}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True)
@click.option("--open/--no-open", "open_browser", default=False, help="Open a browser window.")
def serve(host: str, port: int, open_browser: bool) -> None:
    """Serve the web app on this machine."""
    from coach.ui import serve as serve_app

    serve_app(_settings(), host=host, port=port, open_browser=open_browser)


@main.group()
def knowledge() -> None:
    """Look after the curated notes."""


@knowledge.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--due", is_flag=True, help="Also report notes whose review is overdue.")
def check(folder: Path | None, due: bool) -> None:
    """Check every note: sources, citations, sections, questions, minutes, wording."""
    from datetime import UTC, datetime

    from coach.check import check_note
    from coach.knowledge import verify
    from coach.settings import packaged

    documents, problems = verify(folder or packaged("knowledge"), datetime.now(UTC).date() if due else None)
    found = sorted(
        [*problems, *(p for document in documents for p in check_note(document))], key=lambda p: (p.path, p.line)
    )
    for problem in found:
        click.echo(str(problem))
    sources = {source.url for document in documents if document.note for source in document.note.sources}
    click.echo(f"{len(documents)} notes, {len(sources)} sources, {len(found)} problems")
    sys.exit(65 if found else 0)


@knowledge.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
def stats(folder: Path | None, as_json: bool) -> None:
    """Count notes and sources by kind and year; list what is due, thin or uncited."""
    from datetime import UTC, datetime

    from coach.knowledge import statistics, verify
    from coach.settings import packaged

    found = statistics(verify(folder or packaged("knowledge"))[0], datetime.now(UTC).date())
    if as_json:
        click.echo(found.model_dump_json(indent=2))
        return
    for shelf, counts in found.shelves.items():
        share = f", {counts.recent / counts.sources:.0%} of them from the last five years" if counts.sources else ""
        click.echo(f"{shelf:26}{counts.notes:4} topic notes, {counts.sources:4} sources{share}")
    click.echo(f"{'methods and frames':26}{found.methods:4} methods, {found.frames} session frames")
    click.echo(f"{'facts':26}{found.facts:4} cited sentences")
    click.echo(f"{'sources':26}{found.sources:4} distinct; {found.research} studies, standards or official statistics")
    for name, counted in (("kind", found.kinds), ("strength", found.strengths), ("read", found.read)):
        click.echo(f"  by {name + ':':10}" + ", ".join(f"{word} {number}" for word, number in counted.items()))
    click.echo(f"  by {'year:':10}" + ", ".join(f"{year} {number}" for year, number in reversed(found.years.items())))
    if found.grade:
        hardest, average = max(found.grade, key=lambda name: found.grade[name]), fmean(found.grade.values())
        click.echo(f"{'reading ease':26}{average:4.1f} school years; at most {found.grade[hardest]} ({hardest})")
    for name, lines in (
        ("overdue reviews", found.overdue),
        ("thin notes", [f"{note} ({', '.join(reasons)})" for note, reasons in found.thin.items()]),
        ("uncited findings", found.uncited),
    ):
        click.echo(f"{name:26}{len(lines):4}" + "".join(f"\n  {line}" for line in lines))


@knowledge.command()
@click.argument("title")
@click.option("--shelf", default="digital-trends", show_default=True, help="Shelf it belongs to.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("knowledge"), show_default=True)
def new(title: str, shelf: str, folder: Path) -> None:
    """Begin a note: a file with every section, each line marked TODO until it is written."""
    from datetime import UTC, datetime

    from coach.knowledge import note_id, template, verify

    text = template(title, shelf, datetime.now(UTC).date())
    if not folder.is_dir():
        raise RequestError(f"There is no folder '{folder}' here. Say where the notes are with --folder.")
    path = folder / shelf / f"{note_id(title)}.md"
    if path.exists():
        raise RequestError(f"{path} exists already and was left as it is. Choose another title, or edit that file.")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"Written to {path}")
    words = set(path.stem.split("-"))
    notes = [document.note for document in verify(folder)[0] if document.note and document.note.id != path.stem]
    if near := [note.id for note in notes if words & {w for w in note.id.split("-") if len(w) > 3}]:
        click.echo(f"Look first whether it belongs into one of these: {', '.join(near)}")
    click.echo("Write every TODO, then run: coach knowledge check")


@knowledge.command()
@click.argument("note_id")
@click.option(
    "--knowledge", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Its folder."
)
def show(note_id: str, folder: Path | None) -> None:
    """Show a note with its sources: how each was read, and how strong it is."""
    from coach.knowledge import verify
    from coach.settings import packaged

    documents = {d.note.id: d for d in verify(folder or packaged("knowledge"))[0] if d.note}
    if (document := documents.get(note_id)) is None or (note := document.note) is None:
        near = difflib.get_close_matches(note_id, documents, n=5, cutoff=0.4)
        raise RequestError(
            f"There is no note '{note_id}'. "
            + (f"Did you mean {' or '.join(near)}?" if near else "See coach knowledge stats.")
        )
    click.echo(f"{note.title}\n{document.path}, reviewed {note.reviewed}, next review by {note.review_by}")
    click.echo(f"Also asked for as: {', '.join(note.also)}\n" if note.also else "")
    click.echo(document.text.split("\n---\n", 1)[-1].strip())
    if note.sources:
        click.echo("\n## Sources")
    for source in note.sources:
        click.echo(f"- [{source.id}] {source.title} ({source.publisher}, {source.year}) {source.url}")
        click.echo(f"  {source.kind}, {source.strength}: {source.basis}. Read: {source.read}")


@main.command()
def doctor() -> None:
    """Test the connection to the configured model, and say what to change."""
    from coach.llm import diagnose

    well = True
    for finding in diagnose(_settings()):
        click.echo(f"{'ok' if finding.well else '!!'}  {finding.text}")
        well = well and finding.well
    sys.exit(0 if well else 69)


@main.group()
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


@main.command()
def forget() -> None:
    """Delete the model's answers that are kept on this machine."""
    from coach.llm import Answers

    click.echo(f"{Answers(_settings().data_dir / 'answers').clear()} answers deleted")


@main.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the artefacts."""
    import json

    from coach.export import schema

    click.echo(json.dumps(schema(), indent=2))
