"""Ranks passages by meaning and by words at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors
from coach.index import Index, Ranked

POOL = 100
"""Candidates that each of the two rankings puts forward."""
DENSE = 0.5
"""Weight of the cosine; words have the rest, as the share that BM25 reaches of the most it could for the query. With
both on fixed scales nothing hangs on the candidates' extremes, as it does when scores are stretched to 0 to 1 over them
(Bruch, Gai and Ingber 2022, "An Analysis of Fusion Functions for Hybrid Retrieval"). nDCG@10 for 66 topics of
`evals/coverage.yaml` (dev, when there were 40 notes), 500 first sentences that look for one of 2,080 docstrings of Python packages, and 254 that
look for all docstrings of their class, feedback included: .873, .667, .460; with 0.4 .862, .670, .455, with 0.59 .873,
.654, .458, with 0.67 .871, .646, .459; stretched scores in equal parts .867, .664, .450; words alone (docstrings) .634,
meaning alone .576."""
FEEDBACK, FEEDBACK_FROM = 0.5, 3
"""The query is moved towards the mean of its best passages by this weight, once, and asked again. Where a query has one
right answer that costs a little, where it has several it gains more; same collections: 0 .878, .670, .446; 0.25 .871,
.670, .454; 0.5 .873, .667, .460; 1 .874, .661, .462. On Cranfield and CISI it gains too (.571/.454 to .580/.453)."""
EVERYWHERE = 0.75
"""Part of a document's passages from which a word is in nearly all of them."""
BREADTH = 5
"""A document stands by its best passage and by the mean of its best so many, in equal parts: one sentence that happens to
use the topic's words is not a document about it. Right document first and among the first three for 142
development and 142 sealed topics of `evals/coverage.yaml`: best passage alone .88 and .94, .83 and .94; with the mean of 4
.89 and .97, .85 and .96; of 5 .90 and .97, .85 and .96; of 8 .88 and .97, .85 and .96."""
DIGITS = 6
"""Scores are rounded to as many decimals: what float32 leaves to chance must not decide an order."""


@dataclass(frozen=True)
class Scored:
    """Candidates of one query, best first.

    Attributes:
        names: Passage ids.
        scores: 0 to 1; shape (len(names),).
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
        Scored(scored.names, scored.scores, index.cosines(scored.names, vector))
        for vector, scored in zip(vectors, again, strict=True)
    ]


def standing(index: Index, ranking: Ranked) -> dict[int, float]:
    """How each document of a ranking (best passage first) serves the query, 0 to 1: `BREADTH` says how.

    Passages that did not come into the ranking count as 0; what a short document lacks counts as its best passage.
    """
    found: dict[int, list[float]] = {}
    for name, score in ranking:
        found.setdefault(index.file_of(name), []).append(score)
    lacking = {file: max(0, BREADTH - index.size(file)) for file in found}
    return {
        file: round((scores[0] + (sum(scores[:BREADTH]) + lacking[file] * scores[0]) / BREADTH) / 2, DIGITS)
        for file, scores in found.items()
    }


def word_shares(index: Index, query: str, names: Sequence[str]) -> NDArray[np.float64]:
    """BM25 of these passages as a share of the most possible for the query, 0 to 1; shape (len(names),).

    Words that nearly all passages of a document have, such as those of its title, tell none of them from another and are not counted.
    """
    shares = np.zeros(len(names))
    stems = index.words.read(query)
    files = np.array([index.file_of(name) for name in names])
    for file in np.unique(files):
        places = np.flatnonzero(files == file)
        rows = [index.passages.row(names[place]) for place in places.tolist()]
        telling = [stem for stem in stems if np.isin(rows, index.words.rows_with(stem)).mean() < EVERYWHERE]
        shares[places] = _Words(index, " ".join(telling), 1, None).of(rows)
    return shares


class _Words:
    """What words say on one query: the best passages, and the score of any."""

    def __init__(self, index: Index, query: str, pool: int, shelf: str | None) -> None:
        self._index = index
        self._scores = index.words.scores(query)
        # a stem's part of BM25 stays below its rarity, however often a passage repeats it
        self._most = sum(index.words.rarity(stem) for stem in index.words.read(query)) or 1.0
        self.best = index.best(self._scores, pool, shelf)

    def of(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """BM25 of the passages at these positions as a share of the most possible, 0 to 1; shape (len(rows),)."""
        return self._scores[list(rows)].astype(np.float64) / self._most


def _fused(index: Index, vector: NDArray[np.float32], dense: Ranked, words: _Words) -> Scored:
    """The candidates of both rankings by the weighted sum of their scores; each has its true score in both."""
    names = list(dict.fromkeys(name for name, _ in (*dense, *words.best)))
    rows = [index.passages.row(name) for name in names]
    cosines = index.cosines(names, vector)  # not Chroma's: its server rounds otherwise than Chroma in this process
    scores = np.round(DENSE * np.clip(cosines, 0, 1) + (1 - DENSE) * words.of(rows), DIGITS)
    order = np.lexsort((np.array(rows, np.int64), -scores))
    return Scored([names[i] for i in order], scores[order], cosines[order])


def _moved(index: Index, vector: NDArray[np.float32], scored: Scored) -> NDArray[np.float32]:
    """The query's vector after it was moved towards its best passages."""
    if not scored.names:
        return vector
    moved = vector + FEEDBACK * index.vectors(scored.names[:FEEDBACK_FROM]).mean(axis=0)
    return np.asarray(moved / np.linalg.norm(moved), np.float32)
