"""Promises, people and lists as people type them."""

import pytest

from coach.errors import RequestError
from coach.inputs import parse_actions, parse_list, parse_person
from coach.models import Action, Person


@pytest.mark.parametrize(
    ("typed", "owner", "text"),
    [
        ("mentee: bring one real report", "mentee", "bring one real report"),
        ("Mentor:ask IT which tools are allowed", "mentor", "ask IT which tools are allowed"),
        ("both : meet on site", "both", "meet on site"),
        ("bring one real report", "both", "bring one real report"),
        ("head of logistics: list three reports", "head of logistics", "list three reports"),
        ("ask IT: which tools are allowed?", "both", "ask IT: which tools are allowed?"),
        ("meet at 10:30 in the canteen", "both", "meet at 10:30 in the canteen"),
        ("the page https://example.org/a", "both", "the page https://example.org/a"),
        ("we will all look at one more thing: the report", "both", "we will all look at one more thing: the report"),
        ("mentee: send the list (due Friday)", "mentee", "send the list (due Friday)"),
        ("mentor: print the card by 3 March", "mentor", "print the card by 3 March"),
        ("- mentee: bring  a   phone", "mentee", "bring a phone"),
        ("2. mentor: bring a cable", "mentor", "bring a cable"),
        ("mentee:", "both", "mentee:"),
    ],
)
def test_a_promise_has_an_owner_where_one_is_named_and_keeps_its_words(typed: str, owner: str, text: str) -> None:
    assert parse_actions(typed) == (Action(owner=owner, text=text),)


def test_promises_are_separated_by_lines_or_semicolons_and_empty_ones_are_left_out() -> None:
    actions = parse_actions("mentee: bring a report; mentor: ask IT\n\n ; - \nboth: fix a day\r\n")
    assert [(a.owner, a.text) for a in actions] == [
        ("mentee", "bring a report"),
        ("mentor", "ask IT"),
        ("both", "fix a day"),
    ]


@pytest.mark.parametrize("typed", ["", "   \n ", ";;", "-"])
def test_nothing_typed_is_no_promise_no_entry_and_nobody(typed: str) -> None:
    assert parse_actions(typed) == ()
    assert parse_list(typed) == ()
    assert parse_person(typed) == Person()


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("finance director", Person(role="finance director")),
        (
            "junior analyst; offers: dashboards; wants: to see how budgets are argued",
            Person(role="junior analyst", offers="dashboards", wants="to see how budgets are argued"),
        ),
        ("Wants: a rule; Role: head of sales", Person(role="head of sales", wants="a rule")),
        ("analyst; offers: dashboards; queries", Person(role="analyst", offers="dashboards; queries")),
        ("role: nurse\noffers: night shifts", Person(role="nurse", offers="night shifts")),
        ("offers:", Person()),
        ("project lead: two sites", Person(role="project lead: two sites")),
    ],
)
def test_a_person_is_a_role_with_what_they_offer_and_want(typed: str, person: Person) -> None:
    assert parse_person(typed) == person


@pytest.mark.parametrize("parse", [parse_actions, parse_person])
def test_what_is_too_long_is_refused_with_a_way_out(parse) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RequestError, match=r"has 2,001 characters; 2,000 is the most\. Say it in one sentence"):
        parse("x" * 2001)


@pytest.mark.parametrize("parse", [parse_actions, parse_person])
def test_control_characters_are_refused_and_named(parse) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RequestError, match=r"U\+202E; remove it"):
        parse("bring \u202e a report")
