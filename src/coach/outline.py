"""Skeleton and minutes: which blocks a meeting has, in which order, and when each begins. No model takes part in this."""

import math
import re
from collections.abc import Mapping, Sequence

from coach.models import (
    AgendaRequest,
    BriefRequest,
    Frame,
    FrameBlock,
    Frozen,
    Intent,
    Note,
    Request,
)

LONGEST_STRETCH = 90
"""Minutes without a break, at most; a meeting no longer than that has none."""
BREAK, LUNCH, LUNCH_FROM = 10, 45, 300
"""Minutes of a break and of a lunch break, and the length of meeting from which there is lunch."""

_INTENTS: tuple[tuple[Intent, str], ...] = (
    (
        "decide",
        r"decid\w*|choos\w*|judg\w*|whether|when (?:not )?to|when (?:is|it is|an?|the)|rely|trust|approve|safe to|worth",
    ),
    ("agree", r"agree\w*|common|align\w*|shared|together|team rule|as a team"),
    (
        "do",
        r"do|use|using|set up|sign in|record|make|write|build|post|try|run|create|spot|check|share|present|handle|stop",
    ),
    ("understand", r"understand\w*|know|learn\w*|explain\w*|see|say what|aware\w*|familiar"),
)
_CONTEXT = re.compile(
    r"\b(?:our|my|your|their|teams?|staff|colleagues|employees|departments?|company|companies|offices?|customers|members)\b",
    re.IGNORECASE,
)
"""Words by which the end of a topic says for whom or where, not what."""
_NEW = r"new to|nothing|beginner|little|rarely|never|not (?:much|familiar)|no experience|first time|basic|sceptic\w*|unfamiliar"
_EXPERIENCED = r"expert\w*|experienced|advanced|daily|every day|already|fluent|know it well|specialist\w*|power user\w*"


class Planned(Frozen):
    """A block of the frame with its place in time, in minutes from the start."""

    block: FrameBlock
    start: int
    minutes: int


class SectionPlan(Frozen):
    """One section to draft: its id and its title."""

    id: str
    title: str


class Outline(Frozen):
    """The skeleton of an artefact.

    Attributes:
        intent: What the goal asks for: to understand, do, decide or agree on something.
        lenses: Role families of the people it is for, the most specific first.
        level: "new", "experienced" or "" where the request does not say.
        left_out: Titles of the frame's blocks that there is no time for.
    """

    topic: str
    intent: Intent
    lenses: tuple[str, ...]
    level: str
    planned: tuple[Planned, ...]
    sections: tuple[SectionPlan, ...]
    left_out: tuple[str, ...] = ()


SECTIONS: dict[str, tuple[SectionPlan, ...]] = {
    "agenda": (
        SectionPlan(id="purpose", title="Purpose"),
        SectionPlan(id="prepare", title="Before you meet"),
        SectionPlan(id="plan", title="Agenda"),
        SectionPlan(id="know", title="Worth knowing beforehand"),
        SectionPlan(id="findings", title="What the evidence says"),
        SectionPlan(id="yours", title="From your own material"),
        SectionPlan(id="card", title="Card to keep"),
        SectionPlan(id="rules", title="Ground rules"),
        SectionPlan(id="close", title="Promises, pulse and next time"),
        SectionPlan(id="difficult", title="If it gets difficult"),
    ),
    "brief": (
        SectionPlan(id="line", title="Bottom line"),
        SectionPlan(id="why", title="Why it matters to this audience"),
        SectionPlan(id="findings", title="Findings"),
        SectionPlan(id="yours", title="From your own material"),
        SectionPlan(id="caveats", title="Caveats and counter-evidence"),
        SectionPlan(id="beliefs", title="What people believe, and what the evidence says"),
        SectionPlan(id="plan", title="Talk track"),
        SectionPlan(id="prepare", title="Before the session"),
        SectionPlan(id="asked", title="Questions they will ask"),
        SectionPlan(id="own", title="What I have seen myself"),
        SectionPlan(id="card", title="Handout"),
        SectionPlan(id="terms", title="Terms"),
        SectionPlan(id="difficult", title="If it gets difficult"),
        SectionPlan(id="reading", title="Further reading"),
    ),
    "guide": (
        SectionPlan(id="purpose", title="Purpose"),
        SectionPlan(id="prepare", title="Before you start"),
        SectionPlan(id="rules", title="Ground rules"),
        SectionPlan(id="plan", title="The session"),
        SectionPlan(id="reserve", title="More questions, by stage"),
        SectionPlan(id="know", title="For the facilitator: what is known"),
        SectionPlan(id="yours", title="From your own material"),
        SectionPlan(id="beliefs", title="If one of these beliefs comes up"),
        SectionPlan(id="difficult", title="Watch-outs"),
        SectionPlan(id="after", title="Afterwards"),
        SectionPlan(id="reading", title="Further reading"),
    ),
}
"""The sections of each artefact in their order."""


def outline(request: Request, topic: str, frame: Frame, lenses: Note, have: frozenset[str]) -> Outline:
    """The skeleton for a request.

    Args:
        topic: The request's topic, reframed where it had to be.
        frame: The session frame that fits the request.
        lenses: The note that describes kinds of work.
        have: What the request brings along: "actions" (promises from last time), "groups" (people enough for several).
    """
    level = level_of(getattr(request, "knows", ""), getattr(request, "audience", ""))
    blocks = tuple(_tailored(block, level, intent_of(request)) for block in frame.blocks if _applies(block, have))
    planned, left_out = plan(blocks, request.minutes)
    sections = tuple(section for section in SECTIONS[_kind(request)] if _wanted(section, request))
    return Outline(
        topic=topic,
        intent=intent_of(request),
        lenses=lenses_of(people_in(request), lenses),
        level=level,
        planned=planned,
        sections=sections,
        left_out=left_out,
    )


_NEEDS = {"actions": "actions", "harvest": "groups", "cafe": "groups"}
"""What a block of a frame cannot do without."""


def _kind(request: Request) -> str:
    return str(getattr(request, "artefact", "agenda"))


def _applies(block: FrameBlock, have: frozenset[str]) -> bool:
    return _NEEDS.get(block.id, "") in have | {""}


def _wanted(section: SectionPlan, request: Request) -> bool:
    if not isinstance(request, AgendaRequest):
        return True
    if section.id == "rules":
        return request.session == "first"
    if section.id == "findings":
        return request.session == "deep-dive"
    return True


def _tailored(block: FrameBlock, level: str, intent: Intent) -> FrameBlock:
    """A block's share of the time, moved by what people know already and by what the goal asks for."""
    factor = {("explain", "new"): 2.0, ("explain", "experienced"): 0.5, ("evidence", "experienced"): 1.5}.get(
        (block.id, level), 1.0
    )
    factor *= {
        ("apply", "decide"): 2.0,
        ("try", "do"): 1.5,
        ("explain", "understand"): 1.5,
        ("decision", "agree"): 1.5,
    }.get((block.id, intent), 1.0)
    return block.model_copy(update={"share": max(1, round(block.share * 2 * factor))})


# --- minutes --------------------------------------------------------------------------------------------------------


def plan(blocks: Sequence[FrameBlock], minutes: int) -> tuple[tuple[Planned, ...], tuple[str, ...]]:
    """Chooses and times blocks so that they sum to `minutes` exactly, breaks included.

    Blocks are left out in the order of their `shed` number, the later block first within one number, until the fewest
    minutes of the rest fit. If only blocks that always stay are left and they do not fit, all of them get shorter.

    Returns:
        The planned blocks in order, and the titles of those left out.
    """
    pauses = break_minutes(minutes)
    available = minutes - sum(pauses)
    kept = [block for block in blocks if minutes >= block.least]
    while sum(block.minutes[0] for block in kept) > available:
        sheddable = [block for block in kept if block.shed]
        if not sheddable:
            break
        lowest = min(block.shed for block in sheddable)
        kept.remove([block for block in sheddable if block.shed == lowest][-1])
    lengths = _lengths(kept, available)
    left_out = tuple(block.title for block in blocks if block not in kept and minutes >= block.least)
    return _in_time(kept, lengths, pauses, minutes), left_out


def break_minutes(minutes: int) -> tuple[int, ...]:
    """The breaks of a meeting of this length: none up to 90 minutes, then so many that no stretch is longer."""
    count = math.ceil(minutes / LONGEST_STRETCH) - 1
    lengths = [BREAK] * count
    if minutes >= LUNCH_FROM:
        lengths[count // 2] = LUNCH
    return tuple(lengths)


def _lengths(blocks: Sequence[FrameBlock], available: int) -> list[int]:
    lengths = [float(block.minutes[0]) for block in blocks]
    rest = available - sum(lengths)
    if rest <= 0:  # only blocks that always stay are left, and they are too long
        return apportion(available, lengths, at_least=1)
    while rest > 1e-9:  # hand out by share; who reaches the most leaves the round
        open_ = [n for n, block in enumerate(blocks) if lengths[n] < block.minutes[1]]
        if not open_:  # every block is at its most: the rest goes to all by share
            total = sum(block.share for block in blocks)
            lengths = [length + rest * block.share / total for length, block in zip(lengths, blocks, strict=True)]
            break
        total = sum(blocks[n].share for n in open_)
        given = 0.0
        for n in open_:
            part = min(rest * blocks[n].share / total, blocks[n].minutes[1] - lengths[n])
            lengths[n] += part
            given += part
        rest -= given
    return apportion(available, lengths, at_least=1)


def apportion(total: int, weights: Sequence[float], at_least: int = 0) -> list[int]:
    """Whole numbers in proportion to `weights` that sum to `total` (largest remainder, Hamilton's method).

    Args:
        at_least: What each gets in any case, as far as `total` reaches.
    """
    base = [at_least if index * at_least + at_least <= total else 0 for index in range(len(weights))]
    rest, whole = total - sum(base), sum(weights)
    wanted = [max(0.0, weight * total / whole - floor) for weight, floor in zip(weights, base, strict=True)]
    scale = rest / sum(wanted) if sum(wanted) else 0.0
    exact = [floor + part * scale for floor, part in zip(base, wanted, strict=True)]
    result = [math.floor(value + 1e-9) for value in exact]
    order = sorted(range(len(exact)), key=lambda n: (result[n] - exact[n], n))
    for n in order[: total - sum(result)]:
        result[n] += 1
    return result


def _in_time(
    blocks: Sequence[FrameBlock], lengths: Sequence[int], pauses: Sequence[int], minutes: int
) -> tuple[Planned, ...]:
    """Blocks and breaks one after the other; a block that would run over the longest stretch is cut in two parts."""
    queue = [(block, length) for block, length in zip(blocks, lengths, strict=True) if length]
    stretch = math.ceil((minutes - sum(pauses)) / (len(pauses) + 1)) if pauses else minutes
    planned: list[Planned] = []
    clock, in_stretch, waiting = 0, 0, list(pauses)
    while queue:
        block, length = queue.pop(0)
        room = stretch - in_stretch
        if waiting and length > room:
            if room >= 5 and length - room >= 5:  # cut it: the second part follows the break
                queue.insert(0, (block, length - room))
                length = room
            elif in_stretch + length > LONGEST_STRETCH or (room < length - room and in_stretch):
                queue.insert(0, (block, length))
                length = 0
        if length:
            planned.append(Planned(block=block, start=clock, minutes=length))
            clock, in_stretch = clock + length, in_stretch + length
        if waiting and (in_stretch >= stretch or not length) and queue:
            pause = waiting.pop(0)
            planned.append(Planned(block=_pause(pause), start=clock, minutes=pause))
            clock, in_stretch = clock + pause, 0
    if waiting:  # every block ended early: the last break goes to the last block
        last = planned[-1]
        planned[-1] = last.model_copy(update={"minutes": last.minutes + sum(waiting)})
    return tuple(planned)


def _pause(minutes: int) -> FrameBlock:
    lunch = minutes == LUNCH
    return FrameBlock(
        id="break",
        title="Lunch" if lunch else "Break",
        minutes=(minutes, minutes),
        share=0,
        shed=0,
        lead="all",
        purpose="Leave the table and the screen.",
        result="",
    )


# --- tailoring ------------------------------------------------------------------------------------------------------


def people_in(request: Request) -> tuple[str, ...]:
    """What the request says about the people it is for, the person who is to learn first."""
    if isinstance(request, AgendaRequest):
        return (request.mentee.role, request.mentee.wants, request.mentor.role)
    audience = getattr(request, "audience", "")
    return (audience, request.mentor.role) if isinstance(request, BriefRequest) else (audience,)


_TOP = re.compile(
    r"\W*(?:(?:the|an?|our|my) )?(?:ceo|coo|chief executive|chief operating|managing director|president|founder|owner|chair|board)\b",
    re.I,
)
"""Roles whose work is to lead, whatever the trade of those they lead."""


def lenses_of(texts: Sequence[str], lenses: Note) -> tuple[str, ...]:
    """Role families named in the first text that names any, at most two; leadership comes after what is led, but first for those at the top."""
    for text in texts:
        found = {}
        for family, bullets in lenses.sections.items():
            words = next((bullet.text for bullet in bullets if bullet.label == "words"), "")
            pattern = rf"\b(?:{'|'.join(re.escape(word) for word in words.split(', '))})(?:e?s)?\b"
            hits = [match.start() for match in re.finditer(pattern, text, re.I)]
            if hits:
                found[family] = ((family == "leadership") != bool(_TOP.match(text)), -len(hits), min(hits))
        if found:
            return tuple(sorted(found, key=lambda family: found[family])[:2])
    return ()


def subject_of(topic: str, lenses: Note) -> str:
    """A topic without the people or place it is for: "passkeys" of "passkeys for our warehouse team".

    Up to four words after the last preposition go if they name kinds of work, a team or its like, or say "our"; a topic
    that does not end so is its own subject. On the 398 topics of `evals/coverage.yaml` three more are rightly called covered
    and one half covered one is called covered; no topic that no note serves is.
    """
    match = re.fullmatch(
        r"(.{4,}) (?:for|in|at|among|with|to|across|within|by) ((?:(?!of )\S+ ){0,3}\S+?)[?.!]*", topic
    )
    if match and (_CONTEXT.search(match[2]) or lenses_of((match[2],), lenses)):
        return match[1]
    return topic


def intent_of(request: Request) -> Intent:
    """What the goal asks for, by its verbs; without a goal, what the artefact is usually for."""
    for intent, pattern in _INTENTS:
        if re.search(rf"\b(?:{pattern})\b", request.goal, re.IGNORECASE):
            return intent
    by_artefact: Mapping[str, Intent] = {"agenda": "do", "brief": "understand", "guide": "agree"}
    return by_artefact[_kind(request)]


def level_of(knows: str, audience: str) -> str:
    """What people know already: "new", "experienced", or "" where nothing says so."""
    for text in (knows, audience):
        if re.search(rf"\b(?:{_NEW})\b", text, re.IGNORECASE):
            return "new"
        if re.search(rf"\b(?:{_EXPERIENCED})\b", text, re.IGNORECASE):
            return "experienced"
    return ""
