"""What is said about age groups: assertions, spokespersons, and the reframing of an input that contains them. And orders to a program."""

import re

from coach.models import Flag, Material, Request, Section

_GENERATION = (
    r"gen(?:eration)?[- ]?(?:z|y|x|alpha)|zoomers?|gen ?zers?|millenn?ials?|baby[- ]?boomers?|boomers?|digital natives?|"
    r"digital immigrants?|silent generation|snowflakes?"
)
_AGE = r"young|younger|youth(?:ful)?|old|older|elderly|ageing|aging|senior-aged|middle-aged"
_PEOPLE = (
    r"people|persons?|folks?|workers?|employees?|staff|colleagues?|adults?|generations?|ones|women|men|managers?|leaders?|"
    r"bosses|executives?|guys?|kids|professionals?|team members|hires|recruits|talent|drivers|customers|users|applicants|candidates|"
    r"voters|parents|students|apprentices|interns|trainees|graduates|members|teachers|nurses"
)
_THINGS = (
    r"comput|serv|rout|print|fold|pap|numb|lett|charg|brows|scann|speak|filt|head|track|monitor|process|mot|do|flo|fact|err|coll?o|"
    r"sens|comment|document|paym|instrum|attachm|environm|agreem|depart|equipm|pati|cont|ev|pres|compon|statem|reactor|proj|hand|"
    r"lay|pow|ord|off|stick|read|post|show|tow|contain|register|calculat|generat|simulat|indicat|connect|tutor|vect|mirr|cur|rum|"
    r"trail|trait|adapt|lic|incid|mom|dep|segm|arg|pl|gr|v|w|gi"
)
_PERSONS = rf"(?!(?:{_THINGS})(?:ers?|ors?|ants?|ents?|ees?)\b)\w{{2,}}(?:ers|ors|ists|ees|ians|ants)|guards|clerks|cooks|pilots|chefs|surgeons|sales ?people"
"""Plurals that name people by what they do; things that end alike are left out."""
GROUP = (
    rf"(?:{_GENERATION}|(?:{_AGE}) (?!and\b|or\b)(?:\w+ )?(?:{_PEOPLE}|{_PERSONS})|(?:people|workers|employees|colleagues|staff|everyone|anyone|those) "
    rf"(?:over|under|above|below|older than|younger than|in their) (?:the age of )?\w+|(?:over|under)[- ]?\d\ds|(?:the elderly(?! (?:man|woman|couple|person|gentleman|lady|patient|parent|mother|father|relative|neighbou?r|driver|customer|colleague)\b)|elderly(?= (?:are|have|can|do|don|will|never|always)\b)|the (?:youth|youngsters|oldies)|seniors|"
    rf"the (?:young|old)(?= (?:are|have|want|need|do|don|will|never|always|just|should|get|like|love|hate|know|can)\b|[,.;?!]|$))|youngsters|oldies|old[- ]?timers?|dinosaurs|teens|kids (?:these days|today)|(?<!\bmy )(?<!\bour )(?<!\bthe )(?<!\byour )(?<!\btheir )(?<!\bher )(?<!\bhis )kids|twenty-somethings|"
    rf"(?:twenty|thirty|forty|fifty|sixty)-somethings|teenagers|retirees|grandpas?|grandmas?|fossils|(?:the )?next generation|"
    rf"(?:my|your|our|their|this|that) generation)"
)
"""How a text names people by generation or age."""

_TRAITS = (
    r"lazy|laziness|lazier|entitled|entitlement|disloyal|loyal|loyalty|selfish|narcissis\w+|impatient|fragile|soft|spoil\w*|"
    r"sensitive|snowflakes?|stubborn|slow(?:er)?|rigid|inflexible|resistant|resist\w*|afraid|scared|clueless|hopeless|"
    r"stupid|dumb|useless|incompetent|ignorant|technophob\w+|tech-?savvy|savvy|naturally|born with|glued|addicted|distracted|"
    r"unreliable|rude|disrespectful|needy|whin\w+|complain\w*|flaky|weak|unmotivated|motivated|ambitious|unambitious|creative|"
    r"wise|experienced enough|set in their ways|out of touch|past it|boring|bad at|good at|better at|worse at|terrible at|"
    r"hopeless at|incapable|unable|job[- ]?hopp\w+|work ethic|attention spans?|digital(?:ly)? (?:fluent|illiterate|native)"
)
_VERBS = (
    r"is|are|was|were|be|being|isn['’]t|aren['’]t|have|has|lack|lacks|want|wants|prefer|prefers|need|needs|hate|hates|love|loves|"
    r"like|likes|dislike|dislikes|value|values|expect|expects|demand|demands|struggle|struggles|resist|resists|refuse|refuses|think|thinks|"
    r"believe|believes|tend|tends|care|cares|can['’]t|cannot|can|don['’]t|doesn['’]t|do not|does not|won['’]t|will|never|always|"
    r"only|just|simply|know|knows|understand|understands|fear|fears|ignore|ignores|complain|complains|quit|quits|leave|leaves|avoid|avoids|"
    r"grew up|adapt|adapts|learn|learns|work|works|respect|respects|seek|seeks|crave|craves|bring|brings|give|gives|use|uses|"
    r"excel|excels|possess|possesses|deserve|deserves|ruin|ruins|suck|sucks"
)
_ASSERTION = re.compile(  # after "about" and the like the group is not the subject of the verb
    rf"(?<!about )(?<!towards )(?<!toward )(?<!against )(?<!with )\b(?P<group>{GROUP})\b(?! (?:may|might|could)\b)"
    rf"[^.;:?!]{{0,24}}?\b(?:{_VERBS})\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"\b(?:{_TRAITS})\b[\w ,'’-]{{0,16}}\b(?:{GROUP})\b|\b(?:{GROUP})(?:['’]s?)?\b[\w ,'’-]{{0,24}}\b(?:{_TRAITS})\b",
    re.I,
)
_SPOKESPERSON = re.compile(
    rf"\b(?:speak|speaks|speaking|answer|represent\w*|spokes\w+|voice|on behalf) (?:for|of|as)?\s*(?:your|the|their|all|his|her)?\s*"
    rf"(?:{GROUP}|age group|generation)\b"
    rf"|\b(?:what|how|why) (?:do|does|did|would|is|are) (?:{GROUP}|people (?:your|my|their) age|someone (?:your|my) age)\b"
    rf"|\b(?:{GROUP}|age group)(?:['’]s)? (?:view|opinion|perspective|take|voice|mindset) (?:on|of|about)\b"
    rf"|\bas (?:a|an|our) (?:resident )?(?:{_GENERATION}|young person|older person|(?:{_AGE}) (?:{_PEOPLE}))\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\d|\bper ?cent\b|\b(?:survey|survey(?:s|ed)|stud(?:y|ies)|respondents?|meta-anal\w+|sample|asked|said|say they|reported|"
    r"report(?:s|ing)|found|finds|measured|evidence|research\w*|review\w*|experiment\w*|trial|stereotypes?|beliefs?|believed|"
    r"assum\w+|myths?|claims?|label\w*|categor\w+|no difference|differ\w*|whether|interview\w*|average|estimate\w*|authors?)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"(?:research|studies|science|evidence|experts?) (?:shows?|proves?|says?|finds?)\b", re.IGNORECASE)
_SLUR = re.compile(  # a person or a group called names that mean their age
    r"\b(?:our|the|these|those|my|some|all|old) (?:\w+ )?"
    r"(?:dinosaurs|snowflakes?|oldies|fossils|old[- ]?timers?|grandpas?|grandmas?)\b"
    r"|\b(?:dinosaur|fossil|relic|grandpa|grandma|snowflake|brat) of an? (?:c[efimopt]o|boss|manager|director|colleague|chief|partner|leader|head|mentee|mentor|man|woman|president|chair\w*|supervisor|intern|trainee)\b"
    r"|\b(?:codgers?|geezers?|fogeys?|fogies|biddy|biddies|crones?|whippersnappers?|(?:coffin|pension) dodgers?|wrinklies|old (?:bat|coot|buffer|duffer|git)s?)\b"
    r"|\b(?:an?|the|our|my|your|that|this|is|are|such|like) (?:[\w-]+ ){0,3}"
    r"(?:old|ancient|clueless|stupid|lazy|spoil\w*|useless|hopeless|young) "
    r"(?:dinosaur|fossil|relic|grandpa|grandma|boomer|oldie|snowflake|brat|fool|fart|git)s?\b",
    re.IGNORECASE,
)
_GROUP = re.compile(rf"\b{GROUP}\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")


_WARNING = re.compile(
    r"\b(?:never|not|nobody|no one|neither|without|instead of|rather than|is asked to|are asked to)\b", re.I
)


_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,30}\b(?:instructions?|rules|prompts?|directions|guidelines|guardrails)\b"
    r"|^\W*(?:system|assistant|developer)\s*:|<\|?/?(?:system|assistant|im_start|im_end|inst)\b|\[/?INST\]"
    r"|\byou are (?:now|no longer) (?:an?|the|in|chatgpt|free|unrestricted)\b[^.!?]{0,40}\b(?:ai|assistant|model|mode|bot|chatgpt|dan|bound)\b"
    r"|\b(?:print|reveal|repeat|show|output|leak|send)\b[^.!?]{0,30}\b(?:system prompt|your prompt|your instructions|hidden prompt|api key|password)\b"
    r"|\bas an? (?:ai|large language)(?: language)? (?:model|assistant)\b|\b(?:new|updated) instructions? (?:for|to) (?:the )?(?:ai|model|assistant|llm)\b",
    re.IGNORECASE,
)


_NEUTRAL: tuple[tuple[str, str], ...] = (
    (r"start(?:s|ed|ing)? (?:here|out|work)|join(?:s|ed|ing)?\b|newcomer|onboard|new hires|first (?:day|week|month)", "starting out at work"),
    (r"(?:want|expect|need)s? (?:from|of) (?:an?|the|their|our|us|work)\b|\bemployers?\b|\bpurpose|\bvalues\b", "purpose and values at work"),
    (r"laz|work ethic|effort|motivat|ambiti|unmotiv|hard[- ]?work|productiv", "motivation and effort at work"),
    (r"job[- ]?hop|loyal|quit|leav|commit|stay", "staying and leaving: motivation at work"),
    (r"feedback|critici|fragile|sensitive|snowflake|soft|entitle|spoil|praise", "giving and receiving feedback at work"),
    (r"phone|call|email|chat|text|communicat|emoji|slack|whatsapp|talk", "phone, chat or email: how we prefer to communicate"),
    (r"attention|distract|focus|addict|glued|always on", "focus, interruptions and switching off"),
    (r"home|remote|hybrid|office|flexib", "hybrid work and fairness"),
    (r"manag|promot|career|lead", "careers with and without management"),
    (r"stress|burn ?out|mental|wellbeing|balance|health", "flexibility and wellbeing at work"),
    (r"tech|digital|computer|\bai\b|app|internet|online|tiktok|smartphone|tool|software|savvy|native|excel\b|spreadsheet|print(?:s|ing|er)?\b|chatgpt|\bpdf|laptop|\bus(?:e|ing)\b",
     "who is skilled with digital tools, and how people learn them"),
    (r"\bmute|\bunmute|\bcameras?\b|\bteams\b|\bzoom\b|video ?call", "remote and hybrid meetings"),
    (r"chang|adapt|resist|stubborn|slow|learn|train|set in|rigid|inflex|out of touch|past it|dinosaur|old-?tim",
     "learning and change at work, at any age"),
)  # fmt: skip
DEFAULT_TOPIC = "working together across ages: what research says about generations at work"


def assertions(text: str) -> list[str]:
    """Pieces of a text that say what a generation or an age group is like.

    Reported measurements are not assertions ("In a 2024 survey, 41% of workers under 30 said …"), nor is a belief in
    quotation marks that the sentence reports.
    """
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+", _QUOTED.sub("“…”", text)):
        match = _LABELLED.search(sentence) or _ASSERTION.search(sentence)
        bare = _SHOWN.match(sentence) and not re.search(
            r"\d", sentence
        )  # "Research shows that …" without a figure measures nothing
        if match and (bare or not _MEASURED.search(_GROUP.sub("", sentence))):
            found.append(match[0])
    return found


def spokespersons(text: str) -> list[str]:
    """Pieces of a text that make one person speak for a generation or an age group.

    A text that warns of it ("nobody speaks for their age group") does not.
    """
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+", _QUOTED.sub("“…”", text)):
        warns = _WARNING.search(sentence)
        found += [match[0] for match in _SPOKESPERSON.finditer(sentence) if not warns or warns.start() > match.start()]
    return found


def orders(text: str) -> list[str]:
    """Pieces of a text that give orders to a program instead of telling a reader something ("ignore all instructions above").

    What stands in quotation marks is not counted: a note on hidden instructions quotes them.
    """
    return [match[0] for match in _ORDER.finditer(_QUOTED.sub("“…”", text))]


def mentions_group(text: str) -> bool:
    """Whether a text names people by generation or age at all."""
    return _GROUP.search(text) is not None


def loaded(text: str) -> bool:
    """Whether something typed asserts what an age group is like, or asks somebody to speak for it.

    Stricter than `assertions`: a figure beside the claim does not excuse it.
    """
    return bool(_SLUR.search(text) or _LABELLED.search(text) or _ASSERTION.search(text) or spokespersons(text))


def neutral_topic(text: str) -> str:
    """A neutral topic in place of a loaded one."""
    lowered = text.lower()
    for pattern, topic in _NEUTRAL:
        if re.search(rf"(?:\b|(?<=\w))(?:{pattern})", lowered):
            return topic
    return DEFAULT_TOPIC


def language(section: Section, material: Material, request: Request) -> list[Flag]:
    """No text of the section says what an age group is like, none asks a person to speak for one, and none is an order to a program."""
    flags = []
    beliefs = {statement.label for statement in section.all_statements()}
    for text in section.all_texts():
        if text in beliefs:  # a belief that its own statement answers
            continue
        for what, found in (
            ("says what an age group is like", assertions(text)),
            ("asks for a group", spokespersons(text)),
            ("is an order to a program, not a fact", orders(text)),
        ):
            flags += [
                Flag(check="language", severity="error", where=section.id, message=f"'{piece}' {what}", text=text)
                for piece in found
            ]
    return flags
