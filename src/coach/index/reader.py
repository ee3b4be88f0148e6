"""The index as a search uses it: passages, vectors and words of one generation."""

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.errors import IndexFailure
from coach.index.snapshot import Passages, Snapshot
from coach.index.vectors import VectorStore
from coach.index.words import Scores, Words
from coach.models import Passage

CACHED_VECTORS = 20_000
"""Vectors kept in memory once they were read, 31 MB of 384 numbers each: reading 200 takes Chroma 10 ms."""

Ranked = list[tuple[str, float]]
"""Passage ids with their scores, best first."""


class Index:
    """A finished index, opened for reading. It does not change while it is open; `open_index` opens it.

    Several threads may use it at once.

    Attributes:
        fingerprint: Changes when anything changes that can change a result.
        passages: Every passage by its id, in order of folder, path and place.
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
        self._foreign = 0
        self._cache: dict[str, NDArray[np.float32]] = {}
        self._rows_of_key: dict[str, list[int]] = {}
        for row, key in enumerate(snapshot.passages.vector_keys):
            self._rows_of_key.setdefault(key, []).append(row)

    def close(self) -> None:
        """Releases files and connections. Closing twice is fine."""
        self._store.close()
        self._mark.close()

    def shelves(self) -> tuple[str, ...]:
        """Names of the shelves that have passages, sorted."""
        return tuple(sorted({file.shelf for file in self._snapshot.manifest.files if file.rows}))

    def rows(self, shelf: str | None = None) -> NDArray[np.bool_]:
        """For each passage, whether it stands on `shelf`; all of them without one. Shape (passages,)."""
        if shelf is None:
            return np.ones(len(self.passages), bool)
        on_shelf = np.array([file.shelf == shelf for file in self._snapshot.manifest.files], bool)
        return on_shelf[self._snapshot.file_of_row]

    def file_of(self, name: str) -> int:
        """Number of the file that a passage comes from.

        Raises:
            KeyError: the index has no such passage.
        """
        return int(self._snapshot.file_of_row[self.passages.row(name)])

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
        if not len(self.passages) or not len(vectors):
            return [[] for _ in vectors]
        while True:
            wanted = k + self._foreign
            found = self._store.nearest(vectors, wanted, shelf)
            foreign = max(sum(key not in self._rows_of_key for key, _ in row) for row in found)
            if min(len(row) for row in found) < wanted:
                return [self._ranked(row, k) for row in self._completed(found, vectors, k, shelf)]
            if foreign <= self._foreign:
                return [self._ranked(row, k) for row in found]
            self._foreign = max(foreign, 2 * self._foreign)  # a server may hold passages of another generation

    def _completed(self, found: list[Ranked], vectors: Vectors, k: int, shelf: str | None) -> list[Ranked]:
        """What Chroma found when it found less than was asked for: all there is, or an exact search instead.

        Where many vectors are equal, Chroma's graph of neighbours falls into islands, and it misses what is elsewhere.
        """
        rows = np.flatnonzero(self.rows(shelf))
        keys = list(dict.fromkeys(self.passages.vector_keys[row] for row in rows))
        if all(sum(key in self._rows_of_key for key, _ in row) >= min(k, len(keys)) for row in found):
            return found
        stored = self._store.get(keys)
        cosines = np.stack([stored[key] for key in keys if key in stored]) @ vectors.T
        names = [key for key in keys if key in stored]
        return [[(names[i], float(column[i])) for i in np.argsort(-column, kind="stable")[:k]] for column in cosines.T]

    def _ranked(self, found: Ranked, k: int) -> Ranked:
        """Keys to passages; equal cosines in the order of the index, so that two builds agree."""
        rows = [(-cosine, row) for key, cosine in found for row in self._rows_of_key.get(key, ())]
        return [(self.passages.names[row], -negative) for negative, row in sorted(rows)[:k]]

    def vectors(self, names: Sequence[str]) -> Vectors:
        """The vectors of passages, float32 of shape (len(names), dimension).

        Raises:
            KeyError: the index has no such passage.
            IndexFailure: Chroma failed, or lost a vector.
        """
        keys = [self.passages.vector_keys[self.passages.row(name)] for name in names]
        cache = self._cache
        missing = [key for key in dict.fromkeys(keys) if key not in cache]
        if missing:
            if len(cache) + len(missing) > CACHED_VECTORS:
                cache = self._cache = {key: cache[key] for key in keys if key in cache}
            cache.update(self._store.get(missing))
        try:
            return np.stack([cache[key] for key in keys]) if keys else np.empty((0, 0), np.float32)
        except KeyError:
            raise IndexFailure(
                "The search index was changed by another process while it was in use. Start Coach again."
            ) from None
