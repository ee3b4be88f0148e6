"""The types that flow through Coach, all frozen. No input or output happens here.

Offsets are in characters (Python string indices) of a document's text; minutes are whole minutes from the
start of the meeting.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field, model_validator

Stage = Literal["facts", "feelings", "meaning", "decision"]
Setting = Literal["in person", "remote", "hybrid"]
Intent = Literal["understand", "do", "decide", "agree"]
SessionKind = Literal["first", "regular", "deep-dive", "midpoint", "last"]
SourceKind = Literal["meta-analysis", "study", "survey", "standard", "guidance", "report", "article"]
Strength = Literal["strong", "moderate", "weak"]
Coverage = Literal["covered", "partly", "not covered"]
Severity = Literal["error", "warning"]

SHORTEST, LONGEST = 5, 480
"""Minutes of the shortest and the longest meeting that is planned."""
MOST_PEOPLE = 500
LONGEST_FIELD = 2_000
"""Characters of one typed field; beyond it a request is a document, which belongs into a knowledge folder."""
_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Frozen(BaseModel):
    """Base of all types: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- knowledge ------------------------------------------------------------------------------------------------------


class Source(Frozen):
    """A publication that a note cites. `read` says how it was checked: full, abstract, or second-hand via whom."""

    id: str
    title: str
    publisher: str
    year: int
    url: str
    kind: SourceKind
    strength: Strength
    basis: str
    read: str = ""


class Span(Frozen):
    """A piece of a document's text: `text == document.text[start:end]`, exactly."""

    text: str
    start: int
    end: int


class Bullet(Span):
    """One line of a note. `label` is what stands before its colon or arrow, `sources` the ids behind it."""

    label: str = ""
    sources: tuple[str, ...] = ()
    minutes: int | None = None
    probe: str = ""
    line: int = 0


class Step(Frozen):
    """One step of an activity or block; `minutes` where they are planned."""

    text: str
    minutes: int | None = None


class Activity(Frozen):
    """Something to do together, from "Try it together". `forms` holds `short`, `long` and `group` with their minutes."""

    title: str
    minutes: int
    people: tuple[int, int]
    settings: tuple[Setting, ...]
    hands: str
    materials: tuple[str, ...]
    steps: tuple[Step, ...]
    worked_if: str
    if_stuck: str
    forms: dict[str, tuple[int, tuple[Step, ...]]]


class Method(Frozen):
    """A way of working together, independent of the topic."""

    title: str
    minutes: tuple[int, int]
    people: tuple[int, int]
    settings: tuple[Setting, ...]
    use_for: tuple[str, ...]
    materials: tuple[str, ...]
    steps: tuple[Step, ...]
    use_when: str
    not_when: str
    remote: str
    sources: tuple[str, ...] = ()


class FrameBlock(Frozen):
    """One block of a session frame: what `outline.py` plans with.

    Attributes:
        minutes: Fewest and most minutes.
        share: Its part of the time that is left once every block has its fewest minutes.
        shed: Order in which blocks are left out of a short meeting, 1 first; 0 stays in every meeting.
        least: Minutes of the shortest meeting that has this block at all.
    """

    id: str
    title: str
    minutes: tuple[int, int]
    share: int
    shed: int
    least: int = 0
    lead: str
    purpose: str
    result: str
    method: str = ""
    steps: tuple[Step, ...] = ()
    questions: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    stuck: str = ""


class Frame(Frozen):
    """A session frame: the blocks of one kind of meeting, and the lists that belong to it."""

    session: str
    blocks: tuple[FrameBlock, ...]
    lists: dict[str, tuple[Bullet, ...]]


class Note(Frozen):
    """One curated file, parsed. `sections` maps a heading to its bullets; the rest is structured below it.

    `also` are its other names, `asked` what people type who know none of them.
    """

    id: str
    title: str
    shelf: str
    kind: Literal["topic", "methods", "frame", "lenses"] = "topic"
    topics: tuple[str, ...]
    also: tuple[str, ...]
    asked: tuple[str, ...] = ()
    reviewed: date
    review_by: date
    sources: tuple[Source, ...]
    sections: dict[str, tuple[Bullet, ...]] = {}
    activities: tuple[Activity, ...] = ()
    methods: tuple[Method, ...] = ()
    frame: Frame | None = None

    def source(self, source_id: str) -> Source:
        """The source with this id.

        Raises:
            KeyError: the note has no such source.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        raise KeyError(source_id)


class Document(Frozen):
    """A file of a knowledge folder as text. `path` is relative to its folder, with forward slashes.

    Attributes:
        pages: Offset at which each page begins, for formats that have pages.
    """

    path: str
    shelf: str
    title: str
    text: str
    note: Note | None = None
    pages: tuple[int, ...] = ()

    def place(self, offset: int) -> str:
        """Where `offset` lies, in words for a reader: "page 3" or "line 12"."""
        if self.pages:
            return f"page {sum(start <= offset for start in self.pages)}"
        return f"line {self.text.count(chr(10), 0, offset) + 1}"


class Passage(Span):
    """An indexed piece of a document. `context` ("title > heading") is embedded with it and never cited."""

    id: str
    document: str
    shelf: str
    title: str
    heading: str = ""
    note: str = ""

    @property
    def context(self) -> str:
        """What stands before the text when it is embedded."""
        return f"{self.title} > {self.heading}" if self.heading else self.title


# --- retrieval ------------------------------------------------------------------------------------------------------


class Hit(Frozen):
    """One document found for a query, by its best passage. Higher scores are better; they compare within one search."""

    document: str
    passage: Passage
    score: float


class Evidence(Frozen):
    """What was retrieved for one query.

    Attributes:
        confidence: 0 to 1, what the coverage decision rests on.
        nearest: Titles of the closest notes or documents, best first.
    """

    query: str
    hits: tuple[Hit, ...]
    coverage: Coverage
    confidence: float
    nearest: tuple[str, ...]


class Material(Frozen):
    """What a draft may draw on.

    Attributes:
        documents: Notes and documents that serve the topic, the best first.
        passages: Passages of plain documents among them, the best first.
        scores: Passage offset by document path and start, to how well it serves the request (0 to 2).
    """

    coverage: Coverage
    nearest: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    passages: tuple[Passage, ...] = ()
    scores: dict[tuple[str, int], float] = {}

    def document(self, path: str) -> Document | None:
        """The document with this path, if the draft may draw on it."""
        return next((document for document in self.documents if document.path == path), None)


# --- requests -------------------------------------------------------------------------------------------------------


def _typed(value: Any) -> Any:
    """White space folded, control characters refused."""
    if not isinstance(value, str):
        return value
    for position, character in enumerate(value, start=1):
        if character in _BIDI_CONTROLS or (unicodedata.category(character) == "Cc" and not character.isspace()):
            raise ValueError(f"character {position} is the control character U+{ord(character):04X}; remove it")
    return " ".join(value.split())


Typed = Annotated[str, BeforeValidator(_typed), Field(max_length=LONGEST_FIELD)]
Topic = Annotated[str, BeforeValidator(_typed), Field(min_length=2, max_length=300)]


class Person(Frozen):
    """One half of a pair, as a role, never a name: what they do, what they offer, what they want."""

    role: Typed = ""
    offers: Typed = ""
    wants: Typed = ""


class Action(Frozen):
    """Something promised last time. `owner` is "mentor", "mentee", "both" or a role."""

    owner: Typed = "both"
    text: Typed = Field(min_length=1)
    due: Typed = ""


class Request(Frozen):
    """What every request has. Only topic and minutes are required."""

    topic: Topic
    minutes: int = Field(ge=SHORTEST, le=LONGEST)
    goal: Typed = ""
    setting: Setting = "in person"
    avoid: tuple[Typed, ...] = ()


class AgendaRequest(Request):
    """A meeting of a pair."""

    artefact: Literal["agenda"] = "agenda"
    session: SessionKind = "regular"
    mentor: Person = Person()
    mentee: Person = Person()
    previous: tuple[Action, ...] = Field(default=(), max_length=20)


class BriefRequest(Request):
    """A lunch session held by a younger mentor."""

    artefact: Literal["brief"] = "brief"
    audience: Typed = ""
    knows: Typed = ""
    people: int = Field(default=12, ge=1, le=MOST_PEOPLE)
    mentor: Person = Person()


class GuideRequest(Request):
    """A discussion of a mixed-age group."""

    artefact: Literal["guide"] = "guide"
    audience: Typed = ""
    knows: Typed = ""
    people: int = Field(default=12, ge=1, le=MOST_PEOPLE)


AnyRequest = AgendaRequest | BriefRequest | GuideRequest

# --- artefacts ------------------------------------------------------------------------------------------------------


class Citation(Frozen):
    """A verbatim quote and its place: `quote == document.text[start:end]` of the document named `note`."""

    quote: str
    note: str
    title: str
    start: int
    end: int
    place: str
    sources: tuple[Source, ...] = ()


class Statement(Frozen):
    """A sentence of fact with what it rests on.

    Attributes:
        label: What the statement is about or answers, such as a belief or a term.
        tier: "exact" (the statement is the quoted sentence) or "supported" (checked against the quote).
        evidence: Year, strength and kind of the best source in a few words, where a reader needs them.
    """

    text: str
    citations: tuple[Citation, ...] = Field(min_length=1)
    tier: Literal["exact", "supported"] = "exact"
    label: str = ""
    evidence: str = ""


class Item(Frozen):
    """An instruction, a slot to fill in, or a rule: something that states no fact."""

    text: str
    label: str = ""
    minutes: int | None = None


class Question(Frozen):
    """A question for the room."""

    text: str
    stage: Stage | None = None
    purpose: str = ""
    probe: str = ""
    mode: Literal["", "alone", "pairs", "groups", "all"] = ""
    minutes: int | None = None


class Block(Frozen):
    """A timed part of a session."""

    id: str
    title: str
    start: int = Field(ge=0)
    minutes: int = Field(ge=1)
    purpose: str = ""
    method: str = ""
    lead: str = ""
    steps: tuple[Step, ...] = ()
    say: tuple[Statement, ...] = ()
    questions: tuple[Question, ...] = ()
    materials: tuple[str, ...] = ()
    result: str = ""
    stuck: str = ""

    @property
    def end(self) -> int:
        """Minute at which the block is over."""
        return self.start + self.minutes


class Flag(Frozen):
    """What a check reports. `check` names the check, `where` the section."""

    check: str
    severity: Severity
    where: str
    message: str
    text: str = ""


class Section(Frozen):
    """One part of an artefact, drafted on its own from its own evidence."""

    id: str
    title: str
    intro: str = ""
    statements: tuple[Statement, ...] = ()
    items: tuple[Item, ...] = ()
    questions: tuple[Question, ...] = ()
    blocks: tuple[Block, ...] = ()

    def all_statements(self) -> Iterator[Statement]:
        """Every statement of fact, those inside blocks included."""
        yield from self.statements
        for block in self.blocks:
            yield from block.say

    def all_questions(self) -> Iterator[Question]:
        """Every question, those inside blocks included."""
        yield from self.questions
        for block in self.blocks:
            yield from block.questions

    def all_texts(self) -> Iterator[str]:
        """Every text a reader sees, in order."""
        yield from (self.title, self.intro)
        for item in self.items:
            yield from (item.label, item.text)
        for block in self.blocks:
            yield from (block.title, block.purpose, block.result, block.stuck, *block.materials)
            yield from (step.text for step in block.steps)
        for statement in self.all_statements():
            yield from (statement.label, statement.text)
        for question in self.all_questions():
            yield from (question.text, question.probe, question.purpose)


class Notice(Frozen):
    """Something the user has to know about this draft: a reframing, a replaced part. May rest on evidence."""

    text: str
    statements: tuple[Statement, ...] = ()


class Usage(Frozen):
    """What a model was asked for one artefact, and what became of its answers.

    Attributes:
        address: The endpoint without anything secret.
        requests, cached: Answers that were asked for, and answers that were kept from before.
        prompt_tokens, answer_tokens: As the server counted them; 0 where it does not.
        cost: In the currency of the configured prices; None where none are configured.
        offered, kept: Texts that the model reworded, and those that passed the gate; statements among them separately.
        notices: What went wrong, and what the built-in engine wrote instead, in words for the reader.
    """

    model: str
    address: str
    requests: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    offered: int = 0
    kept: int = 0
    statements_offered: int = 0
    statements_kept: int = 0
    notices: tuple[str, ...] = ()

    def told(self) -> str:
        """The figures in one line for a reader."""
        cost = f", cost {self.cost:g}" if self.cost is not None else ""
        kept = (
            f"Of {self.offered} reworded texts {self.kept} passed the checks, of {self.statements_offered} statements {self.statements_kept}."
            if self.offered
            else "It reworded nothing."
        )
        return (
            f"{self.model} at {self.address}: {self.requests} answers in {self.seconds:g} s, {self.cached} more kept from before; "
            f"{self.prompt_tokens:,} prompt and {self.answer_tokens:,} answer tokens{cost}. {kept}"
        )


class Provenance(Frozen):
    """What made an artefact; `prompts` as name@version:hash, `usage` where a model took part."""

    engine: str
    version: str
    index: str
    settings: str
    made: str
    prompts: tuple[str, ...] = ()
    usage: Usage | None = None


class Artefact(Frozen):
    """A finished draft. `blocks` in its JSON repeats the timed parts of `sections` for other programs.

    Attributes:
        header: Who and what it is for, in a few lines.
        gaps: What the material lacks for this request, in words for the reader.
        flags: What the checks reported, and what was left out because of it.
    """

    schema_version: Literal[1] = 1
    request: Annotated[AnyRequest, Field(discriminator="artefact")]
    title: str
    header: tuple[Item, ...] = ()
    sections: tuple[Section, ...]
    notices: tuple[Notice, ...] = ()
    gaps: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    provenance: Provenance

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if key != "blocks"} if isinstance(data, dict) else data

    @computed_field  # type: ignore[prop-decorator]
    @property
    def blocks(self) -> tuple[Block, ...]:
        """The timed parts in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    def section(self, section_id: str) -> Section | None:
        """The section with this id, if the artefact has it."""
        return next((section for section in self.sections if section.id == section_id), None)

    @model_validator(mode="after")
    def _kind(self) -> Self:
        expected = KINDS.get(self.request.artefact)
        if type(self) is not Artefact and expected is not None and type(self) is not expected:
            raise ValueError(f"a {type(self).__name__} cannot answer a request for a {self.request.artefact}")
        return self


class Agenda(Artefact):
    """A meeting of a pair, timed to the minute."""


class ResearchBrief(Artefact):
    """A lunch session that can be defended in front of a board."""


class DiscussionGuide(Artefact):
    """Questions in stages for a mixed-age group."""


KINDS: dict[str, type[Artefact]] = {"agenda": Agenda, "brief": ResearchBrief, "guide": DiscussionGuide}
