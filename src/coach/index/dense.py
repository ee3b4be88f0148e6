"""Passages by meaning: Chroma's answers made complete and turned into passages."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.errors import IndexFailure
from coach.index.snapshot import Snapshot
from coach.index.vectors import VectorStore

CACHED_VECTORS = 20_000
"""Vectors kept in memory once they were read, 31 MB of 384 numbers each: reading 200 takes Chroma 10 ms."""
WIDE = 0.5
"""Share of all passages from which a shelf is searched by asking for more and leaving out the rest. Chroma's own filter
takes 4 microseconds for each passage that passes it: 3 ms for 18 of 2,000, 20 ms for 200 of 20,000, 220 ms for 53,000."""

Ranked = list[tuple[str, float]]
"""Passage ids with their scores, best first."""


class Dense:
    """The vectors of one generation."""

    def __init__(self, snapshot: Snapshot, store: VectorStore) -> None:
        self._snapshot = snapshot
        self._passages = snapshot.passages
        self._store = store
        self._cache: dict[str, NDArray[np.float32]] = {}
        self._places: dict[str | None, dict[str, list[int]]] = {}
        self._spare: dict[str | None, int] = {}

    def nearest(self, vectors: Vectors, k: int, shelf: str | None) -> list[Ranked]:
        """For each row of `vectors` the `k` passages with the highest cosines.

        Raises:
            IndexFailure: Chroma failed.
        """
        places = self._on(shelf)
        enough = min(k, len(places))
        if not enough or not len(vectors):
            return [[] for _ in vectors]
        narrow = shelf if len(places) < WIDE * len(self._on(None)) else None
        while True:
            # of what comes back, some stands elsewhere: on another shelf, or in another generation on a server
            asked = enough + self._spare.get(shelf, 0)
            found = self._store.nearest(vectors, asked, narrow)
            mine = [[(key, cosine) for key, cosine in row if key in places] for row in found]
            if min(len(row) for row in mine) >= enough:
                return [self._ranked(row, places, k) for row in mine]
            if min(len(row) for row in found) < asked:
                return [self._ranked(row, places, k) for row in self._exact(vectors, list(places))]
            self._spare[shelf] = asked

    def vectors(self, names: Sequence[str]) -> Vectors:
        """The vectors of passages; see `Index.vectors`."""
        keys = [self._passages.vector_keys[self._passages.row(name)] for name in names]
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

    def _on(self, shelf: str | None) -> dict[str, list[int]]:
        """Keys of the vectors on a shelf, each with the positions of its passages."""
        if shelf not in self._places:
            places: dict[str, list[int]] = {}
            for row in np.flatnonzero(self._snapshot.rows(shelf)):
                places.setdefault(self._passages.vector_keys[row], []).append(int(row))
            self._places[shelf] = places
        return self._places[shelf]

    def _exact(self, vectors: Vectors, keys: Sequence[str]) -> list[Ranked]:
        """Every key with its cosine, for each row of `vectors`.

        Needed where many vectors are equal: there Chroma's graph of neighbours falls into islands, and it cannot reach
        what lies on another one.
        """
        stored = self._store.get(keys)
        cosines = np.stack(list(stored.values())) @ vectors.T
        return [list(zip(stored, column.tolist(), strict=True)) for column in cosines.T]

    def _ranked(self, found: Ranked, places: dict[str, list[int]], k: int) -> Ranked:
        """Keys to passages; equal cosines in the order of the index, so that two builds agree."""
        rows = sorted((-cosine, row) for key, cosine in found for row in places[key])
        return [(self._passages.names[row], -negative) for negative, row in rows[:k]]
