"""How many wrong texts pass the gate, and how many true rewordings it turns down.

python evals/gate.py            rates with 95% intervals (Wilson), by kind
python evals/gate.py --list     the wrong ones that pass and the true ones that are turned down

The cases were written in six rounds. In four of them by people who had not seen the code; before the gate was mended by them, there passed

| round | wrong statements | true ones | wrong questions and instructions | true ones |
|---|---|---|---|---|
| second | 0 of 220 | 23.5% of 200 | 5 of 160 | 31% of 140 |
| fourth | 1 of 150 | 25% of 100 | 2 of 80 (both did what the request itself asked for) | 20% of 60 |
| fifth ("prompted") | 1 of 110 | 67% of 45 | 12 of 130 | 79% of 145 |
| sixth ("prompted") | 0 of 100 | 53% of 57 | 1 of 100 | 81% of 151 |

"Prompted" are edits by a strong model that had Coach's prompts before it and nothing else, and lies in the shape of such edits. Before the prompts said which
edits pass, 2% of its 372 texts did. In the third round and again after the fifth ("white-box") somebody with the code in hand looked for wrong texts that pass and
found 171 and 151.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import yaml

from coach.check.gate import instruction_faults, question_faults, statement_faults

FOLDER = Path(__file__).parent
SETS = {
    "wrong": "Wrong statements",
    "true": "True rewordings of statements",
    "asked_wrong": "Wrong questions and instructions",
    "asked_true": "True rewordings of questions and instructions",
}


class Case(NamedTuple):
    """A text and what it would stand on: for a statement its quotes, else its original and the user's request."""

    kind: str
    slot: str
    rests_on: tuple[str, ...]
    text: str
    true: bool

    def faults(self) -> list[str]:
        """What the gate has against it."""
        if self.slot == "statement":
            return statement_faults(self.text, self.rests_on)
        judged = question_faults if self.slot == "question" else instruction_faults
        return judged(self.text, *self.rests_on)


def cases(name: str) -> list[Case]:
    """The cases of one of `SETS`; their quotes and originals stood in notes when they were written."""
    found = []
    for row in yaml.safe_load((FOLDER / f"gate_{name}.yaml").read_text(encoding="utf-8")):
        rests_on = tuple(row["quote"].split(" || ")) if "quote" in row else (row["original"], row["request"])
        found.append(Case(row["kind"], row.get("slot", "statement"), rests_on, row["statement"], name.endswith("true")))
    return found


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927)."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def table(rows: Iterable[Case], *, listed: bool) -> None:
    """Prints how many of each kind pass."""
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in rows:
        by_kind[case.kind].append(case)
    total = [case for kind in by_kind.values() for case in kind]
    print("| kind | cases | pass the gate |\n|---|---|---|")
    for kind, held in [*sorted(by_kind.items()), ("all", total)]:
        passed = sum(not case.faults() for case in held)
        low, high = wilson(passed, len(held))
        print(f"| {kind} | {len(held)} | {passed / len(held):.1%} ({low:.1%} to {high:.1%}) |")
    if listed:
        for case in total:
            if bool(faults := case.faults()) == case.true:
                print(f"\n{case.kind}: {case.text}\n  rests on: {' || '.join(case.rests_on)}\n  {'; '.join(faults)}")


def main() -> None:
    """Prints a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", dest="listed", help="show the cases that go wrong")
    options = parser.parse_args()
    for name, title in SETS.items():
        print(f"\n{title}\n")
        table(cases(name), listed=options.listed)


if __name__ == "__main__":
    main()
