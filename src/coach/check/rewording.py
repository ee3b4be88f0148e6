"""May these words stand for those? A grammar of edits that keep a sentence's meaning; whatever is outside it is refused.

Shared words show what two sentences are about, not what they say: "a directive leader" and "a participative one" may have
changed places. So both sentences are read as a row of words in which equal words (`lexicon`) look alike, and these rows have to be
the same but for edits that cannot change what is claimed: a lead-in before a colon left out, a last clause with "and" left out, one
part that says in which study or when moved to another place, a passive turned into an active, a share told as a fraction, "you" in the
place of "people" in a rule, and two sentences joined. It is strict on purpose: what it refuses is replaced by the quoted sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise, product

import Stemmer

from coach.check.lexicon import actives
from coach.check.rows import COUNTED, NUMBERS, VERBS, equal_words, word_set

EMPTY = word_set("also moreover itself as-well")
"""Words that may be left out."""
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
_ADVERBIAL = word_set(
    "in among amongst at during across on for since before after until till under within over per between from more-than"
)
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
_JOINS = re.compile(
    r"; (?:and |while |whereas |but )?|, (?:and|while|whereas|but|although|though) | and that | and | while | whereas | but ",
    re.IGNORECASE,
)
_BARRIERS = word_set(
    "and or but while although because if unless than who which where when after before not no only whether until as"
)
"""Words that a moved part may not pass inside a sentence: on their other side it would say something about something else."""
_CONDITIONS = word_set("that what how than whose whom for-example such-as to")
"""Words with which a sentence has more than one clause, beside the barriers."""
_LIMITS = word_set("only unless except if but though although while whereas not no without until")
_BE = word_set("was were is are")
_MODALS = word_set("can could may might will must should would")
_POINTS_BACK = word_set("it its they their them this these he she his her")
_WROTE = _TOLD - {"in", "among", "across", "of"}
_COMPARING = word_set("more less fewer higher lower better worse than no-longer however other author authors")
_COUNTS = word_set("of percent most many few all some only half no each every both more fewer less the-most a-few even")
_SCOPED = word_set("for among in under only when where if at unless seem~ seem~s some may might not")
"""Words by which a lead-in limits what follows, so that it may not be left out."""
_CLAUSES = word_set("before after when if once where")
_PAIRING = word_set("both together between either")
_ANYBODY = word_set("people one 1 somebody users everybody")
_OWNERS = word_set("their one's 1's people's somebody's everybody's users'")
_RESEARCH = re.compile(rf"{COUNTED.pattern}|(?:19|20)\d\d")
_FIGURE = re.compile(r"(?<![\w.])([-−+£€¥$]*)((?:\d[\d,]*)?\.?\d+(?:,\d{3})*)")
_SIGNS = ".,;:()%'’\"“”-–$"
_STOPPED = re.compile(r"(?<=[\w)%”\"])[.;] (?=[A-Za-z\d“])")
_BACK = re.compile(
    r"(?P<it>It|They|This|That|These|Those)(?P<be> (?:is|was|are|were)(?= (?:an?|the|one|\w+ times|about)\b))? ",
    re.IGNORECASE,
)
_IFS = word_set("if when unless where whether once until except only")
_CONTRASTS = (" while ", " whereas ", " but ", " yet ")
"""Words between two statements of which a denial, a hedge or a place in the first holds for the first alone; a condition may hold for both."""
_WEAK = (" and ", " so ", *_CONTRASTS)
"""Words that join two statements of which each may stand alone."""
_REACHING = _LIMITS - {"though", "although", "while", "whereas", "but"} | word_set(
    "may might could would should cannot never none nobody nothing neither nor hardly seldom rather-than if when where whether once suggest seem "
    "believe expect fear hope doubt claim estimate advise warn deny assume perhaps likely either not-at-all fail too"
)
"""Words that hold for all that follows them up to the end of their sentence."""
_BINDING = word_set(
    "as to who can must ask want tell require few between both describe need try help let make think plan aim hope promise may order allow force"
)
"""Words after which "and" may go on with what is asked, wanted or meant, and not with what is so."""
_JOINING = ("and", "or", "but", "while", "whereas", "yet", "so", "although", "though", "which", "who", "because")
_TOLD_FLATLY = word_set(
    "found reported said show~ show~s show~d concludes concluded noted notes wrote observed observes explains explained"
)
_STEMMER = Stemmer.Stemmer("english")
FEWEST = 3
"""Words of a part that may be moved, at least: two names that change places are shorter."""


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
            ended = any(_told(row[-n:]) or _movable(row[-n:]) for n in range(FEWEST, 16)) or _WROTE & set(row[-6:])
            if ended and not any(_RESEARCH.fullmatch(word) for word in equal_words(left)):
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
    if torn := _torn(statement, quote):
        return f"a full stop inside a clause of the quote: {torn}"
    rows = list(_readings(statement, quote))
    meanings = list(_meanings(quote))
    if _is_rule(meanings[0]) and {"you", "your"} & set(rows[0]):
        rows, meanings = [[w for w in row if w != "your"] for row in rows], [_to_you(row) for row in meanings]
    if any(_same(said, meant) for said in rows for meant in meanings):
        return ""
    said, meant = rows[0], min(meanings, key=lambda row: len(set(rows[0]) ^ set(row)))
    new = [word for word in said if word not in meant and word not in EMPTY]
    lost = [word for word in meant if word not in said and word not in EMPTY]
    if new:
        return f"not in the quote: {_plain(new)}"
    return f"left out of the quote: {_plain(lost)}" if lost else "its parts stand in another order"


def _plain(words: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(word.split("~")[0] for word in words))


# --- rows of words ---


def _torn(text: str, quote: str) -> str:
    """Two words with a full stop between them that stand side by side in the quote; "" if there are none."""
    pieces = re.split(rf"[,;:.?!()]|\\b(?:{'|'.join(_JOINING)})\\b", quote)
    pairs = {pair for piece in pieces for pair in pairwise(equal_words(piece))}
    for stop in _STOPPED.finditer(text):
        pair = (equal_words(text[: stop.start()])[-1:], equal_words(text[stop.end() :])[:1])
        if tuple(pair[0] + pair[1]) in pairs:
            return " … ".join(pair[0] + pair[1])
    return ""


def _plain_readings(text: str) -> Iterator[list[str]]:
    plain = [word for word in equal_words(text) if word != ":"]
    yield plain
    if "by" in plain:
        yield from _actives(plain)


def _readings(text: str, quote: str) -> Iterator[list[str]]:
    """The rows of words that a statement may be read as: its own first, then those with its sentences put together again."""
    yield from _plain_readings(text)
    for whole in _rejoined(text, quote):
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
        source = last if _told(equal_words(last)) or _movable(equal_words(last)) else ""
        clause = equal_words(first if source else tail)
        verb = any(w in VERBS or w.endswith(("ed", "~d", "~s")) for w in clause)
        loose = not (_LIMITS | _COMPARING | _POINTS_BACK) & set(clause) and not any(
            c.isdigit() for w in clause for c in w
        )
        if verb and loose and len(equal_words(head)) >= 6 and not _PAIRING & set(equal_words(head)):
            yield f"{head}, {source}" if source else head


def _rejoined(text: str, quote: str, *, most: int = 2) -> Iterator[str]:
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
    sourced = any(_told(row[-n:]) or _movable(row[-n:]) for n in range(2, 16)) or bool(
        _WROTE & set(row[-4 if dated else -1 :])
    )
    lone = _lone(before) and (not sourced or any(_RESEARCH.fullmatch(word) for word in equal_words(before)))
    wholes = []
    if lone and back:
        bare = after[back.end() :]
        if back["be"] and f", {bare[:12].lower()}" in quote.lower():
            wholes.append(f"{before}, {bare}")
        wholes.append(f"{before}, which {after[len(back['it']) :].lstrip()}")
    if lone and _flat(before):
        bares = [after[len(back["it"]) :].lstrip()] if back else []
        bares += [after[len(restated) :].lstrip()] if restated else []
        wholes += [f"{before}{join}{bare}" for bare in bares for join in _WEAK]
        if back or restated or not _leading(before):
            wholes += [f"{before}{join}{after}" for join in _WEAK if not (back and join in (" while ", " whereas "))]
    if lone and f", and {after[:12].lower()}" in quote.lower() and not _TOLD_FLATLY & set(equal_words(before)):
        wholes.append(f"{before} and {after}")  # a clause of its own, by its comma and subject
    if not sourced and not (_TOLD_FLATLY | _IFS) & set(equal_words(re.split(r"(?<=[.;:]) ", before)[-1])):
        wholes += [f"{before}{join}{after}" for join in _CONTRASTS if not (back and join in (" while ", " whereas "))]
    wholes.append(f"{before}: {after}")
    for whole in wholes:
        yield whole
        yield from _rejoined(whole, quote, most=most - 1)


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
    return bool(row) and (row[0] in _ADVERBIAL | _CLAUSES | {"according-to"} or bool(_TOLD_FLATLY & set(row)))


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


# --- edits ---


def _same(said: Sequence[str], meant: Sequence[str]) -> bool:
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
        if first[0] in _CLAUSES and len(first) == len(other):
            for cut in range(2, len(first) - 1):
                if first[cut:] + first[:cut] == other:
                    return not {"and", "but", "while", "or"} & set(first[cut:])
    return False


def _moved(said: list[str], meant: list[str], start: int, end: int) -> bool:
    """Whether `meant[start:end]` is a part that may be moved, and `said` is `meant` with it elsewhere."""
    part = meant[start:end]
    if not _movable(part) or (end < len(meant) and meant[end] in _ADVERBIAL | {"of", "who", "which"}):
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
        return not any(_RESEARCH.fullmatch(word) for word in rest)
    still = not (_BARRIERS | VERBS) & set(passed) and not any(w.endswith(("ed", "~d")) for w in passed)
    one = after == 0 and not (_BARRIERS | _CONDITIONS) & set(rest) and sum(map(_acts, rest)) == 1
    return still or (one and not any(_RESEARCH.fullmatch(word) for word in rest))


def _acts(word: str) -> bool:
    return word in VERBS or word.endswith(("ed", "~d", "ing", "~g"))


def _movable(part: Sequence[str]) -> bool:
    """A part that says when, where, among whom or according to whom, and nothing else."""
    return _is_movable(tuple(part))


@lru_cache(maxsize=65536)
def _is_movable(part: tuple[str, ...]) -> bool:
    dated = any(re.fullmatch(r"\d{4}", word) for word in part)
    if len(part) < FEWEST and not dated:
        return False
    study = any(_STUDY.fullmatch(word) for word in part)
    joined = any(w in VERBS or w.endswith(("ed", "~d")) for w in part[part.index("and") :]) if "and" in part else False
    if part[0] in _ADVERBIAL and not joined and not set(part) & {"found", "said", "reported", "but", "while", "than"}:
        return study or dated
    return _told(part)


def _told(part: Sequence[str]) -> bool:
    """A part that says who found it: "a 2024 study found", "according to the regulator's report of 2024"."""
    if not part:
        return False
    begun, ended = part[0] in ("according-to", "found", "reported", "said"), part[-1] in _TOLD
    told = begun or ended
    plain = not (_BARRIERS | VERBS) & set(part[1 if begun else 0 : -1 if ended else None])
    return told and plain and any(_STUDY.fullmatch(word) for word in part) and FEWEST <= len(part) <= 4 * FEWEST


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
                    if right < len(row) and row[right] not in _ADVERBIAL | {
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
