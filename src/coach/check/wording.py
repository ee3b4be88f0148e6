"""How a curated note words its facts: bounded, dated, attributed, about people rather than generations, easy to read."""

import re
from collections.abc import Iterator

from coach.check.language import assertions, spokespersons
from coach.knowledge import Problem, facts_of, grade, prose_of
from coach.models import Bullet, Document, Note

HARDEST_FACTS, HARDEST_NOTE = 14.0, 10.0
"""School years that the cited sentences of a note, and the whole of it, may ask for (`knowledge.grade`). Somebody busy reads a
text of ten years in one go. The 165 topic notes of November 2026 ask for 7.2 (5th percentile), 8.1 (median) and 9.8 (most);
their cited sentences, full of names and figures, for 9.4, 11.1 and 13.4."""

_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_ABSOLUTE = re.compile(
    r"\b(?<!had )(?<!have )(?<!has )(?<!who )(?<!almost )(?<!nearly )(?<!not )(?<!must )(?<!should )(?<!often or )(?<!rarely or )(?:always|never)\b"
    r"(?! (?:used|tried|heard|had|worked|met|checked|been|or (?:often|almost|rarely|hardly|sometimes))\b)"
    r"|\bprove[ds]?\b|\bproven\b|\bundoubtedly\b|\bundeniabl[ey]\b|\bno doubt\b|\bwithout exception\b"
    r"|\b(?:everybody|everyone|every expert|all experts|all researchers) (?:knows?|agrees?)\b|\bexperts agree\b"
    r"|\bguarantee[ds]?\b|\bthe only way\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|without|hardly|cannot)(?: \w+)* ?$", re.IGNORECASE)
_PEOPLE = (
    r"(?:people|adults|workers?|employees|staff|respondents|participants|managers|leaders|executives|students|users|"
    r"consumers|customers|companies|firms|organisations|employers|businesses|pairs|mentors|mentees|teams|households|"
    r"journalists|teachers|nurses|doctors|patients|women|men|parents|carers|children|teenagers|professionals|graduates)"
)
_SHARE = re.compile(
    r"\d[\d.,]*\s?%|\bper ?cent\b|\bpercentage points?\b"
    r"|\b(?:a|one|two|three|four|nine)[ -](?:half|halves|thirds?|quarters?|fifths?|tenths?) (?:of|said|had|used|were)\b"
    r"|\b(?:half|most|a majority) of (?:the )?(?:\w+ )?" + _PEOPLE + r"\b"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|\d+) (?:in|out of) (?:two|three|four|five|six|eight|ten|\d+)\b",
    re.IGNORECASE,
)
"""A share of something: a percentage, a fraction, so many in so many."""
_HEADCOUNT = re.compile(
    rf"\b\d{{1,3}}(?:,\d{{3}})+ (?:[\w-]+ ){{0,3}}{_PEOPLE}\b|\b\d+ (?:[\w-]+ )?{_PEOPLE} said\b", re.I
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_POPULATION = re.compile(
    r"\b(?:surveys?|polls?|stud(?:y|ies)|samples?|trials?|panels?|interviews?|experiments?|analys[ie]s|reviews?|meta-anal\w+|"
    r"data|statistics|census|records|measurements?|figures|estimates?|audits?|field tests?|cohorts?|indexe?s?|index|tests?|"
    r"programmes?|pilots?|scheme|evaluation|project|firm|company|workshop|course)\b"
    r"|(?:%|per cent|points?|half|halves|thirds?|quarters?|fifths?|tenths?|in \w+|out of \w+) of (?!them\b|it\b|these\b)\w+"
    r"|\b(?:among|amongst|across)\b|\b[Oo]f (?:the )?[\d,]+ [a-z]|\b[Oo]f (?:[A-Z]\w+|those (?:aged|born|who|with|in|over|under)|all)\b"
    r"|\b(?:in|out of) (?:\d+|two|three|four|five|six|eight|ten) (?:[a-z]+s|people|staff|women|men|children)\b",
    re.IGNORECASE,
)
"""Whom or what a share is a share of."""
_ATTRIBUTED = re.compile(
    r"\b(?:surveys?|surveyed|polls?|polled|asked|sa(?:y|ys|id|w)|reports?|reported|respondents?|answer(?:s|ed)?|rated?|named?|"
    r"agreed|according|believe[ds]?|felt|feel|thought|think|claim(?:s|ed)?|told|stud(?:y|ies)|panel|f(?:ou|i)nds?|interview\w*|"
    r"expect(?:s|ed)?|prefer(?:s|red)?|describ\w+|estimat\w+|recall\w*|mention\w*|put|call(?:s|ed)|recommend\w*|advis\w+|consider\w*|admit\w*|"
    r"participants|sample|statistics|census|figures|data|questionnaires?|index|counted|tested|measured|comparison|list(?:s|ed)?|chose|wanted|cited)\b",
    re.IGNORECASE,
)
"""A word by which a sentence says that somebody was asked."""


def check_note(document: Document) -> list[Problem]:
    """What is worded wrongly in a note: assertions about an age group, absolute claims, undated or unbounded figures, a
    survey told as a fact about everybody, and prose harder than the targets above.

    Quotation marks excuse: a belief that is reported is not one that is stated.
    """
    note = document.note
    if note is None:
        return []
    problems = []
    for heading, bullets in note.sections.items():
        for bullet in bullets:
            found = [*_spoken(bullet, heading), *(_stated(bullet, heading, note) if bullet.sources else ())]
            problems += [
                Problem(path=document.path, line=bullet.line, message=message, mend=mend) for message, mend in found
            ]
    if note.kind == "topic":
        for what, asked, most in (
            ("the cited sentences ask", grade([bullet.text for bullet in facts_of(note)]), HARDEST_FACTS),
            ("the note asks", grade(prose_of(note)), HARDEST_NOTE),
        ):
            if asked > most:
                message = f"{what} for {asked:.1f} school years, more than {most:.0f}"
                problems.append(
                    Problem(path=document.path, line=1, message=message, mend="use shorter words and sentences")
                )
    return problems


def _spoken(bullet: Bullet, heading: str) -> Iterator[tuple[str, str]]:
    for text in (bullet.text, bullet.probe):
        for piece in assertions(text) + spokespersons(text):
            yield (
                f"'{piece}' in '{heading}' speaks of an age group as if all in it were alike",
                "say who was asked or measured, and when, or speak of the task",
            )


def _stated(bullet: Bullet, heading: str, note: Note) -> Iterator[tuple[str, str]]:
    text = _QUOTED.sub("“…”", bullet.text)
    if (match := _ABSOLUTE.search(text)) and not _DENIED.search(text[: match.start()]):
        yield f"'{match[0]}' claims more than a source can carry", "say what was found, in whom, and how sure it is"
    share = _SHARE.search(text)
    if (figure := share or _HEADCOUNT.search(text)) and not _YEAR.search(text):
        yield f"'{figure[0]}' has no date", "say in which year it was measured"
    if share and "point" not in share[0] and not _POPULATION.search(text):
        yield f"'{share[0]}' does not say of whom", "say who or what was counted"
    kinds = {source.kind for source in note.sources if source.id in bullet.sources}
    if heading != "Terms" and kinds == {"survey"} and not _ATTRIBUTED.search(text):
        yield f"'{text[:50]}…' tells a survey as a fact", "say that it was a survey, and of whom"
