"""Takes assertions about age groups out of a request, and says so with evidence."""

import re
from collections.abc import Callable
from typing import Any

from coach.check.language import mentions_group, neutral_topic
from coach.extractive.desk import statement
from coach.models import Action, AnyRequest, Notice, Person, Statement
from coach.pipeline.library import Library

_NOTE_FOR_NOTICE = (
    (r"phone call|\bcalls?\b|pick up the phone|e-?mail|\bchat\b|emoji", "communication-preferences"),
    (r"tech|digital|computer|\bai\b|app|online|tiktok|phone|tool|software|internet", "digital-natives-myth"),
    (r"\bold|older|boomer|senior|elder|dinosaur|\bover\b", "stereotypes-about-older-workers"),
    (r"laz|motivat|loyal|job[- ]?hop|work ethic|effort|entitle", "motivation-and-effort"),
    (r"", "what-research-says-on-generations"),
)
"""Which note of the shelf generational-perspectives answers what was typed; the last answers anything."""


Heard = Callable[[str], bool]
"""Whether what somebody typed says what people of an age are like, or asks somebody to speak for them."""


def reframed(request: AnyRequest, library: Library, heard: Heard) -> tuple[AnyRequest, tuple[Notice, ...]]:
    """The request with what asserts something about an age group taken out, and notices that say so."""
    changes: dict[str, Any] = {}
    notices: list[Notice] = []
    neutral = neutral_topic(request.topic) if heard(request.topic) else ""
    if neutral:
        changes["topic"] = neutral
        text = (
            f"You typed “{request.topic}”. Coach speaks of people, not of generations, so this draft is about "
            f"“{neutral}”: something that people can look at together without anybody being the example. The evidence:"
        )
        notices.append(Notice(text=text, statements=_evidence(library, request, request.topic, 2)))
    elif mentions_group(request.topic):
        text = (
            "Your topic names people by age or generation. This draft keeps your words in the title and otherwise speaks "
            "of tasks, tools and situations. The evidence:"
        )
        notices.append(Notice(text=text, statements=_evidence(library, request, request.topic, 1)))
    dropped = []
    for name, value in request:
        if name == "topic":
            continue
        cleaned = _cleaned(value, heard)
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
        notices.append(Notice(text=text, statements=() if notices else _evidence(library, request, str(request), 1)))
    return request.model_copy(update=changes), tuple(notices)


def _evidence(library: Library, request: AnyRequest, text: str, count: int) -> tuple[Statement, ...]:
    note_id = next(note_id for pattern, note_id in _NOTE_FOR_NOTICE if re.search(pattern, text, re.IGNORECASE))
    document = library.packaged(f"generational-perspectives/{note_id}.md")
    assert document.note is not None
    heading = "Findings" if request.artefact == "brief" else "In short"  # a brief keeps its bottom line
    return tuple(statement(document, bullet) for bullet in document.note.sections[heading][:count])


def _cleaned(value: Any, heard: Heard) -> Any:
    """A field of a request without texts that are loaded."""
    if isinstance(value, str):
        return "" if heard(value) else value
    if isinstance(value, Person):
        return value.model_copy(update={name: _cleaned(text, heard) for name, text in value})
    if isinstance(value, Action):
        return (
            value.model_copy(update={"text": "what was noted (its wording was left out)"})
            if heard(value.text)
            else value
        )
    if isinstance(value, tuple):
        return tuple(_cleaned(part, heard) for part in value)
    return value
