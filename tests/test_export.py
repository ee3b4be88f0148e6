"""JSON and Markdown."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ArtefactError
from coach.export import read_json, schema, section_markdown, to_json, to_markdown
from coach.export.markdown import clock
from coach.models import (
    Agenda,
    AgendaRequest,
    Artefact,
    Block,
    Citation,
    Item,
    Provenance,
    ResearchBrief,
    Section,
    Source,
    Statement,
    Step,
)
from coach.pipeline import Coach

MADE = Provenance(engine="test", version="0", index="0", settings="0", made="now")
SOURCE = Source(
    id="a-2024", title="A study", publisher="A journal", year=2024, url="https://example.org/a", kind="study", strength="moderate", basis="n=10"
)  # fmt: skip


def made(text: str = "A fact.", quote: str = "A fact.", tier: str = "exact") -> Agenda:
    citation = Citation(
        quote=quote, note="n.md", title="A note", start=3, end=3 + len(quote), place="line 2", sources=(SOURCE,)
    )
    statement = Statement.model_validate({"text": text, "citations": (citation,), "tier": tier})
    block = Block(
        id="try", title="Try it", start=0, minutes=30, say=(statement,), steps=(Step(text="Do it.", minutes=30),)
    )
    return Agenda(
        request=AgendaRequest(topic="passkeys", minutes=30),
        title="Passkeys",
        sections=(Section(id="plan", title="Agenda", blocks=(block,), items=(Item(label="Note", text="Bring it."),)),),
        provenance=MADE,
    )


@pytest.mark.parametrize("kind", ["agenda", "brief", "guide"])
def test_json_reads_back_as_the_same_artefact(coach: Coach, kind: str) -> None:
    artefact: Artefact = getattr(coach, kind)("hybrid work", 60)
    again = read_json(to_json(artefact))
    assert again == artefact
    assert type(again) is type(artefact)
    assert to_json(again) == to_json(artefact)


def test_blocks_stand_at_the_top_of_the_json_with_start_and_minutes(coach: Coach) -> None:
    data = json.loads(to_json(coach.brief("phishing", 20)))
    assert sum(block["minutes"] for block in data["blocks"]) == 20
    assert data["blocks"][0]["start"] == 0
    assert isinstance(data["flags"], list)
    assert isinstance(data["gaps"], list)
    citation = next(s for section in data["sections"] for s in section["statements"])["citations"][0]
    assert {"quote", "note", "start", "end", "sources"} <= citation.keys()


def test_the_schema_describes_every_field_of_the_json(coach: Coach) -> None:
    described = schema()
    assert set(json.loads(to_json(coach.guide("belonging", 30)))) <= set(described["properties"])


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"request": {"artefact": "poem"}}'])
def test_what_is_no_artefact_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ArtefactError, match="--json"):
        read_json(text)


def test_the_json_of_one_kind_is_not_taken_for_another() -> None:
    with pytest.raises(ValueError, match="cannot answer"):
        ResearchBrief.model_validate_json(to_json(made()))


def test_every_mark_in_the_markdown_has_its_source_and_place() -> None:
    text = to_markdown(made())
    assert "- A fact. [1]" in text
    assert "- [1] A study. A journal, 2024. study, moderate: n=10. https://example.org/a" in text
    assert "- A note: [1] line 2" in text


def test_a_statement_in_other_words_shows_the_quote_it_rests_on() -> None:
    text = to_markdown(made("Something is a fact.", "A fact.", "supported"))
    assert "- [1] rests on: “A fact.”" in text


def test_one_quote_has_one_number_wherever_it_is_cited(coach: Coach) -> None:
    text = to_markdown(coach.brief("phishing", 20))
    body, sources = text.split("## Sources of the statements")
    marks = {int(mark) for mark in re.findall(r"(?<=\[)(\d+)(?=\])", body)}
    assert marks == set(range(1, max(marks) + 1))
    assert {int(mark) for mark in re.findall(r"(?<=\[)(\d+)(?=\])", sources)} == marks


def test_a_section_can_be_shown_on_its_own() -> None:
    assert section_markdown(made().sections[0]).startswith("## Agenda\n")


@given(st.integers(0, 480))
def test_the_clock_counts_hours_and_minutes(minute: int) -> None:
    hours, minutes = clock(minute).split(":")
    assert 60 * int(hours) + int(minutes) == minute
