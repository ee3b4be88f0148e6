"""Where the index of one set of folders is kept: its generations, the pointer to the one in use, and the locks."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from coach import knowledge
from coach.embed import Embedder
from coach.errors import IndexBusy
from coach.index import words
from coach.index.snapshot import CHROMA, FORMAT, Damaged, Snapshot, replace, vectors_intact
from coach.index.vectors import VectorStore
from coach.settings import Settings

PATIENCE = 1.0
"""Seconds that a second writer waits for the first before it gives up."""
_GENERATION = re.compile(r"\d{6}-[0-9a-f]{6}")


@dataclass(frozen=True)
class Home:
    """The place of an index.

    Attributes:
        folder: Holds the generations.
        made: What makes the index: embedder, chunker and versions.
        collection: Name of the Chroma collection.
        url: Address of the Chroma server, or "".
    """

    folder: Path
    made: str
    collection: str
    url: str

    @classmethod
    def of(cls, settings: Settings, embedder: Embedder) -> "Home":
        """The home of the index of these settings."""
        folders = [str(folder.resolve()) for folder in settings.folders]
        corpus = hashlib.sha256("\n".join((*folders, settings.chroma_url)).encode()).hexdigest()[:12]
        made = f"{embedder.name} {embedder.dimension} chunker {knowledge.CHUNKER} words {words.VERSION} format {FORMAT}"
        collection = f"coach-{embedder.name}-{knowledge.CHUNKER}-{corpus}"
        return cls(settings.data_dir / "index" / corpus, made, collection, settings.chroma_url)

    def current(self) -> Snapshot | None:
        """The generation in use; None before the first build.

        Raises:
            Damaged: a file of it is missing, cut or overwritten, or the pointer to it is.
        """
        try:
            name = (self.folder / "CURRENT").read_text("utf-8", "replace").strip()
        except FileNotFoundError:
            if self.generations():
                raise Damaged(f"'{self.folder / 'CURRENT'}' is missing.") from None
            return None
        if not _GENERATION.fullmatch(name):
            raise Damaged(f"'{self.folder / 'CURRENT'}' is damaged.")
        return Snapshot(self.folder / name)

    def generations(self) -> list[Path]:
        """Folders of all generations, the newest first, unfinished ones included."""
        if not self.folder.is_dir():
            return []
        return sorted((path for path in self.folder.iterdir() if _GENERATION.fullmatch(path.name)), reverse=True)

    def others(self) -> list["Home"]:
        """The homes of other sets of folders in the same data folder, with vectors in files; the one written last first."""
        paths = [path for path in self.folder.parent.iterdir() if path.is_dir() and path != self.folder]
        paths.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
        prefix = self.collection.removesuffix(self.folder.name)
        return [Home(path, self.made, prefix + path.name, "") for path in paths]

    def begin(self) -> Path:
        """An empty folder for a new generation; its name was never used before."""
        newest = self.generations()
        number = int(newest[0].name[:6]) + 1 if newest else 1
        folder = self.folder / f"{number:06d}-{uuid4().hex[:6]}"
        folder.mkdir()
        return folder

    def switch(self, generation: Path) -> None:
        """Makes a finished generation the one in use."""
        replace(self.folder / "CURRENT", generation.name.encode())

    def clean(self) -> None:
        """Removes all generations but the last two finished ones and those that a process has open."""
        finished = [path for path in self.generations() if (path / "manifest.json").exists()]
        for path in self.generations():
            if path not in finished[:2] and not _is_read(path):
                shutil.rmtree(path, ignore_errors=True)

    def store(self, folder: Path, *, create: bool = False) -> VectorStore:
        """The vectors of a generation.

        Raises:
            Damaged: Chroma's files are cut or overwritten.
            IndexFailure: Chroma failed.
        """
        if self.url:
            return VectorStore.on_server(self.url, self.collection, create=True)
        if not create and not vectors_intact(folder):
            raise Damaged(f"'{folder / CHROMA}' is damaged.")
        return VectorStore.in_folder(folder / CHROMA, self.collection, create=create)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held by the one process that may write.

        Raises:
            IndexBusy: another process holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "writer.lock", timeout=PATIENCE):
                yield
        except Timeout:
            raise IndexBusy(
                f"Another Coach process is writing the search index in '{self.folder}'. Wait until it is done and try "
                "again; nothing is lost. To use Coach meanwhile, set COACH_DATA_DIR to another folder."
            ) from None


def reading(generation: Path) -> sqlite3.Connection:
    """Marks a generation as open until the returned connection is closed or this process ends, however it ends."""
    mark = sqlite3.connect(generation / "readers.lock", isolation_level=None, check_same_thread=False)
    mark.execute("BEGIN")
    mark.execute("SELECT name FROM sqlite_master").fetchall()  # SQLite shares the file from here on
    return mark


def _is_read(generation: Path) -> bool:
    """Whether any process has a generation open."""
    if not (generation / "readers.lock").exists():
        return False
    with closing(sqlite3.connect(generation / "readers.lock", timeout=0, isolation_level=None)) as mark:
        try:
            mark.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return True
    return False
