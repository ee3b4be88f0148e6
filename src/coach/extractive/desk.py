"""Choosing from the material: which bullets, activities, methods and sentences serve this request best."""

import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from coach.check.support import stems
from coach.knowledge import sentences
from coach.knowledge.verify import for_two
from coach.models import (
    Activity,
    AgendaRequest,
    Bullet,
    Citation,
    Document,
    Frame,
    Frozen,
    Material,
    Method,
    Note,
    Question,
    Request,
    Source,
    Span,
    Stage,
    Statement,
    Step,
)
from coach.outline import Outline, apportion

SHARED_HEADINGS = ("Findings", "Caveats", "They will ask", "Questions")
"""Headings under which a second note may contribute; everything else comes from the note that fits best."""
POSITION_COST = 0.02
"""What each place further down its list costs a bullet, in units of cosine: authors put the most important first, and
in the notes cosines of neighbouring bullets differ by about 0.1."""
SECOND_NOTE_COST = 0.1
"""What a bullet of the second note pays against one of the first, in units of cosine."""
SHORTEST_PART = 0.6
"""A form of an activity is squeezed to this part of its minutes at most; below it only its first steps are done."""
_POINTS_BACK = re.compile(
    r"(?:They|It|This|That|These|Those|He|She|Such|Then|However|But|And|So|Therefore|Also|Otherwise|Both|Its|Their|His|Her)\b"
)
_STRENGTHS = ("strong", "moderate", "weak")


class Context(Frozen):
    """Everything the built-in engine drafts one section from.

    Attributes:
        methods: Ways of working that suit a group, for a guide, or a pair.
        said: Statements that a notice makes already; no section repeats them.
    """

    request: Request
    outline: Outline
    material: Material
    frame: Frame
    methods: tuple[Method, ...]
    lenses: Note
    said: frozenset[str] = frozenset()


class Desk:
    """One request's material, with what is to be avoided taken out."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.request, self.outline, self.material = context.request, context.outline, context.material
        self.notes = [(d, d.note) for d in self.material.documents if d.note and d.note.kind == "topic"]

    @cached_property
    def _avoided(self) -> frozenset[str]:
        return frozenset().union(*(stems(text) for text in self.request.avoid))

    def allowed(self, text: str) -> bool:
        """Whether a text is free of what the user asked to avoid."""
        return not (self._avoided and self._avoided & stems(text))

    def bullets(self, heading: str, *labels: str) -> list[tuple[Document, Bullet]]:
        """The bullets under a heading of every note, the first note's first, optionally only those with a label.

        Questions that only a pair can ask each other are left out where people are more than two.
        """
        pair = isinstance(self.request, AgendaRequest)
        return [
            (document, bullet)
            for document, note in (self.notes if heading in SHARED_HEADINGS else self.notes[:1])
            for bullet in note.sections.get(heading, ())
            if (not labels or bullet.label in labels)
            and bullet.text not in self.context.said
            and self.allowed(f"{bullet.label} {bullet.text} {bullet.probe}")
            and (pair or heading != "Questions" or not for_two(f"{bullet.text} {bullet.probe}"))
        ]

    def best(self, heading: str, count: int, *labels: str) -> list[tuple[Document, Bullet]]:
        """The `count` bullets that serve the request best, in the order of their notes."""
        candidates = self.bullets(heading, *labels)
        places = {id(note): place for place, (_, note) in enumerate(self.notes)}
        position: dict[int, int] = {}
        ranked = []
        for order, (document, bullet) in enumerate(candidates):
            place = places[id(document.note)]
            position[place] = position.get(place, -1) + 1
            score = self.score(document, bullet) - POSITION_COST * position[place] - SECOND_NOTE_COST * place
            ranked.append((-score, order))
        chosen = sorted(order for _, order in sorted(ranked)[:count])
        return [candidates[order] for order in chosen]

    def first(self, heading: str, count: int) -> tuple[Statement, ...]:
        """The first `count` cited bullets of the note that fits best, in its order: for sections written to be read in a row."""
        return tuple(statement(d, b) for d, b in self.bullets(heading) if b.sources)[:count]

    def score(self, document: Document, bullet: Bullet) -> float:
        """How well a bullet serves the request; 0 where nothing was measured."""
        line_start = document.text.rfind("\n", 0, bullet.start) + 1
        return self.material.scores.get((document.path, line_start + 2), 0.0)

    def lens(self, key: str) -> list[str]:
        """What the lenses of the people concerned say under `key`, the most specific first."""
        families = self.context.lenses.sections
        return [bullet.text for lens in self.outline.lenses for bullet in families[lens] if bullet.label == key]

    # --- statements ---

    def statements(self, heading: str, count: int, *labels: str, graded: bool = False) -> tuple[Statement, ...]:
        """The best bullets under a heading as cited statements."""
        return tuple(statement(d, b, graded=graded) for d, b in self.best(heading, count, *labels) if b.sources)

    def sentences(self, count: int, skip: int = 0) -> tuple[Statement, ...]:
        """What the user's own documents say on the topic: the best pieces, in the order in which they stand.

        Args:
            skip: How many of the best pieces are left to another section.
        """
        wanted = stems(f"{self.outline.topic} {self.request.goal}")
        found: dict[str, tuple[float, int, int, Document]] = {}
        for rank, passage in enumerate(self.material.passages):
            document = self.material.document(passage.document)
            for piece in _pieces(passage.text) if document else ():
                share = len(wanted & stems(piece.text)) / max(1, len(wanted))
                if document and self.allowed(piece.text):
                    found.setdefault(piece.text, (0.05 * rank - share, rank, passage.start + piece.start, document))
        places = {document.path: place for place, document in enumerate(self.material.documents)}
        best = sorted(found.items(), key=lambda item: item[1][:3])[skip : skip + count]
        return tuple(
            Statement(text=text, citations=(quote(document, start, start + len(text), ()),))
            for text, (_, _, start, document) in sorted(best, key=lambda item: (places[item[1][3].path], item[1][2]))
        )

    # --- doing ---

    def objective(self) -> str:
        """What somebody can do at the end, by the intent of the goal; empty where no note says."""
        found = self.best("Objectives", 1, self.outline.intent) or self.best("Objectives", 1)
        text = found[0][1].text if found else ""
        for spoken_to, spoken_of in (("yourself", "themselves"), ("your", "their"), ("you", "they")):
            text = re.sub(rf"\b{spoken_to}\b", spoken_of, text)
        return text

    def activities(self, people: int) -> list[Activity]:
        """Activities that suit the number of people and the setting, the first note's first."""
        return [
            activity
            for _, note in self.notes
            for activity in note.activities
            if self.request.setting in activity.settings
            and activity.people[0] <= max(people, 2)
            and self.allowed(activity.model_dump_json())
        ]

    def questions(self, count: int, *stages: Stage) -> tuple[Question, ...]:
        """Questions of the given stages, one stage after the other, the best of each first."""
        by_stage = [self._ranked("Questions", stage) for stage in stages]
        chosen: list[Question] = []
        for round_ in range(max((len(found) for found in by_stage), default=0)):
            for stage, found in zip(stages, by_stage, strict=True):
                if round_ < len(found) and len(chosen) < count:
                    bullet = found[round_]
                    chosen.append(Question(text=bullet.text, stage=stage, probe=bullet.probe))
        return tuple(sorted(chosen, key=lambda question: stages.index(question.stage or "facts")))

    def _ranked(self, heading: str, label: str) -> list[Bullet]:
        first, rest = self.best(heading, 1, label), self.bullets(heading, label)
        return [b for _, b in first] + [b for _, b in rest if not first or b is not first[0][1]]

    def method(self, preferred: str, minutes: int, people: int, taken: Iterable[str] = ()) -> Method | None:
        """The first of the preferred methods (names with "; " between) that fits time, people and setting."""
        by_title = {method.title: method for method in self.context.methods}
        for title in preferred.split("; "):
            method = by_title.get(title)
            if (
                method
                and method.minutes[0] <= minutes
                and method.people[0] <= people <= method.people[1]
                and self.request.setting in method.settings
                and title not in taken
                and self.allowed(method.model_dump_json())
            ):
                return method
        return None

    def listed(self, name: str, *labels: str) -> list[Bullet]:
        """A list of the session frame, such as its ground rules, optionally only lines with a label."""
        return [
            bullet
            for bullet in self.context.frame.lists.get(name, ())
            if (not labels or bullet.label in labels) and self.allowed(f"{bullet.label} {bullet.text}")
        ]


def _pieces(text: str) -> list[Span]:
    """Sentences that can be read alone: one that points back ("They …") takes the sentence before it along."""
    pieces: list[Span] = []
    for span in sentences(text):
        before = pieces[-1] if pieces else None
        if _POINTS_BACK.match(span.text) and before and text[before.end : span.start].isspace():
            pieces[-1] = Span(text=text[before.start : span.end], start=before.start, end=span.end)
        else:
            pieces.append(span)
    return [
        piece
        for piece in pieces
        if 5 <= len(piece.text.split()) <= 60
        and re.match(r"[\"“(]?[A-ZÀ-Þ0-9]", piece.text)
        and piece.text[-1] in ".!"
        and not _POINTS_BACK.match(piece.text)
    ]


def quote(document: Document, start: int, end: int, sources: Sequence[Source]) -> Citation:
    """The citation of `document.text[start:end]`."""
    return Citation(
        quote=document.text[start:end],
        note=document.path,
        title=document.title,
        start=start,
        end=end,
        place=document.place(start),
        sources=tuple(sources),
    )


def statement(document: Document, bullet: Bullet, *, graded: bool = False) -> Statement:
    """A cited bullet as a statement, with year, kind and strength of its best source where `graded`."""
    note = document.note
    sources = [note.source(source) for source in bullet.sources] if note else []
    best = min(sources, key=lambda source: (_STRENGTHS.index(source.strength), -source.year), default=None)
    return Statement(
        text=bullet.text,
        citations=(quote(document, bullet.start, bullet.end, sources),),
        label=bullet.label if bullet.label != "everyone" else "",
        evidence=f"{best.year}, {best.kind}, {best.strength} evidence: {best.basis}" if graded and best else "",
    )


def for_group(text: str) -> str:
    """An instruction written for a pair, addressed to a presenter and an audience."""
    for pair, group in (("mentee's", "audience's"), ("mentee", "volunteer"), ("mentor", "presenter")):
        text = text.replace(pair, group)
    return text


def fit(activity: Activity, minutes: int, *, group: bool) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The form of an activity that fits `minutes` best, its steps timed to sum to them.

    Returns:
        The steps, and those of the form that there is no time for: the homework.
    """
    forms = dict(activity.forms)
    group_form = forms.pop("group", None)
    choices = [group_form] if group and group_form else [(activity.minutes, activity.steps), *forms.values()]
    length, steps = min(choices, key=lambda form: (abs(math.log(form[0] / minutes)), form[0]))
    if minutes >= SHORTEST_PART * length and len(steps) <= minutes:
        return timed(steps, minutes), ()
    kept: list[Step] = []
    for step in steps:
        if kept and sum(s.minutes or 1 for s in kept) + (step.minutes or 1) > minutes / SHORTEST_PART:
            break
        kept.append(step)
    kept = kept[:minutes]
    return timed(kept, minutes), tuple(steps[len(kept) :])


def result(activity: Activity, steps: Sequence[Step]) -> str:
    """How one sees that these steps of an activity have worked.

    The note's own sign is that of the whole exercise; a short form, and one for a group, may never come to it and end with their last step.
    """
    brief = [step.text for name, (_, form) in activity.forms.items() if name in ("short", "group") for step in form]
    last = steps[-1].text if steps else ""
    whole = last not in brief or any(step.text == last for step in activity.steps)
    if whole:
        return activity.worked_if
    return f"You have an answer to this: “{last}”" if last.endswith("?") else f"You have done this: “{last}”"


def timed(steps: Sequence[Step], minutes: int) -> tuple[Step, ...]:
    """The steps with minutes that sum to `minutes`, in proportion to those they have."""
    lengths = apportion(minutes, [float(step.minutes or 1) for step in steps], at_least=1)
    return tuple(step.model_copy(update={"minutes": length}) for step, length in zip(steps, lengths, strict=True))


def cut(steps: Sequence[Step], lengths: Sequence[int]) -> list[tuple[Step, ...]]:
    """Timed steps dealt out to the parts of a block that a break cuts; a step that is cut goes on after it."""
    parts: list[tuple[Step, ...]] = []
    queue = list(steps)
    for length in lengths:
        part, room = list[Step](), length
        while queue and room:
            step = queue.pop(0)
            take = min(step.minutes or 0, room)
            part.append(step.model_copy(update={"minutes": take}))
            room -= take
            if (step.minutes or 0) > take:
                rest = Step(text="Go on with the step from before the break.", minutes=(step.minutes or 0) - take)
                queue.insert(0, rest)
        parts.append(tuple(part))
    return parts
