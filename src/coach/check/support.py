"""Does a quote carry a statement? Exact words first; else numbers, dates, names, negation and overlap must agree."""

import re
from collections import Counter
from functools import lru_cache

import Stemmer

from coach.check.lexicon import DISTINCT
from coach.check.rewording import refused, signs_changed
from coach.models import Flag, Material, Request, Section, Statement

OVERLAP = 0.85
"""Share of a statement's content stems that its quotes must hold before it counts as supported. A proxy, strict on
purpose: of the hand-labelled pairs in `tests/support_pairs.yaml` (November 2026) all 15 paraphrases share at least 0.86
and pass; none of the 30 changed meanings passes, while at 0.7 three of them would ("required" for "optional"). Shared words
are not enough against somebody who lies fluently: of the 818 wrong statements of `evals/gate_wrong.yaml` 45% pass, and on public
labelled pairs between none and 59% (`evals/README.md`). A model's words therefore pass `gate`, which lets only the rewordings of `rewording` through."""
_NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "hundred": "100", "half": "1/2", "third": "1/3", "quarter": "1/4", "twice": "2x", "double": "2x", "doubled": "2x",
    "per cent": "%",
}  # fmt: skip
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NEGATION = re.compile(
    r"\b(?:not|no|nor|never|none|nobody|nothing|neither|without|cannot|hardly|rarely|seldom|unlikely|fail(?:s|ed)? to|"
    r"lack(?:s|ed)?)\b|n['’]t\b",
    re.IGNORECASE,
)
_FRAMES = re.compile(
    r"\b(?:false|untrue|either|or|if|unless|whether|may|might|could|would|should|can|must|perhaps|possibly|probably|likely|allegedly|"
    r"reportedly|suspect\w*|suppos\w+|believ\w+|assum\w+|think\w*|thought|hop(?:e|es|ed|ing)|fear\w*|wish\w*|want\w*|claim\w*|expect\w*|"
    r"intend\w*|plan(?:s|ned|ning)?|tri(?:es|ed)|trying|attempt\w*|refus\w+|pretend\w*|propos\w+|threaten\w*|doubt\w*|deni(?:es|ed)|"
    r"almost|nearly|about|around|approximately|roughly|up to|at least|at most|fewer|less than|more than|over|under|until|before|after|"
    r"former|ex|fake|alleged|would-be|so-called|potential|suggest\w*|seem\w*|appear\w*|only|except|other than|each other|first|last)\b",
    re.IGNORECASE,
)
"""Words that say that something is not flatly so: a statement keeps those of its quote."""
_QUANTIFIERS = ("all", "every", "always", "most", "many", "some", "few", "only", "both", "majority", "minority")
_DIRECTIONS = (
    {"more", "higher", "greater", "increase", "increases", "increased", "rose", "rise", "rises", "grew", "above", "gain",
     "better", "improved", "improves", "improve", "longer", "larger", "faster", "stronger", "outperformed", "raised", "raises"},
    {"less", "lower", "fewer", "smaller", "decrease", "decreases", "decreased", "fell", "fall", "falls", "shrank", "below",
     "loss", "worse", "declined", "decline", "shorter", "slower", "weaker", "cut", "cuts", "reduced", "reduces", "dropped", "lowered", "lowers"},
)  # fmt: skip
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "than",
        "then",
        "so",
        "such",
        "their",
        "they",
        "them",
        "his",
        "her",
        "he",
        "she",
        "we",
        "you",
        "your",
        "our",
        "i",
        "who",
        "whom",
        "which",
        "what",
        "when",
        "where",
        "how",
        "if",
        "into",
        "about",
        "also",
        "can",
        "could",
        "may",
        "might",
        "will",
        "would",
        "shall",
        "should",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "one",
        "s",
        "t",
        "not",
        "no",
    ]
)


def support(statement: str, quotes: tuple[str, ...]) -> list[str]:
    """Why the quotes do not carry the statement; an empty list means that they do.

    An exact sentence passes, and so does one that only rewords it (`rewording`). Anything else must bring no number, date or name of its own, agree in negation, in
    quantifiers and in direction ("rose" against "fell"), and share `OVERLAP` of its content stems with the quotes.
    """
    if any(_folded(statement) == _folded(quote) for quote in quotes) or not refused(statement, quotes):
        return []
    joined = " ".join(quotes)
    problems = signs_changed(statement, joined)
    for what, of in (("number", numbers), ("name", names)):
        missing = sorted(of(statement) - of(joined) - (words(joined) if what == "name" else set()))
        if missing:
            problems.append(f"{what} not in the quote: {', '.join(missing)}")
    if bool(_NEGATION.search(statement)) != bool(_NEGATION.search(joined)):
        problems.append("a negation stands on one side only")
    lost = [word for word in _QUANTIFIERS if word in words(statement) and word not in words(joined)]
    if lost:
        problems.append(f"quantifier not in the quote: {', '.join(lost)}")
    up, down = _DIRECTIONS
    for mine, other in ((up, down), (down, up)):
        if words(statement) & mine and not words(joined) & mine and words(joined) & other:
            problems.append("the direction of the comparison differs")
    if flat := Counter(map(str.lower, _FRAMES.findall(joined))) - Counter(map(str.lower, _FRAMES.findall(statement))):
        problems.append(f"the quote says it less flatly: {', '.join(sorted(flat))}")
    if not _named_in_order(statement, joined):
        problems.append("its names stand in another order")
    share = overlap(statement, joined)
    if share < OVERLAP:
        problems.append(f"only {share:.0%} of its content words are in the quote")
    return problems


def _named_in_order(statement: str, quote: str) -> bool:
    """Whether names that both have stand in the statement in the quote's order: who says it of whom."""
    mine, theirs = ([word.lower() for word in re.findall(r"\b[A-Z]\w+", text)] for text in (statement, quote))
    rest = iter(theirs)
    return all(name in rest for name in mine if name in theirs)


def overlap(statement: str, quote: str) -> float:
    """Share of the statement's content stems that the quote holds, 0 to 1. A proxy for meaning, not meaning."""
    mine, theirs = stems(statement), stems(quote)
    return len(mine & theirs) / len(mine) if mine else 0.0


def numbers(text: str) -> set[str]:
    """Numbers, percentages, years and months of a text in one spelling."""
    lowered = text.lower()
    found = set()
    for match in re.finditer(r"(?<![\w.])[-−]?(\d[\d,]*(?:\.\d+)?)(\s?%| per ?cent| percent)?", lowered):
        value = match[1].replace(",", "").rstrip(".")
        found.add(value + ("%" if match[2] else ""))
    found |= {spelled for word, spelled in _NUMBER_WORDS.items() if re.search(rf"\b{word}s?\b", lowered)} - {"1", "%"}
    return found | set(re.findall(rf"\b(?:{_MONTHS})\b(?= \d|,)", lowered))


def names(text: str) -> set[str]:
    """Words that a sentence spells with a capital although they do not begin it, and acronyms; lower-cased."""
    found = set()
    for sentence in re.split(r"(?<=[.!?:]) ", text):
        words = re.findall(r"[A-Za-z][\w'’-]*", sentence)
        for position, word in enumerate(words):
            if word != "I" and ((word[0].isupper() and position) or re.fullmatch(r"[A-Z]{2,}s?", word)):
                found.add(re.sub(r"['’]s$", "", word).lower())
    return found


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """English Snowball stems of the content words of a text."""
    content = [word for word in words(text) if word not in _STOP]
    kept = [word for word in content if word in DISTINCT]
    return frozenset(kept + Stemmer.Stemmer("english").stemWords([word for word in content if word not in DISTINCT]))


def words(text: str) -> set[str]:
    """Lower-case words and figures of a text."""
    return set(re.findall(r"[\w]+", text.lower()))


def _folded(text: str) -> str:
    return " ".join(text.split())


def cited(section: Section, material: Material, request: Request) -> list[Flag]:
    """Every citation's quote stands at its place, and every statement is carried by its quotes."""
    flags = []
    for statement in section.all_statements():
        for problem in (
            *_places(statement, material),
            *support(statement.text, tuple(c.quote for c in statement.citations)),
        ):
            flags.append(Flag(check="cited", severity="error", where=section.id, message=problem, text=statement.text))
    return flags


def _places(statement: Statement, material: Material) -> list[str]:
    problems = []
    for citation in statement.citations:
        document = material.document(citation.note)
        if document is None:
            problems.append(f"'{citation.note}' is not among the evidence")
        elif not citation.quote or document.text[citation.start : citation.end] != citation.quote:
            problems.append(
                f"the quote does not stand at characters {citation.start} to {citation.end} of '{citation.note}'"
            )
        elif document.note and (not citation.sources or not set(citation.sources) <= set(document.note.sources)):
            problems.append(f"the quote from '{citation.note}' names no source of that note")
    if statement.tier == "exact" and statement.text not in {citation.quote for citation in statement.citations}:
        problems.append("called exact, but it is not the quoted sentence")
    return problems
