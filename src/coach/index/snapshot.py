"""One generation of the index on disk: the files it was made from, their passages, and checksums of all of it.

<data_dir>/index/<corpus>/CURRENT          name of the generation in use
<data_dir>/index/<corpus>/000007-1f3a9c/   a generation; finished once it has its manifest.json
    manifest.json                          files, counts and checksums, below a checksum of itself
    passages.jsonl, rows.json              passages in order; their ids, vector keys and places in passages.jsonl
    words/                                 BM25
    chroma/                                vectors, unless a Chroma server keeps them
"""

import json
import mmap
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from coach.errors import IndexFailure
from coach.models import Frozen, Passage

FORMAT = "1"
"""Changes when an older index could not be read, or would hold other rows."""
CHROMA, WORDS = "chroma", "words"
"""Names of the folders of a generation."""
SYNCED = 2
"""Records from which Chroma writes its files at every call; 2 is the fewest that it allows."""
_DATABASE = "chroma.sqlite3"
_PIECE = 1 << 20


class Damaged(IndexFailure):
    """A file of the index is missing, cut or overwritten. Never leaves this package: the index is rebuilt."""


class File(Frozen):
    """A knowledge file as it was indexed.

    Attributes:
        folder: Number of its folder in the settings.
        digest: sha256 of its bytes; empty when they could not be read.
        problem: Why it was left out; empty when it was indexed.
        rows: How many passages it has.
    """

    folder: int
    path: str
    size: int
    mtime_ns: int
    digest: str
    problem: str = ""
    shelf: str = ""
    rows: int = 0


class Manifest(Frozen):
    """What a generation is.

    Attributes:
        made: What made it: embedder, chunker and versions. Another maker means another index.
        fingerprint: Hash of everything that can change a result.
        started_ns: When reading the files began, in nanoseconds since 1970.
        retired: Keys on a Chroma server that only the generation before uses; the next one deletes them.
        dead: Deleted vectors that still take room in Chroma's files.
        checksums: Checksum of each file of the generation, by its path.
    """

    made: str
    fingerprint: str
    started_ns: int
    files: tuple[File, ...]
    retired: tuple[str, ...] = ()
    dead: int = 0
    checksums: dict[str, str] = Field(default_factory=dict)


class Passages(Mapping[str, Passage]):
    """Passages by id, in the order of the index. They stay in their file until they are asked for.

    Attributes:
        names: The id of each passage.
        vector_keys: The key of each passage's vector; passages that read the same share one.
    """

    def __init__(self, folder: Path) -> None:
        rows = json.loads((folder / "rows.json").read_bytes())
        self.names: tuple[str, ...] = tuple(rows["ids"])
        self.vector_keys: tuple[str, ...] = tuple(rows["keys"])
        self._ends: tuple[int, ...] = (0, *rows["ends"])
        self._rows = {name: row for row, name in enumerate(self.names)}
        self._content = _mapped(folder / "passages.jsonl")

    def __getitem__(self, name: str) -> Passage:
        return self.at(self._rows[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def at(self, row: int) -> Passage:
        """The passage at a position."""
        return Passage.model_validate_json(self.line(row))

    def line(self, row: int) -> bytes:
        """The passage at a position, as JSON."""
        return self._content[self._ends[row] : self._ends[row + 1]].rstrip()

    def row(self, name: str) -> int:
        """Position of a passage. Raises KeyError when the index has no such passage."""
        return self._rows[name]


class Snapshot:
    """An opened generation without its vectors and words.

    Raises:
        Damaged: a file is missing, cut or overwritten. Chroma's files are looked at by `vectors_intact`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        _compare(folder, {k: v for k, v in self.manifest.checksums.items() if not k.startswith(CHROMA)})
        self.passages = Passages(folder)
        rows = np.array([file.rows for file in self.manifest.files], np.int64)
        self.file_of_row = np.repeat(np.arange(len(rows)), rows)

    def rows(self, shelf: str | None) -> NDArray[np.bool_]:
        """For each passage, whether it stands on `shelf`; all of them without one. Shape (passages,)."""
        on_shelf = np.array([shelf in (None, file.shelf) for file in self.manifest.files], bool)
        return on_shelf[self.file_of_row]

    def shelf_of_key(self) -> dict[str, str]:
        """Every vector's key with its shelf."""
        shelves = (self.manifest.files[file].shelf for file in self.file_of_row)
        return dict(zip(self.passages.vector_keys, shelves, strict=True))


def vectors_intact(folder: Path) -> bool:
    """Whether the Chroma folder of a generation is as it was when it was finished.

    Chroma must not open damaged files: it may kill the process. Its database changes a little whenever it is opened,
    so that one is examined by SQLite; its records are compared with the snapshot's when the store is opened.
    """
    try:
        checksums = read_manifest(folder).checksums
        _compare(folder, {k: v for k, v in checksums.items() if k.startswith(CHROMA)})
        with closing(sqlite3.connect(f"{(folder / CHROMA / _DATABASE).as_uri()}?mode=rw", uri=True)) as database:
            tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()  # none in an emptied file
            return tables[0] > 0 and bool(database.execute("PRAGMA quick_check").fetchall() == [("ok",)])
    except (Damaged, sqlite3.DatabaseError):
        return False


def copy_vectors(old: Path, new: Path) -> None:
    """Copies the Chroma folder of one generation into another, also while other processes read the old one."""
    for path in _files(old / CHROMA):
        copy = new / CHROMA / path.relative_to(old / CHROMA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.name != _DATABASE:
            copy.write_bytes(path.read_bytes())
            continue
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)


def write_passages(folder: Path, rows: Iterator[tuple[str, str, bytes]]) -> None:
    """Writes (id, key, passage as JSON) of every passage, in order."""
    ids, keys, ends, end = [], [], [], 0
    with (folder / "passages.jsonl").open("wb") as file:
        for name, key, line in rows:
            end += file.write(line + b"\n")
            ids.append(name)
            keys.append(key)
            ends.append(end)
    (folder / "rows.json").write_text(json.dumps({"ids": ids, "keys": keys, "ends": ends}), "utf-8")


def seal(folder: Path, manifest: Manifest) -> None:
    """Finishes a generation: everything it consists of reaches the disk, then its manifest with their checksums.

    Of a single vector Chroma writes its files anew whenever it opens them, so that these have no checksum.
    """
    sums = {}
    settled = len(set(json.loads((folder / "rows.json").read_text("utf-8"))["keys"])) >= SYNCED
    for path in _files(folder):
        _sync(path)
        name = path.relative_to(folder).as_posix()
        if path.name != _DATABASE and (settled or not name.startswith(CHROMA)):
            sums[name] = _checksum(path)
    content = manifest.model_copy(update={"checksums": sums}).model_dump_json().encode()
    replace(folder / "manifest.json", sha256(content).hexdigest().encode() + b"\n" + content)


def replace(path: Path, content: bytes) -> None:
    """Writes a file so that a reader, or the next start after a power cut, sees the old content or the new one."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    _sync(fresh)
    os.replace(fresh, path)
    if os.name == "posix":
        _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> Manifest:
    """What a generation is.

    Raises:
        Damaged: its manifest is missing, cut or overwritten: the generation is unfinished or of no use.
    """
    try:
        digest, _, content = (folder / "manifest.json").read_bytes().partition(b"\n")
        if sha256(content).hexdigest().encode() == digest:
            return Manifest.model_validate_json(content)
    except (FileNotFoundError, ValidationError):
        pass
    raise Damaged(f"'{folder / 'manifest.json'}' is damaged.")


def _compare(folder: Path, checksums: Mapping[str, str]) -> None:
    for name, expected in checksums.items():
        try:
            found = _checksum(folder / name)
        except FileNotFoundError:
            found = ""
        if found != expected:
            raise Damaged(f"'{folder / name}' is damaged.")


def _checksum(path: Path) -> str:
    """Size and CRC-32 of a file."""
    crc, size = 0, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
    return f"{size}-{crc:08x}"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")


def _mapped(path: Path) -> mmap.mmap | bytes:
    """Content of a file, left on disk until it is used."""
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
