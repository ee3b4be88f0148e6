"""Minutes and tailoring."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.knowledge import read
from coach.models import AgendaRequest, BriefRequest, Frame, FrameBlock, GuideRequest, Note, Person
from coach.outline import LONGEST_STRETCH, apportion, break_minutes, intent_of, lenses_of, level_of, plan, subject_of
from coach.settings import packaged

FRAMES = ("kick-off", "regular", "deep-dive", "midpoint", "closing", "lunch-session", "group-discussion")


def frame(name: str) -> Frame:
    note = read(packaged("knowledge"), f"mentoring-practice/frames/{name}.md").note
    assert note is not None
    assert note.frame is not None
    return note.frame


def lenses() -> Note:
    note = read(packaged("knowledge"), "mentoring-practice/lenses.md").note
    assert note is not None
    return note


@pytest.mark.parametrize("name", FRAMES)
def test_blocks_of_every_frame_sum_to_the_minutes_for_every_length(name: str) -> None:
    blocks = frame(name).blocks
    for minutes in range(5, 481):
        planned, _ = plan(blocks, minutes)
        assert [item.start for item in planned] == [sum(p.minutes for p in planned[:n]) for n in range(len(planned))]
        assert sum(item.minutes for item in planned) == minutes
        assert all(item.minutes >= 1 for item in planned)


@pytest.mark.parametrize("name", FRAMES)
def test_no_stretch_without_a_break_is_longer_than_ninety_minutes(name: str) -> None:
    blocks = frame(name).blocks
    for minutes in range(91, 481):
        planned, _ = plan(blocks, minutes)
        stretch = 0
        for item in planned:
            stretch = 0 if item.block.id == "break" else stretch + item.minutes
            assert stretch <= LONGEST_STRETCH, (minutes, item)
        assert planned[-1].block.id != "break"
        assert any(item.block.id == "break" for item in planned)


@pytest.mark.parametrize("name", FRAMES)
def test_short_meetings_shed_blocks_in_the_stated_order(name: str) -> None:
    blocks = {block.title: block for block in frame(name).blocks}
    for minutes in range(5, 61):
        planned, left_out = plan(tuple(blocks.values()), minutes)
        kept = [blocks[p.block.title] for p in planned if p.block.id != "break"]
        gone = [blocks[title] for title in left_out]
        assert all(block.shed for block in gone), "a block that always stays was left out"
        lowest_kept = min((block.shed for block in kept if block.shed), default=99)
        assert all(block.shed <= lowest_kept for block in gone)


@given(st.integers(1, 2000), st.lists(st.floats(0.1, 50), min_size=1, max_size=20), st.integers(0, 2))
def test_apportioned_minutes_sum_exactly_and_none_is_negative(total: int, weights: list[float], at_least: int) -> None:
    parts = apportion(total, weights, at_least)
    assert sum(parts) == total
    assert min(parts) >= 0
    if total >= at_least * len(weights):
        assert min(parts) >= at_least


@given(
    st.lists(
        st.tuples(st.integers(1, 20), st.integers(0, 30), st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=15
    ),
    st.integers(5, 480),
)
def test_any_frame_of_any_shape_sums(rows: list[tuple[int, int, int, int]], minutes: int) -> None:
    blocks = [
        FrameBlock(
            id=f"b{n}",
            title=f"B{n}",
            minutes=(low, low + more),
            share=share,
            shed=shed,
            lead="both",
            purpose="p",
            result="r",
        )
        for n, (low, more, share, shed) in enumerate(rows)
    ]
    blocks.append(blocks[0].model_copy(update={"id": "core", "title": "core", "shed": 0}))
    planned, _ = plan(blocks, minutes)
    assert sum(item.minutes for item in planned) == minutes


@pytest.mark.parametrize(
    ("minutes", "breaks"), [(5, ()), (90, ()), (91, (10,)), (180, (10,)), (181, (10, 10)), (480, (10, 10, 45, 10, 10))]
)
def test_breaks_come_with_length(minutes: int, breaks: tuple[int, ...]) -> None:
    assert break_minutes(minutes) == breaks


@pytest.mark.parametrize(
    ("goal", "intent"),
    [
        ("he can decide when a summary is safe to rely on", "decide"),
        ("set up a passkey on her phone", "do"),
        ("understand what is behind it", "understand"),
        ("agree on one rule for the team", "agree"),
        ("", "do"),
    ],
)
def test_the_goal_says_what_the_meeting_is_for(goal: str, intent: str) -> None:
    assert intent_of(AgendaRequest(topic="passkeys", minutes=30, goal=goal)) == intent


def test_without_a_goal_each_artefact_has_its_own_intent() -> None:
    assert intent_of(BriefRequest(topic="passkeys", minutes=30)) == "understand"
    assert intent_of(GuideRequest(topic="passkeys", minutes=30)) == "agree"


@pytest.mark.parametrize(
    ("role", "families"),
    [
        ("CEO of a hospital group", ("leadership", "care")),
        ("the chief executive of a bank", ("leadership", "finance")),
        ("bank branch managers", ("finance", "sales")),
        ("head of logistics, reads forty-page reports on trains", ("operations", "leadership")),
        ("CEO", ("leadership",)),
        ("ward nurse", ("care",)),
        ("warehouse supervisor", ("operations", "leadership")),
        ("", ()),
        ("people who like birds", ()),
    ],
)
def test_roles_are_matched_to_kinds_of_work(role: str, families: tuple[str, ...]) -> None:
    assert lenses_of((role,), lenses()) == families


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ("Passkeys for our warehouse team", "Passkeys"),
        ("phishing in hospitals", "phishing"),
        ("explaining phishing to truck drivers", "explaining phishing"),
        ("hybrid work in my department?", "hybrid work"),
        ("feedback in guitar amplifiers", "feedback in guitar amplifiers"),
        ("cohort sizes in clinical trials of statins", "cohort sizes in clinical trials of statins"),
        ("how to file my income tax return online", "how to file my income tax return online"),
        ("passkeys", "passkeys"),
    ],
)
def test_for_whom_and_where_are_not_part_of_the_subject(topic: str, subject: str) -> None:
    assert subject_of(topic, lenses()) == subject


def test_the_person_who_learns_counts_before_the_one_who_teaches() -> None:
    people = (Person(role="surgeon").role, "", Person(role="data analyst").role)
    assert lenses_of(people, lenses()) == ("care",)


@pytest.mark.parametrize(
    ("knows", "level"), [("nothing at all", "new"), ("they use it every day", "experienced"), ("", "")]
)
def test_what_people_know_moves_the_minutes(knows: str, level: str) -> None:
    assert level_of(knows, "") == level


def test_a_missing_folder_names_itself(tmp_path: Path) -> None:
    from coach.errors import KnowledgeError
    from coach.knowledge import scan

    with pytest.raises(KnowledgeError, match="does not exist"):
        scan(tmp_path / "nowhere")
