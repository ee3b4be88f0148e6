"""The index: only what changed is read and embedded, nothing is lost, and damage mends itself, with both kinds of Chroma."""

import ctypes
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from coach import knowledge
from coach.embed import Vectors
from coach.errors import Cancelled, IndexBusy, IndexFailure, KnowledgeError
from coach.index import Index, open_index, vectors, words, writer
from coach.index.opening import REBUILT, REFILLED, REMADE
from coach.index.spill import Spill
from coach.knowledge.passages import LEADS, NAME
from coach.models import Document
from coach.settings import Settings
from tests.chroma import Counting, Hashed, chroma_url, free_port, start_server, stop_server

__all__ = ["chroma_url"]

FILES = {
    "passkeys.md": "# Passkeys\n\nA passkey replaces a password with a key that stays on the device.\n\n"
    "## Limits\n\nA lost phone needs a way back in. Keep a second device ready.\n",
    "phishing.txt": "A phishing mail asks for a password. Check the address of the sender before you answer.",
    "meetings.txt": "Short meetings with an agenda end on time. Write the decision down before people leave.",
}
ROOT = Path(__file__).parent.parent
NOTE = ROOT / "knowledge" / "digital-trends" / "passkeys.md"
PR_CAPBSET_DROP = 24


@dataclass
class Place:
    """A knowledge folder, a place for its index, and one kind of Chroma."""

    root: Path
    url: str
    embedder: Counting = field(default_factory=Counting)
    opened: list[Index] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / "my notes"

    @property
    def settings(self) -> Settings:
        return Settings(knowledge=(self.folder,), data_dir=self.root / "data", chroma_url=self.url)

    @property
    def home(self) -> Path:
        (home,) = (self.root / "data" / "index").iterdir()
        return home

    @property
    def generation(self) -> Path:
        return self.home / (self.home / "CURRENT").read_text()

    def write(self, name: str, text: str) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")

    def open(self, progress: Callable[[str, int, int], None] | None = None) -> Index:
        """Opens the index; `embedder.texts` then holds what this call embedded."""
        self.embedder.texts.clear()
        index = open_index(self.settings, progress, embedder=self.embedder)
        self.opened.append(index)
        return index

    def script(self, body: str) -> list[str]:
        """A command that runs `body` in another process, with `settings` and `open_index` at hand."""
        lines = f"""
            import sys, time
            from pathlib import Path
            from coach.errors import CoachError
            from coach.index import open_index
            from coach.settings import Settings
            settings = Settings(knowledge=({str(self.folder)!r},), data_dir={str(self.root / "data")!r},
                                chroma_url={self.url!r})
        """
        return [sys.executable, "-c", textwrap.dedent(lines) + textwrap.dedent(body)]


@pytest.fixture(params=["embedded", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Three small files, with Chroma in this process and on a server."""
    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    yield from _filled(Place(tmp_path, url))


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Place]:
    """The same, with Chroma in this process only."""
    yield from _filled(Place(tmp_path, ""))


def _filled(place: Place) -> Iterator[Place]:
    for name, text in FILES.items():
        place.write(name, text)
    yield place
    for index in place.opened:
        index.close()


def documents(index: Index) -> set[str]:
    return {passage.document for passage in index.passages.values()}


def first(index: Index, query: str) -> str:
    """Document of the passage closest to a query."""
    return index.passages[index.dense(Counting().embed([query])[0], 1)[0][0]].document


def refuse(message: str, done: int, total: int) -> None:
    raise AssertionError(f"built although nothing changed: {message}")


# --- what it holds ---


def test_every_passage_can_be_found_by_meaning_and_by_words(place: Place) -> None:
    index = place.open()
    assert documents(index) == set(FILES)
    assert index.shelves() == ("my-notes",)
    assert not index.notices
    for name, passage in index.passages.items():
        assert passage.id == name
        ((found, cosine),) = index.dense(index.vectors([name])[0], 1)
        assert found == name
        assert cosine == pytest.approx(1, abs=1e-5)
        assert index.lexical(passage.text, 1)[0][0] == name


def test_scores_come_best_first_and_stay_on_the_shelf(place: Place) -> None:
    other = place.root / "other"
    other.mkdir()
    (other / "fraud.txt").write_text("A phishing mail and a fake call ask for a password.")
    settings = Settings(knowledge=(place.folder, other), data_dir=place.root / "data", chroma_url=place.url)
    index = open_index(settings, embedder=place.embedder)
    place.opened.append(index)
    vector = place.embedder.embed(["phishing mail asks for password"])[0]
    for found in (index.dense(vector, 10), index.lexical("phishing mail password", 10)):
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert {"fraud.txt", "phishing.txt"} <= {index.passages[name].document for name, _ in found}
    for found in (index.dense(vector, 10, "other"), index.lexical("phishing mail password", 10, "other")):
        assert [index.passages[name].document for name, _ in found] == ["fraud.txt"]
    assert index.dense(vector, 10, "no such shelf") == index.lexical("password", 10, "no such shelf") == []


def test_dense_scores_are_the_cosines_of_the_stored_vectors(place: Place) -> None:
    index = place.open()
    vector = place.embedder.embed(["losing a phone"])[0]
    found = index.dense(vector, 3)
    assert [cosine for _, cosine in found] == pytest.approx(index.vectors([n for n, _ in found]) @ vector, abs=1e-5)


def test_nothing_is_missed_where_many_vectors_are_equal(embedded: Place) -> None:
    """Chroma's graph falls into islands there: of 475 vectors it returned 305."""

    class Same(Hashed):
        name = "same"

        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(["same" if "Copy" in text else text for text in texts])

    for number in range(460):
        embedded.write(f"copy{number}.txt", f"Copy {number}.")
    index = open_index(embedded.settings, embedder=Same())
    embedded.opened.append(index)
    found = index.dense(Same().embed(["Copy"])[0], 1000)
    assert {name for name, _ in found} == set(index.passages)
    assert sorted((cosine for _, cosine in found), reverse=True) == [cosine for _, cosine in found]


def test_a_note_is_found_by_each_of_its_names_and_wordings_alone(embedded: Place) -> None:
    embedded.write("passkeys-note.md", NOTE.read_text("utf-8"))
    index = embedded.open()
    names = {passage.text for passage in index.passages.values() if passage.heading == NAME}
    assert {"passwordless login", "FIDO2", "Passkeys replace passwords"} <= names
    assert "passwordless login" in embedded.embedder.texts
    assert "nurses share one ward computer, how does each get in with no typed secret" in embedded.embedder.texts
    for passage in index.passages.values():
        if passage.heading in LEADS:
            text = (embedded.folder / passage.document).read_text("utf-8")
            assert text[passage.start : passage.end] == passage.text


def test_neighbours_stay_within_the_document(place: Place) -> None:
    index = place.open()
    way = [passage for passage in index.passages.values() if passage.document == "passkeys.md"]
    assert len(way) >= 2
    assert index.around(way[0].id, 5, 1) == tuple(way[:2])
    assert index.around(way[-1].id, 0, 9) == (way[-1],)
    assert index.document(index.file_of(way[0].id)) == tuple(way)


@pytest.mark.parametrize("folder", ["nothing in it", "only what is not indexed"])
def test_an_empty_collection_is_an_index_that_finds_nothing(place: Place, folder: str) -> None:
    shutil.rmtree(place.folder)
    place.folder.mkdir()
    if folder == "only what is not indexed":
        place.write("README.md", "Not knowledge.")
    index = place.open()
    assert len(index.passages) == 0
    assert index.dense(np.ones(384, np.float32), 5) == index.lexical("anything", 5) == []
    assert len(index.vectors([])) == 0
    place.open(refuse)


def test_text_of_stop_words_emoji_and_other_scripts_is_indexed(place: Place) -> None:
    place.write("stop.txt", "the of and to")
    place.write("emoji.txt", "😀 😀 😀")
    place.write("rtl.txt", "كلمات المرور تسرق كل يوم")
    index = place.open()
    assert {"stop.txt", "emoji.txt", "rtl.txt"} <= documents(index)
    found = index.lexical("كلمات", 3)
    assert [index.passages[name].document for name, _ in found] == ["rtl.txt"]
    assert index.lexical("the of and to", 5) == index.lexical("😀", 5) == index.lexical("", 5) == []


# --- only what changed ---


def test_nothing_is_read_or_embedded_when_nothing_changed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = place.open()
    assert place.embedder.texts
    monkeypatch.setattr(knowledge, "read", refuse)
    after = place.open(refuse)
    assert place.embedder.texts == []
    assert after.fingerprint == before.fingerprint
    assert list(after.passages.values()) == list(before.passages.values())


def test_a_touched_file_with_the_same_bytes_changes_nothing(place: Place) -> None:
    place.open()
    os.utime(place.folder / "phishing.txt", ns=(1, 1))
    place.open(refuse)


def test_only_the_changed_file_is_parsed_and_embedded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = place.open().fingerprint
    parsed: list[str] = []
    read = knowledge.read

    def watched(folder: Path, path: str) -> Document:
        parsed.append(path)
        return read(folder, path)

    monkeypatch.setattr(knowledge, "read", watched)
    place.write("phishing.txt", "A fraudster rings and claims to be the bank. Hang up and call back.")
    index = place.open()
    assert parsed == ["phishing.txt"]
    assert len(place.embedder.texts) == 1
    assert "claims to be the bank" in place.embedder.texts[0]
    assert first(index, "a caller pretends to be from my bank") == "phishing.txt"
    assert not index.lexical("sender", 5)
    assert index.fingerprint != before
    place.open(refuse)


def with_another_folder(place: Place) -> Index:
    """The index of the folder and of a second one beside it; `embedder.texts` holds what was embedded."""
    (place.root / "more").mkdir()
    (place.root / "more" / "gauges.txt").write_text("A pressure gauge is read at eye level.", "utf-8")
    place.embedder.texts.clear()
    both = place.settings.model_copy(update={"knowledge": (place.folder, place.root / "more")})
    index = open_index(both, embedder=place.embedder)
    place.opened.append(index)
    return index


def test_a_folder_that_is_added_costs_its_own_passages_only(embedded: Place) -> None:
    alone = embedded.open()
    both = with_another_folder(embedded)
    assert len(embedded.embedder.texts) == 1
    assert "pressure gauge" in embedded.embedder.texts[0]
    assert documents(both) == {*FILES, "gauges.txt"}
    for name in alone.passages:
        np.testing.assert_allclose(both.vectors([name]), alone.vectors([name]), atol=1e-7)  # Chroma divides by length
    assert first(both, "a passkey replaces a password") == "passkeys.md"


@pytest.mark.parametrize("harm", ["other model", "damaged", "removed"])
def test_vectors_of_other_folders_that_do_not_fit_are_left_alone(embedded: Place, harm: str) -> None:
    embedded.open().close()
    generation = embedded.generation
    if harm == "other model":
        embedded.embedder.name += "-2"
    elif harm == "damaged":
        for path in (generation / "chroma").rglob("*.sqlite3"):
            path.write_bytes(b"garbage" * 100)
    else:
        shutil.rmtree(generation / "chroma")
    both = with_another_folder(embedded)
    assert len(embedded.embedder.texts) == len(both.passages)
    assert first(both, "a passkey replaces a password") == "passkeys.md"


def test_a_change_within_the_clock_tick_and_of_the_same_length_is_seen(place: Place) -> None:
    place.write("phishing.txt", "alpha beta gamma")
    place.open()
    status = (place.folder / "phishing.txt").stat()
    place.write("phishing.txt", "delta beta gamma")
    os.utime(place.folder / "phishing.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert place.open().lexical("delta", 5)


@pytest.mark.parametrize("names", [["one.md"], ["one.md", "two.md"]])
def test_a_collection_of_one_vector_stays_sound_however_often_it_is_opened(tmp_path: Path, names: list[str]) -> None:
    place = Place(tmp_path, "")
    for name in names:
        place.write(name, "The badge is handed back at the gate.")
    before = place.open().fingerprint
    for _ in range(3):
        place.opened.pop().close()
        index = place.open()
        assert first(index, "badge") == names[0]
        assert (index.notices, index.fingerprint) == ((), before)


def test_a_removed_file_disappears(place: Place) -> None:
    place.open()
    (place.folder / "meetings.txt").unlink()
    index = place.open()
    assert place.embedder.texts == []
    assert documents(index) == set(FILES) - {"meetings.txt"}
    vector = place.embedder.embed(["short meetings with an agenda"])[0]
    found = index.dense(vector, 10)
    assert "meetings.txt" not in {index.passages[name].document for name, _ in found}
    assert len(found) == len(index.passages)


def test_a_renamed_file_is_not_embedded_again_unless_its_title_changes(place: Place) -> None:
    place.open()
    (place.folder / "passkeys.md").rename(place.folder / "keys.md")
    index = place.open()
    assert place.embedder.texts == []
    assert "keys.md" in documents(index)


def test_a_new_title_is_embedded_although_the_text_below_it_stays(place: Place) -> None:
    before = place.open().fingerprint
    place.write("passkeys.md", FILES["passkeys.md"].replace("# Passkeys", "# Keyfobs"))
    index = place.open()
    assert place.embedder.texts
    assert all(text.startswith("Keyfobs") for text in place.embedder.texts)
    assert index.fingerprint != before


def test_the_same_text_twice_is_embedded_once_and_found_twice(place: Place) -> None:
    place.write("passkeys copy.md", FILES["passkeys.md"])
    index = place.open()
    assert len(place.embedder.texts) == len(set(place.embedder.texts)) == len(index.passages) - 2
    vector = place.embedder.embed(["a passkey replaces a password"])[0]
    best = index.dense(vector, 2)
    assert {index.passages[name].document for name, _ in best} == {"passkeys.md", "passkeys copy.md"}


def test_the_same_file_in_two_folders_of_one_name_is_one_document(embedded: Place) -> None:
    twin = embedded.root / "elsewhere" / embedded.folder.name
    shutil.copytree(embedded.folder, twin)
    settings = Settings(knowledge=(embedded.folder, twin), data_dir=embedded.root / "data")
    index = open_index(settings, embedder=embedded.embedder)
    embedded.opened.append(index)
    assert len(index.passages) == len(embedded.open().passages)


def test_two_builds_of_the_same_files_are_equal(place: Place, tmp_path: Path) -> None:
    place.write("phishing.txt", "other text that is replaced later")
    place.open()
    place.write("phishing.txt", FILES["phishing.txt"])
    grown = place.open()
    fresh = open_index(
        Settings(knowledge=(place.folder,), data_dir=tmp_path / "fresh", chroma_url=place.url), embedder=place.embedder
    )
    place.opened.append(fresh)
    assert grown.fingerprint == fresh.fingerprint
    assert list(grown.passages.values()) == list(fresh.passages.values())
    for query in ("password", "a meeting that ends on time", "lost phone"):
        vector = place.embedder.embed([query])[0]
        assert grown.dense(vector, 10) == fresh.dense(vector, 10)
        assert grown.lexical(query, 10) == fresh.lexical(query, 10)


def test_a_large_collection_is_read_and_written_in_pieces(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one piece, Chroma fails on more than about 32,000 records."""
    monkeypatch.setattr(vectors, "BATCH", 2)
    monkeypatch.setattr(writer, "BATCH", 2)
    monkeypatch.setattr(writer, "STEP", 1)
    assert documents(place.open()) == set(FILES)
    for name in ("phishing.txt", "meetings.txt"):
        place.write(name, f"Another text about {name}.")
    index = place.open()
    assert len(place.embedder.texts) == 2
    assert len(index.vectors(list(index.passages))) == len(index.passages)
    assert first(index, "lost phone") == "passkeys.md"


def test_collections_of_other_folders_do_not_mix(place: Place) -> None:
    place.open()
    other = place.root / "other"
    other.mkdir()
    (other / "fraud.txt").write_text("A fake call asks for money.")
    index = open_index(
        Settings(knowledge=(other,), data_dir=place.root / "data", chroma_url=place.url), embedder=place.embedder
    )
    place.opened.append(index)
    assert documents(index) == {"fraud.txt"}
    assert len(index.dense(place.embedder.embed(["password"])[0], 10)) == 1


def test_another_maker_means_another_index(embedded: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.open()
    monkeypatch.setattr(words, "VERSION", "another")
    index = embedded.open()
    assert index.notices == (REMADE,)
    assert embedded.open(refuse).notices == ()


def test_chroma_is_written_anew_when_most_of_its_vectors_are_dead(
    embedded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_DEAD", 0)
    embedded.open()
    for number in range(3):
        embedded.write("phishing.txt", f"Version {number} of this text is about phishing.")
        index = embedded.open()
        assert len(embedded.embedder.texts) == 1
    assert first(index, "a passkey replaces a password") == "passkeys.md"
    assert first(index, "phishing") == "phishing.txt"


# --- progress ---


def test_progress_counts_files_and_passages_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "STEP", 1)
    calls: list[tuple[str, int, int]] = []
    index = place.open(lambda *call: calls.append(call))
    assert list(dict.fromkeys(message for message, _, _ in calls)) == [
        "Reading files",
        "Embedding passages",
        "Indexing words",
    ]
    embedding = [(done, total) for message, done, total in calls if message == "Embedding passages"]
    assert embedding == [(done, len(index.passages)) for done in range(len(index.passages))]


@pytest.mark.parametrize("when", ["Reading files", "Embedding passages", "Indexing words"])
def test_a_build_that_is_stopped_leaves_the_old_index_and_goes_on_later(
    place: Place, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(writer, "STEP", 1)
    old = place.open()
    for number in range(4):
        place.write(f"new{number}.txt", f"Text number {number} is about something new.")

    def stop(message: str, done: int, total: int) -> None:
        if message == when and (done == 2 or when == "Indexing words"):
            raise Cancelled

    current = place.generation
    with pytest.raises(Cancelled):
        place.open(stop)
    embedded_before = len(place.embedder.texts)
    assert place.generation == current
    assert first(old, "a passkey replaces a password") == "passkeys.md"
    index = place.open()
    assert len(place.embedder.texts) + embedded_before == 4
    assert {f"new{number}.txt" for number in range(4)} <= documents(index)
    assert not list(place.home.glob("unfinished*"))


def test_a_cut_or_overwritten_spill_is_used_as_far_as_it_is_sound(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)
    keys = [character * 32 for character in "abcd"]
    path = tmp_path / "unfinished"
    spill = Spill(path, 4)
    assert spill.load() == {}
    spill.append(keys[:2], vectors[:2])
    spill.append(keys[2:], vectors[2:])
    whole = path.read_bytes()
    record = len(whole) // 4
    assert list(spill.load()) == keys
    for content, expected in (
        (whole[: 2 * record + 7], keys[:2]),
        (whole[:record] + b"\xff" * record + whole[2 * record :], keys[:1]),
        (b"garbage" * 100, []),
    ):
        path.write_bytes(content)
        assert list(spill.load()) == expected
        spill.append(keys[3:], vectors[3:])
        assert list(spill.load()) == [*expected, keys[3]]
        assert (spill.load()[keys[3]] == vectors[3]).all()


# --- killed, busy ---


def test_a_killed_build_leaves_the_old_index_usable_and_is_finished_later(place: Place) -> None:
    old = place.open()
    fingerprint = old.fingerprint
    place.write("later.txt", "Something that was written later.")
    script = place.script("""
        def wait(message, done, total):
            if message == "Indexing words":
                print("here", flush=True)
                time.sleep(60)
        open_index(settings, wait)
    """)
    with subprocess.Popen(script, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        with pytest.raises(IndexBusy):
            place.open()
        process.send_signal(signal.SIGKILL)
    assert first(old, "lost phone") == "passkeys.md"
    later = (place.folder / "later.txt").rename(place.root / "later.txt")
    assert place.open().fingerprint == fingerprint
    assert place.embedder.texts == []
    later.rename(place.folder / "later.txt")
    index = place.open()
    assert place.embedder.texts == []  # the killed process had embedded it, and left it
    assert not index.notices
    assert documents(index) == {*FILES, "later.txt"}
    assert len(list(place.home.glob("0*"))) <= 3


def test_a_second_writer_is_told_to_wait(place: Place) -> None:
    place.open()
    place.write("phishing.txt", "changed")
    with (
        FileLock(place.home / "writer.lock"),
        pytest.raises(IndexBusy, match=r"Another Coach process is writing.*Wait until it is done and try again"),
    ):
        place.open()
    assert place.open().lexical("changed", 1)


def test_a_reader_needs_no_lock(place: Place) -> None:
    place.open()
    with FileLock(place.home / "writer.lock"):
        assert documents(place.open(refuse)) == set(FILES)


def test_many_processes_may_start_at_once(place: Place) -> None:
    script = place.script("""
        for attempt in range(60):
            try:
                index = open_index(settings)
                break
            except CoachError as error:
                assert type(error).__name__ == "IndexBusy", error
                time.sleep(0.2)
        print(index.fingerprint)
    """)
    processes = [subprocess.Popen(script, stdout=subprocess.PIPE) for _ in range(3)]
    printed = {process.communicate(timeout=120)[0] for process in processes}
    assert printed == {f"{place.open(refuse).fingerprint}\n".encode()}


def test_an_open_index_survives_later_builds(place: Place) -> None:
    old = place.open()
    for number in range(3):
        place.write("phishing.txt", f"Version {number} of the text.")
        place.open().close()
    assert old.lexical("sender", 1)
    if not place.url:
        assert first(old, "check the address of the sender of a mail") == "phishing.txt"
        old.close()
        place.write("phishing.txt", "The last version of the text.")
        place.open()
        assert len([path for path in place.home.glob("0*") if (path / "manifest.json").exists()]) == 2


def test_an_open_index_on_a_server_survives_one_later_build(place: Place) -> None:
    old = place.open()
    (place.folder / "phishing.txt").unlink()
    place.open()
    assert first(old, "check the address of the sender of a mail") == "phishing.txt"


def test_an_index_may_be_used_by_several_threads(place: Place) -> None:
    index = place.open()
    vector = place.embedder.embed(["password"])[0]
    expected = (index.dense(vector, 5), index.lexical("password", 5))
    wrong: list[object] = []

    def work() -> None:
        for _ in range(20):
            found = (index.dense(vector, 5), index.lexical("password", 5))
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- damage ---

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "overwritten in the middle": lambda content: (
        content[: len(content) // 2] + b"\xa5" * 64 + content[len(content) // 2 + 64 :]
    ),
    "replaced by garbage": lambda content: bytes(range(256)) * 40,
}


def whole_files(home: Path) -> list[Path]:
    """Every file that the index in use consists of."""
    generation = home / (home / "CURRENT").read_text()
    inside = [path for path in generation.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return [home / "CURRENT", *sorted(inside)]


@pytest.mark.parametrize("damage", DAMAGE)
def test_any_damaged_file_is_noticed_and_the_index_rebuilds_itself(place: Place, damage: str) -> None:
    intact = place.open()
    fingerprint, answer = intact.fingerprint, intact.lexical("password", 5)
    intact.close()
    for number in range(len(whole_files(place.home))):
        path = whole_files(place.home)[number]
        content = path.read_bytes()
        if DAMAGE[damage](content) == content:
            continue
        path.write_bytes(DAMAGE[damage](content))
        index = place.open()
        assert index.notices == (REBUILT,), path
        assert index.fingerprint == fingerprint
        assert index.lexical("password", 5) == answer
        assert first(index, "lost phone") == "passkeys.md"
        index.close()
        place.open(refuse).close()


def test_a_removed_file_of_the_index_is_noticed(place: Place) -> None:
    place.open().close()
    for number in range(len(whole_files(place.home))):
        path = whole_files(place.home)[number]
        path.unlink()
        index = place.open()
        assert index.notices == (REBUILT,), path
        assert documents(index) == set(FILES)
        index.close()


def test_damaged_vectors_are_taken_from_the_generation_before(embedded: Place) -> None:
    embedded.open().close()
    embedded.write("phishing.txt", "One file has changed.")
    embedded.open().close()
    (embedded.generation / "chroma" / "chroma.sqlite3").write_bytes(b"garbage")
    index = embedded.open()
    assert index.notices == (REBUILT,)
    assert len(embedded.embedder.texts) == 1


def test_vectors_missing_from_an_intact_database_are_noticed(embedded: Place) -> None:
    embedded.open().close()
    with sqlite3.connect(embedded.generation / "chroma" / "chroma.sqlite3") as database:
        database.execute("DELETE FROM embeddings WHERE id = (SELECT min(id) FROM embeddings)")
    database.close()
    index = embedded.open()
    assert index.notices == (REBUILT,)
    assert first(index, "lost phone") == "passkeys.md"


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 0.999), length=st.integers(1, 5000), which=st.integers(0, 99))
def test_random_bytes_anywhere_never_end_in_a_wrong_index(
    embedded: Place, where: float, length: int, which: int
) -> None:
    fingerprint = embedded.open().fingerprint
    embedded.opened.pop().close()
    paths = whole_files(embedded.home)
    path = paths[which % len(paths)]
    content = path.read_bytes()
    begin = int(where * len(content))
    path.write_bytes(content[:begin] + os.urandom(min(length, len(content) - begin)) + content[begin + length :])
    index = embedded.open()
    assert index.fingerprint == fingerprint
    assert set(index.notices) <= {REBUILT}
    for name in index.passages:
        assert index.dense(index.vectors([name])[0], 1)[0][0] == name
    embedded.opened.pop().close()


# --- files and folders that cannot be read or written ---


def test_an_unreadable_file_is_left_out_named_and_taken_up_once_it_is_mended(place: Place) -> None:
    (place.folder / "scan.pdf").write_bytes(b"%PDF-1.7 this is not a PDF")
    index = place.open()
    (notice,) = index.notices
    assert re.match(r"'scan\.pdf' is not a readable PDF\. .*\. Until then it is left out\.$", notice)
    assert documents(index) == set(FILES)
    assert place.open(refuse).notices == (notice,)
    (place.folder / "scan.pdf").unlink()
    place.write("scan.txt", "The text of the scan.")
    index = place.open()
    assert index.notices == ()
    assert "scan.txt" in documents(index)


def test_a_file_without_read_permission_is_left_out_until_it_may_be_read(embedded: Place) -> None:
    secret = embedded.folder / "phishing.txt"
    secret.chmod(0)
    code = """
        index = open_index(settings)
        print(sorted({p.document for p in index.passages.values()}), index.notices)
    """
    printed = as_anybody(embedded, code)
    assert "['meetings.txt', 'passkeys.md']" in printed
    assert "'phishing.txt' cannot be read" in printed
    secret.chmod(0o644)
    printed = as_anybody(embedded, code)
    assert "'phishing.txt'" in printed
    assert printed.strip().endswith("()")


def test_a_folder_without_read_permission_is_named_and_the_index_stays(embedded: Place) -> None:
    code = """
        try:
            print(len(open_index(settings).passages))
        except CoachError as error:
            print(type(error).__name__, error)
    """
    before = as_anybody(embedded, code)
    embedded.folder.chmod(0)
    printed = as_anybody(embedded, code)
    assert printed.startswith("KnowledgeError ")
    assert str(embedded.folder) in printed
    assert "permission" in printed
    embedded.folder.chmod(0o755)
    assert as_anybody(embedded, code) == before


def test_a_data_folder_that_may_not_be_written_is_named_with_the_mend(embedded: Place) -> None:
    (embedded.root / "data").mkdir(mode=0o555)
    code = """
        try:
            open_index(settings)
        except CoachError as error:
            print(type(error).__name__, error)
    """
    printed = as_anybody(embedded, code)
    assert printed.startswith("IndexFailure ")
    assert "Permission denied" in printed
    assert "COACH_DATA_DIR" in printed


def as_anybody(place: Place, body: str) -> str:
    """Output of a script whose process may only read and write what its user may, even when that is root."""
    run = subprocess.run(
        place.script(body), capture_output=True, text=True, preexec_fn=_without_the_rights_of_root, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def _without_the_rights_of_root() -> None:
    """Drops what lets root pass over file permissions (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) from the next program."""
    if os.getuid() == 0:
        for capability in (1, 2):
            assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


def test_a_missing_folder_is_named(place: Place) -> None:
    with pytest.raises(KnowledgeError, match="does not exist"):
        open_index(Settings(knowledge=(place.root / "nowhere",), data_dir=place.root / "data"))


@pytest.mark.parametrize("kilobytes", [1, 20, 150, 300, 500, 600, 700, 800])
def test_a_full_disk_is_said_and_loses_nothing(embedded: Place, kilobytes: int) -> None:
    """No file may grow beyond some size, as with a quota; Python, SQLite and Chroma all meet it in turn."""
    before = open_index(embedded.settings, embedder=Hashed())
    before.close()
    for number in range(300):
        embedded.write(f"more{number}.txt", f"Passage {number} is about subject {number * 7919 % 1000}.")
    script = embedded.script("""
        from tests.chroma import Hashed
        try:
            open_index(settings, embedder=Hashed())
        except CoachError as error:
            print(type(error).__name__, error)
    """)
    limit = kilobytes * 1024

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    run = subprocess.run(script, capture_output=True, text=True, preexec_fn=limited, cwd=ROOT, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("IndexFailure "), run.stdout
    assert "disk has room" in run.stdout
    assert "COACH_DATA_DIR" in run.stdout
    for path in embedded.folder.glob("more*"):
        path.rename(embedded.root / path.name)
    again = open_index(embedded.settings, refuse, embedder=Hashed())
    assert again.fingerprint == before.fingerprint
    again.close()
    for path in embedded.root.glob("more*"):
        path.rename(embedded.folder / path.name)
    whole = open_index(embedded.settings, embedder=Hashed())
    assert len(whole.passages) == len(before.passages) + 300
    whole.close()


# --- a server ---


def test_two_machines_share_one_server_and_embed_once(place: Place, chroma_url: str) -> None:
    mine = Settings(knowledge=(place.folder,), data_dir=place.root / "a", chroma_url=chroma_url)
    first_embedder, second_embedder = Counting(), Counting()
    one = open_index(mine, embedder=first_embedder)
    two = open_index(mine.model_copy(update={"data_dir": place.root / "b"}), embedder=second_embedder)
    place.opened += [one, two]
    assert first_embedder.texts
    assert second_embedder.texts == []
    assert one.fingerprint == two.fingerprint
    vector = place.embedder.embed(["password"])[0]
    assert one.dense(vector, 5) == two.dense(vector, 5)


def test_results_are_complete_when_the_server_holds_much_that_is_not_ours(place: Place, chroma_url: str) -> None:
    settings = Settings(knowledge=(place.folder,), data_dir=place.root / "a", chroma_url=chroma_url)
    lean = open_index(settings, embedder=place.embedder)
    place.opened.append(lean)
    for number in range(40):
        place.write(f"more{number}.txt", f"Password rule {number} of the company.")
    rich = open_index(settings.model_copy(update={"data_dir": place.root / "b"}), embedder=place.embedder)
    place.opened.append(rich)
    vector = place.embedder.embed(["password rule of the company"])[0]
    found = lean.dense(vector, 3)
    assert len(found) == 3
    assert {name for name, _ in found} <= set(lean.passages)


def test_a_server_that_is_down_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("A note.")
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(IndexFailure, match=rf"Chroma server at {url}: make sure that it runs.*COACH_CHROMA_URL"):
        open_index(Settings(knowledge=(tmp_path,), data_dir=tmp_path / "data", chroma_url=url))


def test_a_server_that_forgot_everything_is_filled_again_and_one_that_ends_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("A note about passkeys.")
    port = free_port()
    settings = Settings(
        knowledge=(tmp_path / "notes",), data_dir=tmp_path / "data", chroma_url=f"http://127.0.0.1:{port}"
    )
    embedder = Counting()
    server = start_server(tmp_path / "first", port)
    try:
        index = open_index(settings, embedder=embedder)
    finally:
        stop_server(server)
    with pytest.raises(IndexFailure, match="make sure that it runs"):
        index.dense(embedder.embed(["passkeys"])[0], 1)
    server = start_server(tmp_path / "second", port)
    try:
        again = open_index(settings, embedder=embedder)
        assert again.notices == (REFILLED,)
        assert len(again.dense(embedder.embed(["passkeys"])[0], 5)) == 1
        assert open_index(settings, refuse, embedder=embedder).notices == ()
    finally:
        stop_server(server)


# --- words ---


def test_words_forgive_case_accents_endings_and_two_slips_of_the_pen() -> None:
    index = words.Words.build(["Passwords and cafés.", "Hybrid work on Mondays.", "E-mail to everyone."])
    for query, row in {
        "PASSWORD": 0,
        "cafe": 0,
        "pasword": 0,
        "passsword": 0,
        "hybird working": 1,
        "email": 2,
        "e-mails": 2,
        "Ｐassword": 0,
    }.items():
        assert index.scores(query).argmax() == row, query
        assert index.scores(query)[row] > 0, query


@pytest.mark.parametrize(("query", "other"), [("stock", "stuck"), ("elect", "select"), ("bread", "read")])
def test_an_unknown_word_is_not_taken_for_another_word(query: str, other: str) -> None:
    assert not words.Words.build([other, "something else"]).scores(query).any()


@pytest.mark.parametrize("texts", [[], [""], ["the", "of and"], ["😀"]])
def test_words_without_words_score_nothing(texts: list[str], tmp_path: Path) -> None:
    built = words.Words.build(texts)
    built.save(tmp_path / "words")
    for index in (built, words.Words.load(tmp_path / "words", len(texts))):
        assert index.scores("anything the").tolist() == [0] * len(texts)
        assert index.rows_with("anything").tolist() == []


@given(st.lists(st.text(), max_size=6), st.text())
@hypothesis_settings(max_examples=50, deadline=None)
def test_any_text_can_be_indexed_and_asked_for(texts: list[str], query: str) -> None:
    scores = words.Words.build(texts).scores(query)
    assert scores.shape == (len(texts),)
    assert (scores >= 0).all()
    assert np.isfinite(scores).all()


def test_words_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    built = words.Words.build([*FILES.values()])
    built.save(tmp_path / "words")
    loaded = words.Words.load(tmp_path / "words", len(FILES))
    for query in ("password", "meeting agenda", "nothing of it"):
        assert (built.scores(query) == loaded.scores(query)).all()


def test_chroma_sends_no_telemetry_and_reads_no_env_file(embedded: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(embedded.root)
    (embedded.root / ".env").write_text("CHROMA_SERVER_HOST=example.org\nANONYMIZED_TELEMETRY=True\nOTHER=1\n")
    index = embedded.open()
    settings = index._store._client.get_settings()
    assert settings.anonymized_telemetry is False
    assert settings.chroma_server_host is None
    assert vectors.HNSW["space"] == "cosine"
