"""The web app in a real browser: one server and one browser for all tests of this file."""

import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from coach.export import section_markdown, to_json, to_markdown
from coach.models import Artefact
from coach.settings import ModelSettings, Settings
from coach.ui.jobs import JOBS
from coach.ui.library import Library
from coach.ui.server import application, server
from coach.ui.sockets import address, listen
from tests import models

BROWSER = os.environ.get("COACH_TEST_BROWSER", "/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
STEP = 0.12
"""Seconds that each event of a draft is held back, so that growing and stopping can be seen."""
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NASTY = (
    "<img src=x onerror=\"window.harm='img'\"> ${window.harm='template'} {{window.harm}} <script>window.harm=1</script>"
)
"""Would set `window.harm`, or load an image, where it got into a page as anything but text."""
OWN = f"""# The tidal kiosk {NASTY}

The tidal kiosk is the desk where harbour crews hand over a shift {NASTY} between two tides.
Every handover at the tidal kiosk of the harbour crew takes eleven minutes {NASTY} in winter.
The harbour crew at the tidal kiosk writes three lines about the handover {NASTY} before the tide turns.
"""


class App:
    """The running app."""

    def __init__(self, url: str, library: Library) -> None:
        self.url, self.library = url, library

    def expected(self, kind: str, topic: str, minutes: int) -> Artefact:
        """What the app has to show for a request."""
        made: Artefact = getattr(self.library.coach, kind)(topic, minutes)
        return made


@contextmanager
def _serving(settings: Settings, folder: Path) -> Iterator[App]:
    """The app with a `Coach` that takes its time."""
    library = Library(settings)
    whole = library.coach.draft

    def held_back(request: Any, stop: threading.Event | None = None) -> Iterator[Any]:
        for event in whole(request, stop):
            time.sleep(STEP)
            yield event

    library.coach.draft = held_back  # type: ignore[method-assign]
    before = {name: os.environ.get(name) for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED")}
    listening = listen("127.0.0.1", 0)
    running = server(application(library, folder))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    list(library.waiting())
    yield App(address(listening), library)
    running.should_exit = True
    thread.join(timeout=10)
    library.close()
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="module")
def app(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    settings = Settings(data_dir=data_dir, now=datetime(2026, 11, 21, tzinfo=UTC))
    with _serving(settings, tmp_path_factory.mktemp("downloads")) as serving:
        yield serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(BROWSER).exists():
        pytest.fail(
            f"There is no browser at {BROWSER}. Install it (apt-get install chromium) or set COACH_TEST_BROWSER."
        )
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS.split())
        yield launched
        launched.close()


@pytest.fixture
def visit(app: App, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the app as somebody new. In the end: nothing was asked of another machine, and no script failed."""
    contexts: list[BrowserContext] = []
    hosts: list[str] = []
    asked: list[str] = []
    failed: list[str] = []

    def opened(size: dict[str, int] | None = None, url: str = "", **options: Any) -> Page:
        context = browser.new_context(viewport=size or DESKTOP, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
        hosts.append(url or app.url)
        page.goto(url or app.url)
        page.wait_for_selector("#draft-agenda")
        return page

    yield opened
    for context in contexts:
        context.close()
    own = ("data:", *(f"{kind}{host}/" for host in hosts for kind in ("", "blob:")))
    strangers = [url for url in asked if not url.startswith(own)]
    assert asked
    assert not strangers
    assert not failed


def select(page: Page, kind: str) -> None:
    name = next(job.tab for job in JOBS if job.key == kind)
    page.get_by_role("tab", name=name).click()
    page.wait_for_selector(f"#draft-{kind}", state="visible")


def unfold(page: Page, kind: str) -> None:
    button = page.locator(f"#form-{kind}").get_by_role("button", name="Tell Coach more")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")


def ask(page: Page, kind: str, topic: str, minutes: int | str) -> None:
    """Fills in the form and presses the button."""
    select(page, kind)
    page.get_by_label("What is it about?").locator("visible=true").fill(topic)
    page.get_by_label("Minutes you have").locator("visible=true").fill(str(minutes))
    page.locator(f"#draft-{kind}").click()


def finished(page: Page, kind: str) -> None:
    expect(page.locator(f"#status-{kind} .status.done")).to_be_visible(timeout=30_000)


def sections(page: Page, kind: str) -> int:
    return page.locator(f"#result-{kind} .draft > section:not(.next)").count()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


TOPICS = [
    ("agenda", "checking what an AI assistant says", 60),
    ("brief", "deepfake voices in fraud calls", 30),
    ("guide", "giving feedback across ages", 45),
]


def test_the_page_opens_with_three_jobs_and_asks_for_topic_and_minutes_only(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page).to_have_title("Coach")
    expect(page.get_by_role("tab")).to_have_text([job.tab for job in JOBS])
    for job in JOBS:
        select(page, job.key)
        form = page.locator(f"#form-{job.key}")
        assert form.locator("textarea:visible, input:visible").count() == 2
        expect(page.locator(f"#draft-{job.key}")).to_be_enabled()
        expect(page.locator(f"#stop-{job.key}")).to_be_disabled()


@pytest.mark.parametrize(("kind", "topic", "minutes"), TOPICS)
def test_a_draft_arrives_section_by_section_and_is_the_one_of_the_markdown(
    app: App, visit: Callable[..., Page], kind: str, topic: str, minutes: int
) -> None:
    page = visit()
    page.evaluate(
        """kind => { window.seen = []; window.told = []; new MutationObserver(() => {
            const count = document.querySelectorAll(`#result-${kind} .draft > section:not(.next)`).length;
            if (count && seen.at(-1) !== count) seen.push(count);
            const line = document.querySelector(`#status-${kind} .status`)?.innerText;
            if (line && told.at(-1) !== line) told.push(line);
        }).observe(document, { childList: true, subtree: true, characterData: true }) }""",
        kind,
    )
    ask(page, kind, topic, minutes)
    finished(page, kind)
    artefact = app.expected(kind, topic, minutes)
    assert page.evaluate("seen") == list(range(1, len(artefact.sections) + 1))
    told = page.evaluate("told")
    assert any(re.match(r"Drafting 3 of \d+: \w", line) for line in told)
    assert f"{minutes} minutes planned" in told[-1]
    expect(page.locator(f"#result-{kind} h2")).to_have_text(artefact.title)
    titles = page.locator(f"#result-{kind} .draft > section > h3").all_inner_texts()
    assert titles == [section.title for section in artefact.sections]
    shown = page.locator(f"#result-{kind} .draft > section").all_inner_texts()
    for section, text in zip(artefact.sections, shown, strict=True):
        written, folded = section_markdown(section), " ".join(text.split())
        for wanted in section.all_texts():
            assert wanted not in written or " ".join(wanted.split()) in folded
    times = page.locator(f"#result-{kind} .block .when").all_inner_texts()
    assert times[-1].endswith(f"{minutes // 60}:{minutes % 60:02d}")


@pytest.mark.parametrize(("kind", "ending", "write"), [("brief", "md", to_markdown), ("agenda", "json", to_json)])
def test_the_download_is_the_draft_as_the_export_writes_it(
    app: App, visit: Callable[..., Page], kind: str, ending: str, write: Callable[[Artefact], str]
) -> None:
    page = visit()
    ask(page, kind, "passkeys", 30)
    finished(page, kind)
    with page.expect_download() as download:
        page.locator(f"#{'markdown' if ending == 'md' else 'json'}-{kind}").click()
    assert download.value.suggested_filename == f"{kind}-passkeys.{ending}"
    assert download.value.path().read_bytes() == write(app.expected(kind, "passkeys", 30)).encode()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_click_on_a_number_shows_the_quoted_words_marked_in_their_text(
    app: App, visit: Callable[..., Page], size: dict[str, int]
) -> None:
    page = visit(size, reduced_motion="reduce")
    ask(page, "brief", "passkeys", 30)
    finished(page, "brief")
    artefact = app.expected("brief", "passkeys", 30)
    cited = [c for section in artefact.sections for s in section.all_statements() for c in s.citations]
    marks = page.locator("#result-brief .cite")
    assert marks.count() == len(cited)
    for position in (0, 3, len(cited) - 1):
        marks.nth(position).click()
        card = page.locator("#result-brief .card.active")
        expect(card).to_have_count(1)
        assert card.locator("mark").text_content() == cited[position].quote
        expect(card.locator("mark")).to_be_in_viewport()
        expect(card).to_be_focused()
        around = str(card.locator("blockquote").text_content())
        assert len(around) > len(cited[position].quote)
        for source in cited[position].sources:
            entry = card.locator("li", has_text=source.title)
            assert source.basis in str(entry.text_content())
            assert f"{source.kind}, {source.strength} evidence" in str(entry.text_content())
            expect(entry.locator("a")).to_have_attribute("href", source.url)
            expect(entry.locator("a")).to_have_attribute("target", "_blank")
            expect(entry.locator("a")).to_have_attribute("rel", re.compile("noopener"))
        card.locator(".back").click()
        expect(page.locator("#result-brief .cite.active")).to_be_in_viewport()


def test_evidence_opens_with_the_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_label("What is it about?").locator("visible=true").focus()
    page.keyboard.type("passkeys")
    page.keyboard.press("Enter")
    finished(page, "agenda")
    page.locator("#result-agenda .cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result-agenda .card.active")).to_be_focused()


def test_the_plan_folds_into_an_overview_and_opens_again(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "agenda", "passkeys", 30)
    finished(page, "agenda")
    fold = page.locator("#result-agenda .fold")
    fold.click()
    assert page.locator("#result-agenda .block[open]").count() == 0
    expect(fold).to_have_text("Show everything")
    fold.click()
    assert page.locator("#result-agenda .block:not([open])").count() == 0


@pytest.mark.parametrize(
    ("topic", "minutes", "message"),
    [
        ("", "60", "The topic is empty. Say in a few words what the meeting is about."),
        ("passkeys", "0", "0 minutes cannot be planned. Give a whole number from 5 to 480."),
        ("passkeys", "100000", "100000 minutes cannot be planned. Give a whole number from 5 to 480."),
        ("passkeys", "", "Say how many minutes you have, from 5 to 480."),
        ("x" * 301, "60", "301 characters"),
    ],
)
def test_what_cannot_be_drafted_is_said_and_what_was_typed_stays(
    visit: Callable[..., Page], topic: str, minutes: str, message: str
) -> None:
    page = visit()
    unfold(page, "agenda")
    page.get_by_label("Goal").locator("visible=true").fill("my own goal")
    ask(page, "agenda", topic, minutes)
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(page.get_by_label("What is it about?").locator("visible=true")).to_have_value(topic)
    expect(page.get_by_label("Minutes you have").locator("visible=true")).to_have_value(minutes)
    expect(page.get_by_label("Goal").locator("visible=true")).to_have_value("my own goal")
    expect(page.locator("#draft-agenda")).to_be_enabled()
    assert "Traceback" not in page.content()


def test_an_error_leaves_the_earlier_draft_and_its_download(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "guide", "passkeys", 30)
    finished(page, "guide")
    count = sections(page, "guide")
    ask(page, "guide", "passkeys", 0)
    expect(page.get_by_role("alert")).to_be_visible()
    assert sections(page, "guide") == count
    expect(page.locator("#markdown-guide")).to_be_visible()


def test_what_was_typed_survives_another_tab(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_label("What is it about?").locator("visible=true").fill("my topic")
    unfold(page, "agenda")
    page.get_by_label("Promises from last time").fill("mentee: bring a phone")
    select(page, "guide")
    page.get_by_label("What is it about?").locator("visible=true").fill("another topic")
    select(page, "agenda")
    expect(page.get_by_label("What is it about?").locator("visible=true")).to_have_value("my topic")
    expect(page.get_by_label("Promises from last time")).to_have_value("mentee: bring a phone")
    select(page, "guide")
    expect(page.get_by_label("What is it about?").locator("visible=true")).to_have_value("another topic")


def test_an_example_fills_the_form_and_gives_back_what_was_typed(visit: Callable[..., Page]) -> None:
    page = visit()
    topic = page.get_by_label("What is it about?").locator("visible=true")
    undo = page.get_by_role("button", name="Put back what I typed").locator("visible=true")
    page.locator("#form-brief, #form-agenda").locator("visible=true").get_by_role("button", name="Passkeys").click()
    expect(topic).to_have_value("Passkeys instead of passwords")
    expect(undo).to_have_count(0)
    topic.fill("my own words")
    page.get_by_role("button", name="First meeting, 45 min").click()
    expect(topic).to_have_value("Getting started as a reverse-mentoring pair")
    undo.click()
    expect(topic).to_have_value("my own words")
    expect(undo).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_an_example_filled_in_out_of_sight_shows_whole_when_it_is_opened(
    visit: Callable[..., Page], size: dict[str, int]
) -> None:
    page = visit(size)
    page.get_by_role("button", name="Checking AI summaries, 60 min").click()
    role = page.locator("#agenda-mentee-role textarea")
    expect(role).to_have_value("Head of logistics, reads forty-page reports on trains")
    unfold(page, "agenda")
    boxes = page.locator("#more-agenda textarea")
    cut = [boxes.nth(n).evaluate("e => e.scrollHeight - e.clientHeight") for n in range(boxes.count())]
    assert max(cut) <= 2
    expect(role).to_have_value("Head of logistics, reads forty-page reports on trains")


def test_everything_told_in_the_form_reaches_the_draft(visit: Callable[..., Page]) -> None:
    page = visit()
    unfold(page, "agenda")
    page.get_by_label("Deep-dive").or_(page.get_by_label("Topic deep-dive")).first.check()
    page.get_by_label("Remote").locator("visible=true").check()
    page.get_by_label("Goal").locator("visible=true").fill("she sets one up alone")
    page.locator("#agenda-mentee-role textarea").fill("finance director")
    page.get_by_label("Promises from last time").fill("mentee: list the logins of a week")
    ask(page, "agenda", "passkeys", 60)
    finished(page, "agenda")
    draft = page.locator("#result-agenda .draft")
    expect(draft.locator("h2")).to_have_text("Deep dive: Passkeys")
    for told in ("60 minutes, remote", "finance director", "she sets one up alone", "list the logins of a week"):
        expect(draft).to_contain_text(told)


def test_stop_ends_the_draft_and_keeps_the_sections(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "brief", "passkeys", 30)
    expect(page.locator("#result-brief .draft > section:not(.next)")).not_to_have_count(0)
    page.wait_for_function("document.querySelectorAll('#result-brief .draft > section:not(.next)').length >= 2")
    page.locator("#stop-brief").click()
    expect(page.locator("#status-brief .status.stopped")).to_contain_text("Draft the brief")
    count = sections(page, "brief")
    assert 2 <= count < 13
    expect(page.locator("#result-brief .next")).to_have_count(0)
    page.wait_for_timeout(int(STEP * 5_000))
    assert sections(page, "brief") == count
    expect(page.get_by_label("What is it about?").locator("visible=true")).to_have_value("passkeys")
    expect(page.locator("#stop-brief")).to_be_disabled()
    page.locator("#draft-brief").click()
    finished(page, "brief")
    assert sections(page, "brief") > count


def test_enter_while_a_draft_runs_begins_the_new_one(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "brief", "passkeys", 30)
    expect(page.locator("#result-brief h2")).to_have_text("Passkeys")
    topic = page.get_by_label("What is it about?").locator("visible=true")
    topic.fill("hybrid work")
    topic.press("Enter")
    expect(page.locator("#result-brief h2")).to_have_text("Hybrid work")
    finished(page, "brief")
    expect(page.locator("#result-brief h2")).to_have_text("Hybrid work")
    expect(page.locator("#draft-brief")).to_be_enabled()


@pytest.mark.parametrize("kind", ["agenda", "brief", "guide"])
def test_html_that_is_typed_is_shown_as_text_and_runs_nothing(visit: Callable[..., Page], kind: str) -> None:
    page = visit()
    if kind == "agenda":
        unfold(page, "agenda")
        page.get_by_label("Promises from last time").fill(f"mentee: {NASTY}")
        page.locator("#agenda-mentor-role textarea").fill(NASTY)
    ask(page, kind, NASTY, 30)
    finished(page, kind)
    assert page.locator(f"#result-{kind} h2").text_content() == NASTY
    assert page.evaluate("window.harm") is None
    assert page.locator(f"#result-{kind} img, #result-{kind} script").count() == 0
    ask(page, kind, NASTY * 5, 30)
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("window.harm") is None


def test_html_in_a_document_is_shown_as_text_and_runs_nothing(visit: Callable[..., Page], tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "kiosk.md").write_text(OWN, encoding="utf-8")
    with _serving(Settings(knowledge=own, data_dir=tmp_path / "data"), tmp_path) as serving:
        page = visit(url=serving.url)
        ask(page, "brief", "the tidal kiosk of the harbour crew", 30)
        finished(page, "brief")
        card = page.locator("#result-brief .card", has_text="Every handover at the tidal kiosk").first
        expect(card).to_contain_text(NASTY)
        page.locator("#result-brief .cite").first.click()
        assert page.evaluate("window.harm") is None
        assert page.locator("#result-brief img, #result-brief script").count() == 0
        page.close()


def test_a_reframed_topic_and_a_gap_are_said_at_the_top(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "guide", "why boomers cannot use Teams", 45)
    finished(page, "guide")
    notice = page.locator("#result-guide .draft > .notice").first
    expect(notice).to_contain_text("Coach speaks of people, not of generations")
    expect(notice.locator(".cite")).not_to_have_count(0)
    ask(page, "guide", "beekeeping in Antarctica", 45)
    finished(page, "guide")
    gap = page.locator("#result-guide .draft > .notice.gap")
    expect(gap).to_contain_text("Nothing in the material covers “beekeeping in Antarctica”")
    assert page.evaluate(
        "document.querySelector('#result-guide .gap').offsetTop < document.querySelector('#result-guide section').offsetTop"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(PHONE, color_scheme=scheme)
    for kind, topic, _ in TOPICS:
        select(page, kind)
        assert overflow(page) <= 0
        unfold(page, kind)
        assert overflow(page) <= 0
        ask(page, kind, topic, 480)
        finished(page, kind)
        assert overflow(page) <= 0
    ask(page, "guide", "x" * 290, 300)
    finished(page, "guide")
    assert overflow(page) <= 0
    ask(page, "guide", "y" * 290, 3)
    expect(page.get_by_role("alert")).to_be_visible()
    assert overflow(page) <= 0


def test_the_evidence_stands_beside_the_draft_on_a_desk_and_below_it_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit()
    ask(page, "brief", "passkeys", 30)
    finished(page, "brief")
    for size, beside in ((DESKTOP, True), (PHONE, False)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        draft = page.locator("#result-brief .draft").bounding_box()
        evidence = page.locator("#result-brief .evidence").bounding_box()
        assert draft is not None
        assert evidence is not None
        assert (evidence["x"] >= draft["x"] + draft["width"]) is beside
        assert (evidence["y"] >= draft["y"] + draft["height"]) is not beside


CONTRAST = """() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const under = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll('.gradio-container *')) {
    if (!e.checkVisibility() || e.closest(':disabled') || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    if (getComputedStyle(e).opacity === '0') continue;
    const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(under(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) bad.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 40)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(color_scheme=scheme)
    unfold(page, "agenda")
    assert page.evaluate(CONTRAST) == []
    ask(page, "agenda", "why boomers cannot use Teams", 240)
    finished(page, "agenda")
    page.locator("#result-agenda .cite").first.click()
    assert page.evaluate(CONTRAST) == []
    ask(page, "agenda", "beekeeping in Antarctica", 60)
    finished(page, "agenda")
    ask(page, "agenda", "", 60)
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate(CONTRAST) == []


def test_every_input_has_a_name_for_those_who_listen(visit: Callable[..., Page]) -> None:
    page = visit()
    for job in JOBS:
        select(page, job.key)
        unfold(page, job.key)
        inputs = page.locator(f"#form-{job.key}").locator("textarea:visible, input:visible")
        names = [
            inputs.nth(n).evaluate("e => e.labels?.[0]?.innerText || e.ariaLabel || ''") for n in range(inputs.count())
        ]
        assert len(names) >= len(job.fields)
        assert all(names)


def test_two_people_draft_at_the_same_time_and_neither_sees_the_other(app: App, visit: Callable[..., Page]) -> None:
    first, second = visit(), visit()
    ask(first, "brief", "passkeys", 30)
    ask(second, "brief", "hybrid work", 45)
    expect(first.locator("#status-brief .running")).to_be_visible()
    expect(second.locator("#status-brief .running")).to_be_visible()
    expect(second.locator("#result-brief .draft > section:not(.next)")).not_to_have_count(0)
    assert first.locator("#status-brief .running").count() == 1  # the first still runs while the second grows
    second.locator("#stop-brief").click()
    finished(first, "brief")
    expect(second.locator("#status-brief .stopped")).to_be_visible()
    expect(first.locator("#result-brief h2")).to_have_text("Passkeys")
    expect(second.locator("#result-brief h2")).to_have_text("Hybrid work")
    third = visit()
    select(third, "brief")
    expect(third.get_by_label("What is it about?").locator("visible=true")).to_have_value("")
    expect(third.locator("#result-brief .draft")).to_have_count(0)
    for page, word in ((first, "Hybrid work"), (second, "Passkeys"), (third, "Hybrid work")):
        assert word not in page.locator("#result-brief").inner_text()


def slow_model(connection: socket.socket, body: dict[str, Any], number: int) -> None:
    """Answers the doctor and the first sections well, and leaves the others waiting."""
    if "ready" in str(body["messages"][-1]["content"]):
        models.answer(connection, '{"word": "ready"}', delay=0.5)
    elif number < 2:
        models.answer(connection, '{"rewrites": []}')
    else:
        time.sleep(60)


def test_with_a_model_stop_completes_the_draft_and_says_what_the_model_did_not_do(
    data_dir: Path, tmp_path: Path, visit: Callable[..., Page]
) -> None:
    with models.scripted(slow_model) as (url, _):
        llm = ModelSettings(base_url=url, model="small-model", timeout=60, concurrency=2)
        with _serving(Settings(data_dir=data_dir, llm=llm), tmp_path) as serving:
            page = visit(url=serving.url)
            expect(page.locator(".coach-head")).to_contain_text(f"sent to the model small-model at {url}")
            ask(page, "brief", "passkeys", 30)
            expect(page.locator("#status-brief .running")).to_contain_text("Drafting")
            page.wait_for_timeout(1_500)
            page.locator("#stop-brief").click()
            finished(page, "brief")
            expect(page.locator("#result-brief .draft")).to_contain_text(
                "You stopped the model. The built-in engine wrote"
            )
            expect(page.locator("#result-brief .provenance")).to_contain_text("small-model")
            page.locator("#test-model").click()
            expect(page.locator("#findings-model")).to_contain_text("answers as model small-model", timeout=30_000)
            expect(page.locator("#findings-model")).to_contain_text("It answers in JSON by a schema")
            expect(page.locator("#test-model")).to_be_enabled()


def test_the_test_of_a_silent_model_can_be_stopped(data_dir: Path, tmp_path: Path, visit: Callable[..., Page]) -> None:
    with models.scripted(lambda *_: time.sleep(60)) as (url, _):
        llm = ModelSettings(base_url=url, model="silent", timeout=60)
        with _serving(Settings(data_dir=data_dir, llm=llm), tmp_path) as serving:
            page = visit(url=serving.url)
            page.locator("#test-model").click()
            expect(page.locator("#findings-model")).to_contain_text("Asking the model")
            page.locator("#stop-model").click()
            expect(page.locator("#findings-model")).to_contain_text("Stopped.")
            expect(page.locator("#test-model")).to_be_enabled()


def test_without_a_model_the_page_says_so_and_that_nothing_leaves(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator(".coach-head")).to_contain_text("Nothing you type leaves the computer that runs Coach.")
    expect(page.locator("#model")).to_contain_text("No model is configured, and none is needed.")
    page.locator("#test-model").click()
    expect(page.locator("#findings-model")).to_contain_text("COACH_LLM_BASE_URL")


def _answer(app: App, path: str, method: str = "GET") -> tuple[int, Any]:
    request = urllib.request.Request(app.url + path, method=method, data=b"" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/gradio_api/file=/etc/passwd", "GET", 403),
        (f"/gradio_api/file={Path(__file__).parent.parent / 'pyproject.toml'}", "GET", 403),
        (f"/gradio_api/file={Path(__file__).parent.parent / 'knowledge' / 'README.md'}", "GET", 403),
        ("/gradio_api/file=https://example.org/", "GET", 404),
        ("/gradio_api/proxy=https://example.org/", "GET", 404),
        ("/gradio_api/upload", "POST", 404),
        ("/monitoring", "GET", 404),
        ("/gradio_api/runs", "GET", 404),
        ("/docs", "GET", 404),
        ("/openapi.json", "GET", 404),
    ],
)
def test_the_server_offers_nothing_but_the_page(app: App, path: str, method: str, status: int) -> None:
    assert _answer(app, path, method)[0] == status


def test_every_answer_tells_the_browser_to_stay_here(app: App) -> None:
    for path in ("/", "/theme.css", "/gradio_api/file=/etc/passwd"):
        headers = _answer(app, path)[1]
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_what_is_offered_to_programs_is_private(app: App) -> None:
    with urllib.request.urlopen(f"{app.url}/gradio_api/info", timeout=10) as answer:
        info = json.loads(answer.read())
    assert info["named_endpoints"] == {}
    with urllib.request.urlopen(f"{app.url}/config", timeout=10) as answer:
        config = json.loads(answer.read())
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False


@contextmanager
def _process(data_dir: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    environment = {**os.environ, "COACH_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "coach", "serve", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data_dir,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, process.stdout.readline() if line.startswith("Starting") else line
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_the_command_serves_at_once_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        with _process(tmp_path, "--port", str(_free_port())) as (process, line):
            url = re.findall(r"http://127\.0\.0\.1:\d+", line)[0]
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert b"Coach" in answer.read()
            process.send_signal(number)
            assert process.wait(timeout=20) == 0
    assert not list(temporary.glob("coach-*"))


def test_the_command_says_when_its_port_is_taken(app: App, tmp_path: Path) -> None:
    with _process(tmp_path, "--port", app.url.rsplit(":", 1)[1]) as (process, line):
        assert line.startswith("Error: Cannot serve on 127.0.0.1, port ")
        assert "coach serve --port 7861" in line
        assert process.wait(timeout=20) == 78


def test_app_py_serves_with_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[tuple[Any, ...]] = []
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("coach.ui.serve", lambda *arguments, **named: served.append((*arguments, named)))
    runpy.run_path(str(Path(__file__).parent.parent / "app.py"), run_name="__main__")
    assert served == [(Settings(data_dir=tmp_path), {})]
    from coach.ui import HOST, PORT

    assert (HOST, PORT) == ("127.0.0.1", 7860)


def _free_port() -> int:
    with listen("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])
