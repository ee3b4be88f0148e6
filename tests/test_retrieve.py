"""Search and evidence: one hit a document, the same every time, honest about what is not there."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from coach.embed import Unscaled, Vectors
from coach.index import Index, Ranked, open_index
from coach.knowledge import LEADS
from coach.models import Passage
from coach.retrieve import Retriever
from coach.retrieve.fusion import POOL, _moved, rank
from coach.retrieve.search import diverse
from coach.settings import Settings, packaged
from tests.chroma import Counting, chroma_url

__all__ = ["chroma_url"]

TOPICS = yaml.safe_load((Path(__file__).parent.parent / "evals" / "coverage.yaml").read_text("utf-8"))
HOME = {
    "passkeys.md": "# Passkeys\n\nA passkey replaces a password with a key that stays on the device. It resists theft.\n\n"
    "## Limits\n\nA lost phone needs a way back in. Keep a second device ready.\n",
    "phishing.txt": "A phishing mail asks for a password. Check the address of the sender before you answer.",
    "meetings.txt": "Short meetings with an agenda end on time. Write the decision down before people leave.",
    "bread.txt": "Sourdough needs flour, water, salt and a day of patience.",
    "code.txt": "The part number of the spare valve is XR-2231.",
}
AWAY = {"fraud.txt": "A fake call in the voice of the director asks for a payment. Hang up and call back."}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two knowledge folders, so two shelves: "home" and "away"."""
    root = tmp_path_factory.mktemp("knowledge")
    for name, texts in {"home": HOME, "away": AWAY}.items():
        (root / name).mkdir()
        for path, text in texts.items():
            (root / name / path).write_text(text, "utf-8")
    return root / "home", root / "away"


@pytest.fixture(scope="module", params=["embedded", "server"])
def retriever(
    request: pytest.FixtureRequest, folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Retriever]:
    """A search over both folders, with both kinds of Chroma."""
    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    index = open_index(
        Settings(knowledge=folders, data_dir=tmp_path_factory.mktemp("data"), chroma_url=url), embedder=Counting()
    )
    yield Retriever(index, Counting())
    index.close()


@pytest.fixture(scope="module")
def curated(data_dir: Path) -> Iterator[Index]:
    """The index of the curated notes."""
    index = open_index(Settings(data_dir=data_dir), embedder=Counting())
    yield index
    index.close()


@pytest.fixture(scope="module")
def notes(curated: Index) -> Retriever:
    """A search over the curated notes."""
    return Retriever(curated, Counting())


class TwoDirections(Unscaled):
    """An embedder that knows two directions: passwords and everything else."""

    name, dimension = "two-directions", 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            made[row, 0] = 1 if "password" in text else 0.1
            made[row, 1 + len(text) % 300] = 0.5
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


# --- search ---


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("phishing mail", "phishing.txt"),
        ("how do I log in without typing a secret", "passkeys.md"),
        ("my smartphone was stolen", "passkeys.md"),
        ("XR-2231", "code.txt"),
        ("a call that pretends to be our boss and wants money", "fraud.txt"),
        ("sessions that finish punctually", "meetings.txt"),
        ("baking at home", "bread.txt"),
        ("phising", "phishing.txt"),
    ],
)
def test_words_and_meaning_find_the_right_document_first(retriever: Retriever, query: str, document: str) -> None:
    best = retriever.search(query)[0]
    assert best.document == document
    assert best.passage.document == document


def test_every_document_is_one_hit_by_its_best_passage(retriever: Retriever) -> None:
    hits = retriever.search("lost phone, second device", k=10)
    assert [hit.document for hit in hits].count("passkeys.md") == 1
    assert {hit.document for hit in hits} == {*HOME, *AWAY}
    assert hits[0].passage.heading == "Limits"


@pytest.mark.parametrize("k", [0, 1, 3, 6, 50])
def test_k_hits_are_k_documents_best_first(retriever: Retriever, k: int) -> None:
    hits = retriever.search("password", k=k)
    scores = [hit.score for hit in hits]
    assert len(hits) == min(k, len(HOME) + len(AWAY))
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_k_hits_are_k_documents_even_when_one_long_document_answers_best(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(
        " ".join(f"Chapter {n} says once more what a password is and why it is stolen." for n in range(POOL * 60))
    )
    for number in range(15):
        (tmp_path / f"short{number}.txt").write_text(f"Recipe {number}: {'flour and water ' * (number + 1)}.")
    index = open_index(Settings(knowledge=(tmp_path,), data_dir=tmp_path / ".data"), embedder=TwoDirections())
    assert len(index.passages) > 3 * POOL
    hits = Retriever(index, TwoDirections()).search("why is a password stolen", k=12)
    assert hits[0].document == "long.txt"
    assert len({hit.document for hit in hits}) == 12
    index.close()


def test_a_shelf_holds_the_search_to_itself(retriever: Retriever) -> None:
    assert [hit.document for hit in retriever.search("password", shelf="away")] == ["fraud.txt"]
    assert {hit.document for hit in retriever.search("fake call", shelf="home")} == set(HOME)
    assert retriever.search("password", shelf="no such shelf") == []
    assert retriever.search_many(["password", "call"], shelf="away")[1][0].document == "fraud.txt"


def test_many_queries_at_once_give_what_each_gives_alone(retriever: Retriever) -> None:
    queries = ["password", "", "a meeting", "password", "the of", "lost phone"]
    assert retriever.search_many(queries, k=4) == [retriever.search(query, k=4) for query in queries]
    assert retriever.search_many([]) == []


ODD = {
    "empty": "",
    "blank": " \t\n ",
    "stop words": "the of and to",
    "punctuation": "?!… --- ...",
    "emoji": "😀😀 👩🏽‍💻",
    "right to left": "كيف أحمي كلمة المرور؟ שלום",
    "chinese": "密码安全",
    "10,000 words": "password " * 10_000,
    "10,000 different words": " ".join(f"word{number}" for number in range(10_000)),
    "one long word": "x" * 50_000,
    "control characters": "pass\x00word\x1b[31m",
    "lone surrogate": "pass\ud800word",
    "query syntax": '"password" AND (NOT *) {"$eq": 1} shelf:home',
}


@pytest.mark.parametrize("kind", ODD)
def test_any_text_may_be_asked(retriever: Retriever, kind: str) -> None:
    hits = retriever.search(ODD[kind], k=3)
    evidence = retriever.evidence(ODD[kind].encode("utf-8", "replace").decode(), k=3)
    assert len(hits) == (0 if kind in ("empty", "blank") else 3)
    assert len(evidence.hits) == len(hits)
    if kind in ("empty", "blank", "stop words", "punctuation", "emoji", "chinese", "one long word"):
        assert evidence.coverage == "not covered"


def test_an_empty_collection_finds_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    index = open_index(Settings(knowledge=(tmp_path / "empty",), data_dir=tmp_path / "data"), embedder=Counting())
    empty = Retriever(index, Counting())
    assert empty.search("passkeys") == []
    assert empty.search_many(["passkeys", "mail"]) == [[], []]
    evidence = empty.evidence("passkeys")
    assert (evidence.hits, evidence.coverage, evidence.confidence, evidence.nearest) == ((), "not covered", 0, ())
    assert empty.relevance("passkeys", ["no such id"]) == {}
    index.close()


def test_both_kinds_of_chroma_and_every_build_give_the_same_bytes(
    folders: tuple[Path, Path], tmp_path: Path, chroma_url: str
) -> None:
    answers = set()
    for number, url in enumerate(("", "", chroma_url)):
        copies = tuple(shutil.copytree(folder, tmp_path / str(number) / folder.name) for folder in folders)
        settings = Settings(knowledge=copies, data_dir=tmp_path / f"data{number}", chroma_url=url)
        if number == 1:  # grown, not built at once
            (copies[0] / "bread.txt").unlink()
            open_index(settings, embedder=Counting()).close()
            shutil.copy(folders[0] / "bread.txt", copies[0])
        index = open_index(settings, embedder=Counting())
        found = Retriever(index, Counting())
        queries = ["password", "fake call", "a meeting that ends on time", "bread"]
        parts = [hit.model_dump_json() for hits in found.search_many(queries) for hit in hits]
        parts += [found.evidence(query).model_dump_json() for query in queries]
        answers.add("\n".join([index.fingerprint, *parts]))
        index.close()
    assert len(answers) == 1


def test_meaning_and_words_together_find_more_than_either_alone(notes: Retriever, curated: Index) -> None:
    rows = [(row["topic"], set(row["notes"])) for kind in ("covered", "partly") for row in TOPICS[kind]]
    embedder = Counting()

    def among_three(names: list[str]) -> set[str]:
        return set(list(dict.fromkeys(curated.passages[name].note for name in names))[:3])

    both = sum(bool({hit.passage.note for hit in notes.search(topic, 3)} & right) for topic, right in rows)
    rankings: tuple[Callable[[str], Ranked], ...] = (
        lambda topic: curated.dense(embedder.embed([topic])[0], 100),
        lambda topic: curated.lexical(topic, 100),
    )
    alone = [
        sum(bool(among_three([name for name, _ in ranking(topic)]) & right) for topic, right in rows)
        for ranking in rankings
    ]
    assert both >= max(alone)
    assert both >= 0.85 * len(rows)


# --- evidence ---


@pytest.mark.parametrize(
    ("topic", "coverage", "title"),
    [
        ("passkeys", "covered", "Passkeys replace passwords"),
        ("how to spot a phishing mail", "covered", "Phishing and what helps against it"),
        ("does reverse mentoring work", "covered", "What the evidence on reverse mentoring shows"),
        ("phishing and the history of the postal service", "partly", "Phishing and what helps against it"),
        ("generative AI and carbon accounting", "partly", "Sustainability of IT, from old laptops to AI's electricity"),
        ("hand signals", "partly", "WhatsApp and Signal groups at work"),
        ("face recognition", "partly", "Thanks and recognition for mentors and mentees"),
        ("data warehouse", "partly", "Robots and cobots in warehouses and plants"),
        ("history of the Byzantine tax system", "not covered", ""),
        ("black holes and event horizons", "not covered", ""),
        ("how to bake bread", "not covered", ""),
        ("employee stock options taxation", "not covered", ""),
        ("negative feedback in electronic circuits", "not covered", ""),
    ],
)  # fmt: skip
def test_coverage_is_said_and_the_nearest_topics_named(notes: Retriever, topic: str, coverage: str, title: str) -> None:
    evidence = notes.evidence(topic)
    assert evidence.coverage == coverage
    assert 1 <= len(evidence.nearest) <= 3
    assert len(set(evidence.nearest)) == len(evidence.nearest)
    if title:
        assert evidence.nearest[0] == title
        assert evidence.hits[0].passage.title == title


def test_verdicts_on_all_labelled_topics_stay_as_good_as_when_the_thresholds_were_chosen(notes: Retriever) -> None:
    said = {kind: [notes.evidence(row["topic"]).coverage for row in rows] for kind, rows in TOPICS.items()}
    share = {
        kind: [verdicts.count(v) / len(verdicts) for v in ("covered", "partly")] for kind, verdicts in said.items()
    }
    assert share["none"][0] <= 0.025, "uncovered topics that are called covered"
    assert share["none"][1] <= 0.18, "uncovered topics that are called partly covered"
    assert share["partly"][0] <= 0.15, "half-covered topics that are called covered"
    assert share["covered"][0] >= 0.8, "covered topics that are called covered"
    assert sum(share["covered"]) >= 0.95, "covered topics that are not turned away"


def test_evidence_is_quotable_and_never_a_mere_name(notes: Retriever) -> None:
    folder = packaged("knowledge")
    for topic in ("FIDO2", "passwordless login", "CEO fraud", "quiet quitting"):
        for hit in (*notes.evidence(topic, k=20).hits, *notes.search(topic)):
            assert hit.passage.heading not in LEADS
            text = (folder / hit.document).read_text("utf-8")
            assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_a_name_leads_to_its_note(notes: Retriever) -> None:
    assert notes.search("FIDO2")[0].passage.note == "passkeys"
    assert notes.search("boss scam")[0].passage.note == "deepfake-voice-fraud"


@pytest.mark.parametrize("k", [0, 1, 8, 500])
def test_evidence_has_at_most_k_different_passages_best_first(notes: Retriever, k: int) -> None:
    hits = notes.evidence("hybrid work", k=k).hits
    scores = [hit.score for hit in hits]
    assert len(hits) <= k
    assert len({hit.passage.id for hit in hits}) == len(hits)
    assert scores == sorted(scores, reverse=True)
    if k:
        assert hits[0].score == notes.evidence("hybrid work").confidence


def test_evidence_does_not_say_the_same_twice(tmp_path: Path) -> None:
    for copy in range(6):
        (tmp_path / f"copy{copy}.txt").write_text("A passkey replaces a password with a key on the device.")
    (tmp_path / "other.txt").write_text("A lost device needs a second passkey or a way to reset the account.")
    index = open_index(Settings(knowledge=(tmp_path,), data_dir=tmp_path / ".data"), embedder=Counting())
    texts = [hit.passage.text for hit in Retriever(index, Counting()).evidence("passkey on a device", k=2).hits]
    assert len(set(texts)) == 2
    index.close()


def test_evidence_keeps_to_a_shelf(notes: Retriever) -> None:
    evidence = notes.evidence("feedback", shelf="mentoring-practice")
    assert {hit.passage.shelf for hit in evidence.hits} == {"mentoring-practice"}
    assert notes.evidence("feedback", shelf="nowhere").coverage == "not covered"


def test_plain_documents_are_judged_too(retriever: Retriever) -> None:
    assert retriever.evidence("phishing mail that asks for a password").coverage == "covered"
    assert retriever.evidence("the orbit of Jupiter's moons").coverage == "not covered"


# --- neighbours and similarity ---


def test_neighbours_are_those_of_the_document_without_names(notes: Retriever, curated: Index) -> None:
    passages = [p for p in curated.passages.values() if p.note == "passkeys" and p.heading not in LEADS]
    assert notes.neighbours(passages[0], before=2, after=2) == tuple(passages[:3])
    assert notes.neighbours(passages[5], before=1, after=1) == tuple(passages[4:7])
    assert notes.neighbours(passages[-1]) == tuple(passages[-2:])
    stranger = Passage(id="none", text="x", start=0, end=1, document="d", shelf="s", title="t")
    with pytest.raises(KeyError):
        notes.neighbours(stranger)


def test_relevance_counts_meaning_and_words_and_leaves_out_what_is_not_indexed(retriever: Retriever) -> None:
    names = [hit.passage.id for hit in retriever.search("password")]
    similar = retriever.relevance("a mail that asks for a password", [*names, "no such id", names[0]])
    assert set(similar) == set(names)
    assert all(0 <= score <= 2 for score in similar.values())
    assert max(similar, key=similar.__getitem__) == retriever.search("phishing mail")[0].passage.id
    assert retriever.relevance("", names[:1]) == {names[0]: 0.0}
    assert retriever.relevance("password", []) == {}


# --- the parts ---


def test_feedback_moves_the_query_towards_its_best_passages(curated: Index) -> None:
    vector = Counting().embed(["passkeys"])
    scored = rank(curated, ["passkeys"], vector, POOL, None)[0]
    moved = _moved(curated, vector[0], scored)
    best = curated.vectors(scored.names[:3]).mean(axis=0)
    assert moved @ best > vector[0] @ best
    assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-6)
    assert scored.cosines == pytest.approx(curated.vectors(scored.names) @ vector[0], abs=1e-6)


@hypothesis_settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=12),
    st.integers(0, 15),
)
def test_diverse_chooses_different_passages_and_the_best_first(rows: list[tuple[float, int]], k: int) -> None:
    vectors = np.eye(4, dtype=np.float32)[[direction for _, direction in rows]]
    scores = np.array([score for score, _ in rows])
    chosen = diverse(vectors, scores, k)
    directions = {direction for _, direction in rows}
    assert len({rows[i][1] for i in chosen}) == len(chosen) == min(k, len(directions))
    if chosen:
        assert scores[chosen[0]] == scores.max()
