"""Ranks passages by meaning and by words at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.index import Index, Ranked

POOL = 100
"""Candidates that each of the two rankings puts forward. nDCG@10 of finding one of 2,080 docstrings of Python packages
by its first sentence (500 queries), without feedback: 50 .670, 100 .672, 200 .674, all .671."""
DENSE = 0.5
"""Weight of meaning; words have the rest. Same collection: 0.4 .664, 0.5 .672, 0.6 .669; words alone .634, meaning
alone .576. A candidate of one ranking gets its true score in the other; a 0 there instead gives .668."""
FEEDBACK, FEEDBACK_FROM = 0.5, 3
"""The query is moved towards the mean of its best passages by this weight, once, and asked again. Where a query has one
right answer that costs a little (same collection: 0 .672, 0.25 .669, 0.5 .667, 1 .662); where it has several it gains
(docstrings of one class, 254 queries: 0 .444, 0.25 .449, 0.5 .451, 1 .453; Cranfield/CISI .571/.454 to .580/.453). Two
or five passages are no better than three."""
DIGITS = 6
"""Scores are rounded to as many decimals: what float32 leaves to chance must not decide an order."""


@dataclass(frozen=True)
class Scored:
    """Candidates of one query, best first.

    Attributes:
        names: Passage ids.
        scores: 0 to 1, comparable within the query; shape (len(names),).
        cosines: Cosine with the query as it was asked; same shape.
    """

    names: list[str]
    scores: NDArray[np.float64]
    cosines: NDArray[np.float64]


def rank(index: Index, queries: Sequence[str], vectors: Vectors, pool: int, shelf: str | None) -> list[Scored]:
    """For each query the candidates that meaning and words put forward, `pool` each, one round of feedback included.

    Args:
        vectors: The vectors of the queries, shape (len(queries), dimension).

    Raises:
        IndexFailure: Chroma failed.
    """
    words = [_Words(index, query, pool, shelf) for query in queries]
    first = [
        _fused(index, vector, dense, found)
        for vector, dense, found in zip(vectors, index.dense_many(vectors, pool, shelf), words, strict=True)
    ]
    moved = np.array(
        [_moved(index, vector, scored) for vector, scored in zip(vectors, first, strict=True)], np.float32
    ).reshape(vectors.shape)
    again = [
        _fused(index, vector, dense, found)
        for vector, dense, found in zip(moved, index.dense_many(moved, pool, shelf), words, strict=True)
    ]
    return [
        Scored(scored.names, scored.scores, _cosines(index, scored.names, vector))
        for vector, scored in zip(vectors, again, strict=True)
    ]


class _Words:
    """What words say on one query: the best passages, and the score of any."""

    def __init__(self, index: Index, query: str, pool: int, shelf: str | None) -> None:
        self._index = index
        self._scores = index.words.scores(query)
        self.best = index.best(self._scores, pool, shelf)

    def of(self, names: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of passages, shape (len(names),)."""
        return self._scores[[self._index.passages.row(name) for name in names]].astype(np.float64)


def _fused(index: Index, vector: NDArray[np.float32], dense: Ranked, words: _Words) -> Scored:
    """The candidates of both rankings by the weighted sum of their scores, each scaled to 0 to 1 over the candidates."""
    known = dict(dense)
    others = [name for name, _ in words.best if name not in known]
    known.update(zip(others, _cosines(index, others, vector), strict=True))
    names = list(known)
    cosines = np.array([known[name] for name in names])
    scores = np.round(DENSE * _scaled(cosines) + (1 - DENSE) * _scaled(words.of(names)), DIGITS)
    order = np.lexsort((np.array([index.passages.row(name) for name in names], np.int64), -scores))
    return Scored([names[i] for i in order], scores[order], cosines[order])


def _scaled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores with the lowest made 0 and the highest 1; equal ones say nothing and are all 0."""
    if not len(scores) or scores.max() <= scores.min():
        return np.zeros(len(scores))
    scaled: NDArray[np.float64] = (scores - scores.min()) / (scores.max() - scores.min())
    return scaled


def _moved(index: Index, vector: NDArray[np.float32], scored: Scored) -> NDArray[np.float32]:
    """The query's vector after it was moved towards its best passages."""
    if not scored.names:
        return vector
    moved = vector + FEEDBACK * index.vectors(scored.names[:FEEDBACK_FROM]).mean(axis=0)
    return np.asarray(moved / np.linalg.norm(moved), np.float32)


def _cosines(index: Index, names: Sequence[str], vector: NDArray[np.float32]) -> NDArray[np.float64]:
    return (index.vectors(names) @ vector).astype(np.float64) if names else np.zeros(0)
