"""May these words stand for those? A grammar of edits that keep a sentence's meaning; whatever is outside it is refused.

Shared words show what two sentences are about, not what they say: "a directive leader" and "a participative one" may have
changed places. So both sentences are read as a row of words in which equal words (`lexicon`) look alike, and these rows have to be
the same but for edits that cannot change what is claimed: a lead-in before a colon left out, a last clause with "and" left out, one
part that says in which study or when moved to another place, a passive turned into an active, a share told as a fraction, "you" in the
place of "people" in a rule, and two sentences joined. It is strict on purpose: what it refuses is replaced by the quoted sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from coach.check.lexicon import actives
from coach.check.moves import ADVERBIAL, EMPTY, FEWEST, RESEARCH, WROTE, movable, same_but_moved, told
from coach.check.rows import COUNTED, LIMITS, NUMBERS, VERBS, equal_words, word_set
from coach.check.splits import rejoined, torn

_FRACTIONS = {
    "half": 50.0,
    "a third": 100 / 3,
    "one third": 100 / 3,
    "two thirds": 200 / 3,
    "a quarter": 25.0,
    "one quarter": 25.0,
}
_FRACTIONS |= {"three quarters": 75.0, "a fifth": 20.0, "one fifth": 20.0, "a tenth": 10.0, "one in two": 50.0}
_FRACTIONS |= {f"{word} in {base}": 100 * int(n) / int(NUMBERS[base]) for base in ("three", "four", "five", "ten")
               for word, n in NUMBERS.items() if 0 < int(n) < int(NUMBERS[base])}  # fmt: skip
_VAGUE = re.compile(
    r"(?:(?P<about>about|around|roughly|some|approximately)|(?P<nearly>nearly|almost|just under|just below|close to)"
    r"|(?P<over>over|more than|just over|a little over))? ?\b(?P<part>"
    + "|".join(sorted((f.replace(" ", "[ -]") for f in _FRACTIONS), key=len, reverse=True))
    + r")\b"
)
NEAR = 2.0
"""Percentage points by which "about a third" may differ from the share, and "nearly" or "over" on their side of it."""
_JOINS = re.compile(
    r"; (?:and |while |whereas |but )?|, (?:and|while|whereas|but|although|though) | and that | and | while | whereas | but ",
    re.IGNORECASE,
)
_BE = word_set("was were is are")
_MODALS = word_set("can could may might will must should would")
_POINTS_BACK = word_set("it its they their them this these he she his her")
_COMPARING = word_set("more less fewer higher lower better worse than no-longer however other author authors")
_COUNTS = word_set("of percent most many few all some only half no each every both more fewer less the-most a-few even")
_SCOPED = word_set("for among in under only when where if at unless seem~ seem~s some may might not")
"""Words by which a lead-in limits what follows, so that it may not be left out."""
_PAIRING = word_set("both together between either")
_ANYBODY = word_set("people one 1 somebody users everybody")
_OWNERS = word_set("their one's 1's people's somebody's everybody's users'")
_FIGURE = re.compile(r"(?<![\w.])([-−+£€¥$]*)((?:\d[\d,]*)?\.?\d+(?:,\d{3})*)")
_SIGNS = ".,;:()%'’\"“”-–$"


def refused(statement: str, quotes: Sequence[str]) -> str:
    """Why a statement is more than a rewording of these quotes, in a few words; "" if it is not.

    With several quotes it must rest on one of them alone, or be made of two parts of which each rests on one.
    """
    return _refused(statement, tuple(quotes))


@lru_cache(maxsize=1024)
def _refused(statement: str, quotes: tuple[str, ...]) -> str:
    if marked := _marks(statement, " ".join(quotes)):
        return "; ".join(marked)
    reasons = [_single(statement, quote) for quote in quotes]
    if "" in reasons:
        return ""
    if len(quotes) > 1:
        for join in _JOINS.finditer(statement):
            left, right = statement[: join.start()], statement[join.end() :]
            row = equal_words(right)
            if set(row[:2]) & (_POINTS_BACK | {"same", "both", "such", "those"}) or re.search(r"but|though", join[0]):
                continue  # it would speak of the first half's subject, or claim a contrast
            ended = any(told(row[-n:]) or movable(row[-n:]) for n in range(FEWEST, 16)) or WROTE & set(row[-6:])
            if ended and not any(RESEARCH.fullmatch(word) for word in equal_words(left)):
                continue  # a source in the end would stand for both halves
            if any(a != b and not _single(left, a) and not _single(right, b) for a, b in product(quotes, quotes)):
                return ""
    return min(reasons, key=len)


def _marks(text: str, quotes: str) -> list[str]:
    """Signs, and capitals inside a sentence, that the quotes do not have, and figures whose own sign is another."""
    faults = signs_changed(text, quotes)
    if odd := {sign for sign in text if not (sign.isalnum() or sign.isspace() or sign in _SIGNS)} - set(quotes):
        faults.append(f"signs of its own: {' '.join(sorted(odd))}")
    if named := set(re.findall(r"(?<=[a-z,;] )[A-Z]\w+", text)) - set(re.findall(r"\b[A-Z]\w+", quotes)):
        faults.append(f"a capital of its own: {', '.join(sorted(named))}")
    return faults


def signs_changed(text: str, quotes: str) -> list[str]:
    """Figures that have another sign, currency or decimal point than in the quotes; new figures are left to others."""
    known: dict[str, set[str]] = {}
    for mark, figure in _FIGURE.findall(quotes):
        known.setdefault(figure, set()).add(mark)
    return [
        f"'{mark}{figure}' has another sign or point"
        for mark, figure in _FIGURE.findall(text)
        if mark not in known.get(figure, {"", "$"}) or (figure not in known and _bare(figure) in map(_bare, known))
    ]


def _bare(figure: str) -> str:
    return figure.replace(",", "").replace(".", "").lstrip("0")


def _single(statement: str, quote: str) -> str:
    statement = _told_in_figures(statement, quote)
    lead = re.match(r"([^:]{3,120}): ", quote)
    if lead and statement.startswith((lead[0], f"{lead[1]}. ")):
        statement, quote = statement[lead.end() :], quote[lead.end() :]
    if inside := torn(statement, quote):
        return f"a full stop inside a clause of the quote: {inside}"
    rows = list(_readings(statement, quote))
    meanings = list(_meanings(quote))
    if _is_rule(meanings[0]) and {"you", "your"} & set(rows[0]):
        rows, meanings = [[w for w in row if w != "your"] for row in rows], [_to_you(row) for row in meanings]
    if any(same_but_moved(said, meant) for said in rows for meant in meanings):
        return ""
    said, meant = rows[0], min(meanings, key=lambda row: len(set(rows[0]) ^ set(row)))
    new = [word for word in said if word not in meant and word not in EMPTY]
    lost = [word for word in meant if word not in said and word not in EMPTY]
    if new:
        return f"not in the quote: {_plain(new)}"
    return f"left out of the quote: {_plain(lost)}" if lost else "its parts stand in another order"


def _plain(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(word.split("~")[0] for word in words))


# --- readings ---


def _plain_readings(text: str) -> Iterator[list[str]]:
    plain = [word for word in equal_words(text) if word != ":"]
    yield plain
    if "by" in plain:
        yield from _actives(plain)


def _readings(text: str, quote: str) -> Iterator[list[str]]:
    """The rows of words that a statement may be read as: its own first, then those with its sentences put together again."""
    yield from _plain_readings(text)
    for whole in rejoined(text, quote):
        yield [word for word in equal_words(whole) if word != ":"]


def _meanings(text: str) -> Iterator[list[str]]:
    """The rows of words that say the same as a quote, the quote's own first, also without what is left out without harm."""
    yield from _plain_readings(text)
    row = equal_words(text)
    term = re.match(r"\*\*(.+?)\*\*: ", text)
    if term:
        name, rest = equal_words(term[1]), equal_words(text[term.end() :])
        for link in ("is", "means", "are"):
            yield [*name, link, *rest]
        return
    texts = [text]
    if (
        ":" in row
        and (end := row.index(":")) <= 12
        and not _SCOPED & set(row[:end])
        and not re.search(r"\d", text[: text.index(":")])
    ):
        after = text[text.index(":") + 1 :].strip()
        if not set(equal_words(after)[:1]) & _POINTS_BACK:
            texts.append(after)
    for long in texts:
        for short in (long, *_without_tail(long)):
            if short != text:
                yield [word for word in equal_words(short) if word != ":"]


def _without_tail(text: str) -> Iterator[str]:
    """The text without a last clause after ", and" that neither compares, denies, counts nor points back: the rest holds alone as well.

    A source that stands at the end stays there.
    """
    for match in re.finditer(", and ", text):
        head, tail = text[: match.start()], text[match.end() :].rstrip(".")
        first, _, last = tail.rpartition(", ")
        source = last if told(equal_words(last)) or movable(equal_words(last)) else ""
        clause = equal_words(first if source else tail)
        verb = any(w in VERBS or w.endswith(("ed", "~d", "~s")) for w in clause)
        loose = not (LIMITS | _COMPARING | _POINTS_BACK) & set(clause) and not any(
            c.isdigit() for w in clause for c in w
        )
        if verb and loose and len(equal_words(head)) >= 6 and not _PAIRING & set(equal_words(head)):
            yield f"{head}, {source}" if source else head


def _actives(row: list[str]) -> Iterator[list[str]]:
    """The row with its passive turned round: "logos were faked by sellers" as "sellers faked logos"."""
    for at, word in enumerate(row[:-3]):
        if not (word in _BE or word == "be") or "by" not in row[at + 2 :]:
            continue
        by = row.index("by", at + 2)
        verb = row[at + 1]
        begin = at - 1 if word == "be" and row[at - 1] in _MODALS else at
        if word == "be" and begin == at:
            continue
        for form in actives(verb, past_tense=word in ("was", "were")):
            acted = [row[begin], form] if word == "be" else [form]
            for left in range(max(0, begin - 24), begin):
                if left and (row[left - 1] in _COUNTS or row[left - 1].isdigit()):
                    continue  # a part of what is counted, not all of it
                for right in range(by + 2, len(row) + 1):
                    if right < len(row) and row[right] not in ADVERBIAL | {
                        "and",
                        "when",
                        "but",
                        "while",
                        "because",
                        "which-aside",
                    }:
                        continue
                    yield [*row[:left], *row[by + 1 : right], *acted, *row[left:begin], *row[at + 2 : by], *row[right:]]


def _told_in_figures(statement: str, quote: str) -> str:
    """The statement with "about a third" put as the quote's "34%", where the quote has exactly one such share and says no fraction itself."""
    shares = re.findall(r"(\d+(?:\.\d+)?)(?:%| per ?cent\b)", quote)

    def figures(match: re.Match[str]) -> str:
        if match[0].strip().lower() in quote.lower():
            return match[0]
        target = _FRACTIONS[match["part"].lower().replace("-", " ")]
        fits = [share for share in dict.fromkeys(shares) if _fits(float(share), target, match)]
        of = "" if re.match(r" of\b", statement[match.end() :]) or " in " not in match["part"] else " of"
        return f"{' ' if match[0].startswith(' ') else ''}{fits[0]}%{of}" if len(fits) == 1 else match[0]

    return re.sub(_VAGUE.pattern, figures, statement, flags=re.IGNORECASE)


def _fits(share: float, target: float, match: re.Match[str]) -> bool:
    if match["about"]:
        return abs(share - target) <= min(NEAR, target / 10)
    if match["nearly"]:
        return target - min(NEAR, target / 10) <= share < target
    if match["over"]:
        return target < share <= target + min(NEAR, target / 10)
    return abs(share - target) < 0.05


def _is_rule(meant: Sequence[str]) -> bool:
    """Whether a quote holds for anybody: it counts nobody, tells of no study, and is about one kind of person or nobody."""
    if any(re.fullmatch(r"(?:19|20)\d\d", word) for word in meant) or not (_ANYBODY | _OWNERS) & set(meant):
        return False
    if {"you", "your", "percent", "found", "said", "reported", "was", "were", "had"} & set(meant) or len(
        _ANYBODY & set(meant)
    ) > 1:
        return False
    return not any(COUNTED.fullmatch(word) for word in meant)


def _to_you(meant: Sequence[str]) -> list[str]:
    """A rule about people as it is told to "you"; "your" may come and go in it."""
    told: list[str] = []
    for word in meant:
        after = bool(told) and told[-1] == "you" and len(word) > 3
        person = word in _ANYBODY or (word in ("they", "them") and _ANYBODY & set(meant))
        if word not in _OWNERS:
            told.append("you" if person else re.sub(r"(?<=[^s])s$", "", word) if after else word)
    return told
