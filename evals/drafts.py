"""Requests drafted and judged: what the checks say, and what a reader of each kind of draft would want to know."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import sacrebleu

from coach.check import check_artefact, check_section
from coach.check.support import stems, support
from coach.errors import RequestError
from coach.inputs import parse_actions, parse_person
from coach.knowledge import grade, read, scan
from coach.knowledge.notes import STAGES
from coach.knowledge.statistics import is_research
from coach.models import AgendaRequest, AnyRequest, Artefact, Document, Material, Method, Statement
from coach.pipeline import Coach, Finished, make_request
from coach.settings import packaged
from evals.cases import Row

RECENT_YEARS = 5
"""Years within which a source counts as recent in the figure of that name."""
SPOKEN = 150
"""Words a minute that somebody says aloud: about the rate of conversation in English, and brisk for a talk."""
EASY = 10
"""School years (Coleman-Liau) up to which a guide counts as easy to read, as for the notes."""
LONGEST_SHOWN = 4000
"""Characters of a draft that the report shows."""


def request_of(case: dict[str, Any]) -> AnyRequest:
    """A case as a request, its people and promises typed as a user would type them."""
    fields = dict(case.get("fields") or {})
    for role in ("mentor", "mentee"):
        if role in fields:
            fields[role] = parse_person(fields[role])
    if "previous" in fields:
        fields["previous"] = tuple(action for text in fields["previous"] for action in parse_actions(text))
    if "avoid" in fields:
        fields["avoid"] = tuple(fields["avoid"])
    return make_request(case["kind"], topic=case["topic"], minutes=case["minutes"], **fields)


def finished(coach: Coach, request: AnyRequest) -> Artefact:
    """The whole draft of a request."""
    *_, last = coach.draft(request)
    assert isinstance(last, Finished)
    return last.artefact


def drafted(coach: Coach, case: dict[str, Any]) -> Row:
    """One request drafted and judged."""
    told = json.dumps(
        {key: case[key] for key in ("kind", "topic", "minutes", "fields", "why") if key in case}, ensure_ascii=False
    )
    try:
        request = request_of(case)
    except RequestError as error:
        figures = {"refused rightly": float(case["expect"] == "refused")}
        return Row(id=case["id"], group="refused", part=case["part"], figures=figures, input=told, output=str(error))
    artefact = finished(coach, request)
    statements = _statements(artefact)
    first = next((s.citations[0].note for s in statements), "")
    figures = judged(artefact, packaged("knowledge")) | {
        "coverage right": float(coverage_of(artefact) == case["expect"])
    }
    if case.get("note"):
        figures["right note"] = float(Path(first).stem == case["note"])
    usage = artefact.provenance.usage
    if usage and usage.offered:
        figures["model's texts kept"] = usage.kept / usage.offered
    return Row(
        id=case["id"],
        group=f"{case['kind']}s",
        part=case["part"],
        figures=figures,
        input=told,
        output=f"{coverage_of(artefact)}: {artefact.title}\n{_shown(artefact)}"[:LONGEST_SHOWN],
        evidence="\n".join(dict.fromkeys(f"{c.note}: {c.quote}" for s in statements for c in s.citations))[:LONGEST_SHOWN],
        values={} if usage is None else {
            "requests": usage.requests, "prompt tokens": usage.prompt_tokens, "answer tokens": usage.answer_tokens,
            "seconds": usage.seconds, "offered": usage.offered, "kept": usage.kept,
            "statements offered": usage.statements_offered, "statements kept": usage.statements_kept,
        },
    )  # fmt: skip


def coverage_of(artefact: Artefact) -> str:
    """What a draft says of its topic: covered, partly, not covered, or reframed."""
    if any("You typed" in notice.text for notice in artefact.notices):
        return "reframed"
    return "covered" if not artefact.gaps else "partly" if _statements(artefact) else "not covered"


# --- figures --------------------------------------------------------------------------------------------------------


def judged(artefact: Artefact, folder: Path) -> dict[str, float]:
    """What the checks say of an artefact, one figure a check, and the figures of its kind.

    Args:
        folder: Where the notes lie that it cites.
    """
    statements = _statements(artefact)
    documents = {c.note: _document(folder, c.note) for s in statements for c in s.citations}
    material = Material(coverage="covered", documents=tuple(documents.values()))
    flags = [f for section in artefact.sections for f in check_section(section, material, artefact.request)]
    flags += check_artefact(artefact)
    wrong = {flag.check for flag in flags if flag.severity == "error"}
    figures = {
        check: float(check not in wrong)
        for check in ("cited", "timed", "complete", "distinct", "questions", "language")
    }
    spans = [(documents[c.note].text[c.start : c.end], c.quote) for s in statements for c in s.citations]
    figures["exact"] = float(all(text == quote for text, quote in spans))
    if statements:
        figures |= _grounded(statements)
    asked = [question for section in artefact.sections for question in section.all_questions()]
    if asked:
        impersonal = {flag.text for flag in flags if flag.check == "questions" and flag.severity == "warning"}
        figures["speaks to own experience"] = fmean(question.text not in impersonal for question in asked)
    figures |= {"agenda": _agenda, "brief": _brief, "guide": _guide}[artefact.request.artefact](artefact)
    return figures | _feasible(artefact)


def _grounded(statements: Sequence[Statement]) -> dict[str, float]:
    """How statements rest on their citations: after ALCE (Gao and others 2023), with `support` in the place of their model.

    Recall is the share of statements that all their citations together carry. Precision is the share of citations that are needed:
    one is not where it carries nothing alone and the others do without it.
    """
    needed = []
    for statement in statements:
        quotes = [citation.quote for citation in statement.citations]
        for place, quote in enumerate(quotes):
            others = (*quotes[:place], *quotes[place + 1 :])
            idle = others and support(statement.text, (quote,)) and not support(statement.text, others)
            needed.append(not idle)
    sources = [source for s in statements for c in s.citations for source in c.sources]
    figures = {
        "citation recall": fmean(not support(s.text, tuple(c.quote for c in s.citations)) for s in statements),
        "citation precision": fmean(needed),
        "stated in the note's words": fmean(s.tier == "exact" for s in statements),
    }
    if sources:
        newest = datetime.now().year
        figures["sources strong or moderate"] = fmean(source.strength != "weak" for source in sources)
        figures["sources recent"] = fmean(source.year > newest - RECENT_YEARS for source in sources)
        figures["research among sources"] = float(any(map(is_research, sources)))
        figures["more than one kind of source"] = float(len({source.kind for source in sources}) > 1)
    return figures


def _agenda(artefact: Artefact) -> dict[str, float]:
    """Balance of the two voices (1: both lead as long), promises of last time in the plan, the goal's words where work is done."""
    request = artefact.request
    assert isinstance(request, AgendaRequest)
    led = {who: sum(b.minutes for b in artefact.blocks if b.lead.lower() == who) for who in ("mentor", "mentee")}
    figures = {"voices balanced": 2 * min(led.values()) / sum(led.values()) if sum(led.values()) else 1.0}
    text = " ".join(_text(artefact))
    if request.previous:
        figures["promises carried"] = float(all(action.text in text for action in request.previous))
    if goal := stems(request.goal):
        worked = " ".join(t for s in artefact.sections if s.id in ("plan", "know", "card") for t in s.all_texts())
        figures["goal worked on"] = len(goal & stems(worked)) / len(goal)
    return figures


def _brief(artefact: Artefact) -> dict[str, float]:
    """Counter-evidence there, audience named, and what is to be said aloud fits its minutes."""
    figures = {}
    if _statements(artefact):
        caveats = artefact.section("caveats")
        figures["caveat there"] = float(bool(caveats and (caveats.statements or caveats.items)))
    if audience := stems(str(getattr(artefact.request, "audience", ""))):
        text = stems(" ".join([artefact.title, *(item.text for item in artefact.header), *_text(artefact)]))
        figures["audience named"] = float(bool(audience & text))
    spoken = [(sum(len(s.text.split()) for s in b.say), b.minutes) for b in artefact.blocks if b.say]
    if spoken:
        figures["talk fits its minutes"] = float(all(words <= SPOKEN * minutes for words, minutes in spoken))
    return figures


def _guide(artefact: Artefact) -> dict[str, float]:
    """Questions in stages, unlike each other, in words that are easily read."""
    plan = [q for block in artefact.blocks for q in block.questions if q.stage]
    asked = [q.text for section in artefact.sections for q in section.all_questions()]
    order = [STAGES.index(question.stage) for question in plan if question.stage]
    figures = {"stages in order": float(order == sorted(order))}
    pairs = [pair for text in asked for pair in pairwise(re.findall(r"[\w'’]+", text.lower()))]
    if len(asked) > 1 and pairs:
        figures["distinct pairs of words"] = len(set(pairs)) / len(pairs)
        figures["questions unlike"] = 1 - fmean(
            sacrebleu.sentence_bleu(text, asked[:place] + asked[place + 1 :]).score / 100
            for place, text in enumerate(asked)
        )
    figures["easy to read"] = min(1.0, EASY / max(1.0, grade(list(_text(artefact)))))
    return figures


def _feasible(artefact: Artefact) -> dict[str, float]:
    """Whether every named method suits the number of people, the setting and the minutes of its block."""
    request = artefact.request
    people = int(getattr(request, "people", 2))
    used = [(block, method) for block in artefact.blocks for method in _methods() if block.method == method.title]
    if not used:
        return {}
    fits = [
        method.people[0] <= people <= method.people[1]
        and request.setting in method.settings
        and block.minutes >= method.minutes[0]
        for block, method in used
    ]
    return {"methods feasible": fmean(fits)}


@cache
def _methods() -> tuple[Method, ...]:
    folder = packaged("knowledge")
    notes = (_document(folder, state.path).note for state in scan(folder))
    return tuple(method for note in notes if note for method in note.methods)


@cache
def _document(folder: Path, path: str) -> Document:
    return read(folder, path)


def _statements(artefact: Artefact) -> list[Statement]:
    return [statement for section in artefact.sections for statement in section.all_statements()]


def _text(artefact: Artefact) -> Iterator[str]:
    return (text for section in artefact.sections for text in section.all_texts() if text)


def _shown(artefact: Artefact) -> str:
    """A draft in few lines: its gaps and notices, its clock, what it states and asks."""
    lines = [*artefact.gaps, *(notice.text for notice in artefact.notices)]
    lines += [f"{block.minutes} min {block.title} ({block.lead})" for block in artefact.blocks]
    lines += [f"- {statement.text}" for statement in _statements(artefact)]
    lines += [f"? {question.text}" for section in artefact.sections for question in section.all_questions()]
    return "\n".join(lines)
