"""Knowledge files to rows of the index; what did not change since the last build is not parsed again."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coach import knowledge
from coach.errors import KnowledgeError
from coach.index.snapshot import File, Snapshot
from coach.models import Passage

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is. What it raises ends the build: the old
index stays in use, and the next build goes on where this one stopped."""
Row = tuple[str, str, bytes]
"""Id of a passage, key of its vector, the passage as JSON."""

RACY_NS = 2_000_000_000
"""Nanoseconds. A file written this shortly before it was indexed may have been written again within one tick of the
file system's clock (2 s on FAT), so its time proves nothing and its bytes are compared."""


class Found(NamedTuple):
    """A knowledge file as it is on disk now. `folder` is the number of its folder `root` in the settings."""

    folder: int
    root: Path
    state: knowledge.FileState

    def digest(self) -> str:
        """sha256 of its bytes; empty when they cannot be read."""
        try:
            return hashlib.sha256((self.root / self.state.path).read_bytes()).hexdigest()
        except OSError:
            return ""


def scan(folders: Sequence[Path]) -> list[Found]:
    """The knowledge files of all folders, in order of folder and path.

    Raises:
        KnowledgeError: a folder is missing or may not be read.
    """
    return [Found(number, root, state) for number, root in enumerate(folders) for state in knowledge.scan(root)]


def up_to_date(snapshot: Snapshot, found: Sequence[Found]) -> bool:
    """Whether a generation was made from exactly these files. Reads only those whose size and time prove nothing."""
    files = snapshot.manifest.files
    if [(file.folder, file.path) for file in files] != [(one.folder, one.state.path) for one in found]:
        return False
    started = snapshot.manifest.started_ns
    return all(_same(file, one, started) for file, one in zip(files, found, strict=True))


def indexed_text(passage: Passage) -> str:
    """What is embedded and searched of a passage: where it stands, then what it says; what only leads to its note stands alone."""
    return passage.text if passage.heading in knowledge.LEADS else f"{passage.context}\n{passage.text}"


class Rows:
    """The rows of `found`, to be iterated over once. Afterwards `files` says what they were made from."""

    def __init__(self, found: Sequence[Found], old: Snapshot | None, progress: Progress) -> None:
        self.files: list[File] = []
        self.started_ns = time.time_ns()
        self._found = found
        self._old = old
        self._progress = progress
        self._names: set[str] = set()

    def __iter__(self) -> Iterator[Row]:
        known = _known(self._old)
        for done, one in enumerate(self._found):
            self._progress("Reading files", done, len(self._found))
            file, first = known.get((one.folder, one.state.path), (None, 0))
            if file is not None and self._old is not None and _same(file, one, self._old.manifest.started_ns):
                fresh = file.model_copy(update={"size": one.state.size, "mtime_ns": one.state.mtime_ns})
                rows = _copied(self._old, first, file.rows)
            else:
                fresh, rows = _parsed(one)
            # the same file in two folders of one name has the same ids twice: the first one stays
            rows = [row for row in rows if row[0] not in self._names]
            self._names.update(row[0] for row in rows)
            self.files.append(fresh.model_copy(update={"rows": len(rows)}))
            yield from rows


def _same(file: File, found: Found, started_ns: int) -> bool:
    """Whether a file is as it was indexed."""
    settled = file.mtime_ns < started_ns - RACY_NS and file.digest != ""
    if settled and (file.size, file.mtime_ns) == (found.state.size, found.state.mtime_ns):
        return True
    return file.digest == found.digest()


def _known(old: Snapshot | None) -> dict[tuple[int, str], tuple[File, int]]:
    """Each file of a generation with the position of its first row."""
    known, first = {}, 0
    for file in old.manifest.files if old else ():
        known[file.folder, file.path] = (file, first)
        first += file.rows
    return known


def _copied(old: Snapshot, first: int, count: int) -> list[Row]:
    passages = old.passages
    return [(passages.names[row], passages.vector_keys[row], passages.line(row)) for row in range(first, first + count)]


def _parsed(found: Found) -> tuple[File, list[Row]]:
    """A file read anew. One that cannot be read is left out, and the reason kept."""
    digest = found.digest()  # before reading: a change in between then shows as a change next time
    state = found.state
    file = File(folder=found.folder, path=state.path, size=state.size, mtime_ns=state.mtime_ns, digest=digest)
    try:
        document = knowledge.read(found.root, state.path)
    except KnowledgeError as error:
        return file.model_copy(update={"problem": str(error)}), []
    rows = [(each.id, _key(each), each.model_dump_json().encode()) for each in knowledge.passages(document)]
    return file.model_copy(update={"shelf": document.shelf}), rows


def _key(passage: Passage) -> str:
    """Key of a passage's vector: equal for passages of one shelf that read the same, wherever they stand."""
    return hashlib.sha256(f"{passage.shelf}\x1f{indexed_text(passage)}".encode()).hexdigest()[:32]
