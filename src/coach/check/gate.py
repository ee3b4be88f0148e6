"""The gate: may a text that somebody else reworded stand in the place of the original? Plain functions, no model."""

import re
from collections import Counter
from collections.abc import Sequence

from coach.check.fitting import heads, recast, unfit
from coach.check.language import assertions, spokespersons
from coach.check.rewording import refused
from coach.check.rows import equal_words
from coach.check.structure import LEADING
from coach.check.support import names, numbers, stems, support, words
from coach.knowledge.verify import OPEN_QUESTION

LONGEST = 2.0
"""A reworded text is at most so many times as long as the original, and `SPARE` words."""
SPARE = 12
KEPT = 0.85
"""Part of a question's content words that a rewording keeps at least; else it asks for something else."""
NEUTRAL = stems(
    "ask tell describe say talk think feel notice see hear learn try decide change matter happen want know find make do give take "
    "use start keep come go meet moment time example situation day week month year past last next recent own work job thing part way "
    "one first people person somebody colleague team here today yourself experience story differently look back picture remember "
    "recall single really now already ever"
)
"""Content words that a question may bring in: they ask for an experience and presuppose none."""
JUDGING = stems(
    "panic failure fail laziness lazy fear afraid shame guilt incompetence ignorance neglect stupidity anger hate weakness cowardice arrogance "
    "carelessness mess disaster blame fault mistake error worst poor bad wrong slow useless hopeless"
)
"""Words that judge somebody: a question may not bring them in, though the request holds them."""
_WHO = re.compile(r"\b(?:i|me|my|mine|where|when|we|us)\b")
_LINK = re.compile(r"https?:|www\.|@|\b[\w-]+\.[a-z]{2,}\b|\[[^\]]*\]|[<>{}`*_#|]{1,}|\b[ea]\d+\b")
_FIXED = re.compile(
    r"\b(?:only|first|last|next|both|all|each|every|by|alone|without|before|after|most|least)\b", re.IGNORECASE
)
"""Words that a question keeps where it has them: without them, or by a passive turned round, it asks for something else."""
_SECOND = re.compile(
    r"(?:,? (?:and|or)|,) (?:what|which|how|when|where|who|whom|whose|why|do|does|did|is|are|was|were|can|could|will|would|has|have)\b",
    re.IGNORECASE,
)
_SAME = tuple(
    map(
        re.compile,
        (
            r"\b(?:off|on|out|up)\b(?=[ ?.,]*(?:[?.,]|$))",
            r"\b(?:they|them|their|he|she|colleagues?|mentor|mentee)\b",
            r"\b(?:should|must)\b",
            r"\b(?:who|whom|whose)\b",
            r"\b(?:will|did|away|back|over)\b",
            r"\b(?:not|no|never|n.t)\b \w+",
            r"\b(?:whether|even if|if)\b",
        ),
    )
)
"""Words that stand equally often in a question and its rewording: persons, directions, duties, what is denied."""
_LEADS = frozenset(["for", "of", "on", "with", "in", "at", "your", "from", "about", "to", "by", "our"])
"""Words after which a word of the request says whose, where or on what, and presupposes nothing."""
_OWNED = frozenset(["your", "our", "my", "their", "his", "her"])
_KEPT = frozenset(
    ["to", "of", "with", "about", "from", "by", "for", "at", "against", "into", "over", "under", "be", "been", "being"]
)
_SMALL = _KEPT | _OWNED | frozenset(["in", "on", "have"])
"""Words that turn a question: "finish" and "finish with", "say about" and "say to", "an arrangement" and "our arrangement"."""
_ARTICLES = frozenset(["the", "a", "an", "this", "that", "these", "those"])
_FRONTED = re.compile(r"\b(?:If|When|Where|Before|After|Once) [^,.;:?!]*,")
"""A clause in front of its sentence, with its comma."""
_STOPS = re.compile(r"[.;:?!](?= )")
_IT = re.compile(r"(\w*)\W*\bIT\b")
"""The department, with the word before it."""
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w+(?:-\w+)*\b|[\"“][^\"”]+[\"”]")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot)\b|n['’]t\b", re.IGNORECASE)


def statement_faults(text: str, quotes: Sequence[str]) -> list[str]:
    """Why a reworded statement cannot stand on these quotes; an empty list means that it can."""
    if text in quotes:
        return []
    faults = [*_form(text, " ".join(quotes)), *support(text, tuple(quotes)), *_spoken(text)]
    reason = refused(text, quotes)
    return [*faults, f"more than a rewording: {reason}"] if reason else faults


def question_faults(text: str, original: str, request: str) -> list[str]:
    """Why a reworded question cannot stand: it has to ask for the same, openly, and presuppose nothing new.

    Args:
        request: What the request says: words and names from there may come in.
    """
    text, original = _without_front(recast(text, original, request), original)
    faults = _form(text, original)
    if not OPEN_QUESTION.fullmatch(text) or text.count("?") > 1:
        faults.append("it is not one open question")
    if LEADING.search(text):
        faults.append("it suggests its answer")
    faults += _negated(text, original)
    mine, theirs = _kinds(text), _kinds(original)
    kept = [kind for kind in theirs if kind in mine]
    if theirs and len(kept) / len(theirs) < KEPT:
        faults.append(f"it keeps {len(kept)} of {len(theirs)} content words")
    if kept != [kind for kind in mine if kind in theirs]:
        faults.append("its words stand in another order")
    new = [kind for kind in mine if kind not in (*theirs, *_kinds(request)) and not stems(kind) <= NEUTRAL]
    if new:
        faults.append(f"neither in the original nor in the request: {', '.join(new)}")
    if set(_WHO.findall(text.lower())) ^ set(_WHO.findall(original.lower())):
        faults.append("another person, time or place is asked about")
    if loaded := set(_kinds(text)) & (JUDGING - set(_kinds(original))):
        faults.append(f"it supposes something about the person: {', '.join(sorted(loaded))}")
    if small := _small(text, original, request):
        faults.append(f"small words that ask for something else: {', '.join(small)}")
    if loose := _brought(request, text, original):
        faults.append(f"words of the request where they may presuppose something: {', '.join(loose)}")
    if lost := {word.lower() for word in _FIXED.findall(original)} - {word.lower() for word in _FIXED.findall(text)}:
        faults.append(f"a word that fixes its meaning is lost: {', '.join(sorted(lost))}")
    if any(pattern.findall(text.lower()) != pattern.findall(original.lower()) for pattern in _SAME) or (
        len(_IT.findall(text)) != len(_IT.findall(original))
    ):
        faults.append("a person, a duty, a direction or a denial is another")
    before, there = ([kind for kind in _kinds(_NEGATION.split(whole)[0]) if kind in kept] for whole in (text, original))
    if _NEGATION.search(original) and before != there:
        faults.append("the denial stands elsewhere")
    if _SECOND.search(text) and not _SECOND.search(original):
        faults.append("it asks two things")
    return [*faults, *_borrowed(text, original, request), *_spoken(text)]


def instruction_faults(text: str, original: str, request: str) -> list[str]:
    """Why a reworded instruction cannot stand: it has to say the same, fitted to the request at most."""
    faults = [*_form(text, original), *_negated(text, original)]
    lost = min(
        original.count(",") - text.count(","),
        _FRONTED.sub("", original).count(",") - _FRONTED.sub("", text).count(","),
    )
    if _NEGATION.search(original) and lost > max(0, len(_STOPS.findall(text)) - len(_STOPS.findall(original))):
        faults.append("a comma is lost that ends what is denied")
    reason = unfit(text, original, request)
    text = recast(text, original, request)
    if original.count("____") != text.count("____") or ("“" in original and original.count("“") != text.count("“")):
        faults.append("a blank or a quotation of the original is lost")
    if sorted(_IT.findall(text)) != sorted(_IT.findall(original)):
        faults.append("IT, the department, is not it, or stands elsewhere")
    return [*faults, *([reason] if reason else []), *_borrowed(text, original, request), *_spoken(text)]


_WHEN = (
    r"(?:In|Within|Over|During|For|After) (?:the )?(?:past|next|last|coming|a|one|two|three|four|five|six|eight|ten|twelve)(?: \w+)? ?"
    r"(?:days?|weeks?|months?|years?|quarters?)|From now on|On a (?:working|usual|normal|busy) \w+|(?:This|Next) (?:week|month|year)|Today|Tomorrow"
)
"""Bare times: in front of a question they mean what they mean behind it."""


def _without_front(text: str, original: str) -> tuple[str, str]:
    """Both without an adverbial of time or place that stands in front of the text and elsewhere in the original ("In four weeks, how …")."""
    front = re.match(rf"({_WHEN}), (\w)", text)
    if not front or _NEGATION.search(front[1]):
        return text, original
    place = re.search(rf"(?<=\w) {re.escape(front[1].lower())}\b", original)
    if not place or re.search(r"\b(?:that|who|which|whether|if|when|where|because)\b", original[: place.start()]):
        return text, original
    return front[2].upper() + text[front.end() :], original[: place.start()] + original[place.end() :]


def _negated(text: str, original: str) -> list[str]:
    return (
        ["a negation stands on one side only"]
        if bool(_NEGATION.search(text)) != bool(_NEGATION.search(original))
        else []
    )


def _small(text: str, original: str, request: str) -> list[str]:
    """Prepositions and possessives that are lost, or new and not followed by words of the request; and the people of the request put in."""
    asked, people = set(_kinds(request)), heads(request)
    found = sorted((set(_kinds(text)) - set(_kinds(original))) & people)
    mine, theirs = (_with_next(whole) for whole in (text, original))
    known, left = Counter(theirs), Counter(word for word, _ in theirs)
    rest = []
    for word, after in mine:  # those before the same word first
        if known[word, after]:
            known[word, after] -= 1
            left[word] -= 1
        else:
            rest.append((word, after))
    for word, after in rest:
        if left[word]:
            left[word] -= 1
        else:
            kinds, placed = set(_kinds(after)), word in ("in", "on", "at") and stems(after) <= NEUTRAL
            if word in _OWNED or not kinds or not (kinds & asked or placed):
                found.append(word)
    return found + [word for word, times in left.items() if times > 0 and word in _KEPT]


def _with_next(text: str) -> list[tuple[str, str]]:
    """The small words of a text, each with the next word that is neither small nor an article; possessives after a small word left out."""
    words = re.findall(r"[\w'’-]+|[?,]", text.lower())
    found = []
    for at, word in enumerate(words):
        if word in _SMALL and not (word in _OWNED and at and words[at - 1] in _SMALL):
            found.append((word, next((w for w in words[at + 1 :] if w not in _ARTICLES and w not in _SMALL), "?")))
    return found


def _brought(request: str, text: str, original: str) -> list[str]:
    """Words of the request that a question brings in elsewhere than after "for", "of", "your" and the like: "do you fear …"."""
    asked, old = set(_kinds(request)), set(_kinds(original))
    found, before, brought = [], "?", False
    for word in re.findall(r"[\w'’-]+", text):
        kinds = set(_kinds(word))
        joined = before in ("or", "and") and re.search(rf"\w+,? {before} {re.escape(word.lower())}\b", request.lower())
        if kinds and kinds <= asked - old:
            if before not in _LEADS and not (joined and brought):
                found.append(word)
            brought = True
            continue
        if word.lower() not in ("the", "a", "an", "this", "that"):
            brought = brought and word.lower() in ("or", "and")
            before = word.lower()
    return found


def _kinds(text: str) -> list[str]:
    """The stems of a text's content words, equal ones alike, each once and in the order of their first place."""
    found = [
        stem for word in equal_words(text) if word != "roughly" for stem in stems(word.split("~", maxsplit=1)[0])
    ]  # "about" as well
    return list(dict.fromkeys(found))


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


def _borrowed(text: str, original: str, request: str) -> list[str]:
    faults = []
    if extra := numbers(text) - numbers(original):
        faults.append(f"number not in the original: {', '.join(sorted(extra))}")
    if extra := names(text) - names(original) - words(original) - words(request):
        faults.append(f"name from nowhere: {', '.join(sorted(extra))}")
    if extra := set(_CODE.findall(text)) - set(_CODE.findall(original)):
        faults.append(f"a code or a quotation of its own: {', '.join(sorted(extra))}")
    return faults


def _spoken(text: str) -> list[str]:
    return [f"'{piece}' speaks of an age group as if all in it were alike" for piece in assertions(text)] + [
        f"'{piece}' asks somebody to speak for a group" for piece in spokespersons(text)
    ]
