"""A draft as HTML, section by section: text, questions, and the plan as a timeline."""

from collections.abc import Iterable, Sequence

from coach.export.markdown import MODES, STAGE_TITLES, clock
from coach.models import Block, Item, Notice, Question, Section, Statement, Step
from coach.ui.evidence import Citations
from coach.ui.text import esc, linked, plural, tag


def section_html(section: Section, citations: Citations, prefix: str) -> str:
    """One section; its statements are numbered by `citations` in the order of the Markdown."""
    body = tag("p", linked(section.intro), "intro")
    body += _statements(section.statements, citations, ordered=section.id == "findings")
    body += tag("ul", "".join(f"<li>{_item(item)}</li>" for item in section.items), "items")
    body += _stages(section.questions)
    if section.blocks:
        body += _bar(section.blocks, prefix)
        body += tag(
            "div", "".join(_block(block, n, citations, prefix) for n, block in enumerate(section.blocks)), "plan"
        )
    return f'<section id="{prefix}-{esc(section.id)}"><h3>{esc(section.title)}</h3>{body}</section>'


def notice_html(notice: Notice, citations: Citations) -> str:
    """Something the user has to know, with the evidence it rests on."""
    body = tag("p", esc(notice.text)) + _statements(notice.statements, citations, ordered=False)
    return f'<div class="notice" role="note"><strong>Please note</strong>{body}</div>'


def gap_html(gap: str) -> str:
    """What the material lacks."""
    return f'<div class="notice gap" role="note"><strong>Gap</strong><p>{esc(gap)}</p></div>'


def header_html(title: str, header: Iterable[Item]) -> str:
    """The title and the lines under it."""
    lines = "".join(f"<span><b>{esc(item.label)}</b> {esc(item.text)}</span>" for item in header)
    return f'<header class="title"><h2>{esc(title)}</h2><p>{lines}</p></header>'


# --- statements, items, questions -----------------------------------------------------------------------------------


def _statements(statements: Sequence[Statement], citations: Citations, *, ordered: bool) -> str:
    return tag(
        "ol" if ordered else "ul", "".join(f"<li>{_statement(s, citations)}</li>" for s in statements), "statements"
    )


def _statement(statement: Statement, citations: Citations) -> str:
    label = tag("b", _label(statement.label, "?”")) + " " if statement.label else ""
    return f"{label}{esc(statement.text)}{citations.marks(statement)}{tag('span', esc(statement.evidence), 'graded')}"


def _label(label: str, endings: str) -> str:
    return esc(label) if label.endswith(tuple(endings)) else f"{esc(label)}:"


def _item(item: Item) -> str:
    if not item.label:
        return linked(item.text)
    return f"<b>{_label(item.label, '?!…')}</b>{_minutes(item.minutes)} {linked(item.text)}"


def _minutes(minutes: int | None) -> str:
    return f'<span class="minutes">{minutes} min</span>' if minutes else ""


def _stages(questions: Sequence[Question]) -> str:
    """Questions under their stage, in the order in which a discussion goes through the stages."""
    made = ""
    for stage, title in STAGE_TITLES.items():
        asked = [question for question in questions if question.stage == stage]
        if asked:
            purpose = f' <span class="quiet">to {esc(asked[0].purpose)}</span>' if asked[0].purpose else ""
            made += f"<h4>{esc(title)}{purpose}</h4>{_questions(asked)}"
    return made


def _questions(questions: Sequence[Question]) -> str:
    return tag("ul", "".join(f"<li>{_question(question)}</li>" for question in questions), "questions")


def _question(question: Question) -> str:
    mode = tag("span", esc(MODES.get(question.mode, "")), "minutes")
    probe = f'<span class="probe">Then: {esc(question.probe)}</span>' if question.probe else ""
    return f"{esc(question.text)}{_minutes(question.minutes)}{mode}{probe}"


# --- the plan -------------------------------------------------------------------------------------------------------


def _bar(blocks: Sequence[Block], prefix: str) -> str:
    """The whole session at a glance: one part a block, as wide as it is long."""
    parts = "".join(
        f'<a href="#{prefix}-b{n}" class="{"pause" if block.id == "break" else ""}" style="flex-grow:{block.minutes}" '
        f'title="{clock(block.start)} {esc(block.title)}, {block.minutes} min"><span>{block.minutes}</span></a>'
        for n, block in enumerate(blocks)
    )
    end = blocks[-1].end
    total = f"{plural(end, 'minute')} in {plural(len(blocks), 'block')}"
    return (
        f'<div class="glance"><p><b>{total}</b><button type="button" class="fold" data-open="1">Overview only</button></p>'
        f'<div class="bar" aria-hidden="true">{parts}</div></div>'
    )


def _block(block: Block, number: int, citations: Citations, prefix: str) -> str:
    when = f"{clock(block.start)}–{clock(block.end)}"
    head = (
        f'<summary><span class="when">{when}</span><span class="what">{esc(block.title)}</span>'
        f'<span class="lead">{esc(block.lead)}</span><span class="long">{block.minutes} min</span></summary>'
    )
    if block.id == "break":
        body = tag("p", esc(block.purpose))
    else:
        body = tag("p", esc(block.purpose), "purpose")
        body += _line("How", block.method)
        body += _line("Have ready", "; ".join(block.materials))
        body += tag("ol", "".join(f"<li>{_step(step)}</li>" for step in block.steps), "steps")
        if block.say:
            body += tag("h4", "Say, in your own words") + _statements(block.say, citations, ordered=False)
        if block.questions:
            body += tag("h4", "Ask") + _questions(block.questions)
        body += _line("Done when", block.result, "done") + _line("If stuck", block.stuck)
    css = "block pause" if block.id == "break" else "block"
    return f'<details class="{css}" id="{prefix}-b{number}" open>{head}<div class="body">{body}</div></details>'


def _line(label: str, text: str, css: str = "line") -> str:
    return f'<p class="{css}"><b>{label}:</b> {esc(text)}</p>' if text else ""


def _step(step: Step) -> str:
    return f"{esc(step.text)}{_minutes(step.minutes)}"
