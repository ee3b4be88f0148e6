"""The model engine: the built-in engine drafts, a model rewords, the gate decides, section by section."""

import contextlib
import secrets
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path

from coach.check.gate import instruction_faults, question_faults, statement_faults
from coach.extractive import Context, Extractive
from coach.llm.answers import Answers
from coach.llm.endpoint import Endpoint, Reply, Stopped
from coach.llm.faults import Fault, FaultError
from coach.llm.reading import UnreadableError
from coach.llm.slots import KINDS, Rewrite, Slot, Slots, reworded, slots_of
from coach.llm.talk import Job, Run, Talk
from coach.llm.tokens import answer, count
from coach.models import AgendaRequest, Flag, Frozen, Request, Section, Usage
from coach.outline import SectionPlan
from coach.prompts import Prompt, load
from coach.settings import ModelSettings

FIRST = (
    "plan",
    "line",
    "know",
    "findings",
    "prepare",
    "purpose",
    "card",
    "reserve",
    "why",
    "caveats",
    "asked",
    "beliefs",
)
"""Which sections get the model first where the budget of prompt tokens does not reach for all."""
POLL, GRACE = 0.1, 0.5
"""Seconds between two looks whether to stop, and seconds that a request under way has to end after the sign."""
REASON = "kept the built-in text: "
"""How a flag begins that lists a text of the model that did not pass."""


class Outcome(Frozen):
    """One section after the model.

    Attributes:
        offered, kept: Texts that the model reworded, and those that passed the gate.
    """

    section: Section
    flags: tuple[Flag, ...] = ()
    fault: Fault | None = None
    stopped: bool = False
    offered: int = 0
    kept: int = 0
    statements_offered: int = 0
    statements_kept: int = 0
    replies: tuple[tuple[Reply, bool], ...] = ()


class ModelEngine:
    """Drafts with the built-in engine and lets a model reword what it may; complete whatever the model does.

    Args:
        settings: The model.
        home: Folder for remembered answers and for what the endpoint can do.
        prompts: By default those that Coach brings.

    Raises:
        PromptError: the prompts cannot be used.
    """

    def __init__(self, settings: ModelSettings, home: Path, prompts: Mapping[str, Prompt] | None = None) -> None:
        self.settings = settings
        self._forms = home / "model-forms.json"
        self._answers = Answers(home / "answers")
        self._prompts = dict(prompts or load())
        self._built_in = Extractive()
        self.name = f"model {settings.model}"

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts in use, as name@version:hash."""
        return tuple(f"{p.name}@{p.version}:{p.hash}" for p in self._prompts.values())

    def draft(
        self, plans: Sequence[SectionPlan], context: Context, usage: list[Usage], stop: threading.Event
    ) -> Generator[tuple[Section, list[Flag]], None, None]:
        """The sections in their order, each as soon as it and those before it are done.

        Closing the iterator stops what is under way. What the model did not give comes from the built-in engine.

        Args:
            usage: Gets one `Usage` appended at the end.
            stop: Once set, the model is waited for no longer.
        """
        started = time.monotonic()
        run = Run(Endpoint(self.settings, self._forms), started + self.settings.seconds, self.settings.budget)
        pool = ThreadPoolExecutor(self.settings.concurrency, thread_name_prefix="coach-model")
        pool.submit(run.endpoint.prepare)
        drafts = [self._built_in.section(plan, context) for plan in plans]
        jobs, over = self._jobs(drafts, plans, context)
        run.afford(sum(job.tokens for job in jobs.values()))
        outcomes: list[Outcome] = []
        try:
            under_way: dict[str, Future[Outcome]] = {
                draft.id: pool.submit(self._one, draft, jobs[draft.id], context, run)
                for draft in drafts
                if draft.id in jobs
            }
            for draft in drafts:
                future = under_way.get(draft.id)
                outcome = _awaited(future, run, stop, draft) if future else Outcome(section=draft)
                outcomes.append(outcome)
                yield outcome.section, list(outcome.flags)
        finally:
            run.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            usage.append(self._usage(outcomes, over, run, time.monotonic() - started))

    # --- what is sent ---

    def _jobs(
        self, drafts: Sequence[Section], plans: Sequence[SectionPlan], context: Context
    ) -> tuple[dict[str, Job], list[str]]:
        """What is sent for each section, and what is not sent for lack of room, in words.

        A section is cut to its first texts and their evidence where the budget, the model's context or the length of an answer does not
        reach for all of them.
        """
        room, left = self.settings.context - self.settings.max_tokens, self.settings.budget
        jobs: dict[str, Job] = {}
        over = []
        for draft in sorted(drafts, key=lambda d: (FIRST.index(d.id) if d.id in FIRST else len(FIRST), d.id)):
            slots = slots_of(draft)
            job = self._fitted(draft, slots, plans, context, min(left, room))
            if job:
                jobs[draft.id] = job
                left -= job.tokens
            if missing := len(slots.slots) - (len(job.slots.slots) if job else 0):
                over.append(f"{missing} of {len(slots.slots)} texts of “{draft.title}”")
        return jobs, over

    def _fitted(
        self, section: Section, slots: Slots, plans: Sequence[SectionPlan], context: Context, room: int
    ) -> Job | None:
        """What is sent for a section, with as many of its texts as fit; None where not even one does."""
        fits = list(accumulate(answer(f"{slot.text} {slot.probe}") for slot in slots.slots))
        most = sum(tokens <= self.settings.max_tokens for tokens in fits)
        while most:
            job = self._job(section, slots.first(most), plans, context)
            if job.tokens <= room:
                return job
            # what is too much, in texts of this section's mean length; at least one
            most -= max(1, int((job.tokens - room) * most / job.tokens))
        return None

    def _job(self, section: Section, slots: Slots, plans: Sequence[SectionPlan], context: Context) -> Job:
        marker = secrets.token_hex(4)
        values = {
            "marker": marker,
            "artefact": {
                "agenda": "an agenda for a pair",
                "brief": "a brief for a lunch session",
                "guide": "a guide for a discussion",
            }[str(getattr(context.request, "artefact", "agenda"))],
            "section": section.title,
            "request": _told(context.request),
            "skeleton": "; ".join(plan.title for plan in plans),
            "agree": "; ".join(f"{p.block.title} ({p.minutes} min)" for p in context.outline.planned) or "nothing",
            "evidence": "\n".join(_evidence(slots)) or "none",
            "rules": "\n\n".join(
                self._prompts[kind].text for kind in KINDS if any(slot.kind == kind for slot in slots.slots)
            ),
            "slots": "\n".join(map(_shown, slots.slots)),
        }
        task = self._prompts["section"].render(values)
        system = self._prompts["system"].render(values)
        return Job(slots=slots, system=system, task=task, marker=marker, tokens=count(system, task))

    # --- one section ---

    def _one(self, draft: Section, job: Job, context: Context, run: Run) -> Outcome:
        talk = Talk(job, run, self._answers, self.settings, self._prompts["invalid"])
        request = _told(context.request)
        try:
            rewrites = talk.rewrites(job.task)
            good, bad = _sifted(job.slots, rewrites, request)
            offered = len(rewrites)
            if bad:
                better = talk.again(self._prompts["rejected"].render({"reasons": _reasons(bad)}))
                mended, still = _sifted(job.slots, {name: r for name, r in better.items() if name in bad}, request)
                good |= mended
                bad = {name: still.get(name, why) for name, why in bad.items() if name not in mended}
        except FaultError as error:
            return Outcome(section=draft, fault=error.fault, replies=tuple(talk.replies))
        except Stopped:
            return Outcome(section=draft, stopped=True, replies=tuple(talk.replies))
        except UnreadableError as error:
            message = f"The model's answer for this section could not be read: {error}."
            flag = Flag(check="gate", severity="warning", where=draft.id, message=REASON + message)
            return Outcome(section=draft, flags=(flag,), replies=tuple(talk.replies))
        kinds = {slot.id: slot.kind for slot in job.slots.slots}
        return Outcome(
            section=reworded(draft, job.slots, good),
            flags=tuple(
                Flag(
                    check="gate", severity="warning", where=draft.id, message=REASON + "; ".join(why), text=rewrite.text
                )
                for rewrite, why in bad.values()
            ),
            offered=offered,
            kept=len(good),
            statements_offered=sum(kinds[name] == "statement" for name in rewrites),
            statements_kept=sum(kinds[name] == "statement" for name in good),
            replies=tuple(talk.replies),
        )

    def _usage(self, outcomes: Sequence[Outcome], over: Sequence[str], run: Run, seconds: float) -> Usage:
        replies = [reply for outcome in outcomes for reply in outcome.replies]
        fresh = [reply for reply, cached in replies if not cached]
        prompt, answer = sum(r.prompt_tokens or 0 for r in fresh), sum(r.answer_tokens or 0 for r in fresh)
        s = self.settings
        cost = None
        if s.price_in is not None and s.price_out is not None:
            cost = round((prompt * s.price_in + answer * s.price_out) / 1_000_000, 6)
        faults = {outcome.fault.kind: outcome.fault.message for outcome in outcomes if outcome.fault}
        lost = [outcome.section.title for outcome in outcomes if outcome.fault]
        notices = []
        if lost:
            notices.append(f"{' '.join(faults.values())} The built-in engine wrote: {', '.join(lost)}.")
        if stopped := [outcome.section.title for outcome in outcomes if outcome.stopped]:
            notices.append(f"You stopped the model. The built-in engine wrote: {', '.join(stopped)}.")
        if over:
            notices.append(
                f"Not sent to the model, to stay within {s.budget:,} prompt tokens, its context and its {s.max_tokens:,} tokens an answer: {'; '.join(over)}."
            )
        if run.short:
            notices.append(f"Some objections were not sent back, to stay within {s.budget:,} prompt tokens.")
        return Usage(
            model=s.model,
            address=run.endpoint.address,
            requests=len(fresh),
            cached=len(replies) - len(fresh),
            prompt_tokens=prompt,
            answer_tokens=answer,
            cost=cost,
            seconds=round(seconds, 1),
            offered=sum(o.offered for o in outcomes),
            kept=sum(o.kept for o in outcomes),
            statements_offered=sum(o.statements_offered for o in outcomes),
            statements_kept=sum(o.statements_kept for o in outcomes),
            notices=tuple(notices),
        )


def _awaited(future: Future[Outcome], run: Run, stop: threading.Event, draft: Section) -> Outcome:
    """A section's outcome; after the sign to stop, the built-in text if the model's is not there within `GRACE`."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            return future.result(timeout=POLL)
    run.stop()
    with contextlib.suppress(TimeoutError, CancelledError):
        return future.result(timeout=GRACE)
    future.cancel()
    return Outcome(section=draft, stopped=True)


def _sifted(
    slots: Slots, rewrites: Mapping[str, Rewrite], request: str
) -> tuple[dict[str, Rewrite], dict[str, tuple[Rewrite, list[str]]]]:
    """The rewrites that pass the gate, and the others with the reasons."""
    by_id = {slot.id: slot for slot in slots.slots}
    good: dict[str, Rewrite] = {}
    bad: dict[str, tuple[Rewrite, list[str]]] = {}
    for name, rewrite in rewrites.items():
        faults = _faults(by_id[name], rewrite, slots, request)
        if faults:
            bad[name] = (rewrite, faults)
        else:
            good[name] = rewrite
    return good, bad


def _faults(slot: Slot, rewrite: Rewrite, slots: Slots, request: str) -> list[str]:
    if slot.kind == "statement":
        unknown = [name for name in rewrite.ids if name not in slots.evidence]
        if unknown or not rewrite.ids:
            return [f"there is no evidence {', '.join(unknown)}" if unknown else "it names no evidence"]
        if not set(rewrite.ids) & set(slot.rests_on):
            return [f"it does not rest on {', '.join(slot.rests_on)}"]
        return statement_faults(rewrite.text, [slots.evidence[name].quote for name in rewrite.ids])
    if slot.kind == "question":
        faults = question_faults(rewrite.text, slot.text, request)
        if rewrite.probe and not faults:
            faults = question_faults(rewrite.probe, slot.probe or slot.text, request)
        return faults
    return instruction_faults(rewrite.text, slot.text, request)


def _reasons(bad: Mapping[str, tuple[Rewrite, list[str]]]) -> str:
    return "\n".join(f"- [{name}] “{rewrite.text}”: {'; '.join(why)}" for name, (rewrite, why) in bad.items())


def _evidence(slots: Slots) -> list[str]:
    """The evidence by id; what stands below as a statement anyway is not told twice."""
    told = {slot.text: slot.id for slot in slots.slots if slot.kind == "statement"}
    return [
        f"[{name}] {f'is the text of {told[c.quote]}' if c.quote in told else c.quote}"
        for name, c in slots.evidence.items()
    ]


def _shown(slot: Slot) -> str:
    label = f" ({slot.label})" if slot.label else ""
    probe = f" | probe: {slot.probe}" if slot.probe else ""
    rests = f" rests on {', '.join(slot.rests_on)}" if slot.rests_on else ""
    return f"[{slot.id}] {slot.kind}{label}{rests}: {slot.text}{probe}"


def _told(request: Request) -> str:
    """What the request says, field by field, without what is only form."""
    lines = [f"topic: {request.topic}", f"minutes: {request.minutes}", f"setting: {request.setting}"]
    if request.goal:
        lines.append(f"goal: {request.goal}")
    if isinstance(request, AgendaRequest):
        for name, person in (("mentor", request.mentor), ("mentee", request.mentee)):
            told = [f"{key} {value}" for key, value in person.model_dump().items() if value]
            lines += [f"{name}: {', '.join(told)}"] if told else []
        lines += [f"promised last time: {action.owner}: {action.text}" for action in request.previous]
    else:
        for name in ("audience", "knows", "people"):
            if value := getattr(request, name, ""):
                lines.append(f"{name}: {value}")
    return "\n".join(lines)
