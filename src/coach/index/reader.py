"""The index as a search uses it: passages, vectors and words of one generation."""

import sqlite3
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.index.dense import Dense, Ranked
from coach.index.snapshot import Passages, Snapshot
from coach.index.vectors import VectorStore
from coach.index.words import Scores, Words
from coach.models import Passage


class Index:
    """A finished index, opened for reading. It does not change while it is open; `open_index` opens it.

    Several threads may use it at once.

    Attributes:
        fingerprint: Changes when anything changes that can change a result.
        passages: Every passage by its id, in order of folder, path and place.
        scale: Brings the embedder's cosines to those of the built-in one, for which thresholds were measured.
        notices: What the user should know: a rebuilt index, a file that was left out.
    """

    def __init__(
        self, snapshot: Snapshot, words: Words, store: VectorStore, notices: tuple[str, ...], mark: sqlite3.Connection
    ) -> None:
        self.fingerprint: str = snapshot.manifest.fingerprint
        self.passages: Passages = snapshot.passages
        self.notices = notices
        self.words = words
        self._snapshot = snapshot
        self._store = store
        self._mark = mark
        self._dense = Dense(snapshot, store)
        self.scale: Callable[[NDArray[np.float64]], NDArray[np.float64]] = _as_they_are

    def close(self) -> None:
        """Releases files and connections. Closing twice is fine."""
        self._store.close()
        self._mark.close()

    def shelves(self) -> tuple[str, ...]:
        """Names of the shelves that have passages, sorted."""
        return tuple(sorted({file.shelf for file in self._snapshot.manifest.files if file.rows}))

    def rows(self, shelf: str | None = None) -> NDArray[np.bool_]:
        """For each passage, whether it stands on `shelf`; all of them without one. Shape (passages,)."""
        return self._snapshot.rows(shelf)

    def file_of(self, name: str) -> int:
        """Number of the file that a passage comes from.

        Raises:
            KeyError: the index has no such passage.
        """
        return int(self._snapshot.file_of_row[self.passages.row(name)])

    def size(self, file: int) -> int:
        """How many passages the file with this number has."""
        first, last = np.searchsorted(self._snapshot.file_of_row, [file, file + 1])
        return int(last - first)

    def document(self, file: int) -> tuple[Passage, ...]:
        """The passages of the file with this number, in order."""
        first, last = np.searchsorted(self._snapshot.file_of_row, [file, file + 1])
        return tuple(self.passages.at(row) for row in range(first, last))

    def around(self, name: str, before: int, after: int) -> tuple[Passage, ...]:
        """A passage between up to `before` and `after` neighbours of the same file, in order.

        Raises:
            KeyError: the index has no such passage.
        """
        row, file = self.passages.row(name), self.file_of(name)
        near = range(max(0, row - before), min(len(self.passages), row + after + 1))
        return tuple(self.passages.at(other) for other in near if self._snapshot.file_of_row[other] == file)

    def lexical(self, query: str, k: int, shelf: str | None = None) -> Ranked:
        """The `k` passages with the highest BM25 for `query`, those without a common word left out."""
        return self.best(self.words.scores(query), k, shelf)

    def best(self, scores: Scores, k: int, shelf: str | None = None) -> Ranked:
        """The `k` passages with the highest of `scores`, shape (passages,), those of 0 left out."""
        rows = np.flatnonzero((scores > 0) & self.rows(shelf))
        rows = rows[np.argsort(-scores[rows], kind="stable")][:k]
        return [(self.passages.names[row], float(scores[row])) for row in rows]

    def dense(self, vector: NDArray[np.float32], k: int, shelf: str | None = None) -> Ranked:
        """The `k` passages whose vectors have the highest cosine with `vector`, shape (dimension,)."""
        return self.dense_many(vector[np.newaxis], k, shelf)[0]

    def dense_many(self, vectors: Vectors, k: int, shelf: str | None = None) -> list[Ranked]:
        """`dense` for each row of `vectors`, shape (m, dimension), in one call.

        Raises:
            IndexFailure: Chroma failed.
        """
        return self._dense.nearest(vectors, k, shelf)

    def vectors(self, names: Sequence[str]) -> Vectors:
        """The vectors of passages, float32 of shape (len(names), dimension).

        Raises:
            KeyError: the index has no such passage.
            IndexFailure: Chroma failed, or lost a vector.
        """
        return self._dense.vectors(names)

    def cosines(self, names: Sequence[str], vector: NDArray[np.float32]) -> NDArray[np.float64]:
        """Cosine of each passage with `vector`, on the built-in embedder's scale; shape (len(names),).

        Raises:
            KeyError: the index has no such passage.
            IndexFailure: Chroma failed, or lost a vector.
        """
        return self.scale((self.vectors(names) @ vector).astype(np.float64)) if names else np.zeros(0)


def _as_they_are(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    return cosines
