"""Is an instruction still the same, fitted to a request at most? Its parts, its people and its limits are compared, not its commas.

An instruction claims nothing, so that it may be told more freely than a statement: one sentence may become two, "the mentee" may be
called by the role that the request gives, a clause of time or condition may change ends, and small words may come and go. What is to be
done, by whom, in which order, with which numbers and under which condition or prohibition has to stay.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

import Stemmer

from coach.check.rewording import equal_words


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LINKS = _set(
    "such-as for-example for of in your their our own with about from to as at on please this these it its you they who which and when is are was were be"
)
"""Words that may be put between others to fit them to a request."""
LIGHT = _set(
    "of in on at to for with as it its this these those there do does did have has had so also please down "
    "own which : then now next"
)
"""Words that may come and go: without them nobody does another thing. Directions ("from", "off", "up") and persons are not among them."""
LIMITED = "|"
"""Stands at both ends of a part with a condition or a denial."""
_SCOPE = _set(
    "not no nobody nothing none never neither nor without cannot only unless except until if when once before after while "
    "rather-than instead-of whether instead skip ignore avoid stop refuse but"
)
"""Words that hold for all that follows them in their sentence."""
_CLAUSES = _set("if when where once before after")
_TIMES = _set("before after when once")
_ASKING = _set("what how which who whether people")
"""Words after which a clause may belong to what is asked: it stays where it is."""
_BANNED = _set("only unless except if but though although while whereas not no without until") | _set(
    "off out never none nobody nothing neither nor against instead skip ignore avoid stop refuse"
)
"""What may not be put in."""
_CHOSEN = _set("harmless invented public empty only alone out off avoid skip")
"""What narrows a choice or shuts something out, also for words that stand before it."""
_PARTS = _set("mentor mentee and who when each other both")
_THEY = {"you": "they", "your": "their", "yours": "theirs", "yourself": "themselves"}
_SAME = (
    (r"\bat once\b", "immediately"),
    (r"\b(now|again|over|back|on|by|time) and (then|again|over|forth|off|by)\b", r"\1-and-\2"),
    (r"\b(write|note|jot)(s?) down\b|\b(?:put|puts) (?:\w+ )?in writing\b", r"write\2"),
    (r"\bwrites?\b(?= down)", "write"),
    (r"\b(?:has|have|had|need|needs) to\b|\bwould have to\b", "must"),
    (r"\b(?:fix|settle|agree on|agree|set)(?= (?:the|a|your) (?:day|date|time|next)\b)", "settle"),
    (r"\b(?:try out|try|test)(?= (?:the|your|that|this|it)\b)", "try"),
    (r"\bspend (\w+ (?:minutes?|seconds?|hours?)) on\b", r"take \1 for"),
    (r"\bread (?:out )?(the \w+|it|them|both)(?: aloud| out)?\b", r"read \1 aloud"),
)
"""Ways to say the same in an instruction, as patterns on lower-case text."""
_STEMMER = Stemmer.Stemmer("english")
_ACTS = frozenset(
    _STEMMER.stemWord(word)
    for word in _set(
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
    recasted = recast(text, original, request)
    reasons = [
        _other(_parts(recasted, each=each), _parts(original, each=False), request)
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
    left, persons = Counter(theirs), heads(request)
    asked = {_stem(word) for word in equal_words(request)} - _ACTS
    for part in said:
        for at, word in enumerate(part):
            if left[word]:
                left[word] -= 1
                continue
            if (
                word in persons
                or word in _stems(_PARTS)
                or _stems(_BANNED) & set(part[:at])
                or _stems(_CHOSEN) & set(part)
            ):
                return f"put into a prohibition, a choice or somebody's part: {_plain([word])}"
            if word in _stems(_BANNED) or (word not in _stems(LINKS) and word not in asked):
                return f"not in the original and not in the request: {_plain([word])}"
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
            text = re.sub(rf"\b(?:the|your) {re.escape(name)}\b", called, text, flags=re.IGNORECASE)
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
def _parts(text: str, *, each: bool) -> tuple[tuple[str, ...], ...]:
    """A text as parts that each stand alone, as rows of stems without light words; one with a condition or a denial is marked.

    Args:
        each: Whether "you" in a sentence of "each of you" is told as "they".
    """
    lowered = text.lower().replace("’", "'")
    for pattern, one in _SAME:
        lowered = re.sub(pattern, one, lowered)
    sentences = re.split(r"(?<=[.?!;])[”\"]? ", lowered)
    return tuple(part for sentence in sentences for part in _sentence(sentence, each=each))


def _sentence(sentence: str, *, each: bool) -> list[tuple[str, ...]]:
    whole = re.sub(r"\beach of you\b", "each", sentence)
    fronted = re.match(rf"((?:{'|'.join(sorted(_TIMES))})\b[^,:]*)[,:] (.+?)([.?!;]*)$", whole)
    if fronted and not (_SCOPE | _ASKING) & set(equal_words(fronted[2])):
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
    """A word's stem; what ends in "ing" keeps it, since "printing" may name a place where "print" is an order."""
    if word.endswith("ing"):
        return word
    return str(_STEMMER.stemWord(word.split("~", maxsplit=1)[0]))


def _plain(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(word.split("~")[0] for word in words if word != LIMITED))
