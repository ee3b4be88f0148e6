"""The beginning of a new note: every section with a line of each kind it needs, each marked TODO until it is written."""

import re
import unicodedata
from datetime import date, timedelta

import yaml

from coach.errors import RequestError
from coach.knowledge.notes import ROLE_FAMILIES, SHELVES, STAGES, WORDINGS

TODO = "TODO"
"""Marks what is still to be written; `verify` reports every line that holds it."""
REVIEW_DAYS = {"digital-trends": 181}
"""Days until the next review of a shelf that moves fast; elsewhere a year."""


def note_id(title: str) -> str:
    """The id of a note with this title: its first six words in lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:6])


def template(title: str, shelf: str, today: date) -> str:
    """A note's text that has every section in the right form, with `TODO` where something must be written.

    Raises:
        RequestError: the title has no letter or digit, or there is no such shelf.
    """
    identity = note_id(title)
    if not identity:
        raise RequestError(f"'{title}' cannot be a title. Give one with words in it, for example: Shared calendars")
    if shelf not in SHELVES:
        raise RequestError(f"'{shelf}' is not a shelf. Use one of {', '.join(SHELVES)}.")
    cite = "[todo-source]"
    roles = ROLE_FAMILIES[2:5]
    sections = {
        "In short": [f"{TODO} what it is, in one sentence. {cite}", f"{TODO} what follows from it. {cite}"],
        "Why it matters": [
            f"everyone: {TODO} one statement. {cite}",
            *(f"{role}: {TODO} look at … in that work." for role in roles),
        ],
        "Explain it": [
            *(f"{TODO} {part}. {cite}" for part in ("what it is", "how it works", "what changes for a person")),
            f"everyone: {TODO} think of something from daily life.",
            *(f"{role}: {TODO} think of something from that work." for role in roles),
            f"limits: {TODO} what none of these comparisons shows.",
        ],
        "Findings": [f"{TODO} in a survey of whom, in which year, how many said what. {cite}"] * 4,
        "Caveats": [f"{TODO} counter-evidence, or the limits of a study. {cite}", f"Not known: {TODO} whether …."],
        "Misconceptions": [f'"{TODO} what people believe." -> {TODO} what the evidence says. {cite}'],
        "They will ask": [
            *(f"{TODO} what will they ask? -> {TODO} the answer in one sentence. {cite}" for _ in range(3)),
            f"{TODO} what only the organisation knows? -> Ask IT: {TODO} what to ask?",
        ],
        "Objectives": [
            f"understand: say in two sentences {TODO}",
            f"do: {TODO}, unaided",
            f"decide: say when {TODO} and when not, with a reason",
            f"agree: a rule for {TODO}",
        ],
        "Before you meet": [
            f"mentor (15 min): {TODO} what to try out and bring.",
            f"mentee (10 min): {TODO} what of one's own work to bring.",
            f"host (10 min): {TODO} what to set up for a group.",
        ],
        "Checklist": [f"{TODO} is it so? {TODO} how to find out."] * 3,
        "Decide": [f"If {TODO}: {TODO} do what."] * 3,
        "Swap": [f"any: Show how you {TODO}.", f"finance: Explain how you {TODO}."],
        "Questions": [
            line
            for stage in STAGES
            for line in (f"{stage}: What {TODO}? | probe: What {TODO}?", f"{stage}: How {TODO}?")
        ],
        "Ask your organisation": [f"IT: {TODO} which …?", f"HR: {TODO} who …?"],
        "Terms": [f"**{TODO}**: {TODO} a definition. {cite}"] * 2,
    }
    activity = _ACTIVITY.format(todo=TODO)
    body = {heading: "\n".join(f"- {line}" for line in lines) for heading, lines in sections.items()}
    order = list(body)
    order.insert(order.index("Before you meet") + 1, "Try it together")
    body["Try it together"] = activity
    review = today + timedelta(days=REVIEW_DAYS.get(shelf, 365))
    head = _HEAD.format(
        id=identity if isinstance(yaml.safe_load(identity), str) else _quoted(identity),
        title=_quoted(title),
        shelf=shelf,
        today=today,
        review=review,
        year=today.year,
        todo=TODO,
        asked="\n".join(
            f"  - {TODO} wording {n} of somebody who does not know the name" for n in range(1, WORDINGS[0] + 1)
        ),
    )
    return head + "".join(f"\n## {heading}\n{body[heading]}\n" for heading in order)


def _quoted(title: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in title)
    return '"' + " ".join(printable.split()).replace("\\", "").replace('"', "'") + '"'


_HEAD = """\
---
id: {id}
title: {title}
shelf: {shelf}
topics: [{todo}]
also: [{todo} short names that people type]
asked:
{asked}
reviewed: {today}
review_by: {review}
sources:
  - id: todo-source
    title: "{todo} title as published"
    publisher: {todo} who published it
    year: {year}
    url: https://example.org/{todo}
    kind: study
    strength: moderate
    basis: {todo} who was studied, how many, where
    read: abstract
---
"""
_ACTIVITY = """\
### {todo} name of the activity
- minutes: 20
- group: 2-12
- setting: in person, remote, hybrid
- hands: {todo} whose hands do the work.
- materials: {todo} a real document or device; paper
- steps:
  1. (5 min) {todo} what to open, say or write.
  2. (10 min) {todo} what to do with it.
  3. (5 min) {todo} what to compare and write down.
- worked if: {todo} what both can see.
- if stuck: {todo} a real alternative with the same lesson.
- short (10 min):
  1. (10 min) {todo} the heart of it.
- long (25 min):
  1. (25 min) {todo} with a second example.
- group (8 min):
  1. (8 min) {todo} how a host runs it in front of one screen."""
