"""The three forms as data: labels, help, placeholders and examples. Roles, never names."""

from coach.inputs import parse_actions, parse_list
from coach.ui.forms import Field, Job


def _topic(placeholder: str) -> Field:
    return Field("topic", "What is it about?", "A topic, a tool, a question. Required.", placeholder)


def _minutes(value: int) -> Field:
    return Field("minutes", "Minutes you have", "From 5 to 480. Required.", kind="number", value=value, width=150)


_SETTING = Field(
    "setting",
    "Format",
    kind="choice",
    choices=(("In person", "in person"), ("Remote", "remote"), ("Hybrid", "hybrid")),
    value="in person",
    width=320,
)
_AVOID = Field(
    "avoid",
    "Things to avoid",
    "One a line. What touches them stays out of the draft.",
    "Salaries\nThe reorganisation",
    kind="lines",
    parse=parse_list,
)


def _goal(placeholder: str) -> Field:
    return Field("goal", "Goal", "What should be different afterwards? Coach plans towards it.", placeholder, width=700)


def _people(value: int) -> Field:
    return Field("people", "How many people", "From 1 to 500.", kind="number", value=value, width=150)


AGENDA = Job(
    key="agenda",
    tab="Agenda for a pair",
    intro="A meeting of mentor and mentee, timed to the minute: who leads what, what each brings, what was promised.",
    button="Draft the agenda",
    empty="Your agenda appears here, block by block, with the evidence beside it.",
    essential=(_topic("Checking what an AI assistant says about a long report"), _minutes(60)),
    more=(
        (
            "The meeting",
            (
                Field(
                    "session",
                    "Kind of meeting",
                    kind="choice",
                    choices=(
                        ("Regular", "regular"),
                        ("First meeting", "first"),
                        ("Topic deep-dive", "deep-dive"),
                        ("Midpoint review", "midpoint"),
                        ("Closing", "last"),
                    ),
                    value="regular",
                    width=800,
                ),
                _SETTING,
                _goal("Know when to rely on a summary"),
            ),
        ),
        (
            "The mentor: the younger colleague (a role, never a name)",
            (
                Field("mentor.role", "Role", "", "Junior communications officer"),
                Field("mentor.offers", "Can offer", "", "Uses AI tools every day"),
                Field("mentor.wants", "Would like in return", "", "To see how a board paper is argued"),
            ),
        ),
        (
            "The mentee: the senior colleague (a role, never a name)",
            (
                Field("mentee.role", "Role", "", "Head of logistics"),
                Field("mentee.offers", "Can offer", "", "Negotiating with carriers"),
                Field("mentee.wants", "Would like to learn", "", "To check a summary alone"),
            ),
        ),
        (
            "Carried over",
            (
                Field(
                    "previous",
                    "Promises from last time",
                    "One a line, with who promised it first.",
                    "mentee: bring one real report\nmentor: ask IT which tools are allowed",
                    kind="lines",
                    parse=parse_actions,
                ),
                _AVOID,
            ),
        ),
    ),
    examples=(
        (
            "Checking AI summaries, 60 min",
            {
                "topic": "Using an AI assistant to summarise long reports, and checking what it says",
                "minutes": 60,
                "goal": "The mentee can decide when a summary is safe to rely on",
                "mentor.role": "Junior communications officer",
                "mentee.role": "Head of logistics, reads forty-page reports on trains",
                "previous": "mentee: bring one real report\nmentor: ask IT which tools are allowed",
            },
        ),
        (
            "First meeting, 45 min",
            {
                "topic": "Getting started as a reverse-mentoring pair",
                "minutes": 45,
                "session": "first",
                "mentor.role": "Graduate trainee in sales",
                "mentee.role": "Regional director",
            },
        ),
        (
            "Passkeys, 30 min, remote",
            {
                "topic": "Passkeys instead of passwords",
                "minutes": 30,
                "session": "deep-dive",
                "setting": "remote",
                "goal": "Set up one passkey and know what to do when the phone is lost",
                "mentee.role": "Finance director",
            },
        ),
    ),
)

BRIEF = Job(
    key="brief",
    tab="Research brief",
    intro="A lunch session you can defend: bottom line, cited findings with caveats, a demonstration, a talk track.",
    button="Draft the brief",
    empty="Your brief appears here, section by section, with the evidence beside it.",
    essential=(_topic("Deepfake voices in fraud calls"), _minutes(30)),
    more=(
        (
            "The audience",
            (
                Field("audience", "Who will sit there", "Roles and teams.", "Branch managers of a regional bank"),
                Field("knows", "What they know already", "", "Heard of it in the news"),
                _people(12),
            ),
        ),
        ("The session", (_SETTING, _goal("They agree on a call-back rule"))),
        (
            "You, who presents (a role, never a name)",
            (
                Field("mentor.role", "Your role", "", "Analyst in the fraud team"),
                Field(
                    "mentor.offers",
                    "Your own experience",
                    "What you have seen or done yourself. It is yours: Coach does not cite it as fact.",
                    "I took part in two call-back drills this year",
                    kind="lines",
                ),
                _AVOID,
            ),
        ),
    ),
    examples=(
        (
            "Deepfake voices, 30 min",
            {
                "topic": "Deepfake voices in fraud calls",
                "minutes": 30,
                "audience": "Branch managers of a regional bank",
                "knows": "Heard of it in the news",
                "people": 15,
                "goal": "They agree on a call-back rule",
            },
        ),
        (
            "Hybrid work, 45 min",
            {
                "topic": "What research says about hybrid work",
                "minutes": 45,
                "audience": "Heads of department in a city administration",
                "people": 20,
                "setting": "hybrid",
            },
        ),
        (
            "Short video at work, 20 min",
            {
                "topic": "Short video for internal news",
                "minutes": 20,
                "audience": "Editors of the staff magazine",
                "people": 8,
                "mentor.offers": "I have made short clips for our trainee channel for a year",
            },
        ),
    ),
)

GUIDE = Job(
    key="guide",
    tab="Discussion guide",
    intro="A discussion of a mixed-age group: questions in stages with follow-ups, formats that fit the group, ground rules.",
    button="Draft the guide",
    empty="Your guide appears here, stage by stage, with the evidence beside it.",
    essential=(_topic("Giving feedback across ages"), _minutes(60)),
    more=(
        (
            "The group",
            (
                _people(12),
                Field("audience", "Who takes part", "Roles and teams.", "Two wards of a hospital"),
                _SETTING,
            ),
        ),
        ("The discussion", (_goal("Agree on two habits"), _AVOID)),
    ),
    examples=(
        (
            "Feedback across ages, 12 people",
            {
                "topic": "Giving feedback across ages",
                "minutes": 45,
                "people": 12,
                "goal": "Agree on two habits for the next month",
            },
        ),
        (
            "Right to disconnect, 25 people",
            {
                "topic": "Messages after working hours",
                "minutes": 60,
                "people": 25,
                "audience": "A service centre with three shifts",
                "setting": "hybrid",
            },
        ),
        (
            "AI and first jobs, 40 people",
            {
                "topic": "What AI changes for people at the start of their career",
                "minutes": 90,
                "people": 40,
                "audience": "Trainees, team leads and the works council",
            },
        ),
    ),
)

JOBS = (AGENDA, BRIEF, GUIDE)
