"""How many wrong statements pass the gate, and how many true paraphrases it turns down.

python evals/gate.py            rates with 95% intervals (Wilson), by kind
python evals/gate.py --list     the wrong ones that pass and the true ones that are turned down
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import yaml

from coach.check.gate import statement_faults

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    """A statement and the quotes that it would rest on; `true` says whether they carry it."""

    kind: str
    quotes: tuple[str, ...]
    statement: str
    true: bool


def cases(name: str) -> list[Case]:
    """The cases of `gate_wrong.yaml` or `gate_true.yaml`; their quotes stood in notes when they were written."""
    found = []
    for row in yaml.safe_load((FOLDER / f"gate_{name}.yaml").read_text(encoding="utf-8")):
        found.append(Case(row["kind"], tuple(row["quote"].split(" || ")), row["statement"], name == "true"))
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
        passed = sum(not statement_faults(case.statement, case.quotes) for case in held)
        low, high = wilson(passed, len(held))
        print(f"| {kind} | {len(held)} | {passed / len(held):.1%} ({low:.1%} to {high:.1%}) |")
    if listed:
        for case in total:
            faults = statement_faults(case.statement, case.quotes)
            if bool(faults) == case.true:
                print(f"\n{case.kind}: {case.statement}\n  quote: {' || '.join(case.quotes)}\n  {'; '.join(faults)}")


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", dest="listed", help="show the cases that go wrong")
    options = parser.parse_args()
    for name, title in (("wrong", "Wrong statements"), ("true", "True paraphrases")):
        print(f"\n{title}\n")
        table(cases(name), listed=options.listed)


if __name__ == "__main__":
    main()
