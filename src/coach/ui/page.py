"""The page: three tabs, each a form above its draft. Wires events; decides nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from coach.settings import Settings
from coach.ui.drafting import Press, Runs, View, drafting, starting_html
from coach.ui.forms import Field, Job
from coach.ui.jobs import JOBS
from coach.ui.library import Library
from coach.ui.model import about, examination, privacy
from coach.ui.text import esc

AT_ONCE = 16
"""Drafts that run at the same time; further ones wait in line. Gradio has 40 threads."""
_INTRO = """<header class="coach-head"><h1>Coach</h1><p>Prepare a reverse-mentoring meeting you can hold within the hour.
Every statement of fact is quoted from a source, every minute is planned, and what the material lacks is said.
{privacy}</p></header>"""
_UNFOLD = """<button type="button" class="unfold" aria-expanded="false" aria-controls="more-{key}">
<span>Tell Coach more <span class="quiet">(all of it optional)</span></span></button>"""
# Not `gr.Accordion`: it makes its inputs when it is opened, and loses what is typed while it does so.
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(library: Library, folder: Path) -> gr.Blocks:
    """The page as Gradio blocks.

    Args:
        library: What drafts are made from.
        folder: Where downloads are kept; private to this server.
    """
    runs = Runs()
    page: gr.Blocks = gr.Blocks(title="Coach", analytics_enabled=False, fill_width=True, delete_cache=(3_600, 86_400))
    with page:
        _html(_INTRO.format(privacy=esc(privacy(library.coach.settings))))
        with gr.Tabs(elem_id="jobs", overflow_behavior="wrap"):
            for job in JOBS:
                with gr.Tab(job.tab, id=job.key, elem_id=f"tab-{job.key}", render_children=True):
                    _job(job, library, runs, folder)
        _model(library.coach.settings, runs)
    page.queue(default_concurrency_limit=AT_ONCE)
    return page


def _job(job: Job, library: Library, runs: Runs, folder: Path) -> None:
    """One tab: the form, the status line, the draft."""
    with gr.Column(elem_classes="ask", elem_id=f"form-{job.key}"):
        _html(f'<p class="intro">{job.intro}</p>')
        with gr.Row(elem_classes="essential"):
            topic = _component(job, job.essential[0], scale=5)
            minutes = _component(job, job.essential[1], scale=1)
        chips, undo = _chips(job)
        more: list[Any] = []
        _html(_UNFOLD.format(key=job.key))
        with gr.Column(elem_id=f"more-{job.key}", elem_classes="more"):
            for title, fields in job.more:
                _html(f"<h3>{title}</h3>")
                with gr.Row():
                    more += [_component(job, field) for field in fields]
        with gr.Row(elem_classes="actions"):
            draft = gr.Button(job.button, variant="primary", elem_id=f"draft-{job.key}", scale=0, min_width=210)
            stop = gr.Button("Stop", elem_id=f"stop-{job.key}", interactive=False, scale=0, min_width=90)
            markdown = _download("Download Markdown", f"markdown-{job.key}")
            json = _download("Download JSON", f"json-{job.key}")
    status = _html("", elem_id=f"status-{job.key}", elem_classes="status-line")
    result = _html(f'<p class="empty">{job.empty}</p>', elem_id=f"result-{job.key}", elem_classes="result-pane")
    form = [topic, minutes, *more]
    _wire_examples(job, form, chips, undo)
    buttons = [draft, stop]

    def begin(request: gr.Request) -> tuple[Any, ...]:
        runs.begin(str(request.session_hash), job.key)
        return starting_html(), *_buttons(True)

    def run(request: gr.Request, *typed: Any) -> Iterator[tuple[Any, ...]]:
        session = str(request.session_hash)
        stopped = runs.stopped(session, job.key)
        try:
            for view in drafting(library, Press(job, typed, stopped), folder):
                if not runs.latest(session, job.key, stopped):
                    return
                yield _shown(view)
        finally:
            runs.end(session, job.key, stopped)

    def halt(request: gr.Request) -> None:
        runs.stop(str(request.session_hash), job.key)

    gr.on([draft.click, topic.submit], begin, None, [status, *buttons], queue=False, **_QUIET).then(
        run,
        form,
        [status, result, markdown, json, *buttons],
        concurrency_limit=AT_ONCE,
        trigger_mode="multiple",  # Enter while a draft runs: the new one replaces it
        **_QUIET,
    )
    stop.click(halt, None, None, queue=False, **_QUIET)


def _model(settings: Settings, runs: Runs) -> None:
    """Below the jobs: who writes the drafts, and the test of the connection."""
    with gr.Column(elem_classes="model", elem_id="model"):
        _html(about(settings.llm))
        with gr.Row(elem_classes="actions"):
            test = gr.Button("Test the connection", elem_id="test-model", scale=0, min_width=210)
            stop = gr.Button("Stop", elem_id="stop-model", interactive=False, scale=0, min_width=90)
        findings = _html("", elem_id="findings-model")

    def begin(request: gr.Request) -> tuple[Any, ...]:
        runs.begin(str(request.session_hash), "model")
        return _buttons(True)

    def run(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        session = str(request.session_hash)
        stopped = runs.stopped(session, "model")
        try:
            for shown, running in examination(settings, stopped):
                yield shown, *_buttons(running)
        finally:
            stopped.set()
            runs.end(session, "model", stopped)

    def halt(request: gr.Request) -> None:
        runs.stop(str(request.session_hash), "model")

    test.click(begin, None, [test, stop], queue=False, **_QUIET).then(
        run, None, [findings, test, stop], concurrency_limit=AT_ONCE, **_QUIET
    )
    stop.click(halt, None, None, queue=False, **_QUIET)


def _shown(view: View) -> tuple[Any, ...]:
    """A view as the values of status, result, downloads and buttons."""
    if view.result is None:  # the earlier draft stays, and so do its downloads
        return view.status, gr.skip(), gr.skip(), gr.skip(), *_buttons(view.running)
    if view.files:
        downloads = [gr.DownloadButton(value=file, visible=True) for file in view.files]
    else:
        downloads = [gr.DownloadButton(visible=False)] * 2
    return view.status, view.result, *downloads, *_buttons(view.running)


def _buttons(running: bool) -> tuple[Any, Any]:
    return gr.Button(interactive=not running), gr.Button(interactive=running)


def _download(label: str, elem_id: str) -> Any:
    return gr.DownloadButton(label, visible=False, elem_id=elem_id, scale=0, min_width=215)


def _html(content: str, **names: Any) -> Any:
    """HTML of our own, without Gradio's styles and handlers."""
    return gr.HTML(content, apply_default_css=False, js_on_load=None, **names)


def _component(job: Job, field: Field, scale: int | None = None) -> Any:
    """The input for a field; its label, help and placeholder are all that names it."""
    value: Any = field.value
    common: dict[str, Any] = {
        "label": field.label,
        "info": field.info or None,
        "elem_id": f"{job.key}-{field.name.replace('.', '-')}",
        "min_width": field.width,
    }
    if field.kind == "number":
        return gr.Number(value=value, scale=scale, **common)
    if field.kind == "choice":
        return gr.Radio(list(field.choices), value=value, **common)
    lines = 3 if field.kind == "lines" else 1
    return gr.Textbox(value=value, placeholder=field.placeholder, lines=lines, max_lines=8, scale=scale, **common)


def _chips(job: Job) -> tuple[list[Any], Any]:
    with gr.Row(elem_classes="chips"):
        _html("<span>Try an example</span>")
        chips = [gr.Button(label, size="sm", elem_classes="chip", scale=0, min_width=60) for label, _ in job.examples]
        undo = gr.Button("Put back what I typed", size="sm", visible=False, elem_classes="chip", scale=0, min_width=60)
    return chips, undo


def _wire_examples(job: Job, form: list[Any], chips: list[Any], undo: Any) -> None:
    """A chip fills the form; what the user had typed before can be put back."""
    untouched = [tuple(field.value for field in job.fields), *(job.example(n) for n in range(len(job.examples)))]
    kept = gr.State(None)

    def fill(number: int) -> Any:
        def filled(before: Any, *typed: Any) -> tuple[Any, ...]:
            own = before if tuple(typed) in untouched else typed
            return *job.example(number), own, gr.Button(visible=own is not None)

        return filled

    for number, chip in enumerate(chips):
        chip.click(fill(number), [kept, *form], [*form, kept, undo], queue=False, **_QUIET)

    def put_back(before: Any) -> Any:
        return (*before, None, gr.Button(visible=False)) if before else gr.skip()

    undo.click(put_back, [kept], [*form, kept, undo], queue=False, **_QUIET)
