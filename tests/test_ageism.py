"""The learnt detector: what only implies what an age is like is found, what is merely near is let be, and nothing depends on luck."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.ageism import TOLD, Detector, cued
from coach.ageism.detector import EXAMPLES, fitted
from coach.check.language import assertions, loaded, spokespersons
from coach.knowledge import passages, read
from coach.pipeline import Coach
from coach.settings import Settings, packaged

IMPLIED = (
    "For somebody of sixty-four she picks up new software astonishingly fast.",
    "Give the rota app to a trainee, they were born with a phone in their hand.",
    "At fifty-nine he is too close to his pension for a course on the new system to pay off.",
    "As our youngest buyer, could you give us the view of your generation on this shop?",
    "Although only twenty-three, he can be trusted with the keys.",
)
HARMLESS = (
    "She turns sixty in May and would like to work four days from then on.",
    "The trainee showed the ward sister how the new rota app copies a week.",
    "In a 2024 survey of 1,200 adults, 40% of those aged 16 to 29 said that they put off calls.",
    "What did your first job teach you about feedback?",
    "Our old printer has been replaced by a younger model.",
)


@pytest.fixture(scope="module")
def detector(data_dir: Path) -> Detector:
    return Detector(data_dir)


@pytest.mark.parametrize("text", IMPLIED)
def test_what_only_implies_what_an_age_is_like_is_found(detector: Detector, text: str) -> None:
    assert not loaded(text) or not assertions(text)
    assert detector.likelihood([text])[0] > TOLD


@pytest.mark.parametrize("text", HARMLESS)
def test_ages_facts_and_experience_are_let_be(detector: Detector, text: str) -> None:
    assert detector.likelihood([text])[0] <= TOLD


@given(st.text(max_size=80))
def test_a_text_without_a_word_for_an_age_is_never_suspected(text: str) -> None:
    if not cued(text):
        assert Detector(Path("nowhere")).likelihood([text]) == [0.0]


def test_what_was_learnt_is_kept_and_learnt_again_where_it_is_damaged(data_dir: Path, tmp_path: Path) -> None:
    first = Detector(data_dir)
    first.learn()
    (kept,) = data_dir.glob("ageism-*.npy")
    before = first.likelihood(IMPLIED)
    (tmp_path / kept.name).write_bytes(kept.read_bytes()[:200])
    again = Detector(tmp_path)
    assert again.likelihood(IMPLIED) == before
    assert np.array_equal(np.load(tmp_path / kept.name), np.load(kept))
    assert Detector(tmp_path).learnt()


def test_few_sentences_of_the_notes_are_suspected_that_were_not_learnt_from(detector: Detector) -> None:
    folder = packaged("knowledge")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.md"))[1::2]
    told = [p.text for file in files for p in passages(read(folder, file)) if p.heading != "Also asked as"]
    suspected = [text for text, likely in zip(told, detector.likelihood(told), strict=True) if likely > TOLD]
    assert len(suspected) <= len(told) / 500, suspected


def test_the_examples_are_labelled_varied_and_plainly_told() -> None:
    rows = [row.split("\t") for row in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    texts = [text for _, text in rows]
    assert {label for label, _ in rows} == {"stereotype", "spokesperson", "fine", "note"}
    rows = [row for row in rows if row[0] != "note"]
    assert len(set(texts)) == len(texts) >= 1000
    wrong = sum(label != "fine" for label, _ in rows)
    assert 0.4 < wrong / len(rows) < 0.6
    found = [bool(assertions(text) or spokespersons(text)) for label, text in rows if label != "fine"]
    assert sum(found) < len(found) / 2, "most should be of the kind that no pattern finds"


def test_the_weights_tell_two_clear_kinds_apart() -> None:
    rng = np.random.default_rng(7)
    rows = np.hstack([rng.normal(size=(40, 60)), np.ones((40, 1))])
    wrong = (rows[:, 0] > 0).astype(float)
    assert np.array_equal((rows @ fitted(rows, wrong) > 0).astype(float), wrong)


def test_a_topic_that_implies_it_is_told_as_a_neutral_one(coach: Coach) -> None:
    topic = "how the young tick: ask my mentor what her generation wants from a job"
    artefact = coach.agenda(topic, 30)
    assert "young tick" not in artefact.title
    assert "You typed" in artefact.notices[0].text


def test_a_sentence_of_the_users_own_document_that_implies_it_is_left_out_and_told(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    bad = "The ticket machine in the canteen was explained to our pensioners twice, bless them, because they never remember such things."
    good = "The ticket machine in the canteen takes cards and coins, and it prints a receipt for every meal that is sold before two."
    (own / "canteen.txt").write_text(f"Ticket machine in the canteen\n\n{good}\n\n{bad}\n")
    coach = Coach(Settings(knowledge=(own,), data_dir=tmp_path / "data"))
    artefact = coach.brief("ticket machine in the canteen", 20)
    told = artefact.model_dump_json()
    assert good in told
    assert bad not in "".join(text for section in artefact.sections for text in section.all_texts())
    assert any(flag.text == bad for flag in artefact.flags)
