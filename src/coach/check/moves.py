"""Parts of a sentence that may stand elsewhere in it: when, where, among whom, and who found it."""

import re
from collections.abc import Sequence
from functools import lru_cache

from coach.check.rows import COUNTED, VERBS, word_set

EMPTY = word_set("also moreover itself as-well")
"""Words that may be left out."""
ADVERBIAL = word_set(
    "in among amongst at during across on for since before after until till under within over per between from more-than"
)
"""Words with which a part begins that says where, when or among whom."""
_STUDY = re.compile(
    r"study|studies|survey|surveys|review|reviews|trial|trials|experiments?|analysis|analyses|meta-analysis|meta-analyses|poll|report|"
    r"reports|paper|papers|test|tests|data|interviews|audit|index|pilot|figures|statistics|pages?|standard|law|rules|directive|guidance|"
    r"resolution|\d{4}|firm|insurer|fund|bank|centre|authority|agency|regulator|vendor|charity|union|institute|government|ministry|fbi|"
    r"federation|association|magazine|newspaper"
)
_TOLD = word_set(
    "in found reported said according-to suggest~s suggest~d suggest~ show~ among across of estimates estimated concludes concluded notes "
    "noted holds reports writes wrote says caution~s caution~d explains explained observes observed argues argued projected defines recommended advise~s"
)
"""Words by which a study is brought in, before or after it: "in a 2024 survey", "a 2024 survey found"."""
_SAID = word_set(
    "found reported said warn~d advise~d noted wrote observed explained concluded recommended told announced estimated"
)
"""What somebody did who is told of with a year."""
_SAME_TOLD = word_set("in found reported according-to")
"""Those that claim equally much, so that one may stand for the other."""
_BARRIERS = word_set(
    "and or but while although because if unless than who which where when after before not no only whether until as"
)
"""Words that a moved part may not pass inside a sentence: on their other side it would say something about something else."""
_CONDITIONS = word_set("that what how than whose whom for-example such-as to")
"""Words with which a sentence has more than one clause, beside the barriers."""
WROTE = _TOLD - {"in", "among", "across", "of"}
"""What a source does: found, says, reports."""
CLAUSES = word_set("before after when if once where")
"""Words with which a clause of time, place or condition begins."""
RESEARCH = re.compile(rf"{COUNTED.pattern}|(?:19|20)\d\d")
"""A word that names a piece of research, or its year."""
FEWEST = 3
"""Words of a part that may be moved, at least: two names that change places are shorter."""


def same_but_moved(said: Sequence[str], meant: Sequence[str]) -> bool:
    """Whether two rows are alike, or alike but for one part that says when, where or in which study."""
    said, meant = (_dated_first([w for w in row if w not in EMPTY]) for row in (said, meant))
    if said == meant:
        return True
    if sorted(set(said) - _SAME_TOLD) != sorted(set(meant) - _SAME_TOLD) or abs(len(said) - len(meant)) > 1:
        return False
    if _turned(said, meant):
        return True
    return any(
        _moved(said, meant, start, end) for start in range(len(meant)) for end in range(start + 2, len(meant) + 1)
    )


def _turned(said: list[str], meant: list[str]) -> bool:
    """Whether a clause of time or condition stands at the other end: "if it fails, stop" and "stop if it fails"."""
    if {"what", "how", "which", "who", "people"} & set(meant):
        return False
    for first, other in ((said, meant), (meant, said)):
        if first[0] in CLAUSES and len(first) == len(other):
            for cut in range(2, len(first) - 1):
                if first[cut:] + first[:cut] == other:
                    return not {"and", "but", "while", "or"} & set(first[cut:])
    return False


def _moved(said: list[str], meant: list[str], start: int, end: int) -> bool:
    """Whether `meant[start:end]` is a part that may be moved, and `said` is `meant` with it elsewhere."""
    part = meant[start:end]
    if not movable(part) or (end < len(meant) and meant[end] in ADVERBIAL | {"of", "who", "which"}):
        return False  # no part, or only the beginning of one
    core, rest = _core(part), meant[:start] + meant[end:]
    if len(said) - len(rest) < 1:
        return False
    for at in range(len(said)):
        for length in {len(part), len(part) - 1, len(part) + 1}:
            other = said[at : at + length]
            if _core(other) == core and said[:at] + said[at + length :] == rest and _alike(part, other):
                return _may_pass(rest, start, at)
    return False


def _dated_first(row: list[str]) -> list[str]:
    """ "The FBI advised families in 2024 to …" as "in 2024 the FBI advised families to …", where nobody else does anything before the year."""
    for at in range(2, min(len(row) - 1, 8)):
        if row[at] == "in" and re.fullmatch(r"(?:19|20)\d\d", row[at + 1]):
            before = row[:at]
            did = [w for w in before if w in VERBS or w.endswith(("ed", "~d"))]
            if len(did) == 1 and did[0] in _SAID and not _BARRIERS & set(before):
                return [*row[at : at + 2], *before, *row[at + 2 :]]
    return row


def _core(part: Sequence[str]) -> list[str]:
    """A part without the word that brings it in."""
    return [word for index, word in enumerate(part) if word not in _TOLD or 0 < index < len(part) - 1]


def _alike(part: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both are brought in by words that claim equally much; "suggests" is not "found"."""
    mine, theirs = ([w for w in (p[0], p[-1]) if w in _TOLD] for p in (part, other))
    return mine == theirs or (set(mine) <= _SAME_TOLD and set(theirs) <= _SAME_TOLD and bool(mine) and bool(theirs))


def _may_pass(rest: Sequence[str], before: int, after: int) -> bool:
    """Whether a part may go from one place in the rest to the other without saying something about something else."""
    passed = rest[min(before, after) : max(before, after)]
    ends = {0, len(rest)}
    if before in ends and after in ends:
        return not any(RESEARCH.fullmatch(word) for word in rest)
    still = not (_BARRIERS | VERBS) & set(passed) and not any(w.endswith(("ed", "~d")) for w in passed)
    one = after == 0 and not (_BARRIERS | _CONDITIONS) & set(rest) and sum(map(_acts, rest)) == 1
    return still or (one and not any(RESEARCH.fullmatch(word) for word in rest))


def _acts(word: str) -> bool:
    return word in VERBS or word.endswith(("ed", "~d", "ing", "~g"))


def movable(part: Sequence[str]) -> bool:
    """A part that says when, where, among whom or according to whom, and nothing else."""
    return _is_movable(tuple(part))


@lru_cache(maxsize=65536)
def _is_movable(part: tuple[str, ...]) -> bool:
    dated = any(re.fullmatch(r"\d{4}", word) for word in part)
    if len(part) < FEWEST and not dated:
        return False
    study = any(_STUDY.fullmatch(word) for word in part)
    joined = any(w in VERBS or w.endswith(("ed", "~d")) for w in part[part.index("and") :]) if "and" in part else False
    if part[0] in ADVERBIAL and not joined and not set(part) & {"found", "said", "reported", "but", "while", "than"}:
        return study or dated
    return told(part)


def told(part: Sequence[str]) -> bool:
    """A part that says who found it: "a 2024 study found", "according to the regulator's report of 2024"."""
    if not part:
        return False
    begun, ended = part[0] in ("according-to", "found", "reported", "said"), part[-1] in _TOLD
    told = begun or ended
    plain = not (_BARRIERS | VERBS) & set(part[1 if begun else 0 : -1 if ended else None])
    return told and plain and any(_STUDY.fullmatch(word) for word in part) and FEWEST <= len(part) <= 4 * FEWEST
