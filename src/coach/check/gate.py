"""The gate: may a text that somebody else reworded stand in the place of the original? Plain functions, no model."""

import re
from collections.abc import Sequence

from coach.check.language import assertions, spokespersons
from coach.check.rewording import refused
from coach.check.structure import LEADING
from coach.check.support import names, numbers, stems, support, words
from coach.knowledge.verify import OPEN_QUESTION

LONGEST = 2.0
"""A reworded text is at most so many times as long as the original, and `SPARE` words."""
SPARE = 12
NEW_WORDS = 0.34
"""Part of an instruction's or a question's content words that may come from nowhere: neither from the original, nor from the
request, nor from the evidence."""
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|co|io|md|pdf|html)\b|\[[^\]]*\]|[<>{}`*_#|]{1,}|\b[ea]\d+\b"
)
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:stud(?:y|ies)|research|evidence|survey|experts?|scientists?|statistics|proves?|proven|shows? that|because|"
    r"according to|it is known|most people|everyone|everybody|always)\b",
    re.IGNORECASE,
)
"""Words by which an instruction would begin to state facts."""


def statement_faults(text: str, quotes: Sequence[str]) -> list[str]:
    """Why a reworded statement cannot stand on these quotes; an empty list means that it can."""
    if text in quotes:
        return []
    faults = [*_form(text, " ".join(quotes)), *support(text, tuple(quotes)), *_spoken(text)]
    reason = refused(text, quotes)
    return [*faults, f"more than a rewording: {reason}"] if reason else faults


def question_faults(text: str, original: str, given: str) -> list[str]:
    """Why a reworded question cannot stand.

    Args:
        given: What the request and the evidence say: words and names from there may come in.
    """
    faults = _form(text, original)
    if not OPEN_QUESTION.fullmatch(text) or text.count("?") > 1:
        faults.append("it is not one open question")
    if LEADING.search(text):
        faults.append("it suggests its answer")
    return [*faults, *_borrowed(text, original, given), *_spoken(text)]


def instruction_faults(text: str, original: str, given: str) -> list[str]:
    """Why a reworded instruction cannot stand: it may not bring facts, figures or names, nor drop a "not"."""
    faults = _form(text, original)
    if bool(_NEGATION.search(text)) != bool(_NEGATION.search(original)):
        faults.append("a negation stands on one side only")
    told = {m.lower() for m in _TELLS.findall(text)} - {m.lower() for m in _TELLS.findall(original)}
    if told:
        faults.append(f"it states something as a fact: {', '.join(sorted(told))}")
    if original.count("____") != text.count("____") or ("“" in original and original.count("“") != text.count("“")):
        faults.append("a blank or a quotation of the original is lost")
    return [*faults, *_borrowed(text, original, given), *_spoken(text)]


def _form(text: str, original: str) -> list[str]:
    faults = []
    if not text.strip():
        return ["it is empty"]
    if "\n" in text.strip():
        faults.append("it has more than one paragraph")
    if len(text.split()) > LONGEST * len(original.split()) + SPARE:
        faults.append("it is much longer than the original")
    if extra := set(_LINK.findall(text)) - set(_LINK.findall(original)):
        faults.append(f"it holds a link, an id or markup: {', '.join(sorted(extra))}")
    if len(text.split()) < 3 <= len(original.split()):
        faults.append("it is no sentence")
    return faults


def _borrowed(text: str, original: str, given: str) -> list[str]:
    faults = []
    if extra := numbers(text) - numbers(original):
        faults.append(f"number not in the original: {', '.join(sorted(extra))}")
    if extra := names(text) - names(original) - words(original) - words(given):
        faults.append(f"name from nowhere: {', '.join(sorted(extra))}")
    mine = stems(text)
    new = mine - stems(original) - stems(given)
    if mine and len(new) / len(mine) > NEW_WORDS:
        faults.append(f"{len(new)} of its {len(mine)} content words come from nowhere")
    return faults


def _spoken(text: str) -> list[str]:
    return [f"'{piece}' speaks of an age group as if all in it were alike" for piece in assertions(text)] + [
        f"'{piece}' asks somebody to speak for a group" for piece in spokespersons(text)
    ]
