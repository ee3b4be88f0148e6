"""`Coach`, and the events of a draft."""

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from coach import __version__
from coach.ageism import TYPED, Detector
from coach.check import check_artefact
from coach.check.language import loaded
from coach.extractive import Context, Extractive
from coach.knowledge import FileState, passages, scan
from coach.models import (
    KINDS,
    Agenda,
    AgendaRequest,
    AnyRequest,
    Artefact,
    DiscussionGuide,
    Document,
    Evidence,
    Flag,
    Frozen,
    Hit,
    Item,
    Material,
    Notice,
    Provenance,
    ResearchBrief,
    Section,
    Usage,
)
from coach.outline import Outline, SectionPlan, outline, subject_of
from coach.pipeline.library import Library
from coach.pipeline.reframing import reframed
from coach.pipeline.requests import make_request
from coach.pipeline.vetting import vetted
from coach.pipeline.words import gaps_of, header_of, title_of
from coach.retrieve.coverage import COVERED
from coach.settings import Settings, packaged

SECOND_NOTE, SECOND_DOCUMENT = 0.9, 0.8
"""Part of the best document's score that a second note, or a document of the user's own, must reach to be drawn on as
well; a second note must besides serve the topic well enough to cover it alone. Of the 113 development
topics of `evals/coverage.yaml` that are called covered, 15 get a second note at 0.9 ("shadow AI": AI policy) and 23 at 0.8."""
NOTES, OWN_DOCUMENTS, OWN_PASSAGES = 2, 3, 6
"""How many notes, and how many of the user's own documents and passages, one draft draws on at most."""
OWN_TOPICS = {"midpoint": "midpoint review", "last": "closing and measuring"}
"""What a kind of meeting is about in itself."""
SEVERAL_GROUPS = 6
"""People from which a discussion splits into groups that report to each other."""

_VERDICTS = ("not covered", "partly", "covered")

Progress = Callable[[str, int, int], None]
A = TypeVar("A", bound=Artefact)


class Engine(Protocol):
    """What fills sections: the built-in engine, or a model with the built-in engine behind it."""

    name: str

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts it sends, as name@version:hash."""

    def draft(
        self, plans: Sequence[SectionPlan], context: Context, usage: list[Usage], stop: threading.Event
    ) -> Generator[tuple[Section, list[Flag]], None, None]:
        """Every section in its order, each as soon as it is done, with what was not let through.

        Closing the generator stops the work. `usage` gets what a model was asked for. Once `stop` is set, a model is
        waited for no longer, and the built-in engine writes what is missing.
        """


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
        self._engine = self._make_engine()
        self._library = Library(self.settings)
        self._scanned: tuple[tuple[FileState, ...], ...] = ()

    def _make_engine(self) -> Engine:
        if not self.settings.llm.configured:
            return Extractive()
        from coach.llm import ModelEngine

        return ModelEngine(self.settings.llm, self.settings.data_dir)

    # --- search ---

    @cached_property
    def index(self) -> Any:
        """The index, brought up to date with the knowledge folders."""
        from coach.index import open_index

        index = open_index(self.settings, self._progress)
        if self._progress and packaged("knowledge") in self.settings.folders and not self._ageism.learnt():
            self._progress("Learning what stereotypes look like", 0, 1)  # now, so that no draft waits for it
            self._ageism.learn()
            self._progress("Learning what stereotypes look like", 1, 1)
        return index

    def _refresh(self) -> None:
        """Opens the index anew when a knowledge file changed since it was opened."""
        scanned = tuple(scan(folder) for folder in self.settings.folders)
        if self._scanned and scanned != self._scanned:
            for name in ("index", "_retriever"):
                self.__dict__.pop(name, None)
        self._scanned = scanned

    @cached_property
    def _retriever(self) -> Any:
        from coach.retrieve import Retriever

        return Retriever(self.index, self._embedder)

    @cached_property
    def _embedder(self) -> Any:
        from coach.embed import chosen

        return chosen(self.settings)

    @cached_property
    def _ageism(self) -> Detector:
        """What tells stereotypes about ages from harmless texts; it learns at the first text that names an age, for some seconds."""
        from coach.embed import MiniLM

        return Detector(self.settings.data_dir, self._embedder if isinstance(self._embedder, MiniLM) else None)

    def search(self, query: str, k: int = 10, shelf: str | None = None) -> list[Hit]:
        """The `k` documents that serve a query best, each with its best passage, best first.

        Raises:
            CoachError: the index cannot be built or read.
        """
        self._refresh()
        found: list[Hit] = self._retriever.search(query, k, shelf)
        return found

    def search_many(self, queries: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """`search` for many queries at once, in their order."""
        self._refresh()
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

    def draft(self, request: AnyRequest, stop: threading.Event | None = None) -> Iterator[Event]:
        """Drafts section by section. Closing the iterator stops the work.

        Args:
            stop: Set it to wait for no model any longer: the built-in engine writes the rest at once.

        Yields:
            `Outlined`, then one `Drafted` for each section with content, then `Finished`.

        Raises:
            CoachError: the index cannot be built or read.
        """
        self._refresh()
        retriever, index = self._retriever, self.index
        neutral, notices = reframed(request, self._library, self._heard)
        evidence = self._evidence(neutral.topic, retriever, str(getattr(neutral, "session", "")))
        material = self._material(neutral, evidence, retriever)
        skeleton = self._outline(neutral)
        title, header = title_of(neutral), header_of(neutral, material)
        if skeleton.left_out:
            notices = (*notices, Notice(text=f"Left out for lack of time: {'; '.join(skeleton.left_out)}."))
        notices = (*notices, *(Notice(text=text) for text in index.notices))
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
            frame=self._library.frame(neutral),
            methods=self._library.methods(neutral),
            lenses=self._library.lenses(),
            said=frozenset(statement.text for notice in notices for statement in notice.statements),
        )
        sections: list[Section] = []
        flags: list[Flag] = []
        usage: list[Usage] = []
        with contextlib.closing(
            self._engine.draft(skeleton.sections, context, usage, stop or threading.Event())
        ) as drafts:
            for drafted, reported in drafts:
                section, found = vetted(drafted, material, neutral, sections, self._ageism.likelihood)
                flags += [*reported, *found]
                if section.statements or section.items or section.questions or section.blocks:
                    sections.append(section)
                    yield Drafted(section=section)
        notices = (*notices, *(Notice(text=text) for used in usage for text in used.notices))
        artefact = KINDS[request.artefact](
            request=request,
            title=title,
            header=header,
            sections=tuple(sections),
            notices=notices,
            gaps=gaps_of(neutral, material, evidence),
            provenance=self._provenance(index.fingerprint, usage),
        )
        yield Finished(artefact=artefact.model_copy(update={"flags": (*flags, *check_artefact(artefact))}))

    # --- parts of a draft ---

    def _heard(self, text: str) -> bool:
        """Whether something typed says what people of an age are like: by its words, or by its likeness to labelled examples."""
        return loaded(text) or self._ageism.likelihood([text])[0] > TYPED

    def _evidence(self, topic: str, retriever: Any, session: str = "") -> Evidence:
        """Evidence on a topic; where the topic as a whole is not covered, on its subject if that is.

        A closing or midpoint meeting whose topic is not covered rests on what is known of such meetings, and is called partly
        covered: what is near the topic by a word ("what stays") would fill it with something else.
        """
        whole: Evidence = retriever.evidence(topic)
        subject = subject_of(topic, self._library.lenses())
        if whole.coverage != "covered" and subject != topic:
            alone: Evidence = retriever.evidence(subject)
            if _VERDICTS.index(alone.coverage) > _VERDICTS.index(whole.coverage):
                whole = alone.model_copy(update={"query": topic})
        if whole.coverage != "covered" and session in OWN_TOPICS:
            own: Evidence = retriever.evidence(OWN_TOPICS[session])
            if own.coverage != "covered":
                return whole
            return own.model_copy(update={"query": topic, "coverage": "partly", "nearest": whole.nearest})
        return whole

    def _material(self, request: AnyRequest, evidence: Evidence, retriever: Any) -> Material:
        """The documents that the evidence lies in, and how well each of their bullets serves the request."""
        if evidence.coverage == "not covered":
            return Material(coverage=evidence.coverage, nearest=evidence.nearest)
        best: dict[str, float] = {}
        for hit in evidence.hits:
            best.setdefault(hit.document, hit.score)
        found = [(self._library.document(path), score) for path, score in best.items()]
        found = [
            (document, score) for document, score in found if document.note is None or document.note.kind == "topic"
        ]
        if not found:  # only ways of working, which say nothing on a topic
            return Material(coverage="not covered", nearest=evidence.nearest)
        top = found[0][1]
        second = max(COVERED, SECOND_NOTE * top)
        documents = [d for d, score in found if d.note and score >= SECOND_DOCUMENT * top]
        documents = [d for d in documents if d is documents[0] or best[d.path] >= second][:NOTES]
        own = [d for d, score in found if not d.note and score >= SECOND_DOCUMENT * top]
        own = own[:OWN_DOCUMENTS]
        paths = {document.path for document in own}
        mine = tuple(hit.passage for hit in evidence.hits if hit.document in paths)[:OWN_PASSAGES]
        return Material(
            coverage=evidence.coverage,
            nearest=evidence.nearest,
            documents=(*documents, *own),
            passages=mine,
            scores=_scores(request, documents, retriever),
        )

    def _outline(self, request: AnyRequest) -> Outline:
        have = {"groups"} if getattr(request, "people", 2) >= SEVERAL_GROUPS else set()
        if isinstance(request, AgendaRequest) and request.previous:
            have.add("actions")
        return outline(request, request.topic, self._library.frame(request), self._library.lenses(), frozenset(have))

    def _provenance(self, index: str, usage: Sequence[Usage]) -> Provenance:
        now = self.settings.now or datetime.now(UTC)
        return Provenance(
            engine=self._engine.name,
            version=__version__,
            index=index,
            settings=self.settings.fingerprint,
            made=now.isoformat(timespec="seconds"),
            prompts=self._engine.prompts,
            usage=usage[0] if usage else None,
        )

    def document(self, path: str) -> Document:
        """The document that a citation or a hit names, as it is now.

        Raises:
            KnowledgeError: it cannot be read.
        """
        return self._library.document(path)


def _scores(request: AnyRequest, documents: Sequence[Document], retriever: Any) -> dict[tuple[str, int], float]:
    """How well each passage of the documents serves what the request tells, by document and offset."""
    told = [request.topic, request.goal, *_people(request)]
    places = {p.id: (p.document, p.start) for document in documents for p in passages(document)}
    subject = f"{request.topic} {request.goal}"  # who people are counts by meaning alone: their words would choose for every part
    similar = retriever.relevance(". ".join(text for text in told if text), list(places), subject)
    return {places[passage_id]: score for passage_id, score in similar.items()}


def _people(request: AnyRequest) -> tuple[str, ...]:
    if isinstance(request, AgendaRequest):
        return (request.mentee.role, request.mentee.wants, request.mentor.offers)
    return (request.audience, request.knows)
