"""Says whether the knowledge folders cover a topic. Every number here was chosen with `evals/coverage.py`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coach.index import Index
from coach.knowledge import NAME
from coach.models import Coverage
from coach.retrieve.fusion import DIGITS, Scored, standing

MEANING = 0.7
"""Weight of the closest cosine in a document's confidence; the share of the topic's words has the rest."""
COVERED, PARTLY = 0.62, 0.50
"""Lowest confidence of the best document at which a topic is covered, and partly covered. On the development half of
`evals/coverage.yaml` (November 2026, 165 topic notes), part of the covered, half covered and uncovered topics at or above:
0.44 1, 1, .30; 0.48 .99, .94, .11; 0.52 .98, .88, .09; 0.56 .97, .75, .02; 0.60 .95, .50, 0; 0.64 .89, .19, 0."""
NAMED, TOLD = 0.5, 0.4
"""Share of the topic's words from which a document's own names are about it, so that it covers the topic at least partly;
and the share below which the document as a whole does not speak of enough of it, so that it covers it at most partly.
With all four numbers, of 128 covered topics of the development half 116 are called covered, 11 partly and 1 not; of 16 half
covered 3, 12 and 1; of 56 that no note serves 0, 6 and 50. On the sealed half: 103, 22, 3; 7, 4, 4; 1, 8, 46."""


class Judged(NamedTuple):
    """A document, its title, how sure it is that it serves the topic, and how it stands beside the best one: 0 to 1."""

    file: int
    title: str
    confidence: float
    standing: float


def coverage(index: Index, topic: str, judged: Sequence[Judged]) -> Coverage:
    """The verdict on a topic, from the confidence of its best document and from how much of the topic it speaks of."""
    if not judged:
        return "not covered"
    best = judged[0]
    passages = index.document(best.file)
    named, told = (
        float(_share(index, topic, names, np.zeros(len(names), np.int64), 1)[0])
        for names in ([p.id for p in passages if p.heading == NAME], [p.id for p in passages])
    )
    if best.confidence >= COVERED and told >= TOLD:
        return "covered"
    return "partly" if best.confidence >= PARTLY or named >= NAMED else "not covered"


def judge(index: Index, topic: str, scored: Scored) -> list[Judged]:
    """The documents of the passages `scored`, the one that serves `topic` best first.

    A document's confidence is the weighted mean of two numbers. One is the highest cosine between the topic and a passage
    of the document; a note's names are passages too. The other is the share of the topic's words, weighed by how rare
    they are, that the document's passages use: of "phishing and the postal service" a note on phishing reaches half,
    however close it is in meaning. Documents are ordered as a search orders them. Only passages in `scored` count, or a long document would use every word.
    """
    own = np.array([index.file_of(name) for name in scored.names], np.int64)
    files, first, document = np.unique(own, return_index=True, return_inverse=True)
    meaning = np.full(len(files), -1.0)
    np.maximum.at(meaning, document, scored.cosines)
    share = _share(index, topic, scored.names, document, len(files))
    confidence = np.round(np.clip(MEANING * meaning + (1 - MEANING) * share, 0, 1), DIGITS)
    ranking = list(zip(scored.names, scored.scores.tolist(), strict=True))
    stands = standing(index, ranking)
    service = np.array([stands[int(file)] for file in files])
    order = np.argsort(-service, kind="stable")
    top = float(service.max(initial=0.0)) or 1.0
    return [
        Judged(
            file=int(files[i]),
            title=index.passages[scored.names[first[i]]].title,
            confidence=float(confidence[i]),
            standing=round(float(service[i]) / top, DIGITS),
        )
        for i in order
    ]


def _share(
    index: Index, topic: str, names: Sequence[str], document: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """Share of the topic's stems that passages of each document use, weighed by rarity; shape (count,).

    Args:
        names: Passage ids.
        document: For each of them the number of its document, below `count`.
    """
    rows = np.array([index.passages.row(name) for name in names], np.int64)
    total, found = 0.0, np.zeros(count)
    for stem in dict.fromkeys(index.words.read(topic)):
        rarity = index.words.rarity(stem)
        total += rarity
        found[np.unique(document[np.isin(rows, index.words.rows_with(stem))])] += rarity
    return found / total if total else found
