"""A text as a row of words in which equal words look alike: what is laid beside another text to see whether both say the same."""

import re
from functools import lru_cache

from coach.check.lexicon import equal, joined


def word_set(words: str) -> frozenset[str]:
    """The words of a text, once each."""
    return frozenset(words.split())


GLUE = word_set("a an the that")
"""Words that may come and go."""
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {word: str(n) for n, word in enumerate(re.findall(r"\w+", _ONES))}
NUMBERS |= {word: str(10 * n) for n, word in enumerate(re.findall(r"\w+", _TENS), start=2)}
"""Number words with their figures."""
_MEASURE = r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|sixty) (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|per ?cent)\b"
_PEOPLE = "people|those|learners|participants|students|pupils|workers|managers|employees|patients|users|customers|staff|viewers|readers"
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|%|[^\W\d_]+(?:['’~-][^\W\d_]+)*~?|[,;:.?!()]")
VERBS = word_set("was were is are had has have did does found fell rose came went made gave kept got felt took")
"""Irregular and auxiliary verbs that a row may hold; others end in "ed" or "~d"."""
LIMITS = word_set("only unless except if but though although while whereas not no without until")
"""Words that limit what is said."""
_PAPERS = word_set("paper papers report reports audit pilot standard law resolution directive guidance guide post")
COUNTED = re.compile(
    r"stud(?:y|ies)|surveys?|reviews?|trials?|experiments?|analys[ei]s|meta-analys[ei]s|polls?|tests?|data|interviews"
)
"""How a piece of research is called."""


def equal_words(text: str) -> list[str]:
    """The words of a text, in lower case, equal ones alike; glue and punctuation are left out but for the first colon."""
    return list(_equal_words(text))


@lru_cache(maxsize=4096)
def _equal_words(text: str) -> tuple[str, ...]:
    lowered = text.lower().replace("’", "'").replace("**", "")
    lowered = re.sub(r"(\d) to (\d[\d,.]*)(?= ?%| per ?cent)", r"\1 % to \2", lowered).replace("% % to", "% to")
    lowered = re.sub(r"[$](\d[\d,.]*(?: [mb]illion| trillion)?)", r"\1 dollars", lowered)
    lowered = re.sub(r"\b(over|above)(?= [\d£€])", "more than", lowered)
    lowered = re.sub(r"\b(under|below)(?= [\d£€])", "less than", lowered)
    lowered = re.sub(rf"\b(under|below)(?= {_MEASURE})", "less than", lowered)
    lowered = re.sub(rf"\b({_PEOPLE}) who (?:had|have|has) (?=an? )", r"\1 with ", lowered)
    lowered = re.sub(r"\b(twent|thirt|fort|fift|sixt|sevent|eight|ninet)y-(\w+)", _compound, lowered)
    lowered = re.sub(r"\bas well(?! as)\b", "as-well", lowered)
    lowered = lowered.replace(" as well as ", " and ").replace("a decade", "ten years")
    lowered = re.sub(r"(?:,? and|,) not (?!only)", " rather than ", lowered)
    lowered = re.sub(r"\b(?:that|which|who) (?:was|were|is|are|has been|have been) (?=\w+ed\b|\w+ing\b)", "", lowered)
    lowered = re.sub(r"\b(\w+) or more\b", r"at least \1", lowered)
    lowered = re.sub(r"\b(\w+)( \w+ a \w+)? or (?:less|fewer)\b", r"no more than \1\2", lowered)
    lowered = (
        re.sub(r"\bmore than (?=\S)", "more-than ", lowered)
        .replace("according to", "according-to")
        .replace("than by ", "than ")
    )
    lowered = re.sub(r"\b(can|could|do|does|did|is|are|was|were|has|have|had|would|should)n't\b", r"\1 not", lowered)
    lowered = re.sub(r"\bagainst (?=\d|those\b|an? average|the others)", "compared with ", lowered)
    lowered = re.sub(r"\ba few\b", "a-few", lowered)
    lowered = re.sub(r"\bthe (most|least)\b(?! of)", r"the-\1", lowered)
    lowered = re.sub(r"\bno(?=[,:.;])", "no-indeed", lowered)  # "no, a score can" is not "no score can"
    lowered = re.sub(r", (?:published|reported|described|released) in (?=\d{4})", " aside-in ", lowered)
    lowered = re.sub(r", (who|which|whose)\b", r" \1-aside", lowered)  # tells of all of them, not which of them
    lowered = re.sub(r",? too(?=[.,;:]|$)", "", lowered)
    lowered = joined(lowered)
    words: list[str] = []
    for token in _TOKEN.findall(lowered):
        if token in ",;.?!()" or token in GLUE:
            continue
        word = NUMBERS.get(token, token).replace(",", "") if token[0].isdigit() or token in NUMBERS else token
        words.append(equal().get(word, word))
    words = _dated(words)
    colons = [i for i, word in enumerate(words) if word == ":"]
    return tuple(word for i, word in enumerate(words) if word != ":" or i == colons[0])


def _compound(match: re.Match[str]) -> str:
    tens, ones = NUMBERS.get(match[1] + "y"), NUMBERS.get(match[2])
    return str(int(tens) + int(ones)) if tens and ones and int(ones) < 10 else match[0]


def _dated(words: list[str]) -> list[str]:
    """ "A study of 240 nurses published in 2024" as "2024 study of 240 nurses": the year stands before its study.

    Not so "51 articles published in 2013", which may be in a study of any year; after a comma the year is that of the whole.
    """
    found: list[str] = []
    at = 0
    while at < len(words):
        two, three = words[at : at + 2], words[at : at + 3]
        aside = two[:1] == ["aside-in"]
        short = two[:1] in (["of"], ["from"]) or aside
        parts = two if short else three if three[:2] in (["publish~d", "in"], ["reported", "in"]) else []
        year = parts[-1] if len(parts) > 1 and re.fullmatch(r"(?:19|20)\d\d", parts[-1]) else ""
        window = 2 if short and not aside else 12
        near = [
            n
            for n in range(max(0, len(found) - window), len(found))
            if COUNTED.fullmatch(found[n]) or found[n] in _PAPERS
        ]
        counted = len(parts) == 3 and len(found) > 1 and found[-1].endswith("s") and found[-2].isdigit()
        study = (near[0] if aside else near[-1]) if near and not counted else None
        if year and study is not None and not {w for w in found[study:] if w in VERBS or re.fullmatch(r"\d{4}", w)}:
            found.insert(study, year)
            at += len(parts)
        else:
            found.append(words[at])
            at += 1
    return found
