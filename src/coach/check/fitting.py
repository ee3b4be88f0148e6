"""Is an instruction still the same, fitted to a request at most? Its parts, its people and its limits are compared, not its commas.

An instruction claims nothing, so that it may be told more freely than a statement: one sentence may become two, "the mentee" may be
called by the role that the request gives, a clause of time or condition may change ends, and small words may come and go. What is to be
done, by whom, in which order, with which numbers and under which condition or prohibition has to stay.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby

import Stemmer

from coach.check.lexicon import DISTINCT
from coach.check.rows import equal_words, word_set

PLACING = word_set("in at of on for with such-as for-example")
"""Words with which something from the request is put in: "in our branch", "on the ward", "of your team"."""
OWNING = word_set("your their our its")
"""What may stand between such a word and those of the request."""
LIGHT = word_set("to it its this these those there do does did have has had so also please which : then now next")
"""Words that may come and go: without them nobody does another thing. Directions ("from", "off", "up") and persons are not among them."""
LIMITED = "|"
"""Stands at both ends of a part with a condition or a denial."""
_SCOPE = word_set(
    "not no nobody nothing none never neither nor without cannot only unless except until if when once before after while "
    "rather-than instead-of whether instead skip ignore avoid stop refuse but"
)
"""Words that hold for all that follows them in their sentence."""
_CLAUSES = word_set("if when where once before after")
_TIMES = word_set("before after when once")
_ASKING = word_set("what how which who whether people")
"""Words after which a clause may belong to what is asked: it stays where it is."""
_BANNED = word_set("only unless except if but though although while whereas not no without until") | word_set(
    "off out never none nobody nothing neither nor against instead skip ignore avoid stop refuse "
    "want wish hope forget fail fear hesitate postpone pretend"
)
"""What may not be put in."""
_CHOSEN = word_set("harmless invented public empty only alone out off avoid skip")
"""What narrows a choice or shuts something out, also for words that stand before it."""
_PARTS = word_set("mentor mentee and who when each other both")
_THEY = {"you": "they", "your": "their", "yours": "theirs", "yourself": "themselves"}
_SAME = (
    (r"\bat once\b", "at-once"),
    (r"\b(now|again|over|back|on|by|time) and (then|again|over|forth|off|by)\b", r"\1-and-\2"),
    (r"\b(write|note|jot)(s?) down\b|\b(?:put|puts) (?:it|them|this|that) in writing\b", r"write\2"),
    (r"\bwrites?\b(?= down)", "write"),
    (r"^(?!.*\b(?:nobody|no one|none|not|never)\b|.*n't\b)(.*?)\b(?:has|have|had|need|needs) to\b", r"\1must"),
    (r"\bwould (?:have to|must)\b", "must"),
    (r"\b(?:fix|settle|agree on|agree|set)(?= (?:the|a|your) (?:day|date|time|next)\b)", "settle"),
    (r"\b(?:try out|try|test)(?= (?:the|your|that|this|it)\b)", "try"),
    (r"\bspend (\w+ (?:minutes?|seconds?|hours?)) on\b", r"take \1 for"),
    (r"\bread (?:out (the \w+|it|them|both)|(the \w+|it|them|both) out)\b", r"read \1\2 aloud"),
)
"""Ways to say the same in an instruction, as patterns on lower-case text."""
_STEMMER = Stemmer.Stemmer("english")
_ACTS = frozenset(
    _STEMMER.stemWord(word)
    for word in word_set(
        "send delete share give tell call ring pay sign upload post forward copy approve open click install download enter type buy "
        "purchase transfer publish release show ask put take make use keep write print remove erase switch cancel agree accept confirm change"
    )
)
"""What an instruction may not begin to ask for, though the request speaks of it."""
_ROLE = re.compile(r"(?<!promised last time: )\b(mentor|mentee)\s*[:(]\s*(?:role )?([^,;:.()\n]+)", re.IGNORECASE)


def unfit(text: str, original: str, request: str) -> str:
    """Why a text is more than the original fitted to a request; "" if it is not.

    Every word of the original is still there, in its order or with its clause of time or condition at the other end, in equal
    words; and what was put in comes from the request or is a link word.
    """
    recasted, meant = recast(text, original, request), _parts(original, each=False, said=False)
    reasons = [
        _other(_parts(recasted, each=each, said=True), meant, request)
        for each in ((False, True) if re.search(r"\beach of you\b", recasted, re.IGNORECASE) else (False,))
    ]
    return "" if "" in reasons else reasons[0]


def _other(said: Sequence[tuple[str, ...]], meant: Sequence[tuple[str, ...]], request: str) -> str:
    mine, theirs = [w for part in said for w in part], [w for part in meant for w in part]
    rest = iter(mine)
    lost = [word for word in theirs if word not in rest]
    if lost:
        return f"changed or left out of the original: {_plain(lost)}"
    if mine.count(LIMITED) != theirs.count(LIMITED):
        return "what holds for what is told otherwise: a condition or a denial reaches further or less far"
    if Counter(map(_first, meant)) - Counter(map(_first, said)):
        return "who acts is told otherwise"
    forwards = _extras(mine, theirs)
    backwards = [len(mine) - 1 - at for at in _extras(mine[::-1], theirs[::-1])][::-1]
    reasons = [_misplaced(said, set(extras), request) for extras in (forwards, backwards)]
    return min(reasons, key=len)


def _first(part: Sequence[str]) -> str:
    """Who is told to act at the beginning of a part, if it is one of the two."""
    first = next((word for word in part if word != LIMITED), "")
    return first if first in _stems(frozenset(("mentor", "mentee"))) else ""


def _extras(mine: Sequence[str], theirs: Sequence[str]) -> list[int]:
    """Positions of what was put in, the words of the original taken at their first places."""
    found, at = [], 0
    for place, word in enumerate(mine):
        if at < len(theirs) and word == theirs[at]:
            at += 1
        else:
            found.append(place)
    return found


def _misplaced(said: Sequence[tuple[str, ...]], extras: set[int], request: str) -> str:
    """Why what was put in says more than where or on which thing of the request to work; "" if it does not."""
    asked = {_stem(word) for word in equal_words(request)} - _ACTS - _stems(_BANNED)
    forbidden = heads(request) | _stems(_PARTS)
    start = 0
    for part in said:
        places = [at for at in range(len(part)) if start + at in extras]
        start += len(part)
        runs = [[at for _, at in run] for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0])]
        for run in runs:
            words = [part[at] for at in run]
            named = [word for word in words if word not in PLACING | OWNING]
            if new := [word for word in named if word not in asked]:
                return f"not in the original and not in the request: {_plain(new)}"
            before, around = part[: run[0]], part
            if set(named) & forbidden or _stems(_BANNED) & set(before) or _stems(_CHOSEN) & set(around):
                return f"put into a prohibition, a choice or somebody's part: {_plain(words)}"
            if words[0] not in PLACING or words[-1] not in named:
                return f"put in without saying where or of what: {_plain(words)}"
    return ""


def recast(text: str, original: str, request: str) -> str:
    """The text with people called by the request's roles called "mentor" and "mentee" again, where the original calls them so.

    "The plant manager" and "the manager" stand for a mentee whose role that is, unless the mentor's role ends alike or the original speaks
    of a manager itself.
    """
    told = {who.lower(): role.strip().lower() for who, role in _ROLE.findall(request)}
    for who, role in told.items():
        other = next((r for w, r in told.items() if w != who), "")
        if who not in original.lower():
            continue
        for name in _names(role):
            last = name.split()[-1]
            if other.endswith(last) or name in _names(other) or re.search(rf"\b{re.escape(last)}", original.lower()):
                continue
            called = f"your {who}" if f"your {who}" in original.lower() else f"the {who}"
            shown = "(?:the|your)" if called.startswith("your") else "the"
            text = re.sub(rf"\b{shown} {re.escape(name)}\b", called, text, flags=re.IGNORECASE)
            text = re.sub(rf"(?:^|(?<=[.;:] )){re.escape(name)}(?=:)", who, text, flags=re.IGNORECASE)
    return text


def heads(request: str) -> frozenset[str]:
    """The stems of the words that name the two people of a request: "manager" of "plant manager"."""
    names = [equal_words(_names(role.strip().lower())[-1]) for _, role in _ROLE.findall(request) if role.strip()]
    return frozenset(_stem(name[-1]) for name in names if name)


def _names(role: str) -> list[str]:
    """How somebody with a role may be called: the whole, what stands before "of" or "at", and the last words."""
    head = re.split(r" (?:of|at|in|for|from|with|who) ", role)[0]
    words = head.split()
    names = [role, head, *(" ".join(words[at:]) for at in range(1, len(words)))]
    return sorted({name for name in names if len(name) > 2}, key=len, reverse=True)


@lru_cache(maxsize=4096)
def _parts(text: str, *, each: bool, said: bool) -> tuple[tuple[str, ...], ...]:
    """A text as parts that each stand alone, as rows of stems without light words; one with a condition or a denial is marked.

    Args:
        each: Whether "you" in a sentence of "each of you" is told as "they".
        said: Whether it is the new text: in it a clause of time may come to the front, where it reaches over every "and"; it may not leave it.
    """
    lowered = re.sub(r"\bIT\b", "informatics", text).lower().replace("’", "'")  # the department is not "it"
    for pattern, one in _SAME:
        lowered = re.sub(pattern, one, lowered)
    sentences = re.split(r"(?<=[.?!;])[”\"]? ", lowered)
    return tuple(part for sentence in sentences for part in _sentence(sentence, each=each, said=said))


def _sentence(sentence: str, *, each: bool, said: bool) -> list[tuple[str, ...]]:
    whole = re.sub(r"\beach of you\b", "each", sentence)
    fronted = re.match(rf"((?:{'|'.join(sorted(_TIMES))})\b[^,:]*)[,:] (.+?)([.?!;]*)$", whole)
    if fronted and (said or " and " not in fronted[2]) and not (_SCOPE | _ASKING) & set(equal_words(fronted[2])):
        whole = f"{fronted[2]} {fronted[1]}"
    row: list[str] = []
    found: list[list[str]] = []
    for word in equal_words(whole):
        if word in ("and", "then") and not _SCOPE & set(row) and row[:1] != ["where"]:
            found.append(row)
            row = []
            continue
        row.append(_THEY.get(word, word) if each and whole != sentence else word)
    found.append(row)
    return [tuple(_clear(part)) for part in found if _clear(part)]


def _clear(row: Sequence[str]) -> list[str]:
    """A row of stems without light words, its clause of time or condition in front; marked where it has limits."""
    starts = [at for at, word in enumerate(row) if word in _CLAUSES]
    turned = list(row)
    if len(starts) == 1 and starts[0] and not _ASKING & set(row):
        turned = turned[starts[0] :] + turned[: starts[0]]
    words = [_stem(word) for word in turned if word not in LIGHT]
    return [LIMITED, *words, LIMITED] if words and (_SCOPE & set(row) or turned[0] == "where") else words


@cache
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_stem, words))


def _stem(word: str) -> str:
    """A word's stem. What ends in "ing" keeps it, since "printing" may name a place where "print" is an order; so do owners."""
    if word.endswith(("ing", "'s")) or word in DISTINCT:
        return word
    return str(_STEMMER.stemWord(word.split("~", maxsplit=1)[0]))


def _plain(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(word.split("~")[0] for word in words if word != LIMITED))
