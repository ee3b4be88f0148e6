"""The conversation with a model on one section, within what a whole draft may take: time, prompt tokens, the user's patience."""

import threading
from collections.abc import Sequence

from coach.llm.answers import Answers
from coach.llm.endpoint import Endpoint, Form, Reply
from coach.llm.faults import FaultError
from coach.llm.reading import UnreadableError, read, schema
from coach.llm.slots import Rewrite, Slots
from coach.llm.tokens import count
from coach.models import Frozen
from coach.prompts import Prompt
from coach.settings import ModelSettings


class _SpentError(Exception):
    """The budget of prompt tokens does not reach for another request."""


class Run:
    """One draft under way: its endpoint, its deadline on `time.monotonic`, the prompt tokens it has left, and the sign to stop."""

    def __init__(self, endpoint: Endpoint, deadline: float, budget: int) -> None:
        self.endpoint, self.deadline, self.stopped = endpoint, deadline, threading.Event()
        self.short = False
        self._left, self._lock = budget, threading.Lock()

    def afford(self, tokens: int) -> bool:
        """Whether so many prompt tokens are left; then they are taken. Otherwise `short` is set."""
        with self._lock:
            if tokens > self._left:
                self.short = True
                return False
            self._left -= tokens
            return True

    def stop(self) -> None:
        """Ends requests under way and those to come."""
        self.stopped.set()
        self.endpoint.close()


class Job(Frozen):
    """What is sent for one section.

    Attributes:
        marker: Stands around material in the texts; it is another one in each request.
        tokens: Prompt tokens of both texts.
    """

    slots: Slots
    system: str
    task: str
    marker: str
    tokens: int


class Talk:
    """The conversation on one section: at most one correction of the form, at most one of the content.

    Args:
        correction: The prompt that says what is wrong with an answer that cannot be read.

    Attributes:
        replies: What came back, and whether it was kept from before.
    """

    def __init__(self, job: Job, run: Run, answers: Answers, settings: ModelSettings, correction: Prompt) -> None:
        from langchain_core.messages import SystemMessage

        self.replies: list[tuple[Reply, bool]] = []
        self._job, self._run, self._answers, self._settings, self._correction = job, run, answers, settings, correction
        self._messages: list[object] = [SystemMessage(job.system)]
        self._schema = schema(job.slots)

    def rewrites(self, task: str) -> dict[str, Rewrite]:
        """The model's rewrites, down the ladder of forms where its answers cannot be read.

        Raises:
            FaultError: the endpoint cannot be used.
            Stopped: the draft was stopped.
            UnreadableError: no answer could be read, or the budget does not reach for a correction.
        """
        from langchain_core.messages import AIMessage, HumanMessage

        form: Form | None = self._run.endpoint.form
        asked = [*self._messages, HumanMessage(task)]
        paid = True  # the first request is: `_jobs` saw to it
        while form:
            messages = list(asked)
            problem = UnreadableError("there was no answer")
            for _ in range(2):
                try:
                    reply = self._ask(messages, form, paid=paid)
                    paid = False
                except _SpentError:
                    raise problem from None
                except FaultError as error:
                    if not error.fault.form:
                        raise
                    problem, paid = UnreadableError(error.fault.message), True  # refused unread
                    break
                try:
                    found = read(reply.text, self._job.slots, cut=reply.cut)
                except UnreadableError as error:
                    problem = error
                    told = self._correction.render({"error": str(error)})
                    messages = [*messages, AIMessage(reply.text[:2000]), HumanMessage(told)]
                else:
                    self._messages = [*asked, AIMessage(reply.text)]
                    return found
            form = self._run.endpoint.weaker(form)
        raise problem

    def again(self, task: str) -> dict[str, Rewrite]:
        """What the model makes of an objection; nothing where it cannot be asked or read, or where the budget does not reach."""
        from langchain_core.messages import HumanMessage

        try:
            reply = self._ask([*self._messages, HumanMessage(task)], self._run.endpoint.form, paid=False)
            return read(reply.text, self._job.slots, cut=reply.cut)
        except (FaultError, UnreadableError, _SpentError):
            return {}

    def _ask(self, messages: Sequence[object], form: Form, *, paid: bool) -> Reply:
        answers, s = self._answers, self._settings
        texts = [
            (type(m).__name__, str(getattr(m, "content", "")).replace(self._job.marker, "MARKER")) for m in messages
        ]
        name = answers.name(s.base_url, s.model, s.temperature, s.max_tokens, form, texts, self._schema)
        kept = answers.get(name)
        if kept is not None:
            self.replies.append((kept, True))
            return kept
        if not paid and not self._run.afford(count(*(text for _, text in texts))):
            raise _SpentError
        reply = self._run.endpoint.ask(messages, form, self._schema, self._run.deadline, self._run.stopped)  # type: ignore[arg-type]
        self.replies.append((reply, False))
        answers.put(name, reply)
        return reply
