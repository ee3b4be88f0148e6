"""The curated format: front matter, sections of bullets, activities, methods and session frames.

The grammar is described for authors in `knowledge/README.md`; `GRAMMAR` is its one implementation.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from coach.errors import KnowledgeError
from coach.models import Activity, Bullet, Frame, FrameBlock, Method, Note, Step

ROLE_FAMILIES = (
    "everyone", "leadership", "finance", "operations", "sales", "care", "people",
    "technology", "legal", "communications", "education", "public-service",
)  # fmt: skip
STAGES = ("facts", "feelings", "meaning", "decision")
INTENTS = ("understand", "do", "decide", "agree")
PREPARERS = ("mentor", "mentee", "host")
FORMS = ("short", "long", "group")
SHELVES = ("digital-trends", "generational-perspectives", "mentoring-practice")

WORDINGS, WORDING_WORDS = (8, 16), (3, 18)
"""Fewest and most wordings under `asked`, and words of each: enough to meet other people's, short enough to be typed. Twelve a note
took the right note for the 66 topics of `evals/requests.yaml` (dev), which avoid every name, from first for 48% and among the first three for
65% to 73% and 82% (sealed: 52% and 70% to 58% and 79%)."""

_LABELLED = r"(?P<label>[^:]+?): (?P<text>.+)"
GRAMMAR: dict[str, str] = {
    "In short": r"(?P<text>.+)",
    "Why it matters": rf"(?P<label>{'|'.join(ROLE_FAMILIES)}): (?P<text>.+)",
    "Explain it": rf"(?:(?P<label>{'|'.join(ROLE_FAMILIES)}|limits): )?(?P<text>.+)",
    "Findings": r"(?P<text>.+)",
    "Caveats": r"(?:(?P<label>Not known): )?(?P<text>.+)",
    "Misconceptions": r"[\"“](?P<label>.+?)[\"”] -> (?P<text>.+)",
    "They will ask": r"(?P<label>.+\?) -> (?P<text>.+)",
    "Objectives": rf"(?P<label>{'|'.join(INTENTS)}): (?P<text>.+)",
    "Before you meet": rf"(?P<label>{'|'.join(PREPARERS)}) \((?P<minutes>\d+) min\): (?P<text>.+)",
    "Checklist": r"(?P<label>[^?]+\?) (?P<text>.+)",
    "Decide": r"(?P<label>If .+?): (?P<text>.+)",
    "Swap": rf"(?P<label>any|{'|'.join(ROLE_FAMILIES[1:])}): (?P<text>.+)",
    "Questions": rf"(?P<label>{'|'.join(STAGES)}): (?P<text>.+?)(?: \| probe: (?P<probe>.+))?",
    "Ask your organisation": _LABELLED,
    "Terms": r"\*\*(?P<label>.+?)\*\*: (?P<text>.+)",
}
"""How one bullet of each section reads, without its leading "- " and its trailing "[source]"."""

SECTIONS = (
    "In short", "Why it matters", "Explain it", "Findings", "Caveats", "Misconceptions", "They will ask", "Objectives",
    "Before you meet", "Try it together", "Checklist", "Decide", "Swap", "Questions", "Ask your organisation", "Terms",
)  # fmt: skip
"""Sections of a topic note, in their order."""

_TAG = re.compile(r" \[([a-z0-9][a-z0-9-]*(?:; ?[a-z0-9][a-z0-9-]*)*)\]$")
_STEP = re.compile(r"\s+\d+\. (?:\((\d+) min\) )?(.+)")
_FIELD = re.compile(r"- ([a-z][a-z ]*?)(?: \((\d+) min\))?:(?: (.*))?")


def _yaml(text: str) -> Any:
    """`yaml.safe_load` by the C library, where PyYAML has it: 168 notes take 0.09 s instead of 1.0 s."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def front_matter(text: str) -> dict[str, Any] | None:
    """The YAML mapping at the top of a Markdown text, or None where there is none (or it is not a mapping)."""
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if not match:
        return None
    try:
        loaded = _yaml(match[1])
    except yaml.YAMLError:
        return {"id": "", "shelf": ""} if re.search(r"^id:.*^shelf:", match[1], re.DOTALL | re.MULTILINE) else None
    return loaded if isinstance(loaded, dict) else None


def parse_note(text: str, path: str) -> Note:
    """A curated note from its file's text.

    Raises:
        KnowledgeError: front matter or a line breaks the format; the message names file, line and the mend.
    """
    meta = _meta(text, path)
    values: dict[str, Any] = dict(meta)
    sections: dict[str, tuple[Bullet, ...]] = {}
    lists: dict[str, tuple[Bullet, ...]] = {}
    kind = values.get("kind", "topic")
    for heading, lines in _split(text):
        reader = _Reader(path, lines)
        if heading == "Try it together":
            values["activities"] = tuple(_activity(title, fields, reader) for title, fields in reader.entries())
        elif heading == "Methods":
            values["methods"] = tuple(_method(title, fields, reader) for title, fields in reader.entries())
        elif heading == "Blocks":
            values["blocks"] = tuple(_block(title, fields, reader) for title, fields in reader.entries())
        elif heading in GRAMMAR and kind == "topic":
            sections[heading] = tuple(reader.bullets(GRAMMAR[heading]))
        elif kind in ("frame", "lenses"):
            lists[heading] = tuple(reader.bullets(rf"(?:{_LABELLED}|(?P<plain>.+))"))
        else:
            raise reader.error(
                reader.first - 1, f"'## {heading}' is not a section of a note", "see knowledge/README.md"
            )
    if kind == "frame":
        values["frame"] = Frame(session=values.pop("session", ""), blocks=values.pop("blocks", ()), lists=lists)
    try:
        return Note(**{**values, "sections": lists if kind == "lenses" else sections})
    except ValidationError as error:
        raise _invalid(error, text, path) from None


def _meta(text: str, path: str) -> dict[str, Any]:
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    try:
        meta = _yaml(match[1]) if match else None
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 2 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        raise KnowledgeError(
            f"{path}:{line}: the front matter is not valid YAML. Quote values that hold a colon."
        ) from None
    if not isinstance(meta, dict):
        raise KnowledgeError(
            f"{path}:1: the front matter is not a list of 'key: value' lines. See knowledge/README.md."
        )
    return meta


def _invalid(error: ValidationError, text: str, path: str) -> KnowledgeError:
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    line = next((n for n, row in enumerate(text.split("\n"), 1) if row.strip("- ").startswith(f"{keys[-1]}:")), 1)
    return KnowledgeError(
        f"{path}:{line}: '{'.'.join(keys)}': {first['msg']}. Correct it as knowledge/README.md shows."
    )


def _split(text: str) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """Each section's heading and its non-empty lines as (line number, offset, text)."""
    offset, heading, found = 0, "", list[tuple[int, int, str]]()
    in_front = text.startswith("---\n")
    for number, row in enumerate(text.split("\n"), start=1):
        if in_front:
            in_front = not (number > 1 and row == "---")
        elif row.startswith("## "):
            if heading:
                yield heading, found
            heading, found = row[3:].strip(), []
        elif row.strip() and heading:
            found.append((number, offset, row))
        offset += len(row) + 1
    if heading:
        yield heading, found


class _Reader:
    """The lines of one section, read as bullets or as entries with fields."""

    def __init__(self, path: str, lines: list[tuple[int, int, str]]) -> None:
        self.path, self.lines = path, lines
        self.first = lines[0][0] if lines else 1

    def error(self, line: int, what: str, mend: str) -> KnowledgeError:
        return KnowledgeError(f"{self.path}:{line}: {what}; {mend}.")

    def bullets(self, grammar: str) -> Iterator[Bullet]:
        """Every line as a `Bullet` whose text lies exactly at its offsets."""
        pattern = re.compile(grammar)
        for number, offset, row in self.lines:
            if not row.startswith("- "):
                raise self.error(
                    number, "a line that is not a bullet", "start it with '- ' and keep a bullet on one line"
                )
            body = row[2:].rstrip()
            tag = _TAG.search(body)
            match = pattern.fullmatch(body[: tag.start()] if tag else body)
            if not match:
                raise self.error(
                    number, f"'{body[:60]}' does not fit its section", "write it as knowledge/README.md shows"
                )
            named = match.groupdict()
            group = "plain" if named.get("plain") else "text"
            start = offset + 2 + match.start(group)
            yield Bullet(
                text=named[group],
                start=start,
                end=start + len(named[group]),
                label=named.get("label") or "",
                sources=tuple(part.strip() for part in tag[1].split(";")) if tag else (),
                minutes=int(named["minutes"]) if named.get("minutes") else None,
                probe=named.get("probe") or "",
                line=number,
            )

    def entries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each "### Title" with its fields: text, or (minutes, steps) for fields that hold numbered lines."""
        title, fields, last = "", dict[str, Any](), ""
        for number, _, row in self.lines:
            field, step = _FIELD.fullmatch(row.rstrip()), _STEP.fullmatch(row.rstrip())
            if row.startswith("### "):
                if title:
                    yield title, fields
                title, fields = row[4:].strip(), {"line": number}
            elif field and title:
                last = f"{field[1]} form" if field[2] else field[1]
                listed = field[2] is not None or not field[3]
                fields[last] = (int(field[2] or 0), ()) if listed else field[3].strip()
            elif step and title and isinstance(fields.get(last), tuple):
                minutes, steps = fields[last]
                fields[last] = (minutes, (*steps, Step(text=step[2], minutes=int(step[1]) if step[1] else None)))
            else:
                raise self.error(
                    number, f"'{row.strip()[:60]}' is neither a field nor a step", "see knowledge/README.md"
                )
        if title:
            yield title, fields

    def text(self, title: str, fields: dict[str, Any], name: str, default: str | None = None) -> str:
        """A field that must be text."""
        value = fields.get(name, default)
        if not isinstance(value, str):
            raise self.error(fields["line"], f"'{title}' lacks '- {name}:'", "add the line with its text")
        return value

    def steps(self, title: str, fields: dict[str, Any], name: str = "steps") -> tuple[int, tuple[Step, ...]]:
        """A field that must hold numbered lines, with the minutes of its header (0 where it has none)."""
        value = fields.get(name)
        if not isinstance(value, tuple) or not value[1]:
            raise self.error(fields["line"], f"'{title}' lacks numbered lines under '- {name}:'", "add at least one")
        return value

    def span(self, title: str, fields: dict[str, Any], name: str) -> tuple[int, int]:
        """A field such as "8-15" or "10"."""
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", self.text(title, fields, name))
        if not match or int(match[2] or match[1]) < int(match[1]):
            raise self.error(fields["line"], f"'{title}': '{name}' is not a number or a range", "write it as 8-15")
        return int(match[1]), int(match[2] or match[1])


def _listed(text: str, separator: str = ";") -> tuple[str, ...]:
    return tuple(part.strip().rstrip(".") for part in text.split(separator) if part.strip())


def _activity(title: str, fields: dict[str, Any], reader: _Reader) -> Activity:
    return Activity(
        title=title,
        minutes=reader.span(title, fields, "minutes")[1],
        people=reader.span(title, fields, "group"),
        settings=_listed(reader.text(title, fields, "setting"), ","),
        hands=reader.text(title, fields, "hands"),
        materials=_listed(reader.text(title, fields, "materials")),
        steps=reader.steps(title, fields)[1],
        worked_if=reader.text(title, fields, "worked if"),
        if_stuck=reader.text(title, fields, "if stuck"),
        forms={name: reader.steps(title, fields, f"{name} form") for name in FORMS if f"{name} form" in fields},
    )


def _method(title: str, fields: dict[str, Any], reader: _Reader) -> Method:
    source = re.fullmatch(r"\[(.+)\]", reader.text(title, fields, "source", ""))
    return Method(
        title=title,
        minutes=reader.span(title, fields, "minutes"),
        people=reader.span(title, fields, "group"),
        settings=_listed(reader.text(title, fields, "setting"), ","),
        use_for=_listed(reader.text(title, fields, "use for"), ","),
        materials=_listed(reader.text(title, fields, "materials")),
        steps=reader.steps(title, fields)[1],
        use_when=reader.text(title, fields, "use when"),
        not_when=reader.text(title, fields, "not when"),
        remote=reader.text(title, fields, "remote"),
        sources=_listed(source[1]) if source else (),
    )


def _block(title: str, fields: dict[str, Any], reader: _Reader) -> FrameBlock:
    return FrameBlock(
        id=reader.text(title, fields, "id"),
        title=title,
        minutes=reader.span(title, fields, "minutes"),
        share=reader.span(title, fields, "share")[0],
        shed=reader.span(title, fields, "shed")[0],
        least=reader.span(title, fields, "least")[0] if "least" in fields else 0,
        lead=reader.text(title, fields, "lead"),
        purpose=reader.text(title, fields, "purpose"),
        result=reader.text(title, fields, "result"),
        method=reader.text(title, fields, "method", ""),
        steps=reader.steps(title, fields)[1] if "steps" in fields else (),
        questions=tuple(step.text for step in reader.steps(title, fields, "questions")[1])
        if "questions" in fields
        else (),
        materials=_listed(reader.text(title, fields, "materials", "")),
        stuck=reader.text(title, fields, "stuck", ""),
    )
