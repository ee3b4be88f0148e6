"""The door to the index: ranked documents, evidence for a section, neighbours of a hit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.embed import Embedder, Vectors
from coach.index import Index, Ranked
from coach.knowledge import LEADS
from coach.models import Evidence, Hit, Passage
from coach.retrieve.coverage import coverage, judge
from coach.retrieve.fusion import BREADTH, DENSE, DIGITS, POOL, Scored, rank, standing, word_shares

RELEVANCE = 0.8
"""Weight of relevance against repetition when evidence is chosen. For the covered topics of `evals/coverage.yaml` (dev),
part of 8 passages that nearly repeat another (cosine above 0.8) and part from the right note: 0.6 .05 and .66, 0.7 .09
and .73, 0.8 .13 and .76, 0.9 .16 and .78, 1 .19 and .78."""
REPEATS = 0.95
"""Cosine from which a passage says the same as another and is not evidence beside it: one with a word changed."""
WORDS = 1.0
"""Weight of the words beside the cosine where the passages of documents already found are told apart. nDCG@8 of the judged passages of the best note
(`evals/passages.yaml`, 108 development and 107 sealed queries): 0 .651 and .658, 0.67 .682 and .701, 1 .690 and .699, 1.5 .684 and .698, words alone .545 and .573."""
NEAREST = 3
"""How many of the closest topics are named."""


class Retriever:
    """Searches one index. Several threads may use it at once.

    Args:
        index: What is searched.
        embedder: The one that the index was built with.
    """

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder

    def search(self, query: str, k: int = 10, shelf: str | None = None) -> list[Hit]:
        """The `k` documents that serve `query` best, each with its best passage, best first.

        Scores are 0 to 1. An empty query finds nothing.

        Raises:
            EmbeddingError: the embedding model cannot be used.
            IndexFailure: the index cannot be read.
        """
        return self.search_many([query], k, shelf)[0]

    def search_many(self, queries: Sequence[str], k: int = 10, shelf: str | None = None) -> list[list[Hit]]:
        """`search` for many queries, with the same results in less time."""
        asked = [query for query in dict.fromkeys(queries) if query.strip()]
        if not asked or k < 1:
            return [[] for _ in queries]
        vectors = self._embedder.embed(asked)
        ranked = rank(self._index, asked, vectors, max(POOL, 2 * k), shelf)
        rankings = [list(zip(scored.names, scored.scores.tolist(), strict=True)) for scored in ranked]
        for ranking, vector in zip(rankings, vectors, strict=True):
            self._lengthen(ranking, vector, k, shelf)
        found = {query: self._documents(ranking, k) for query, ranking in zip(asked, rankings, strict=True)}
        return [list(found.get(query, ())) for query in queries]

    def neighbours(self, passage: Passage, before: int = 1, after: int = 1) -> tuple[Passage, ...]:
        """The passage between up to `before` and `after` passages that stand next to it in its document, in order.

        Raises:
            KeyError: the passage is not in the index.
        """
        return tuple(each for each in self._index.around(passage.id, before, after) if each.heading not in LEADS)

    def relevance(self, query: str, passage_ids: Sequence[str], subject: str = "") -> dict[str, float]:
        """How well each of the passages serves `query`, 0 to 1 + `WORDS`; those that are not in the index are left out.

        Args:
            subject: The part of the query whose words count; by default all of it.

        Raises:
            EmbeddingError: the embedding model cannot be used.
            IndexFailure: the index cannot be read.
        """
        names = [name for name in dict.fromkeys(passage_ids) if name in self._index.passages]
        if not names or not query.strip():
            return dict.fromkeys(names, 0.0)
        cosines = np.clip(self._index.cosines(names, self._embedder.embed([query])[0]), 0, 1)
        scores = cosines + WORDS * word_shares(self._index, subject or query, names)
        return {name: round(float(score), DIGITS) for name, score in zip(names, scores, strict=True)}

    def evidence(self, query: str, k: int = 10, shelf: str | None = None) -> Evidence:
        """Up to `k` passages on a topic that do not repeat each other, and whether they cover it.

        The score of a hit is the confidence of the best document, times how its own document stands beside the best one, times how
        close the passage comes to the best of its document, so that hits of different documents compare.

        Raises:
            EmbeddingError: the embedding model cannot be used.
            IndexFailure: the index cannot be read.
        """
        nothing = Evidence(query=query, hits=(), coverage="not covered", confidence=0.0, nearest=())
        if not query.strip() or not len(self._index.passages):
            return nothing
        vectors = self._embedder.embed([query])
        scored = rank(self._index, [query], vectors, max(POOL, 2 * k), shelf)[0]
        if not scored.names:
            return nothing
        judged = judge(self._index, query, scored)
        return Evidence(
            query=query,
            hits=tuple(
                self._diverse(
                    self._with_text(scored, vectors[0], [one.file for one in judged[:NEAREST]]),
                    {one.file: judged[0].confidence * one.standing for one in judged},
                    k,
                )
            ),
            coverage=coverage(self._index, query, vectors[0], judged),
            confidence=judged[0].confidence,
            nearest=tuple(dict.fromkeys(one.title for one in judged))[:NEAREST],
        )

    def _lengthen(self, ranking: Ranked, vector: NDArray[np.float32], k: int, shelf: str | None) -> None:
        """Adds passages by meaning alone until they come from `k` documents: a few long ones may fill the ranking."""
        wide = 8 * len(ranking)
        while 0 < len({self._index.file_of(name) for name, _ in ranking}) < k:
            known = {name for name, _ in ranking}
            lowest = ranking[-1][1]
            dense = self._index.dense(vector, wide, shelf)
            ranking += [(name, min(lowest, DENSE * max(cosine, 0))) for name, cosine in dense if name not in known]
            if len(dense) < wide:
                return
            wide *= 4

    def _documents(self, ranking: Ranked, k: int) -> list[Hit]:
        """The `k` documents that stand best, each with its best passage that may be shown."""
        stands = standing(self._index, ranking)
        shown: dict[int, Passage] = {}
        for name, _ in ranking:
            file, passage = self._index.file_of(name), self._index.passages[name]
            if passage.heading not in LEADS:
                shown.setdefault(file, passage)
        first = sorted(stands, key=lambda file: (-stands[file], file))[:k]
        passages = [shown.get(file) or self._index.document(file)[-1] for file in first]
        return [
            Hit(document=passage.document, passage=passage, score=stands[file])
            for file, passage in zip(first, passages, strict=True)
        ]

    def _with_text(self, scored: Scored, vector: NDArray[np.float32], files: Sequence[int]) -> Scored:
        """The candidates with passages of those `files` that are among them by their names and wordings alone: these are no evidence."""
        told = {self._index.file_of(n) for n in scored.names if self._index.passages[n].heading not in LEADS}
        names, cosines = list(scored.names), scored.cosines
        for file in files:
            own = [passage.id for passage in self._index.document(file) if passage.heading not in LEADS]
            if file not in told and own:
                close = self._index.cosines(own, vector)
                best = np.argsort(-np.round(close, DIGITS), kind="stable")[:BREADTH]
                names += [own[i] for i in best]
                cosines = np.concatenate([cosines, close[best]])
        added = np.round(DENSE * np.clip(cosines[len(scored.names) :], 0, 1), DIGITS)
        return Scored(names, np.concatenate([scored.scores, added]), cosines)

    def _diverse(self, scored: Scored, confidence: dict[int, float], k: int) -> list[Hit]:
        """The best `k` passages of the judged documents, each chosen against the ones before it; best first."""
        candidates: list[Passage] = []
        scores: list[float] = []
        top: dict[int, float] = {}
        told: set[str] = set()
        for name, score in zip(scored.names, scored.scores, strict=True):
            file, passage = self._index.file_of(name), self._index.passages[name]
            if file not in confidence or passage.heading in LEADS or passage.text in told:
                continue
            best = top.setdefault(file, float(score))
            told.add(passage.text)
            candidates.append(passage)
            scores.append(round(confidence[file] * float(score) / best if best else confidence[file], DIGITS))
        chosen = diverse(self._index.vectors([passage.id for passage in candidates]), np.array(scores), k)
        return [
            Hit(document=candidates[i].document, passage=candidates[i], score=scores[i])
            for i in sorted(chosen, key=lambda i: (-scores[i], i))
        ]


def diverse(vectors: Vectors, scores: NDArray[np.float64], k: int) -> list[int]:
    """Up to `k` positions by maximal marginal relevance (Carbonell and Goldstein 1998), in order; none repeats another.

    Args:
        vectors: Shape (n, dimension), each of length 1.
        scores: Relevance, shape (n,).
    """
    chosen: list[int] = []
    closest = np.zeros(len(scores))
    left = np.ones(len(scores), bool)
    while left.any() and len(chosen) < k:
        gain = np.where(left, RELEVANCE * scores - (1 - RELEVANCE) * np.round(closest, DIGITS), -np.inf)
        best = int(np.argmax(gain))
        chosen.append(best)
        closest = np.maximum(closest, vectors @ vectors[best])
        left &= closest < REPEATS
        left[best] = False
    return chosen
