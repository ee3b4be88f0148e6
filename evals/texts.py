"""Sentences through the checks: labelled ones, texts made for the gate, and facts changed on purpose."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from coach.ageism import TOLD, Detector
from coach.check.gate import statement_faults
from coach.check.language import assertions, spokespersons
from coach.check.support import names
from coach.knowledge import facts_of, read, scan
from coach.settings import packaged
from evals.cases import Row
from evals.gate import SETS, cases

FACTS = 120
"""Facts of the notes that are changed in every way that fits them."""
SEED = 20261122


def sentences(rows: Sequence[dict[str, Any]], detector: Detector) -> Iterator[Row]:
    """Each labelled sentence through the patterns and the detector: harmful ones found, harmless ones let be."""
    likely = detector.likelihood([case["text"] for case in rows])
    for case, value in zip(rows, likely, strict=True):
        found = {
            "stereotype": bool(assertions(case["text"])),
            "spokesperson": bool(spokespersons(case["text"])),
            f"likely ({value:.2f})": value > TOLD,
        }
        harmful = case["stereotype"] or case["spokesperson"]
        name = "harmful found" if harmful else "harmless let be"
        yield Row(
            id=case["id"],
            group="language",
            part=case["part"],
            figures={name: float(any(found.values()) == harmful)},
            input=case["text"],
            output=", ".join(kind for kind, there in found.items() if there) or "nothing found",
            values={"likelihood": value},
        )


def gated(each: int = 1) -> Iterator[Row]:
    """Each text of `gate_….yaml` through the gate, or every so-manieth: wrong ones stopped, true ones let through."""
    for name in SETS:
        true = name.endswith("true")
        for number, case in list(enumerate(cases(name)))[::each]:
            if case.kind == "request-obeyed":
                continue  # does what the request itself asks for; counted in evals/gate.py
            faults = case.faults()
            figure = {"true let through": float(not faults)} if true else {"gate": float(bool(faults))}
            yield Row(
                id=f"gate-{name}-{number}",
                group=SETS[name].lower(),
                part="dev",
                figures=figure,
                input=case.text,
                output="; ".join(faults) or "passes",
                evidence="\n".join(case.rests_on),
            )


def mutants() -> Iterator[Row]:
    """Facts of the notes, each changed in one thing: the gate has to stop every one."""
    chosen = random.Random(SEED).sample(facts(), FACTS)
    for number, fact in enumerate(chosen):
        other = chosen[(number + 1) % len(chosen)]
        for kind, change in CHANGES.items():
            text, quote = change(fact, other)
            if text == fact and quote == fact:
                continue
            faults = statement_faults(text, [quote])
            yield Row(
                id=f"mutant-{kind}-{number}",
                group=f"facts with another {kind}",
                part="dev",
                figures={"gate": float(bool(faults))},
                input=text,
                output="; ".join(faults) or "passes",
                evidence=quote,
            )


@cache
def facts() -> tuple[str, ...]:
    """Every fact that the notes state, in the order of their files."""
    folder = packaged("knowledge")
    notes = (read(folder, state.path).note for state in scan(folder))
    return tuple(bullet.text for note in notes if note and note.kind == "topic" for bullet in facts_of(note))


Change = Callable[[str, str], tuple[str, str]]
"""From a fact and another one to a wrong text and what it claims to rest on; both equal to the fact where nothing fits."""


def _swapped(pattern: str, words: dict[str, str]) -> Change:
    """Puts another word in the place of the first one that matches."""

    def change(fact: str, other: str) -> tuple[str, str]:
        def put(match: re.Match[str]) -> str:
            word = words[match[0].lower()]
            return word.capitalize() if match[0][0].isupper() else word

        return re.sub(pattern, put, fact, count=1, flags=re.IGNORECASE), fact

    return change


def _words(words: dict[str, str]) -> Change:
    return _swapped(rf"\b(?:{'|'.join(words)})\b", words)


def _number(fact: str, other: str) -> tuple[str, str]:
    """The first figure that is no year, one higher."""
    return re.sub(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d+(?![\d,.]*\d)", lambda m: str(int(m[0]) + 1), fact, count=1), fact


def _year(fact: str, other: str) -> tuple[str, str]:
    return re.sub(r"\b(19|20)(\d\d)\b", lambda m: str(int(m[0]) - 2), fact, count=1), fact


def _name(fact: str, other: str) -> tuple[str, str]:
    """One name of the fact replaced by one of another fact."""
    mine = [word for word in re.findall(r"\b[A-Z][a-z]{3,}\b", fact[1:]) if word.lower() in names(fact)]
    theirs = [word for word in re.findall(r"\b[A-Z][a-z]{3,}\b", other[1:]) if word.lower() not in names(fact)]
    return (fact.replace(mine[0], theirs[0] if theirs else "Norway"), fact) if mine else (fact, fact)


def _denied(fact: str, other: str) -> tuple[str, str]:
    """A denial put in or taken out."""
    if re.search(r"\bnot \b", fact):
        return re.sub(r"\bnot ", "", fact, count=1), fact
    return re.sub(r"\b(is|are|was|were|can|may|has|have|had) ", r"\1 not ", fact, count=1), fact


CHANGES: dict[str, Change] = {
    "number": _number,
    "year": _year,
    "name": _name,
    "denial": _denied,
    "quantifier": _words({"most": "all", "some": "most", "many": "few", "few": "many", "all": "some", "half": "most", "several": "all"}),
    "direction": _words({"more": "less", "less": "more", "higher": "lower", "lower": "higher", "rose": "fell", "fell": "rose",
                         "better": "worse", "worse": "better", "increased": "reduced", "reduced": "increased", "larger": "smaller"}),
    "certainty": _words({"may": "will", "might": "will", "can": "must", "could": "will", "suggests": "proves", "suggest": "prove",
                         "linked": "due"}),
    "source": lambda fact, other: (fact, other),
}  # fmt: skip
"""What is changed in a fact."""
