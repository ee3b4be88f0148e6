"""One sentence told as two: in which ways two sentences may be put together again, and where a full stop tears one."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import Stemmer

from coach.check.moves import ADVERBIAL, CLAUSES, RESEARCH, WROTE, movable, told
from coach.check.rows import LIMITS, equal_words, word_set

_STOPPED = re.compile(r"(?<=[\w)%”\"])[.;] (?=[A-Za-z\d“])")
_BACK = re.compile(
    r"(?P<it>It|They|This|That|These|Those)(?P<be> (?:is|was|are|were)(?= (?:an?|the|one|\w+ times|about)\b))? ",
    re.IGNORECASE,
)
_MEANWHILE = (" while ", " whereas ")
"""Words that say "at the same time" before a pronoun: "better with a tutor while they practised"."""
_IFS = word_set("if when unless where whether once until except only")
_CONTRASTS = (" while ", " whereas ", " but ", " yet ")
"""Words between two statements of which a denial, a hedge or a place in the first holds for the first alone; a condition may hold for both."""
_WEAK = (" and ", " so ", *_CONTRASTS)
"""Words that join two statements of which each may stand alone."""
_REACHING = LIMITS - {"though", "although", "while", "whereas", "but"} | word_set(
    "may might could would should cannot never none nobody nothing neither nor hardly seldom rather-than if when where whether once suggest seem "
    "believe expect fear hope doubt claim estimate advise warn deny assume perhaps likely either not-at-all fail too"
)
"""Words that hold for all that follows them up to the end of their sentence."""
_BINDING = word_set(
    "as to who can must ask want tell require few between both describe need try help let make think plan aim hope promise may order allow force"
)
"""Words after which "and" may go on with what is asked, wanted or meant, and not with what is so."""
_TOLD_FLATLY = word_set(
    "found reported said show~ show~s show~d concludes concluded noted notes wrote observed observes explains explained"
)
_STEMMER = Stemmer.Stemmer("english")


def torn(text: str, quote: str) -> str:
    """Two words with a full stop between them that stand side by side in the quote; "" if there are none."""
    pieces = re.split(r"[,;:.?!()]", quote)
    pairs = {pair for piece in pieces for pair in pairwise(equal_words(piece))}
    for stop in _STOPPED.finditer(text):
        pair = (equal_words(text[: stop.start()])[-1:], equal_words(text[stop.end() :])[:1])
        if tuple(pair[0] + pair[1]) in pairs:
            return " … ".join(pair[0] + pair[1])
    return ""


def rejoined(text: str, quote: str, *, most: int = 2) -> Iterator[str]:
    """The text with its first sentences put together again, in the ways in which one sentence may have been made two.

    "X fell and cost jobs" may be told as "X fell. It cost jobs", "…, ten times the share" as "That is ten times …". Where what stands before
    "and" is denied, hedged or a condition, it holds for what follows as well, so that two sentences would say something else.
    """
    boundary = _STOPPED.search(text)
    if not boundary or not most:
        return
    before, after = text[: boundary.start()], text[boundary.end() :]
    back = _BACK.match(after)
    restated = _restated(before, after)
    row = equal_words(after)
    dated = re.fullmatch(r"\d{4}", "".join(row[-1:]))
    sourced = any(told(row[-n:]) or movable(row[-n:]) for n in range(2, 16)) or bool(
        WROTE & set(row[-4 if dated else -1 :])
    )
    weak = tuple(join for join in _WEAK if not (back and join in _MEANWHILE))
    lone = _lone(before) and (not sourced or any(RESEARCH.fullmatch(word) for word in equal_words(before)))
    wholes = []
    if lone and back:
        bare = after[back.end() :]
        if back["be"] and f", {bare[:12].lower()}" in quote.lower():
            wholes.append(f"{before}, {bare}")
        wholes.append(f"{before}, which {after[len(back['it']) :].lstrip()}")
    if lone and _flat(before):
        bares = [after[len(back["it"]) :].lstrip()] if back else []
        bares += [after[len(restated) :].lstrip()] if restated else []
        wholes += [f"{before}{join}{bare}" for bare in bares for join in weak]
        if back or restated or not _leading(before):
            wholes += [f"{before}{join}{after}" for join in weak]
    if lone and f", and {after[:12].lower()}" in quote.lower() and not _TOLD_FLATLY & set(equal_words(before)):
        wholes.append(f"{before} and {after}")  # a clause of its own, by its comma and subject
    if not sourced and not (_TOLD_FLATLY | _IFS) & set(equal_words(re.split(r"(?<=[.;:]) ", before)[-1])):
        wholes += [f"{before}{join}{after}" for join in weak if join in _CONTRASTS]
    wholes.append(f"{before}: {after}")
    for whole in wholes:
        yield whole
        yield from rejoined(whole, quote, most=most - 1)


def _restated(before: str, after: str) -> str:
    """The words with which the second sentence names the first one's subject again; "" if it does not."""
    clause = re.split(r"[,:;] ", before)[-1]
    if not _leading(before):
        clause = re.split(r"[:;] ", before)[-1]
    same = ""
    for mine, theirs in zip(clause.split(), after.split(), strict=False):
        if mine.lower() != theirs.lower() or len(same.split()) > 6:
            break
        same = f"{same} {theirs}".strip()
    return same


def _leading(before: str) -> bool:
    """Whether a sentence begins with where, when or among whom it holds."""
    row = equal_words(re.split(r"(?<=[.;:]) ", before)[-1])
    return bool(row) and (row[0] in ADVERBIAL | CLAUSES | {"according-to"} or bool(_TOLD_FLATLY & set(row)))


def _lone(before: str) -> bool:
    """Whether nothing in a sentence reaches over its "and" into what follows: no denial, hedge or condition."""
    return not _roots(before) & _stems(_REACHING)


def _flat(before: str) -> bool:
    """Whether what follows "and" in a sentence can be nothing but a statement of its own: nobody asks, says or is meant to do it."""
    return not _roots(before) & _stems(_BINDING)


def _roots(before: str) -> set[str]:
    row = equal_words(re.split(r"(?<=[.;:]) ", before)[-1])
    return {_STEMMER.stemWord(word.split("~")[0]) for word in row}


@cache
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(_STEMMER.stemWord(word) for word in words)
