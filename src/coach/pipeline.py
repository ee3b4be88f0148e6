"""`Coach`: the only module that knows the order. Request, outline, evidence, sections, checks, artefact."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from coach import __version__
from coach.check import check_artefact, check_section
from coach.check.language import loaded, mentions_group, reframe
from coach.check.support import stems
from coach.errors import RequestError
from coach.extractive import Context, Extractive
from coach.extractive.desk import statement
from coach.knowledge import passages, read
from coach.models import (
    KINDS,
    Action,
    Agenda,
    AgendaRequest,
    AnyRequest,
    Artefact,
    DiscussionGuide,
    Document,
    Evidence,
    Flag,
    Frame,
    Frozen,
    Hit,
    Item,
    Material,
    Method,
    Note,
    Notice,
    Person,
    Provenance,
    ResearchBrief,
    Section,
    Statement,
)
from coach.outline import Outline, outline
from coach.settings import Settings, packaged

SECOND_NOTE = 0.8
"""Part of the best document's score that another must reach to be drawn on as well."""
NOTES, OWN_DOCUMENTS, OWN_PASSAGES = 2, 3, 6
"""How many notes, and how many of the user's own documents and passages, one draft draws on at most."""
SEVERAL_GROUPS = 6
"""People from which a discussion splits into groups that report to each other."""
_FRAMES = {
    "first": "kick-off",
    "regular": "regular",
    "deep-dive": "deep-dive",
    "midpoint": "midpoint",
    "last": "closing",
}
_NOTE_FOR_NOTICE = (
    (r"tech|digital|computer|\bai\b|app|online|tiktok|phone|tool|software|internet", "digital-natives-myth"),
    (r"\bold|older|boomer|senior|elder|dinosaur|\bover\b", "stereotypes-about-older-workers"),
    (r"laz|motivat|loyal|job[- ]?hop|work ethic|effort|entitle", "motivation-and-effort"),
    (r"", "what-research-says-on-generations"),
)

_REQUESTS: TypeAdapter[AnyRequest] = TypeAdapter(Annotated[AnyRequest, Field(discriminator="artefact")])

Progress = Callable[[str, int, int], None]
A = TypeVar("A", bound=Artefact)


class Outlined(Frozen):
    """First event of a draft: the title, and the sections to come as (id, title)."""

    title: str
    header: tuple[Item, ...]
    notices: tuple[Notice, ...]
    sections: tuple[tuple[str, str], ...]


class Drafted(Frozen):
    """One section is done; sections without content are left out of the stream."""

    section: Section


class Finished(Frozen):
    """Last event of a draft."""

    artefact: Artefact


Event = Outlined | Drafted | Finished


class Coach:
    """Drafts agendas, briefs and guides, and searches what they rest on.

    Args:
        settings: What a run depends on; by default from the environment.
        progress: Called with a message, how much is done and how much there is, while an index is built. What it raises
            stops the work and leaves the old index as it was.

    Raises:
        CoachError: settings, knowledge or index are unusable; the message says what to do.
    """

    def __init__(self, settings: Settings | None = None, progress: Progress | None = None) -> None:
        self.settings = settings or Settings()
        self._progress = progress
        self._engine = Extractive()
        self._read: dict[tuple[Path, str, int], Document] = {}

    # --- search ---

    @cached_property
    def index(self) -> Any:
        """The index, brought up to date with the knowledge folders."""
        from coach.index import open_index

        return open_index(self.settings, self._progress)

    @cached_property
    def _retriever(self) -> Any:
        from coach.embed import MiniLM
        from coach.retrieve import Retriever

        return Retriever(self.index, MiniLM())

    def search(self, query: str, k: int = 10, shelf: str | None = None) -> list[Hit]:
        """The `k` documents that serve a query best, each with its best passage, best first.

        Raises:
            CoachError: the index cannot be built or read.
        """
        found: list[Hit] = self._retriever.search(query, k, shelf)
        return found

    def search_many(self, queries: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """`search` for many queries at once, in their order."""
        found: list[list[Hit]] = self._retriever.search_many(queries, k)
        return found

    # --- drafts ---

    def agenda(self, topic: str, minutes: int, **fields: Any) -> Agenda:
        """An agenda for a pair; `fields` are those of `AgendaRequest`."""
        return self._whole(make_request("agenda", topic=topic, minutes=minutes, **fields), Agenda)

    def brief(self, topic: str, minutes: int, **fields: Any) -> ResearchBrief:
        """A brief for a lunch session; `fields` are those of `BriefRequest`."""
        return self._whole(make_request("brief", topic=topic, minutes=minutes, **fields), ResearchBrief)

    def guide(self, topic: str, minutes: int, **fields: Any) -> DiscussionGuide:
        """A guide for a group discussion; `fields` are those of `GuideRequest`."""
        return self._whole(make_request("guide", topic=topic, minutes=minutes, **fields), DiscussionGuide)

    def _whole(self, request: AnyRequest, kind: type[A]) -> A:
        *_, last = self.draft(request)
        assert isinstance(last, Finished) and isinstance(last.artefact, kind)
        return last.artefact

    def draft(self, request: AnyRequest) -> Iterator[Event]:
        """Drafts section by section. Closing the iterator stops the work.

        Yields:
            `Outlined`, then one `Drafted` for each section with content, then `Finished`.

        Raises:
            CoachError: the index cannot be built or read.
        """
        neutral, notices = self._reframed(request)
        evidence: Evidence = self._retriever.evidence(neutral.topic)
        material = self._material(neutral, evidence)
        skeleton = self._outline(neutral)
        title, header = _title(neutral), _header(neutral, material)
        if skeleton.left_out:
            notices = (*notices, Notice(text=f"Left out for lack of time: {'; '.join(skeleton.left_out)}."))
        notices = (*notices, *(Notice(text=text) for text in self.index.notices))
        yield Outlined(
            title=title,
            header=header,
            notices=notices,
            sections=tuple((plan.id, plan.title) for plan in skeleton.sections),
        )
        context = Context(
            request=neutral,
            outline=skeleton,
            material=material,
            frame=self._frame(neutral),
            methods=self._methods("groups" if getattr(neutral, "people", 2) > 2 else "pairs"),
            lenses=self._lenses,
        )
        sections: list[Section] = []
        flags: list[Flag] = []
        for plan in skeleton.sections:
            section, found = vetted(self._engine.section(plan, context), material, neutral)
            flags += found
            if section.statements or section.items or section.questions or section.blocks:
                sections.append(section)
                yield Drafted(section=section)
        artefact = KINDS[request.artefact](
            request=request,
            title=title,
            header=header,
            sections=tuple(sections),
            notices=notices,
            gaps=_gaps(neutral, material, evidence),
            provenance=self._provenance(),
        )
        yield Finished(artefact=artefact.model_copy(update={"flags": (*flags, *check_artefact(artefact))}))

    # --- parts of a draft ---

    def _reframed(self, request: AnyRequest) -> tuple[AnyRequest, tuple[Notice, ...]]:
        """The request with what asserts something about an age group taken out, and notices that say so."""
        changes: dict[str, Any] = {}
        notices: list[Notice] = []
        neutral = reframe(request.topic)
        if neutral:
            changes["topic"] = neutral.topic
            text = (
                f"You typed “{neutral.typed}”. Coach speaks of people, not of generations, so this draft is about "
                f"“{neutral.topic}”: something that people can look at together without anybody being the example. The evidence:"
            )
            notices.append(Notice(text=text, statements=self._evidence_on_ages(neutral.typed, 2)))
        elif mentions_group(request.topic):
            text = (
                "Your topic names people by age or generation. This draft keeps your words in the title and otherwise speaks "
                "of tasks, tools and situations. The evidence:"
            )
            notices.append(Notice(text=text, statements=self._evidence_on_ages(request.topic, 1)))
        dropped = []
        for name, value in request:
            if name == "topic":
                continue
            cleaned = _cleaned(value)
            if name == "goal" and neutral and re.search(r"\b(?:them|they|their)\b", value, re.IGNORECASE):
                cleaned = ""  # it speaks of the people whom the topic made a group
            if cleaned != value:
                changes[name] = cleaned
                dropped.append(name)
        if dropped:
            text = (
                f"What you typed under {', '.join(dropped)} says what people of some age are like, or asks somebody to speak for them; "
                "it was not used. Say it again as a task or a situation, and the draft will follow it."
            )
            notices.append(Notice(text=text, statements=() if notices else self._evidence_on_ages(str(request), 1)))
        return request.model_copy(update=changes), tuple(notices)

    def _evidence_on_ages(self, text: str, count: int) -> tuple[Statement, ...]:
        note_id = next(note_id for pattern, note_id in _NOTE_FOR_NOTICE if re.search(pattern, text, re.IGNORECASE))
        document = self._packaged(f"generational-perspectives/{note_id}.md")
        assert document.note is not None
        return tuple(statement(document, bullet) for bullet in document.note.sections["In short"][:count])

    def _material(self, request: AnyRequest, evidence: Evidence) -> Material:
        """The documents that the evidence lies in, and how well each of their bullets serves the request."""
        if evidence.coverage == "not covered":
            return Material(coverage=evidence.coverage, nearest=evidence.nearest)
        best: dict[str, float] = {}
        for hit in evidence.hits:
            best.setdefault(hit.document, hit.score)
        documents: list[Document] = []
        own: list[Document] = []
        enough = SECOND_NOTE * max(best.values(), default=0.0)
        for path in [path for path, score in best.items() if score >= enough]:
            document = self._document(path)
            if document.note is None:
                own.append(document)
            elif document.note.kind == "topic" and len(documents) < NOTES:
                documents.append(document)
        own = own[:OWN_DOCUMENTS]
        paths = {document.path for document in own}
        mine = tuple(hit.passage for hit in evidence.hits if hit.document in paths)[:OWN_PASSAGES]
        return Material(
            coverage=evidence.coverage,
            nearest=evidence.nearest,
            documents=(*documents, *own),
            passages=mine,
            scores=self._scores(request, documents),
        )

    def _scores(self, request: AnyRequest, documents: Sequence[Document]) -> dict[tuple[str, int], float]:
        told = [request.topic, request.goal, *_people(request)]
        places = {p.id: (p.document, p.start) for document in documents for p in passages(document)}
        similar = self._retriever.similarity(". ".join(text for text in told if text), list(places))
        return {places[passage_id]: score for passage_id, score in similar.items()}

    def _outline(self, request: AnyRequest) -> Outline:
        have = {"groups"} if getattr(request, "people", 2) >= SEVERAL_GROUPS else set()
        if isinstance(request, AgendaRequest) and request.previous:
            have.add("actions")
        return outline(request, request.topic, self._frame(request), self._lenses, frozenset(have))

    def _provenance(self) -> Provenance:
        now = self.settings.now or datetime.now(UTC)
        return Provenance(
            engine=self._engine.name,
            version=__version__,
            index=self.index.fingerprint,
            settings=self.settings.fingerprint,
            made=now.isoformat(timespec="seconds"),
        )

    # --- files ---

    def document(self, path: str) -> Document:
        """The document that a citation or a hit names, as it is now.

        Raises:
            CoachError: it cannot be read.
        """
        return self._document(path)

    def _document(self, path: str) -> Document:
        folder = next(
            (folder for folder in self.settings.folders if (folder / path).is_file()), self.settings.folders[0]
        )
        return self._parsed(folder, path)

    def _packaged(self, path: str) -> Document:
        return self._parsed(packaged("knowledge"), path)

    def _parsed(self, folder: Path, path: str) -> Document:
        """A document, read once for each time its file changes."""
        file = folder / path
        key = (folder, path, file.stat().st_mtime_ns if file.is_file() else 0)
        if key not in self._read:
            self._read[key] = read(folder, path)
        return self._read[key]

    def _frame(self, request: AnyRequest) -> Frame:
        names = {"brief": "lunch-session", "guide": "group-discussion"}
        name = names.get(request.artefact) or _FRAMES[str(getattr(request, "session", "regular"))]
        note = self._packaged(f"mentoring-practice/frames/{name}.md").note
        assert note is not None and note.frame is not None
        return note.frame

    def _methods(self, who: str) -> tuple[Method, ...]:
        note = self._packaged(f"mentoring-practice/methods-{who}.md").note
        assert note is not None
        return note.methods

    @cached_property
    def _lenses(self) -> Note:
        note = self._packaged("mentoring-practice/lenses.md").note
        assert note is not None
        return note


def make_request(artefact: str, **fields: Any) -> AnyRequest:
    """A request from typed fields.

    Raises:
        RequestError: a field cannot be used; the message names it and what it may be.
    """
    try:
        return _REQUESTS.validate_python({"artefact": artefact, **fields})
    except ValidationError as error:
        raise RequestError(" ".join(_explained(part) for part in error.errors())) from None


_LIMITS = {
    "string_too_long": "max_length",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "too_long": "max_length",
}


def _explained(error: Any) -> str:
    """One validation error in words for the person who typed."""
    name = ".".join(str(part) for part in error["loc"][1:]) or "request"
    kind, limit, given = error["type"], error.get("ctx", {}), error.get("input")
    if name == "topic" and kind in ("string_too_short", "too_short", "missing"):
        return "The topic is empty. Say in a few words what the meeting is about."
    if name == "minutes":
        return (
            f"{given} minutes cannot be planned. Give a whole number from 5 to 480."
            if kind != "missing"
            else "Say how many minutes you have, from 5 to 480."
        )
    if name == "people":
        return f"{given} people cannot be planned for. Give a whole number from 1 to 500."
    if kind in ("string_too_long", "too_long"):
        size = f"{len(given):,} characters" if isinstance(given, str) else "too much"
        return f"'{name}' has {size}; {limit['max_length']:,} is the most. Put long text into a file of a knowledge folder."
    if kind == "literal_error":
        return f"'{name}' cannot be '{given}'. Use one of: {limit['expected']}."
    return f"'{name}': {str(error['msg']).removeprefix('Value error, ')}."


def vetted(section: Section, material: Material, request: AnyRequest) -> tuple[Section, list[Flag]]:
    """The section without what the checks object to, and a flag for each thing that was left out."""
    flags = check_section(section, material, request)
    bad = {flag.text for flag in flags if flag.severity == "error"}
    if not bad:
        return section, flags
    blocks = tuple(
        block.model_copy(
            update={
                "say": tuple(s for s in block.say if s.text not in bad),
                "questions": tuple(q for q in block.questions if q.text not in bad and q.probe not in bad),
            }
        )
        for block in section.blocks
    )
    kept = section.model_copy(
        update={
            "statements": tuple(s for s in section.statements if s.text not in bad and s.label not in bad),
            "items": tuple(i for i in section.items if i.text not in bad and i.label not in bad),
            "questions": tuple(q for q in section.questions if q.text not in bad and q.probe not in bad),
            "blocks": blocks,
        }
    )
    out = [
        f.model_copy(update={"severity": "warning", "message": f"left out: {f.message}"}) if f.text in bad else f
        for f in flags
    ]
    return kept, out


def _cleaned(value: Any) -> Any:
    """A field of a request without texts that are loaded."""
    if isinstance(value, str):
        return "" if loaded(value) else value
    if isinstance(value, Person):
        return value.model_copy(update={name: _cleaned(text) for name, text in value})
    if isinstance(value, Action):
        return (
            value.model_copy(update={"text": "what was noted (its wording was left out)"})
            if loaded(value.text)
            else value
        )
    if isinstance(value, tuple):
        return tuple(_cleaned(part) for part in value)
    return value


def _people(request: AnyRequest) -> tuple[str, ...]:
    if isinstance(request, AgendaRequest):
        return (request.mentee.role, request.mentee.wants, request.mentor.offers)
    return (request.audience, request.knows)


def _title(request: AnyRequest) -> str:
    topic = request.topic[:1].upper() + request.topic[1:]
    kinds = {
        "first": "First meeting: ",
        "deep-dive": "Deep dive: ",
        "midpoint": "Midpoint review: ",
        "last": "Closing meeting: ",
    }
    return kinds.get(str(getattr(request, "session", "")), "") + topic


def _header(request: AnyRequest, material: Material) -> tuple[Item, ...]:
    names = {
        "agenda": "Agenda for a reverse-mentoring pair",
        "brief": "Research brief for a lunch session",
        "guide": "Discussion guide",
    }
    time = f"{request.minutes} minutes, {request.setting}"
    if not isinstance(request, AgendaRequest):
        time += f", {request.people} {'person' if request.people == 1 else 'people'}"
    items = [Item(label=names[request.artefact], text=time)]
    if isinstance(request, AgendaRequest):
        items += [
            Item(label=name, text=person.role)
            for name, person in (("Mentor", request.mentor), ("Mentee", request.mentee))
            if person.role
        ]
    elif request.audience:
        knows = f"; they know: {request.knows}" if request.knows else ""
        items.append(Item(label="For", text=request.audience + knows))
    if material.documents:
        items.append(Item(label="Rests on", text="; ".join(f"“{document.title}”" for document in material.documents)))
    return tuple(items)


def _gaps(request: AnyRequest, material: Material, evidence: Evidence) -> tuple[str, ...]:
    """What the material lacks, in words; empty where it covers the topic."""
    near = f" Nearest topics: {'; '.join(evidence.nearest[:3])}." if evidence.nearest else ""
    if material.coverage == "not covered":
        return (
            f"Nothing in the material covers “{request.topic}”. This draft is a frame to fill: it states no facts on the topic.{near}",
        )
    if material.coverage == "partly":
        known = frozenset[str]().union(
            *(stems(document.text) | stems(document.title) for document in material.documents)
        )
        words = [word for word in re.findall(r"[\w’'-]+", request.topic) if stems(word) and not stems(word) & known]
        lacking = f" It has nothing on: {', '.join(dict.fromkeys(words))}." if words else ""
        return (
            f"The material covers “{request.topic}” only in part.{lacking}{near} Check the rest yourself before you rely on it.",
        )
    return ()
