"""Words that may stand for one another in a rewording, in every form they have. Written by hand, for the prose of the notes.

A group holds only words whose exchange can make no true sentence of the notes false: "staff" and "employees", but not "workers",
who may be no employees; "small" and not "little", which denies; "suggest" and "indicate", but not "show", which claims more.
"""

import re
from functools import cache

VERBS: tuple[str, ...] = (
    "reduce lower cut decrease diminish decline fall cut-down-on", "raise rise increase boost grow climb", "improve enhance", "begin start", "end finish",
    "stop cease", "get receive obtain", "show demonstrate reveal display", "say state", "suggest indicate",
    "consider regard", "evaluate assess", "examine investigate", "choose pick select", "keep retain", "let allow permit",
    "ban forbid prohibit", "answer respond reply", "speak talk", "happen occur", "seem appear look", "underestimate underrate",
    "overestimate overrate", "understand grasp comprehend", "remember recall", "hurt harm damage", "help assist aid", "buy purchase",
    "depend-on hinge-on rest-on", "back support", "expect anticipate", "spot detect notice", "recognise recognize", "ring telephone phone",
    "imitate copy mimic", "warn caution", "advise recommend", "notify inform", "differ vary", "participate take-part",
    "remain stay", "use employ utilise utilize", "quit give-up", "try attempt", "think believe", "discover find-out",
    "gather collect", "build construct", "own possess", "carry-on continue go-on", "carry-out conduct", "fix repair mend",
    "cause bring-about", "follow track", "follow go-along-with", "tell-apart distinguish", "create produce generate",
    "publish release", "link tie associate connect relate correlate", "watch observe", "limit restrict", "last endure", "acknowledge concede", "prefer favour favor",
    "analyse analyze", "organise organize", "criticise criticize", "strengthen reinforce", "undermine weaken",
    "finish complete", "hide conceal", "erase delete remove", "steal take-without-permission", "lead-to result-in",
)  # fmt: skip
"""Verbs by their base form; phrases joined by hyphens carry the inflection on their first word."""
WORDS: tuple[str, ...] = (
    # nouns
    "staff employees", "firm company business", "firms companies businesses", "colleague co-worker coworker",
    "colleagues co-workers coworkers", "kid child", "kids children", "doctor physician", "doctors physicians",
    "customer client", "customers clients", "conversation talk", "conversations talks", "email mail e-mail",
    "emails mails e-mails", "photo photograph", "photos photographs", "feeling sense", "feelings senses",
    "chance likelihood probability", "proportion share percentage", "part portion component", "parts components portions",
    "kind type sort", "kinds types sorts", "result outcome", "results outcomes", "link association connection correlation tie",
    "links associations connections correlations ties", "benefit advantage", "benefits advantages",
    "drawback disadvantage downside handicap", "drawbacks disadvantages downsides handicaps", "mistake error", "mistakes errors",
    "goal aim objective", "goals aims objectives", "maths mathematics", "survey poll",
    "surveys polls", "paper article", "papers articles", "organisation organization", "organisations organizations",
    "programme program", "programmes programs", "behaviour behavior", "vendor seller supplier", "vendors sellers suppliers",
    "lack shortage", "mix combination blend", "person individual", "people persons individuals",
    "answer reply response", "answers replies responses", "newcomer new-starter new-hire", "newcomers new-starters new-hires",
    "respondents those-asked people-asked people-surveyed those-surveyed", "purchase buy", "picture image", "pictures images",
    "reduction cutback", "boss manager", "bosses managers", "boss's manager's", "advert advertisement ad", "adverts advertisements ads",
    "shop store", "shops stores", "cv résumé resume", "cvs résumés resumes", "issue problem", "issues problems", "judgement judgment", "ageing aging",
    "shortcoming weakness flaw", "shortcomings weaknesses flaws",
    "centre center", "work labour", "figures numbers statistics", "safeguard protection",
    # adjectives
    "big large", "bigger larger greater", "biggest largest greatest", "quick fast rapid swift", "quicker faster", "wrong incorrect",
    "right correct", "hard difficult tough", "harder tougher", "easy simple", "rare uncommon", "enough sufficient",
    "whole entire", "main chief principal", "similar alike", "new novel", "cheap inexpensive", "costly expensive",
    "helpful useful", "harmful damaging", "mean average", "complete full", "daily day-to-day", "fake bogus",
    "poorer worse", "better superior", "randomised randomized", "usual customary", "most-common commonest", "main-reason chief-reason", "short brief",
    "longer lengthier", "likely probable", "confident self-assured",
    "uncertain unsure", "ill sick", "invented fictitious fictional", "previous earlier prior", "final last", "global worldwide", "tired fatigued weary",
    "tiring fatiguing", "extra additional further", "many numerous", "several a-number-of", "most a-majority-of the-majority-of", "actual real", "legitimate genuine", "more-common commoner",
    "free-of-charge at-no-cost", "slight small", "sensible reasonable", "key crucial",
    # adverbs and connectives
    "quickly rapidly swiftly", "often frequently", "seldom rarely infrequently", "mostly mainly chiefly largely primarily predominantly",
    "almost nearly", "roughly about around approximately", "slightly a-little a-bit", "especially particularly above-all most-of-all in-particular",
    "usually normally typically", "simultaneously at-the-same-time", "together jointly", "later afterwards",
    "beforehand in-advance", "soon shortly", "perhaps maybe possibly", "initially at-first", "eventually in-the-end", "only solely exclusively",
    "considerably substantially markedly", "repeatedly again-and-again", "despite in-spite-of", "without-a-word in-silence silently", "currently at-present now", "in-all in-total altogether", "for-example for-instance", "at-least no-fewer-than no-less-than",
    "at-most no-more-than", "up-to as-much-as as-many-as", "less-than fewer-than", "a-year per-year yearly annually",
    "a-week per-week weekly", "a-month per-month monthly", "a-day per-day daily", "while whereas", "although though even-though",
    "because", "but yet however", "somebody someone", "everybody everyone", "anybody anyone",
    "nobody no-one", "compared-with compared-to versus in-comparison-with as-against", "rather-than instead-of", "abroad overseas",
    "percent per-cent %", "not-at-all in-no-way", "face-to-face in-person", "online on-the-internet on-the-web", "globally around-the-world across-the-world",
    "using by-means-of", "because-of owing-to due-to", "besides in-addition-to", "beside next-to", "seen-as regarded-as viewed-as", "has-a-price comes-at-a-price has-a-cost comes-at-a-cost",
    "in-the-long-run in-the-long-term", "in-the-short-run in-the-short-term", "each-other one-another", "by-accident by-mistake",
    "so-far until-now", "no-longer not-any-more", "in-daily-life in-everyday-life", "without lacking",
    "US American", "within inside", "among amongst", "toward towards", "until till", "on upon", "regarding concerning about-the-subject-of",
    # how a study is told
    "found finds found-that", "reported reports", "said says",
    # links of statistics
    "linked-to linked-with connected-with connected-to associated-with related-to tied-to correlated-with",
    "was-linked-with went-with was-linked-to was-tied-to was-associated-with was-related-to was-correlated-with were-linked-with were-linked-to were-tied-to were-associated-with were-related-to",
    "is-linked-with goes-with is-linked-to is-tied-to is-associated-with is-related-to are-linked-with go-with are-linked-to are-tied-to are-associated-with are-related-to",
)  # fmt: skip
"""Other words, as they stand; word-groups joined by hyphens."""
IRREGULAR: dict[str, tuple[str, ...]] = {
    "cut": ("cut",), "begin": ("began", "begun"), "get": ("got", "gotten"), "show": ("showed", "shown"), "say": ("said",),
    "choose": ("chose", "chosen"), "keep": ("kept",), "let": ("let",), "forbid": ("forbade", "forbidden"), "speak": ("spoke", "spoken"),
    "understand": ("understood",), "hurt": ("hurt",), "buy": ("bought",), "ring": ("rang", "rung"), "take": ("took", "taken"),
    "quit": ("quit",), "give": ("gave", "given"), "think": ("thought",), "find": ("found",), "build": ("built",), "go": ("went", "gone"),
    "bring": ("brought",), "tell": ("told",), "fall": ("fell", "fallen"), "rise": ("rose", "risen"), "steal": ("stole", "stolen"),
    "lead": ("led",), "become": ("became",), "grow": ("grew", "grown"), "write": ("wrote", "written"), "see": ("saw", "seen"),
    "know": ("knew", "known"), "draw": ("drew", "drawn"), "make": ("made",), "do": ("did", "done"), "hold": ("held",),
    "lose": ("lost",), "win": ("won",), "send": ("sent",), "spend": ("spent",), "teach": ("taught",), "mean": ("meant",),
    "leave": ("left",), "meet": ("met",), "mislead": ("misled",), "drive": ("drove", "driven"), "hide": ("hid", "hidden"),
    "break": ("broke", "broken"), "shake": ("shook", "shaken"), "beat": ("beat", "beaten"), "hit": ("hit",), "set": ("set",),
    "put": ("put",), "read": ("read",), "feel": ("felt",), "hear": ("heard",), "pay": ("paid",), "sell": ("sold",), "catch": ("caught",),
}  # fmt: skip
"""Past forms of verbs that do not end in "ed"."""
DISTINCT = frozenset(
    ["experiment", "experiments", "experimental", "personal", "personally", "hardly", "customs", "lately", "shortly"]
)
"""Words whose stem is that of another word: "experiment" and "experience", "hardly" and "hard"."""
_DOUBLED = frozenset({"stop", "spot", "ban", "drop", "permit", "occur", "quit", "let", "cut", "begin", "get", "forbid"})


def past(verb: str) -> tuple[str, ...]:
    """The past forms of a verb, "take" to ("took", "taken"); the first and the participle if they differ."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb in _DOUBLED:
        return (verb + verb[-1] + "ed",)
    if verb.endswith("e"):
        return (verb + "d",)
    return (re.sub(r"(?<=[^aeiou])y$", "i", verb) + "ed",)


@cache
def _forms(verb: str) -> dict[str, tuple[str, ...]]:
    """A verb in its four forms: plain, with "s", past, and with "ing"."""
    head, _, tail = verb.partition("-")
    rest = f"-{tail}" if tail else ""
    third = re.sub(r"(?<=[^aeiou])y$", "ie", head) + (
        "es" if re.search(r"(?:s|x|z|ch|sh)$", head) or head == "go" else "s"
    )
    ing = (head + head[-1] if head in _DOUBLED else re.sub(r"(?<=[^e])e$", "", head)) + "ing"
    forms = {"": (head,), "s": (third,), "d": past(head), "g": (ing,)}
    return {name: tuple(form + rest for form in found) for name, found in forms.items()}


@cache
def equal() -> dict[str, str]:
    """Each word or word-group (with hyphens) with the one that stands for its group."""
    found: dict[str, str] = {}
    for group in WORDS:
        first, *others = group.split()
        for word in (first, *others):
            found.setdefault(word.lower(), first.lower())
    fixed = dict(found)
    for group in VERBS:
        names = group.split()
        for form in ("", "s", "d", "g"):
            one = fixed.get(_forms(names[0])[form][0], f"{names[0]}~{form}")
            for name in names:
                for word in _forms(name)[form]:
                    found.setdefault(word, one)
    return found


@cache
def _phrases() -> re.Pattern[str]:
    """Any word-group, the longest first."""
    groups = sorted((name for name in equal() if "-" in name), key=len, reverse=True)
    return re.compile(rf"(?<![\w~-])(?:{'|'.join(name.replace('-', '[ -]') for name in groups)})(?![\w~-])")


def joined(lowered: str) -> str:
    """A text with each word-group replaced by the word that stands for it."""
    return _phrases().sub(lambda match: equal()[match[0].replace(" ", "-")], lowered)


@cache
def actives(participle: str, *, past_tense: bool) -> tuple[str, ...]:
    """How the verb of a participle stands in a row of words in the active: in the past, or plain and with "s"."""
    known = participle.split("~", maxsplit=1)[0]
    bases = [known] if "~" in participle else [base for base in IRREGULAR if participle in past(base)]
    if not bases and participle.endswith("ed"):
        bases = [participle[:-1], participle[:-2]]
    if past_tense:
        return (participles().get(participle, participle),)
    forms = [form for base in bases for name in ("", "s") for form in _forms(base)[name]]
    return tuple(equal().get(form, form) for form in forms)


@cache
def participles() -> dict[str, str]:
    """Irregular participles with the simple past, "written" to "wrote"."""
    return {forms[-1]: forms[0] for forms in IRREGULAR.values() if len(forms) > 1}
