"""`coach search | index | serve | schema`."""

import click

from coach.cli.common import asked, clear, open_coach, settings


@click.command()
@click.argument("query", default="")
@click.option("-k", "count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many documents.")
@click.option("--shelf", help="Only this shelf.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
@click.option("--knowledge", "folders", multiple=True, help="Folder to search; may be repeated.")
def search(query: str, count: int, shelf: str | None, as_json: bool, folders: tuple[str, ...]) -> None:
    """Search the material: each document with its best passage."""
    query = query or asked("Search for", "topic")
    with open_coach(folders) as coach:
        hits = coach.search(query, count, shelf)
        clear()
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


@click.command()
@click.option("--knowledge", "folders", multiple=True, help="Folder to index; may be repeated.")
def index(folders: tuple[str, ...]) -> None:
    """Bring the search index up to date. Drafting and searching do so by themselves."""
    with open_coach(folders) as coach:
        built = coach.index
        clear()
        for notice in built.notices:
            click.echo(notice, err=True)
        click.echo(f"{len(built.passages):,} passages, fingerprint {built.fingerprint}, in {coach.settings.data_dir}")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True)
@click.option("--open/--no-open", "open_browser", default=False, help="Open a browser window.")
def serve(host: str, port: int, open_browser: bool) -> None:
    """Serve the web app on this machine."""
    from coach.ui import serve as serve_app

    serve_app(settings(), host=host, port=port, open_browser=open_browser)


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of the artefacts."""
    import json

    from coach import export

    click.echo(json.dumps(export.schema(), indent=2))
