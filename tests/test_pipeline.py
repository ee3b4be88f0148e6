"""The main job on the built-in engine: the promises hold for requests of every kind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from coach.check.language import assertions, spokespersons
from coach.errors import RequestError
from coach.export import to_json, to_markdown
from coach.extractive.guide import HEARD, _arranged
from coach.knowledge import read, scan
from coach.models import Action, AgendaRequest, AnyRequest, Artefact, Person, Section
from coach.pipeline import Coach, Drafted, Finished, Outlined, make_request
from coach.settings import Settings, packaged
from tests.conftest import texts

MENTOR, MENTEE = Person(role="junior communications officer"), Person(role="head of logistics")
REQUESTS: list[tuple[str, str, int, dict[str, object]]] = [
    ("agenda", "using an AI assistant to summarise long reports", 60, {"mentor": MENTOR, "mentee": MENTEE}),
    ("agenda", "passkeys", 7, {"mentee": Person(role="finance director")}),
    ("agenda", "passkeys", 5, {"previous": (Action(owner="mentee", text="list the logins you use most"),)}),
    ("agenda", "hybrid work", 480, {"setting": "remote"}),
    ("agenda", "short video", 45, {"session": "first", "mentee": Person(role="CEO")}),
    ("agenda", "phishing", 90, {"session": "deep-dive", "setting": "hybrid"}),
    ("agenda", "what we have learned", 60, {"session": "midpoint"}),
    ("agenda", "saying goodbye", 30, {"session": "last"}),
    ("agenda", "warehouse scanners and shift handover", 25, {"mentee": Person(role="warehouse manager")}),
    ("agenda", "dashboards instead of spreadsheets", 91, {"goal": "decide which weekly report to stop"}),
    ("brief", "deepfake voice fraud", 15, {"audience": "bank branch managers"}),
    ("brief", "history of the Byzantine tax system", 20, {}),
    (
        "brief",
        "short video for explaining things",
        20,
        {"audience": "operations managers who rarely post", "people": 12},
    ),
    ("brief", "AI agents", 5, {"people": 500}),
    ("brief", "AI and jobs for newcomers", 180, {"setting": "remote", "audience": "the board"}),
    ("brief", "digital accessibility", 45, {"knows": "nothing", "people": 1}),
    ("guide", "feedback styles across ages", 45, {"people": 12}),
    ("guide", "is hybrid work fair to everyone in our team?", 60, {"people": 16}),
    ("guide", "the right to switch off", 5, {"people": 500, "setting": "remote"}),
    ("guide", "belonging", 120, {"people": 1}),
    ("guide", "why Gen Z is lazy", 60, {"people": 20}),
    ("guide", "how to bake bread", 30, {"people": 3}),
    ("guide", "building trust when we hardly know each other", 50, {"people": 9}),
    ("brief", "selling live on camera and the customs duty on parcels from abroad", 30, {}),
    ("agenda", "why are young people so bad at phone calls", 13, {}),
    ("brief", "why do old people hate new software", 20, {}),
    ("brief", "لماذا لا نستخدم كلمات المرور", 20, {}),
    ("agenda", "😀 emoji in mail 😀", 33, {}),
    ("agenda", "<b>bold</b> & 'quotes' ${x}", 20, {}),
]


def drafted(coach: Coach, row: tuple[str, str, int, dict[str, object]]) -> Artefact:
    artefact, topic, minutes, fields = row
    *_, last = coach.draft(make_request(artefact, topic=topic, minutes=minutes, **fields))
    assert isinstance(last, Finished)
    return last.artefact


@pytest.fixture(scope="module", params=REQUESTS, ids=lambda row: f"{row[0]}: {row[1][:30]}, {row[2]}")
def artefact(request: pytest.FixtureRequest, coach: Coach) -> Artefact:
    return drafted(coach, request.param)


def test_every_statement_is_a_verbatim_quote_at_its_place_with_a_source(artefact: Artefact) -> None:
    statements = [s for section in artefact.sections for s in section.all_statements()]
    statements += [s for notice in artefact.notices for s in notice.statements]
    for statement in statements:
        for citation in statement.citations:
            text = (packaged("knowledge") / citation.note).read_text()
            assert text[citation.start : citation.end] == citation.quote
            assert citation.sources
            assert all(source.url.startswith("https://") and source.year for source in citation.sources)
        assert statement.tier == "supported" or statement.text in {c.quote for c in statement.citations}


def test_time_adds_up(artefact: Artefact) -> None:
    clock = 0
    for block in artefact.blocks:
        assert block.start == clock
        clock += block.minutes
        timed = [step.minutes for step in block.steps if step.minutes]
        assert not timed or sum(timed) == block.minutes
    assert clock == artefact.request.minutes


def test_no_check_finds_an_error(artefact: Artefact) -> None:
    assert [flag for flag in artefact.flags if flag.severity == "error"] == []


def test_no_text_says_what_an_age_group_is_like_or_makes_anybody_its_voice(artefact: Artefact) -> None:
    labels = {s.label for section in artefact.sections for s in section.all_statements()}
    for text in texts(artefact):
        if text not in labels and "You typed" not in text:
            assert not assertions(text), text
            assert not spokespersons(text), text


def test_it_reads_like_prose_and_shows_no_inner_life(artefact: Artefact) -> None:
    for text in (
        re.sub(r"https://\S+", "", text).replace(artefact.request.topic, "it").strip() for text in texts(artefact)
    ):
        assert not re.search(r"\.\.(?!\.)|\s[,;.]|\(\)|\bNone\b|\{\w*\}|  |\b(\w{4,}) \1\b", text), text
        assert not re.search(r"\.md\b|mentoring-practice|digital-trends|/work|/tmp|[0-9a-f]{12}", text), text
    labelled = [item.text for section in artefact.sections for item in section.items]
    assert all(
        text[-1] in '.!?…"”' or "http" in text or text == artefact.request.goal for text in labelled if len(text) > 60
    )


def test_nothing_is_said_twice(artefact: Artefact) -> None:
    statements = [s.text for section in artefact.sections for s in section.all_statements()]
    statements += [s.text for notice in artefact.notices for s in notice.statements]
    assert len(statements) == len(set(statements))
    asked = [q.text for section in artefact.sections for q in section.all_questions()]
    assert len(asked) == len(set(asked))


def test_the_artefact_says_what_made_it(artefact: Artefact, coach: Coach) -> None:
    made = artefact.provenance
    assert made.engine == "built-in"
    assert made.index == coach.index.fingerprint
    assert made.version
    assert made.settings
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", made.made)


# --- each promise, and what is particular to one artefact -----------------------------------------------------------


@given(
    kind=st.sampled_from(["agenda", "brief", "guide"]),
    minutes=st.integers(5, 480),
    people=st.integers(1, 500),
    session=st.sampled_from(["first", "regular", "deep-dive", "midpoint", "last"]),
    setting=st.sampled_from(["in person", "remote", "hybrid"]),
    topic=st.sampled_from(["passkeys", "feedback", "kick-off", "how to bake bread", "AI agents", "meetings"]),
    promises=st.integers(0, 4),
)
@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_length_and_size_gives_a_whole_artefact(
    coach: Coach, kind: str, minutes: int, people: int, session: str, setting: str, topic: str, promises: int
) -> None:
    fields: dict[str, object] = {"setting": setting}
    if kind == "agenda":
        previous = tuple(Action(owner="mentee", text=f"bring example number {n}") for n in range(promises))
        fields |= {"session": session, "previous": previous}
    else:
        fields["people"] = people
    made = drafted(coach, (kind, topic, minutes, fields))
    assert sum(block.minutes for block in made.blocks) == minutes
    assert [flag for flag in made.flags if flag.severity == "error"] == []


def test_a_topic_that_the_material_lacks_is_said_and_still_gets_a_frame(coach: Coach) -> None:
    made = coach.brief("history of the Byzantine tax system", 20)
    assert "Nothing in the material covers" in made.gaps[0]
    assert "Nearest topics:" in made.gaps[0]
    assert not [s for section in made.sections for s in section.all_statements()]
    assert {"line", "findings", "plan", "prepare", "asked", "own", "card"} <= {section.id for section in made.sections}


@pytest.mark.parametrize(
    ("topic", "about"),
    [
        ("why Gen Z is lazy", "Motivation and effort at work"),
        ("how do I make old people understand apps", "digital tools"),
        ("what does your generation think of meetings", "working together"),
    ],
)
def test_a_stereotype_in_the_topic_is_reframed_with_a_notice_and_evidence(coach: Coach, topic: str, about: str) -> None:
    made = coach.guide(topic, 45, people=10)
    assert about.lower() in made.title.lower()
    assert topic not in made.title
    notice = made.notices[0]
    assert topic in notice.text
    assert notice.statements
    assert made.request.topic == topic, "what was typed is kept"


def test_a_stereotype_in_another_field_is_left_out_and_said(coach: Coach) -> None:
    made = coach.agenda(
        "passkeys", 30, goal="stop boomers being so stubborn", mentee=Person(role="old people who hate apps")
    )
    assert any("goal" in notice.text and "mentee" in notice.text for notice in made.notices)
    assert not any("boomers" in text or "hate apps" in text for text in texts(made))


def test_a_topic_that_names_a_generation_without_judging_it_is_kept_with_a_notice(coach: Coach) -> None:
    made = coach.brief("marketing to Gen Z customers", 20)
    assert made.title == "Marketing to Gen Z customers"
    assert "names people by age or generation" in made.notices[0].text


def test_the_same_request_gives_the_same_bytes_in_another_process(data_dir: Path, coach: Coach) -> None:
    assert coach.index
    code = (
        "from coach import Coach, Settings, to_json, to_markdown\n"
        "coach = Coach(Settings())\n"
        "for made in (coach.agenda('hybrid work', 60), coach.brief('phishing', 20), coach.guide('belonging', 45)):\n"
        "    print(to_json(made)); print(to_markdown(made))"
    )
    env = os.environ | {"COACH_DATA_DIR": str(data_dir), "COACH_NOW": "2026-11-21T10:00:00+00:00"}
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env=env | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 10_000


def test_the_stream_is_outline_sections_artefact(coach: Coach) -> None:
    first, *middle, last = coach.draft(make_request("brief", topic="phishing", minutes=20))
    assert isinstance(first, Outlined)
    assert isinstance(last, Finished)
    sections = [event.section for event in middle if isinstance(event, Drafted)]
    assert len(sections) == len(middle)
    assert tuple(sections) == last.artefact.sections
    assert [s.id for s in sections] == [i for i, _ in first.sections if i in {s.id for s in sections}]


def test_a_brief_has_every_part_that_a_board_asks_for(coach: Coach) -> None:
    made = coach.brief("deepfake voice fraud", 15, audience="bank branch managers")
    parts = {section.id: section for section in made.sections}
    assert 2 <= len(parts["line"].statements) <= 5
    assert 3 <= len(parts["findings"].statements) <= 6
    assert all(re.match(r"\d{4}, .+ (strong|moderate|weak) evidence", s.evidence) for s in parts["findings"].statements)
    assert parts["caveats"].statements
    assert 1 <= len(parts["beliefs"].statements) <= 3
    assert {item.label for item in parts["own"].items} == {"Know", "Tried", "Unsure"}
    assert parts["asked"].statements
    assert parts["terms"].statements
    assert parts["reading"].items
    assert any(block.id == "demo" for block in made.blocks)


def test_a_topic_with_the_people_it_is_for_is_covered_like_the_topic_alone(coach: Coach) -> None:
    made = coach.agenda("Passkeys for our warehouse team", 35)
    assert made.gaps == ()
    assert made.title == "Passkeys for our warehouse team"
    assert any(
        "passkeys.md" in c.note for section in made.sections for s in section.all_statements() for c in s.citations
    )


def test_a_first_meeting_has_ground_rules_and_confidentiality(coach: Coach) -> None:
    made = coach.agenda("passkeys", 60, session="first")
    rules = made.section("rules")
    assert rules is not None
    assert any("Confidentiality" in item.label for item in rules.items)
    assert any(item.label == "Right to pass" for item in rules.items)
    assert "agreement" in {block.id for block in made.blocks}


def test_open_actions_come_first_and_each_is_named(coach: Coach) -> None:
    previous = (
        Action(owner="mentee", text="bring one real report"),
        Action(owner="mentor", text="ask IT", due="Friday"),
    )
    made = coach.agenda("checking AI summaries", 45, previous=previous)
    ids = [block.id for block in made.blocks]
    review = made.blocks[ids.index("actions")]
    assert set(ids[: ids.index("actions")]) <= {"arrive"}
    said = " ".join(step.text for step in review.steps)
    assert "Mentee: “bring one real report”" in said
    assert "Mentor: “ask IT” (due Friday)" in said
    hands_on = next(block for block in made.blocks if block.id == "try")
    assert any("bring one real report" in material for material in hands_on.materials), "what was promised is used"


def test_what_both_promised_to_bring_is_told_in_plain_grammar(coach: Coach) -> None:
    made = coach.agenda("checking AI summaries", 45, previous=(Action(owner="both", text="bring one sheet"),))
    hands_on = next(block for block in made.blocks if block.id == "try")
    assert hands_on.materials[0] == "what both promised: bring one sheet"
    review = next(block for block in made.blocks if block.id == "actions")
    assert any(f"“If stuck” of “{hands_on.title}”" in step.text for step in review.steps)


def test_a_mentors_wish_is_named_and_not_told_as_a_lesson(coach: Coach) -> None:
    made = coach.agenda("passkeys", 60, mentor=Person(wants="a reference"))
    (swap,) = [block for block in made.blocks if block.id == "swap"]
    assert swap.steps[0].text.startswith("The mentor names what they want: a reference.")


@pytest.mark.parametrize(("people", "how"), [(2, ""), (3, "work as three"), (4, ""), (7, "one of them is a three")])
def test_an_odd_number_of_people_is_told_what_becomes_of_pairs(coach: Coach, people: int, how: str) -> None:
    for made in (coach.guide("hybrid work", 45, people=people), coach.brief("passkeys", 30, people=people)):
        told = [item.text for section in made.sections for item in section.items if item.label == "Odd number"]
        assert [text.split(", ")[-1].rstrip(".") for text in told] == ([how] if how else [])


def test_the_goal_of_a_brief_stands_in_its_header(coach: Coach) -> None:
    made = coach.brief("passkeys", 30, goal="decide on a pilot")
    assert [item.text for item in made.header if item.label == "Goal, in your words"] == ["decide on a pilot"]


def test_a_deep_dive_without_findings_sorts_what_the_two_have_read(coach: Coach) -> None:
    made = coach.agenda("the history of Byzantine tax", 95, session="deep-dive")
    evidence = next(block for block in made.blocks if block.id == "evidence")
    assert evidence.materials == ("blank cards",)
    assert "Lay the findings" not in evidence.steps[0].text


def test_long_guides_do_not_run_out_of_questions(coach: Coach) -> None:
    made = coach.guide("working from home", 240, people=40, setting="hybrid")
    quiet = next(block for block in made.blocks if block.id == "alone")
    assert quiet.questions or "first question" in quiet.steps[0].text
    cafe = next(block for block in made.blocks if block.id == "cafe")
    assert "breakout room" in cafe.steps[0].text
    assert "left open" in cafe.steps[1].text


@pytest.mark.parametrize("setting", ["remote", "hybrid"])
def test_how_a_method_is_done_on_a_call_follows_what_it_is_about(coach: Coach, setting: str) -> None:
    made = coach.guide("email overload", 60, people=8, setting=setting)
    told = [
        number
        for block in made.blocks
        if block.method
        for number, step in enumerate(block.steps)
        if step.text.startswith(("On the call:", "For those on the call:"))
    ]
    assert told
    assert set(told) == {1}


def test_a_guides_host_makes_no_things_that_the_guide_does_not_use() -> None:
    notes = [path.read_text("utf-8") for path in packaged("knowledge").glob("*/*.md")]
    lines = [line for note in notes for line in re.findall(r"^- host[^:]*: (.+)$", note, re.MULTILINE)]
    kept = [(line, arranged) for line in lines if (arranged := _arranged(line))]
    assert len(lines) > len(kept) > 30
    for line, arranged in kept:
        assert not re.search(r"\b(?:print|copy|cards?|sheets?)\b", arranged, re.IGNORECASE)
        assert all(word in line.lower() for word in re.findall(r"\w+", arranged.lower()))


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("face recognition", "only in part. It has nothing on: face."),
        ("hand signals", "only in part. What follows rests on “WhatsApp and Signal groups at work”"),
        ("data warehouse", "only in part."),
    ],
)
def test_a_draft_on_a_word_that_a_note_only_shares_says_so(coach: Coach, topic: str, told: str) -> None:
    (gap,) = coach.brief(topic, 20).gaps
    assert told in gap


@pytest.mark.parametrize(
    ("kind", "minutes", "whole"),
    [("agenda", 30, False), ("agenda", 60, True), ("agenda", 120, True), ("brief", 45, False)],
)
def test_a_short_or_group_form_is_done_when_its_own_last_step_is(
    coach: Coach, kind: str, minutes: int, whole: bool
) -> None:
    artefact = drafted(coach, (kind, "AI costs and licences", minutes, {}))
    block = next(b for section in artefact.sections for b in section.blocks if "The price of one seat" in b.title)
    assert block.steps
    assert (block.result == f"You have done this: “{block.steps[-1].text}”") is not whole
    assert ("guessed, measured, needed" in block.result) is whole


@pytest.mark.parametrize("people", [2, 3, 5, 6, 9, 12, 30, 200])
def test_nobody_stays_in_pairs_that_were_not_formed(coach: Coach, people: int) -> None:
    made = coach.guide("bees on the office roof", 11, people=people)
    facts, feelings = (next(b for b in made.blocks if b.id == name) for name in ("facts", "feelings"))
    stays = any("same pairs" in step.text for step in feelings.steps)
    assert not stays or facts.questions[0].mode == "pairs"


@pytest.mark.parametrize(("minutes", "agrees"), [(7, False), (15, True), (45, True)])
def test_a_guide_promises_an_agreement_only_where_it_has_time_for_one(coach: Coach, minutes: int, agrees: bool) -> None:
    artefact = drafted(coach, ("guide", "private messengers at work", minutes, {}))
    end = next(item.text for item in artefact.sections[0].items if item.label == "By the end")
    assert ("in four lines" in end) is agrees
    assert (HEARD in end) is not agrees


def test_a_guide_has_the_four_stages_in_order_with_probes(coach: Coach) -> None:
    made = coach.guide("feedback styles across ages", 45, people=12)
    stages = [question.stage for block in made.blocks for question in block.questions if question.stage]
    assert stages == sorted(stages, key=["facts", "feelings", "meaning", "decision"].index)
    assert set(stages) == {"facts", "feelings", "meaning", "decision"}
    questions = [q for section in made.sections for q in section.all_questions() if q.stage]
    assert sum(bool(q.probe) for q in questions) >= len(questions) / 2
    assert all(q.mode and q.minutes and q.purpose for block in made.blocks for q in block.questions if q.stage)
    rules = made.section("rules")
    assert rules is not None
    assert "Right to pass" in {item.label for item in rules.items}


TAILORED: list[tuple[str, dict[str, object], dict[str, object], str]] = [
    ("agenda", {"mentee": Person(role="finance director")}, {"mentee": Person(role="ward nurse")}, "plan"),
    ("agenda", {"goal": "decide when to rely on it"}, {"goal": "understand what it is"}, "purpose"),
    ("agenda", {"setting": "in person"}, {"setting": "remote"}, "prepare"),
    ("agenda", {}, {"previous": (Action(text="send the list"),)}, "plan"),
    ("agenda", {"session": "regular"}, {"session": "midpoint"}, "plan"),
    ("agenda", {"mentee": Person(offers="how to read a balance sheet")}, {}, "plan"),
    ("brief", {"audience": "bank branch managers"}, {"audience": "ward nurses"}, "why"),
    ("brief", {"knows": "nothing"}, {"knows": "they use it every day"}, "plan"),
    ("brief", {"people": 12}, {"people": 300}, "plan"),
    ("guide", {"people": 4}, {"people": 200}, "plan"),
    ("guide", {"setting": "in person"}, {"setting": "hybrid"}, "prepare"),
]


@pytest.mark.parametrize(("kind", "one", "other", "where"), TAILORED)
def test_a_field_that_differs_shows_where_it_should(
    coach: Coach, kind: str, one: dict[str, object], other: dict[str, object], where: str
) -> None:
    first, second = (drafted(coach, (kind, "deepfake voice fraud", 45, fields)) for fields in (one, other))
    assert first.section(where) != second.section(where)
    unrelated: Section | None = first.section("difficult")
    assert unrelated == second.section("difficult") or kind == "agenda"


def test_what_is_to_be_avoided_does_not_appear(coach: Coach) -> None:
    made = coach.brief("deepfake voice fraud", 30, avoid=("Arup", "video"))
    assert not any(
        re.search(r"\b(?:arup|videos?)\b", text, re.IGNORECASE) for text in texts(made) if "http" not in text
    )


# --- own material ---------------------------------------------------------------------------------------------------


def test_a_folder_of_ones_own_is_cited_to_the_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "visitors.md").write_text(
        "# Visitors at the plant\n\nVisitors sign in at the north gate before nine. They wear a yellow badge at all times.\n\n"
        "Photographs need the written consent of the plant manager. A guide stays with every group of visitors.\n"
    )
    coach = Coach(Settings(knowledge=(folder,), data_dir=tmp_path / "data"))
    made = coach.brief("visitors at the plant", 20)
    line = made.section("line")
    assert line is not None
    assert line.statements
    text = (folder / "visitors.md").read_text()
    for statement in [s for section in made.sections for s in section.all_statements()]:
        citation = statement.citations[0]
        assert text[citation.start : citation.end] == citation.quote == statement.text
        assert citation.title == "Visitors at the plant"
        assert citation.place.startswith("line ")


def test_a_stereotype_in_ones_own_material_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "opinions"
    folder.mkdir()
    (folder / "training.txt").write_text(
        "Training for scanners takes one morning. Older workers hate scanners and never learn. Each shift has one trainer for scanners."
    )
    made = Coach(Settings(knowledge=(folder,), data_dir=tmp_path / "data")).brief("training for scanners", 20)
    assert not any("hate scanners" in text for text in texts(made))
    assert any("left out" in flag.message for flag in made.flags)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"topic": "", "minutes": 20}, "The topic is empty"),
        ({"topic": "   ", "minutes": 20}, "The topic is empty"),
        ({"topic": "passkeys", "minutes": 0}, "0 minutes cannot be planned. Give a whole number from 5 to 480"),
        ({"topic": "passkeys", "minutes": -5}, "-5 minutes"),
        ({"topic": "passkeys", "minutes": 100_000}, "100000 minutes"),
        ({"topic": "passkeys", "minutes": "soon"}, "soon minutes"),
        ({"topic": "x" * 40_000, "minutes": 20}, "40,000 characters; 300 is the most"),
        ({"topic": "passkeys", "minutes": 20, "goal": "y" * 40_000}, "'goal' has 40,000 characters"),
        ({"topic": "pass\x07keys", "minutes": 20}, "control character U+0007"),
        ({"topic": "pass\u202ekeys", "minutes": 20}, "control character U+202E"),
        ({"topic": "passkeys", "minutes": 20, "setting": "on the moon"}, "'setting' cannot be 'on the moon'"),
        ({"topic": "passkeys", "minutes": 20, "colour": "red"}, "'colour'"),
    ],
)
def test_bad_input_gets_a_sentence_that_says_what_to_do(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        make_request("agenda", **fields)
    assert message in str(caught.value)


def test_people_out_of_range_are_refused() -> None:
    with pytest.raises(RequestError, match="0 people cannot be planned for"):
        make_request("guide", topic="belonging", minutes=30, people=0)


def test_right_to_left_text_and_line_breaks_are_fine() -> None:
    made: AnyRequest = make_request("agenda", topic=" שלום\n עולם ", minutes=20)
    assert isinstance(made, AgendaRequest)
    assert made.topic == "שלום עולם"


def test_json_and_markdown_of_one_artefact_agree(coach: Coach) -> None:
    made = coach.brief("phishing", 20)
    markdown = to_markdown(made)
    for section in made.sections:
        assert f"## {section.title}" in markdown
    assert to_json(made).count('"quote"') >= 10


def test_a_file_that_changes_under_a_running_coach_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "a.md").write_text("# Badges\n\nVisitors wear a yellow badge at all times in the plant.\n")
    coach = Coach(Settings(knowledge=(folder,), data_dir=tmp_path / "data"))
    assert "yellow" in to_markdown(coach.brief("badges of visitors", 20))
    (folder / "a.md").write_text("# Badges\n\nSince May, all visitors wear a green badge at all times in the plant.\n")
    again = to_markdown(coach.brief("badges of visitors", 20))
    assert "green" in again
    assert "yellow" not in again


@pytest.mark.parametrize(
    ("session", "topic", "note"),
    [
        ("last", "what stays from our year", "closing-and-measuring"),
        ("last", "history of the Byzantine tax system", "closing-and-measuring"),
        ("midpoint", "where are we", "midpoint-review"),
        ("last", "passkeys", "passkeys"),
    ],
)
def test_a_closing_or_midpoint_meeting_without_a_covered_topic_rests_on_what_is_known_of_such_meetings(
    coach: Coach, session: str, topic: str, note: str
) -> None:
    agenda = coach.agenda(topic, 40, session=session)
    first = next(s.citations[0].note for section in agenda.sections for s in section.all_statements())
    assert Path(first).stem == note
    assert bool(agenda.gaps) is (topic != "passkeys")


def test_a_quiet_minute_has_questions_of_its_own(coach: Coach) -> None:
    guide = coach.guide("hybrid work", 75, people=20)
    alone = next(block for block in guide.blocks if block.id == "alone")
    others = {q.text for section in guide.sections for q in section.all_questions()} - {q.text for q in alone.questions}
    assert alone.questions
    assert all(q.mode == "alone" and q.text not in others for q in alone.questions)


def test_every_topic_note_is_found_first_by_its_own_title(coach: Coach) -> None:
    notes = [read(packaged("knowledge"), state.path) for state in scan(packaged("knowledge"))]
    titles = {d.note.title: d.path for d in notes if d.note and d.note.kind == "topic"}
    found = dict(zip(titles, coach.search_many(list(titles), 1), strict=True))
    assert [title for title, hits in found.items() if hits[0].document != titles[title]] == []
