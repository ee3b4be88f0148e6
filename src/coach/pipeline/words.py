"""Title, header and gaps of an artefact."""

import re

from coach.check.support import stems
from coach.models import AgendaRequest, AnyRequest, Evidence, Item, Material

_COMMON = stems(
    "bloody crap damn damned fucking hell shit sodding stupid useless "
    "about after again before getting give going good have help helping knowing like looking make making more most need "
    "needs people really should some still talk talking team teams their them there thing things using want wants ways with "
    "without work working works would your"
)
"""Words of a topic that nobody misses in the material."""


def title_of(request: AnyRequest) -> str:
    """The title of an artefact: its topic, with the kind of meeting before it."""
    topic = request.topic[:1].upper() + request.topic[1:]
    kinds = {
        "first": "First meeting: ",
        "deep-dive": "Deep dive: ",
        "midpoint": "Midpoint review: ",
        "last": "Closing meeting: ",
    }
    return kinds.get(str(getattr(request, "session", "")), "") + topic


def header_of(request: AnyRequest, material: Material) -> tuple[Item, ...]:
    """Who and what an artefact is for, and what it rests on."""
    names = {
        "agenda": "Agenda for a reverse-mentoring pair",
        "brief": "Research brief for a lunch session",
        "guide": "Discussion guide",
    }
    time = f"{request.minutes} minutes, {request.setting}"
    if not isinstance(request, AgendaRequest):
        time += f", {request.people} {'person' if request.people == 1 else 'people'}"
    items = [Item(label=names[request.artefact], text=time)]
    if isinstance(request, AgendaRequest):
        items += [
            Item(label=name, text=person.role)
            for name, person in (("Mentor", request.mentor), ("Mentee", request.mentee))
            if person.role
        ]
    elif request.audience:
        knows = f"; they know: {request.knows}" if request.knows else ""
        items.append(Item(label="For", text=request.audience + knows))
    elif request.knows:
        items.append(Item(label="They know", text=request.knows))
    if request.artefact == "brief" and request.goal:  # the others tell it under their purpose
        items.append(Item(label="Goal, in your words", text=request.goal))
    if material.documents:
        items.append(Item(label="Rests on", text="; ".join(f"“{document.title}”" for document in material.documents)))
    return tuple(items)


def gaps_of(request: AnyRequest, material: Material, evidence: Evidence) -> tuple[str, ...]:
    """What the material lacks, in words; empty where it covers the topic."""
    near = f" Nearest topics: {'; '.join(evidence.nearest[:3])}." if evidence.nearest else ""
    if material.coverage == "not covered":
        return (
            f"Nothing in the material covers “{request.topic}”. This draft is a frame to fill: it states no facts on the topic.{near}",
        )
    if material.coverage == "partly":
        known = frozenset[str]().union(
            *(stems(document.text) | stems(document.title) for document in material.documents)
        )
        words = [word for word in re.findall(r"[\w’'-]{4,}", request.topic) if not stems(word) <= known | _COMMON]
        lacking = f" It has nothing on: {', '.join(dict.fromkeys(words))}." if words else ""
        titles = " and ".join(f"“{document.title}”" for document in material.documents)
        return (
            f"The material covers “{request.topic}” only in part.{lacking} What follows rests on {titles}: near your topic, "
            f"not the same. Judge what carries over, and look up the rest.{near}",
        )
    return ()
