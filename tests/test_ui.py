"""The web app without a browser: what becomes of texts, forms, runs and errors."""

import html
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import IndexBusy, RequestError, SettingsError
from coach.export import to_json, to_markdown
from coach.models import Action, AgendaRequest, Block, Citation, Document, Section, Statement
from coach.pipeline import Coach, Finished, make_request
from coach.settings import Settings
from coach.ui.draft import section_html
from coach.ui.drafting import Press, Runs, View, drafting, file_name, save
from coach.ui.evidence import Citations, surroundings
from coach.ui.jobs import AGENDA, BRIEF, JOBS
from coach.ui.library import Library
from coach.ui.result import Result
from coach.ui.sockets import address, listen
from coach.ui.text import esc, link, linked, plural


class Reader(HTMLParser):
    """What a browser makes of HTML: tags with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# --- text -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_escaped_text_reads_as_typed_and_holds_nothing_that_runs(text: str) -> None:
    escaped = esc(text)
    assert not set(escaped) & set("<>\"'$`{}")
    assert html.unescape(escaped) == text


@given(st.text())
def test_linked_text_has_links_to_https_only_and_nothing_else(text: str) -> None:
    reader = Reader(linked(text + " https://example.org/a?b=<c> javascript:alert(1) http://example.org"))
    assert {tag for tag, _ in reader.tags} == {"a"}
    assert all(str(attributes["href"]).startswith("https://") for _, attributes in reader.tags)


def test_a_link_opens_a_new_tab_and_tells_it_nothing() -> None:
    assert linked("See https://example.org/a_(b). Then") == (
        'See <a href="https://example.org/a_(b" target="_blank" rel="noopener noreferrer">https://example.org/a_(b</a>). Then'
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://example.org", "data:text/html,x", " https://x", ""])
def test_an_address_that_is_not_https_becomes_text(url: str) -> None:
    assert link(url, "title <b>") == "title &lt;b&gt;"


def test_numbers_and_nouns_agree() -> None:
    assert [plural(1, "note"), plural(2, "note"), plural(1234, "person", "people")] == [
        "1 note",
        "2 notes",
        "1,234 people",
    ]


# --- evidence -------------------------------------------------------------------------------------------------------

NOTE = """---
id: x
---

## In short
- First sentence of the note. [a-2024]
- Second sentence, the one that is quoted. [a-2024; b-2025]
- Third sentence of the note.
- Fourth sentence of the note.
- Fifth sentence of the note.

## Findings
- Another heading.
"""


def test_the_surroundings_are_sentences_under_the_same_heading() -> None:
    quote = "Second sentence, the one that is quoted."
    start = NOTE.index(quote)
    before, after = surroundings(NOTE, start, start + len(quote))
    assert before == "- First sentence of the note. [a-2024]\n- "
    assert after == " [a-2024; b-2025]\n- Third sentence of the note.\n- Fourth sentence of the note."


def test_the_surroundings_of_the_first_sentence_hold_no_front_matter() -> None:
    quote = "First sentence of the note."
    start = NOTE.index(quote)
    assert surroundings(NOTE, start, start + len(quote))[0] == "- "


@given(st.text(alphabet="ab.\n# -", max_size=300), st.integers(0, 300), st.integers(0, 50))
def test_the_surroundings_stand_in_the_text_right_beside_the_quote(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    before, after = surroundings(text, start, end)
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)


def _citation(text: str, quote: str) -> Citation:
    start = text.index(quote)
    return Citation(quote=quote, note="own/a.md", title="Own", start=start, end=start + len(quote), place="line 1")


def _document(text: str) -> Document:
    return Document(path="own/a.md", shelf="own", title="Own", text=text)


@pytest.mark.parametrize(
    "mark", ["<img src=x onerror=alert(1)>", "${alert(1)}", "{{alert}}", "</mark><script>x</script>"]
)
def test_a_document_cannot_put_anything_into_the_page_but_text(mark: str) -> None:
    text = f"Before {mark} it. The quoted words {mark} stand here. After {mark} it."
    quote = f"The quoted words {mark} stand here."
    citations = Citations("brief", lambda path: _document(text))
    statement = Statement(text=quote, citations=(_citation(text, quote),), label=mark, evidence=mark)
    section = Section(id=mark, title=mark, intro=mark, statements=(statement,))
    shown_html = section_html(section, citations, "brief") + citations.html()
    assert "${" not in shown_html
    assert "{{" not in shown_html
    allowed = {"section", "h3", "p", "ul", "li", "b", "span", "a", "article", "header", "blockquote", "mark"}
    assert {tag for tag, _ in Reader(shown_html).tags} <= allowed
    assert shown_html.count("<mark>") == 1
    assert Reader(shown_html.split("<mark>")[1].split("</mark>")[0]).text == quote


def test_a_document_that_changed_since_shows_the_quote_alone() -> None:
    citation = _citation("Before it. The quote. After it.", "The quote.")
    citations = Citations("brief", lambda path: _document("Something else stands here now. And more."))
    citations.marks(Statement(text="The quote.", citations=(citation,)))
    assert "<blockquote><mark>The quote.</mark></blockquote>" in citations.html()


def test_a_document_that_cannot_be_read_shows_the_quote_alone() -> None:
    def gone(path: str) -> Document:
        raise FileNotFoundError(path)

    citations = Citations("brief", gone)
    citations.marks(Statement(text="The quote.", citations=(_citation("The quote.", "The quote."),)))
    assert "<blockquote><mark>The quote.</mark></blockquote>" in citations.html()


def test_one_quote_has_one_number_and_one_card_however_often_it_is_cited() -> None:
    text = "The quote. Another one."
    citations = Citations("brief", lambda path: _document(text))
    first, second = (Statement(text=q, citations=(_citation(text, q),)) for q in ("The quote.", "Another one."))
    marks = [Reader(citations.marks(s)).text for s in (first, second, first)]
    assert marks == ["[1]", "[2]", "[1]"]
    assert len(citations) == 2
    assert citations.html().count("<article") == 2


@pytest.mark.parametrize(
    ("kind", "topic"),
    [("agenda", "checking AI summaries"), ("brief", "why boomers cannot use Teams"), ("guide", "feedback across ages")],
)
def test_the_page_numbers_statements_as_the_markdown_does(coach: Coach, kind: str, topic: str) -> None:
    result = Result(kind, coach.document)
    for event in coach.draft(make_request(kind, topic=topic, minutes=45)):
        result.add(event)
    assert result.artefact is not None
    shown = re.findall(r'class="cite"[^>]*>\[(\d+)\]', result.html(growing=False))
    written = re.findall(r"\[(\d+)\]", to_markdown(result.artefact).split("## Sources of the statements")[0])
    assert shown == written
    assert shown


def test_every_quote_of_a_draft_is_marked_inside_its_document(coach: Coach) -> None:
    *_, last = coach.draft(make_request("brief", topic="passkeys", minutes=30))
    assert isinstance(last, Finished)
    citations = Citations("brief", coach.document)
    for section in last.artefact.sections:
        for statement in section.all_statements():
            citations.marks(statement)
            for citation in statement.citations:
                assert f"<mark>{esc(citation.quote)}</mark>" in citations.html()
                assert coach.document(citation.note).text[citation.start : citation.end] == citation.quote


def test_blocks_show_their_time_and_a_bar_in_proportion() -> None:
    blocks = (
        Block(id="a", title="Arrive", start=0, minutes=5, lead="Both"),
        Block(id="break", title="Break", start=5, minutes=10, purpose="Leave the table."),
        Block(id="b", title="Close", start=15, minutes=45, lead="Mentee"),
    )
    shown_html = section_html(Section(id="plan", title="Plan", blocks=blocks), Citations("agenda", _document), "agenda")
    assert "60 minutes in 3 blocks" in shown_html
    assert [p.split('"')[0] for p in shown_html.split("flex-grow:")[1:]] == ["5", "10", "45"]
    assert "0:15–1:00" in shown_html


# --- forms ----------------------------------------------------------------------------------------------------------


def _typed(job: Any, **values: Any) -> tuple[Any, ...]:
    assert set(values) <= {field.name for field in job.fields}
    return tuple(values.get(field.name, field.value) for field in job.fields)


def test_a_form_becomes_the_request_that_the_command_line_would_make() -> None:
    fields = {
        "topic": "Passkeys",
        "minutes": 30.0,
        "session": "first",
        "mentor.role": "trainee",
        "mentee.wants": "to sign in",
        "previous": "mentee: bring a phone\nask IT",
        "avoid": "salaries; names",
    }
    request = AGENDA.request(_typed(AGENDA, **fields))
    assert isinstance(request, AgendaRequest)
    assert request.minutes == 30
    assert (request.mentor.role, request.mentee.wants, request.session) == ("trainee", "to sign in", "first")
    assert request.previous == (Action(owner="mentee", text="bring a phone"), Action(text="ask IT"))
    assert request.avoid == ("salaries", "names")


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.key)
def test_topic_and_minutes_are_enough_and_the_rest_has_the_defaults_of_the_request(job: Any) -> None:
    assert job.request(_typed(job, topic="Passkeys", minutes=30)) == make_request(job.key, topic="Passkeys", minutes=30)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.key)
def test_every_example_is_a_request(job: Any) -> None:
    for number, (_, given_values) in enumerate(job.examples):
        assert set(given_values) <= {field.name for field in job.fields}
        assert job.request(job.example(number)).topic


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"topic": ""}, "The topic is empty"),
        ({"topic": "Passkeys", "minutes": None}, "Say how many minutes you have"),
        ({"topic": "Passkeys", "minutes": 0}, "0 minutes cannot be planned. Give a whole number from 5 to 480."),
        ({"topic": "Passkeys", "minutes": 100_000.0}, "100000 minutes cannot be planned"),
        ({"topic": "Passkeys", "minutes": 45.5}, "45.5 minutes cannot be planned"),
        ({"topic": "Passkeys", "minutes": 1e300}, "minutes cannot be planned"),
        ({"topic": "Passkeys", "people": 0}, "0 people cannot be planned for"),
        ({"topic": "Passkeys", "avoid": "x" * 2_001}, "2,001 characters"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_do(values: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        BRIEF.request(_typed(BRIEF, **values))


def test_an_empty_number_of_people_is_the_default() -> None:
    assert BRIEF.request(_typed(BRIEF, topic="Passkeys", people=None)).people == 12  # type: ignore[union-attr]


# --- drafting -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(data_dir: Path) -> Iterator[Library]:
    library = Library(Settings(data_dir=data_dir))
    yield library
    library.close()


def _press(stopped: threading.Event | None = None, **values: Any) -> Press:
    return Press(BRIEF, _typed(BRIEF, **{"topic": "passkeys", "minutes": 30, **values}), stopped or threading.Event())


def test_a_draft_grows_section_by_section_and_ends_with_its_files(library: Library, tmp_path: Path) -> None:
    views = list(drafting(library, _press(), tmp_path))
    counts = [view.result.count("<section id=") for view in views if view.result]
    assert counts == sorted(counts)
    assert set(counts) >= set(range(1, counts[-1] + 1))
    assert all(view.running for view in views[:-1])
    assert not views[-1].running
    assert "Drafting 3 of 14" in "".join(view.status for view in views)
    assert views[-1].files is not None
    markdown, json = views[-1].files
    assert (markdown.name, json.name) == ("brief-passkeys.md", "brief-passkeys.json")
    assert markdown.read_text(encoding="utf-8").startswith("# Passkeys\n")


def test_a_stopped_draft_keeps_its_sections_and_says_how_to_go_on(library: Library, tmp_path: Path) -> None:
    stopped = threading.Event()
    last = View("")
    for view in drafting(library, _press(stopped), tmp_path):
        last = view
        if view.result and view.result.count("<section id=") == 4:
            stopped.set()
    assert "Stopped: 4 of 14 sections are here" in last.status
    assert "Draft the brief" in last.status
    assert last.result is not None
    assert last.result.count("<section id=") == 4
    assert not last.running
    assert not list(tmp_path.iterdir())


def test_a_bad_request_leaves_the_earlier_draft_on_the_page(library: Library, tmp_path: Path) -> None:
    (view,) = drafting(library, _press(minutes=0), tmp_path)
    assert "0 minutes cannot be planned" in view.status
    assert 'role="alert"' in view.status
    assert view.result is None


def test_what_nobody_foresaw_is_an_apology_on_the_page_and_a_trace_in_the_log(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = library.coach.draft

    def broken(request: Any, stop: threading.Event) -> Iterator[Any]:
        for number, event in enumerate(whole(request, stop)):
            if number == 3:
                raise ZeroDivisionError("secret detail")
            yield event

    monkeypatch.setattr(library.coach, "draft", broken)
    with caplog.at_level(logging.ERROR, "coach"):
        *_, last = drafting(library, _press(), tmp_path)
    assert "Something went wrong that Coach did not foresee" in last.status
    assert "secret detail" not in last.status
    assert "ZeroDivisionError" in caplog.text
    assert last.result is not None
    assert last.result.count("<section id=") == 2


def test_a_full_disk_takes_the_download_and_not_the_draft(library: Library, tmp_path: Path) -> None:
    *_, last = drafting(library, _press(), tmp_path / "is not there")
    assert "could not be written for download" in last.status
    assert last.result is not None
    assert last.files is None


def test_files_are_those_of_the_export_in_a_folder_of_their_own(coach: Coach, tmp_path: Path) -> None:
    artefact = coach.brief("passkeys", 30)
    first, second = save(artefact, tmp_path), save(artefact, tmp_path)
    assert first[0].read_text(encoding="utf-8") == to_markdown(artefact)
    assert first[1].read_text(encoding="utf-8") == to_json(artefact)
    assert first[0].parent != second[0].parent
    assert first[0].parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Passkeys: why?", "brief-passkeys-why"),
        ("../../etc/passwd", "brief-etc-passwd"),
        ("Prüfung der Übergabe", "brief-prufung-der-ubergabe"),
        ("…\u202e…", "brief"),
        ("x" * 200, "brief-" + "x" * 54),
    ],
)
def test_a_file_name_is_safe_everywhere(coach: Coach, title: str, name: str) -> None:
    assert file_name(coach.brief("passkeys", 30).model_copy(update={"title": title})) == name


def test_a_new_run_stops_the_old_one_of_the_same_person_and_job_only() -> None:
    runs = Runs()
    for session, job in (("a", "agenda"), ("a", "brief"), ("b", "agenda")):
        runs.begin(session, job)
    old, other, stranger = runs.stopped("a", "agenda"), runs.stopped("a", "brief"), runs.stopped("b", "agenda")
    runs.begin("a", "agenda")
    assert old.is_set()
    assert not other.is_set()
    assert not stranger.is_set()
    assert not runs.latest("a", "agenda", old)
    runs.end("a", "agenda", old)
    assert not runs.stopped("a", "agenda").is_set()
    assert runs.latest("a", "agenda", runs.stopped("a", "agenda"))


# --- library --------------------------------------------------------------------------------------------------------


def test_reading_the_material_shows_how_far_it_is_and_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(Settings(data_dir=tmp_path))
    go_on = threading.Event()

    def slow(*_: Any) -> None:
        library._progress("Reading files", 7, 50)
        assert go_on.wait(10)

    monkeypatch.setattr(library.coach, "search", slow)
    stopped = threading.Event()
    views = drafting(library, _press(stopped), tmp_path)
    seen = ""
    while "Reading files: 7 of 50" not in seen:
        seen += next(views).status
    stopped.set()
    *_, last = views
    assert "Stopped before the first section" in last.status
    go_on.set()
    library.close()


def test_a_failure_to_read_is_told_and_the_next_draft_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(Settings(data_dir=tmp_path))

    def busy(*_: Any) -> None:
        raise IndexBusy("Another process writes the index. Try again in a minute.")

    monkeypatch.setattr(library.coach, "search", busy)
    *_, last = drafting(library, _press(), tmp_path)
    assert "Another process writes the index. Try again in a minute." in last.status
    monkeypatch.setattr(library.coach, "search", lambda *_: [])
    assert [view.message for view in library.waiting()] in ([], ["Opening the material"])


def test_closing_stops_the_reading(tmp_path: Path) -> None:
    library = Library(Settings(data_dir=tmp_path))
    library.prepare()
    began = time.monotonic()
    library.close()
    assert time.monotonic() - began < 10
    assert library._thread is not None
    assert not library._thread.is_alive()


# --- server ---------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_told_with_another_one_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="coach serve --port 7861"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_a_strange_host_is_told() -> None:
    with pytest.raises(SettingsError, match="Cannot serve on 192\\.0\\.2\\.1"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_the_address_is_one_that_a_browser_can_open(host: str, shown: str) -> None:
    with listen(host, 0) as listening:
        assert address(listening) == f"http://{shown}:{listening.getsockname()[1]}"
