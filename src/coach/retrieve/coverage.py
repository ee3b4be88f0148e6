"""Says whether the knowledge folders cover a topic. Every number here was chosen on `evals/coverage.yaml`, by `evals/coverage.py`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coach.index import Index
from coach.knowledge import LEADS, NAME
from coach.models import Coverage, Passage
from coach.retrieve.fusion import DIGITS, Scored, standing

MEANING = 0.7
"""Weight of the closest cosine in a document's confidence; the share of the topic's words has the rest."""
COVERED, PARTLY = 0.62, 0.50
"""Lowest confidence of the best document at which a topic is covered, and partly covered. On the development half of
`evals/coverage.yaml` (November 2026, 165 topic notes), part of the covered, half covered and uncovered topics at or above:
0.44 1, .71, .34; 0.48 .99, .55, .20; 0.52 .98, .43, .13; 0.56 .97, .32, .08; 0.60 .95, .24, .05; 0.64 .87, .11, .03."""
NAMED, TOLD = 0.5, 0.4
"""Share of the topic's words from which a document's own names are about it, so that it covers the topic at least partly;
and the share below which the document as a whole does not speak of enough of it, so that it covers it at most partly."""
SHORT, SHORT_COVERED = 2, 0.66
"""A topic of so few stems has to come close to what the document tells, and not only to one of its names: with one or two words a name
agrees by chance ("data warehouse": robots in warehouses). Lowest confidence at which such a topic is covered, with the mean of the two cosines as the
meaning. Of the short covered, half covered and uncovered topics of the development half without this: .95, .15, .12; from 0.62 .93, .12, .10;
0.64 .90, .12, .07; 0.66 .90, .08, .05; 0.68 .88, .08, .05. Sealed: .97, .24, .06 without, .95, .08, .02 with it.
With all numbers, of 195 covered topics of the development half 163 are called covered, 30 partly and 2 not; of 96 half covered 10, 36 and
50; of 145 that no note serves 1, 24 and 120. Sealed: 157, 33, 5; 14, 28, 53; 5, 26, 114. Half of these topics are hard on purpose: words
that collide ("coach hire") and special cases ("milking robots on a family farm")."""


class Judged(NamedTuple):
    """A document, its title, how sure it is that it serves the topic, and how it stands beside the best one: 0 to 1."""

    file: int
    title: str
    confidence: float
    standing: float


def coverage(index: Index, topic: str, vector: NDArray[np.float32], judged: Sequence[Judged]) -> Coverage:
    """The verdict on a topic, from the confidence of its best document and from how much of the topic it speaks of.

    Args:
        vector: The topic's.
    """
    if not judged:
        return "not covered"
    best = judged[0]
    passages = index.document(best.file)
    named, told = (
        float(_share(index, topic, names, np.zeros(len(names), np.int64), 1)[0])
        for names in ([p.id for p in passages if p.heading == NAME], [p.id for p in passages])
    )
    if best.confidence >= COVERED and told >= TOLD:
        short = len(set(index.words.read(topic))) <= SHORT
        return "partly" if short and _of_both(index, vector, passages, told) < SHORT_COVERED else "covered"
    return "partly" if best.confidence >= PARTLY or named >= NAMED else "not covered"


def _of_both(index: Index, vector: NDArray[np.float32], passages: Sequence[Passage], told: float) -> float:
    """A document's confidence with the mean of the closest name and the closest text as the meaning."""
    cosines = index.cosines([passage.id for passage in passages], vector)
    lead = np.array([passage.heading in LEADS for passage in passages])
    closest = [float(part.max()) for part in (cosines[lead], cosines[~lead]) if len(part)]
    return MEANING * max(0.0, sum(closest) / len(closest)) + (1 - MEANING) * told


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
