"""Opens an index, and first brings it up to date when a knowledge file changed or the index is damaged."""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from coach.embed import Embedder, chosen
from coach.errors import IndexFailure
from coach.index.files import Found, Progress, scan, up_to_date
from coach.index.home import Home, reading
from coach.index.reader import Index
from coach.index.snapshot import WORDS, Damaged, Snapshot
from coach.index.vectors import VectorStore
from coach.index.words import Words
from coach.index.writer import build, unfinished
from coach.settings import Settings

REBUILT = "The search index was damaged and has been built again from the knowledge files."
REMADE = "The search index was made by another version of Coach and has been built again."
REFILLED = "The Chroma server no longer held the search index; it has been built again."


def open_index(settings: Settings, progress: Progress | None = None, *, embedder: Embedder | None = None) -> Index:
    """Opens the index of `settings.folders`; builds what is missing or changed first.

    A knowledge file that cannot be read is left out, and a notice of the index says so. Until a build is finished every
    reader sees the old index, also when the build is killed.

    Args:
        progress: Is told how a build goes on; see `Progress`. Not called when nothing changed.
        embedder: Makes the vectors; that of the settings if left out.

    Raises:
        KnowledgeError: a knowledge folder is missing or may not be read.
        EmbeddingError: the embedding model cannot be used.
        IndexBusy: another process is writing the index.
        IndexFailure: the index cannot be read or written, for instance because the disk is full.
    """
    embedder = embedder or chosen(settings)
    home = Home.of(settings, embedder)
    found = scan(settings.folders)
    try:
        try:
            index = _opened(home, found)
        except Damaged:
            index = None  # looked at again once no other process can be writing
        if index is None:
            with home.writing():
                index = _updated(home, found, embedder, progress or _silent)
    except (OSError, sqlite3.Error, Damaged) as error:
        raise IndexFailure(
            f"The search index in '{home.folder}' cannot be read or written ({error}). Make sure that the disk has "
            "room and that you may write there, or set COACH_DATA_DIR to another folder; then try again. The earlier "
            "index is untouched."
        ) from error
    index.scale = embedder.scale
    return index


def _silent(message: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _opened(home: Home, found: Sequence[Found]) -> Index | None:
    """The index as it is; None when it has to be updated."""
    snapshot = home.current()
    if snapshot is None or snapshot.manifest.made != home.made or not up_to_date(snapshot, found):
        return None
    if home.url and _signature(home, snapshot.folder) != snapshot.manifest.fingerprint:
        return None
    return _open(home, snapshot, ())


def _open(home: Home, snapshot: Snapshot, notices: tuple[str, ...]) -> Index:
    """A generation opened for reading."""
    with ExitStack() as undo:
        mark = reading(snapshot.folder)
        undo.callback(mark.close)
        store = _filled_store(home, snapshot)
        undo.callback(store.close)
        words = Words.load(snapshot.folder / WORDS, len(snapshot.passages))
        problems = (f"{file.problem} Until then it is left out." for file in snapshot.manifest.files if file.problem)
        undo.pop_all()
        return Index(snapshot, words, store, (*notices, *problems), mark)


def _filled_store(home: Home, snapshot: Snapshot) -> VectorStore:
    """The vectors of a generation, all of them.

    Raises:
        Damaged: Chroma, in this process, cannot read them or lacks some.
        IndexFailure: the Chroma server failed.
    """
    if home.url:
        return home.store(snapshot.folder)
    try:
        store = home.store(snapshot.folder)
        if store.keys() == snapshot.shelf_of_key():
            return store
        store.close()
    except IndexFailure as error:
        raise Damaged(f"'{snapshot.folder}' has unreadable vectors.") from error
    raise Damaged(f"'{snapshot.folder}' lacks vectors.")


def _signature(home: Home, generation: Path, word: str = "") -> str:
    """Who last brought the collection on the server up to date; `word` is left there when it is not empty."""
    with closing(home.store(generation)) as store:
        before = store.writer()
        if word:
            store.sign(word)
        return before


def _updated(home: Home, found: Sequence[Found], embedder: Embedder, progress: Progress) -> Index:
    """The index after a build, unless another process has built it meanwhile."""
    notices: tuple[str, ...] = ()
    old = None
    try:
        old = home.current()
        index = _opened(home, found)
        if index is not None:
            return index
        if old is not None and old.manifest.made != home.made:
            notices = (REMADE,)
        elif old is not None and home.url and not _signature(home, old.folder):
            notices = (REFILLED,)
    except Damaged:
        notices = (REBUILT,)
    home.clean()
    generation = build(home, found, old, embedder, progress)
    snapshot = Snapshot(generation)
    if home.url:
        _signature(home, generation, snapshot.manifest.fingerprint)
    home.switch(generation)
    home.clean()
    unfinished(home, embedder).remove()
    return _open(home, snapshot, notices)
