"""`coach knowledge check | stats | new | show`."""

import difflib
import sys
from pathlib import Path
from statistics import fmean

import click

from coach.errors import RequestError


@click.group()
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
