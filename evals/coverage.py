"""How well Coach tells covered from partly covered from uncovered topics, and finds the right note.

python evals/coverage.py             the half on which thresholds are chosen, with the alternatives tried
python evals/coverage.py --sealed    the other half, for reporting only
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from coach.embed import MiniLM
from coach.index import open_index
from coach.models import Evidence, Hit
from coach.retrieve import Retriever
from coach.retrieve.coverage import COVERED, PARTLY
from coach.settings import Settings

TOPICS = Path(__file__).with_suffix(".yaml")
VERDICTS = {"covered": "covered", "partly": "partly", "none": "not covered"}


class Case(NamedTuple):
    """A topic, what should be said of it, and the notes that serve it."""

    topic: str
    expected: str
    notes: frozenset[str]


class Answer(NamedTuple):
    """What Coach said: evidence, and the documents that a search finds."""

    case: Case
    evidence: Evidence
    hits: list[Hit]


def cases(sealed: bool) -> list[Case]:
    """Half of the topics: of each list the 2nd, 4th, ... when `sealed`, else the others."""
    rows = yaml.safe_load(TOPICS.read_text("utf-8"))
    return [
        Case(row["topic"], VERDICTS[kind], frozenset(row.get("notes", ())))
        for kind in VERDICTS
        for row in rows[kind][int(sealed) :: 2]
    ]


def confusion(answers: Sequence[Answer]) -> dict[tuple[str, str], int]:
    """How often each expected verdict got each verdict."""
    counts = {(a, b): 0 for a in VERDICTS.values() for b in VERDICTS.values()}
    for case, evidence, _ in answers:
        counts[case.expected, evidence.coverage] += 1
    return counts


def rates(counts: dict[tuple[str, str], int], verdict: str) -> tuple[float, float]:
    """Precision and recall of one verdict."""
    right = counts[verdict, verdict]
    said = sum(count for (_, other), count in counts.items() if other == verdict)
    meant = sum(count for (expected, _), count in counts.items() if expected == verdict)
    return right / said if said else 1.0, right / meant


def found(answers: Sequence[Answer], first: int) -> tuple[float, float]:
    """Share of served topics with a right note among the `first` documents: of a search, of the evidence."""
    served = [answer for answer in answers if answer.case.notes]
    searched = sum(any(hit.passage.note in a.case.notes for hit in a.hits[:first]) for a in served)
    evident = 0
    for case, evidence, _ in served:
        notes = list(dict.fromkeys(hit.passage.note for hit in evidence.hits))
        evident += any(note in case.notes for note in notes[:first])
    return searched / len(served), evident / len(served)


def report(answers: Sequence[Answer]) -> None:
    """Prints the confusion, precision and recall, and where the right note stands."""
    counts = confusion(answers)
    print(f"{len(answers)} topics; covered from {COVERED}, partly from {PARTLY}")
    print("\n| expected \\ said | covered | partly | not covered | precision | recall |\n|---|---|---|---|---|---|")
    for verdict in VERDICTS.values():
        precision, recall = rates(counts, verdict)
        cells = " | ".join(str(counts[verdict, said]) for said in VERDICTS.values())
        print(f"| {verdict} | {cells} | {precision:.2f} | {recall:.2f} |")
    print("\n| right note among the first | search | evidence |\n|---|---|---|")
    for first in (1, 3):
        searched, evident = found(answers, first)
        print(f"| {first} | {searched:.2f} | {evident:.2f} |")


def alternatives(answers: Sequence[Answer]) -> None:
    """Prints, for other thresholds of the confidence alone, which part of each kind of topic would reach them."""
    print("\n| confidence from | of covered | of partly | of uncovered |\n|---|---|---|---|")
    for threshold in (0.40, 0.44, 0.48, 0.52, 0.56, 0.60, 0.64, 0.68):
        shares = []
        for expected in VERDICTS.values():
            found = [a.evidence.confidence for a in answers if a.case.expected == expected]
            shares.append(f"{sum(value >= threshold for value in found) / len(found):.2f}")
        print(f"| {threshold:.2f} | {' | '.join(shares)} |")


def main() -> None:
    """Runs all topics of one half through an index of the curated notes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sealed", action="store_true", help="report the sealed half")
    parser.add_argument("--data", type=Path, help="where the index is kept; by default it is built anew")
    parser.add_argument("--wrong", action="store_true", help="list the topics that were judged wrongly")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        embedder = MiniLM()
        index = open_index(Settings(data_dir=options.data or Path(scratch)), embedder=embedder)
        retriever = Retriever(index, embedder)
        answers = [Answer(c, retriever.evidence(c.topic), retriever.search(c.topic)) for c in cases(options.sealed)]
        index.close()
    report(answers)
    if not options.sealed:
        alternatives(answers)
    if options.wrong:
        for case, evidence, _ in answers:
            if evidence.coverage != case.expected:
                print(f"{evidence.confidence:.3f} {case.expected} -> {evidence.coverage}: {case.topic}")


if __name__ == "__main__":
    main()
