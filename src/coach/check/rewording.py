"""May these words stand for those? A grammar of edits that keep a sentence's meaning; whatever is outside it is refused.

Shared words show what two sentences are about, not what they say: "a directive leader" and "a participative one" may have
changed places. So a rewording may do four things only: put equal words in the place of words (`EQUAL`), leave out words that carry nothing
(`EMPTY`, a lead-in before a colon), move one adverbial ("in a 2024 survey of 900 nurses") or attribution to another
place, and join two sentences. It is strict on purpose: what it refuses is replaced by the quoted sentence, which is true.
"""

import re
from collections.abc import Sequence
from functools import cache

GLUE = frozenset({"a", "an", "the", "that"})
"""Words that may come and go."""
EMPTY = frozenset({"also", "too", "so", "thus", "indeed", "moreover", "itself", "themselves", "did", "then"})
"""Words that may be left out."""
EQUAL: tuple[str, ...] = (
    "found finds showed shows", "reported reports", "said says", "suggests suggested indicates indicated",
    "per-cent percent %", "staff employees", "firm company", "firms companies",
    "large big", "start begin", "started began", "starts begins",
    "help assist", "helps assists", "helped assisted", "roughly about approximately",
    "almost nearly", "kids children", "purchase buy", "purchases buys",
    "purchased bought", "email mail e-mail", "emails mails e-mails", "while whereas",
    "although though", "someone somebody", "everyone everybody", "anyone anybody",
    "no-one nobody", "raised increased", "raises increases", "lowered reduced",
    "lowers reduces", "quickly fast", "colleagues co-workers coworkers", "organisations organizations",
    "organisation organization", "programme program", "programmes programs", "behaviour behavior",
    "randomised randomized", "mostly mainly chiefly largely", "often frequently", "seldom rarely",
    "wrong incorrect", "remained stayed", "remains stays", "picked chose",
    "took-part participated", "taking-part participating", "people persons", "published released",
    "in-all in-total altogether", "for-example for-instance", "linked tied associated", "went-with was-linked-with was-tied-to was-associated-with was-linked-to",
    "go-with are-linked-with are-tied-to are-associated-with are-linked-to", "goes-with is-linked-with is-tied-to is-associated-with is-linked-to", "sense feeling", "lack shortage",
    "appear seem", "appears seems", "appeared seemed", "hurt damaged harmed",
    "hurts damages harms", "above-all most-of-all", "at-once immediately", "handicap disadvantage",
    "copy imitate", "abroad overseas", "warns cautions", "advises recommends",
    "advise recommend", "advised recommended", "needs requires", "needed required",
    "underestimated underrated", "underestimate underrate", "overestimated overrated", "overestimate overrate",
    "share proportion", "up-to as-much-as", "notified informed", "customers clients",
    "vendor seller supplier", "vendors sellers suppliers", "talks conversations", "phoned telephoned",
    "a-year per-year yearly", "a-week per-week weekly",
)  # fmt: skip
"""Groups of words and word-groups (joined by hyphens) that say the same in these notes; each text's are read as the first of its group."""
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|%|[^\W\d_]+(?:['’-][^\W\d_]+)*|[,;:.?!()]")
_ADVERBIAL = frozenset(
    [
        "in",
        "among",
        "at",
        "during",
        "across",
        "on",
        "for",
        "since",
        "before",
        "after",
        "until",
        "under",
        "within",
        "over",
        "per",
        "between",
        "from",
    ]
)
_STUDY = re.compile(
    r"study|studies|survey|surveys|review|trial|experiments?|analysis|meta-analysis|poll|report|paper|test|data|interviews|audit|index|\d{4}"
)
_JOINS = re.compile(
    r"; (?:and |while |whereas |but )?|, (?:and|while|whereas|but) | and | while | whereas | but ", re.IGNORECASE
)
_VERBS = frozenset(
    [
        "was",
        "were",
        "is",
        "are",
        "had",
        "has",
        "have",
        "did",
        "does",
        "found",
        "fell",
        "rose",
        "came",
        "went",
        "made",
        "gave",
        "kept",
        "got",
        "did",
        "felt",
        "took",
    ]
)
_LIMITS = frozenset(
    ["only", "unless", "except", "if", "but", "though", "while", "whereas", "not", "no", "without", "until"]
)
FEWEST = 3
"""Words of a part that may be moved, at least: two names that change places are shorter."""


def refused(statement: str, quotes: Sequence[str]) -> str:
    """Why a statement is more than a rewording of these quotes, in a few words; "" if it is not.

    With several quotes it must rest on one of them alone, or be made of two parts of which each rests on one.
    """
    reasons = [_single(statement, quote) for quote in quotes]
    if "" in reasons:
        return ""
    if len(quotes) > 1:
        for join in _JOINS.finditer(statement):
            left, right = statement[: join.start()], statement[join.end() :]
            if any(not _single(left, a) and not _single(right, b) for a in quotes for b in quotes if a != b):
                return ""
    return min(reasons, key=len)


def _single(statement: str, quote: str) -> str:
    said, meant = [word for word in _words(statement) if word != ":"], _words(quote)
    kept = _without_lead(meant, said)
    if said == kept:
        return ""
    pool = list(kept)
    new = []
    for word in said:
        if word in pool:
            pool.remove(word)
        elif word not in EMPTY:
            new.append(word)
    if new:
        return f"not in the quote: {', '.join(dict.fromkeys(new))}"
    lost = [word for word in pool if word not in EMPTY]
    if lost and (head := _without_tail(kept, len(lost))) and sorted(pool) == sorted(kept[len(head) :]):
        kept, lost = head, []
    if lost:
        return f"left out of the quote: {', '.join(dict.fromkeys(lost))}"
    return "" if _order([w for w in said if w in kept], list(kept)) else "its parts stand in another order"


def _order(said: Sequence[str], meant: Sequence[str]) -> bool:
    """Whether `said` is `meant` with at most one adverbial or attribution moved (words of `EMPTY` may be missing)."""
    said = [word for word in said if word not in EMPTY]
    meant = [word for word in meant if word not in EMPTY]
    if said == meant:
        return True
    if sorted(said) != sorted(meant):
        return False
    first = next(i for i, (a, b) in enumerate(zip(said, meant, strict=True)) if a != b)
    last = len(said) - next(i for i, (a, b) in enumerate(zip(reversed(said), reversed(meant), strict=True)) if a != b)
    a, b = said[first:last], meant[first:last]
    return any(b[cut:] + b[:cut] == a and (_movable(b[:cut]) or _movable(b[cut:])) for cut in range(1, len(b)))


def _movable(part: Sequence[str]) -> bool:
    """A part that says when, where, among whom or according to whom, and nothing else."""
    if len(part) < FEWEST and not any(re.fullmatch(r"\d{4}", word) for word in part):
        return False
    begins = part[0] in _ADVERBIAL and "than" not in part
    return (
        (begins and any(_STUDY.fullmatch(word) for word in part))
        or (begins and any(word.isdigit() for word in part))
        or (_STUDY.fullmatch(part[-1]) is not None and len(part) <= 2 * FEWEST)
    )


def _without_lead(meant: list[str], said: list[str]) -> list[str]:
    """The quote's words without its lead-in ("Pace matters:") where the statement leaves that out as a whole."""
    for end in (meant.index(":"),) if ":" in meant else ():
        lead, rest = meant[:end], meant[end + 1 :]
        if (
            end <= 8
            and not any(any(c.isdigit() for c in word) for word in lead)
            and len(set(lead) & set(said)) < len(set(lead)) / 2
        ):
            return [word for word in rest if word != ":"]
    return [word for word in meant if word != ":"]


def _without_tail(meant: list[str], length: int) -> list[str]:
    """The words before a last clause of this length that begins with "and": what is joined by "and" holds alone as well."""
    tail = meant[len(meant) - length :]
    clause = tail[0] == "and" and any(word in _VERBS or word.endswith("ed") for word in tail)
    return meant[: len(meant) - length] if clause and len(meant) - length >= 6 and not _LIMITS & set(tail) else []


def _words(text: str) -> list[str]:
    """The words of a text, in lower case and one spelling, glue and punctuation left out but for the first colon."""
    lowered = text.lower().replace("’", "'")
    for phrase, one in _phrases():
        lowered = re.sub(rf"(?<![\w-]){phrase}(?![\w-])", one, lowered)
    words = []
    for token in _TOKEN.findall(lowered):
        word = _NUMBERS.get(token, token).replace(",", "") if token[0].isdigit() or token in _NUMBERS else token
        if token in ",;.?!()" or word in GLUE:
            continue
        words.append(_equal().get(word, word))
    colons = [i for i, word in enumerate(words) if word == ":"]
    return [word for i, word in enumerate(words) if word != ":" or i == colons[0]]


@cache
def _equal() -> dict[str, str]:
    return {word: group.split()[0] for group in EQUAL for word in group.split()}


@cache
def _phrases() -> list[tuple[str, str]]:
    """Word-groups of `EQUAL`, longest first, with what they are read as; a single word stands in the place of each."""
    found = []
    for group in EQUAL:
        names = group.split()
        found += [(name.replace("-", r"[\s-]"), names[0]) for name in names if "-" in name]
    return sorted(found, key=lambda pair: -len(pair[0]))
