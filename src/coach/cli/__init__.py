"""The command line: parse, call `Coach`, show. Heavy modules are imported where they are used, so `--help` is quick."""

import logging
import sys
from typing import Any

import click

from coach import __version__
from coach.cli import drafting, evaluation, knowledge, material, model
from coach.errors import CoachError


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
    COACH_CHROMA_URL (a Chroma server), COACH_LLM_… and COACH_EMBED_… (models, if you want any; see README),
    COACH_NOW (a fixed time for byte-identical drafts).
    """


for command in (
    drafting.agenda, drafting.brief, drafting.guide, material.search, material.index, material.serve, material.schema, knowledge.knowledge,
    model.doctor, model.prompts, model.forget, evaluation.evaluate,
):  # fmt: skip
    main.add_command(command)
