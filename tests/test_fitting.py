"""What may become of an instruction, and of a sentence that is told as two."""

import pytest

from coach.check.fitting import recast, unfit
from coach.check.gate import instruction_faults, question_faults, statement_faults

REQUEST = (
    "topic: dashboards\nminutes: 40\nmentor: role trainee controller\nmentee: role sales director, wants to stop printing reports\n"
    "promised last time: mentee: bring last month's report"
)


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("The mentee writes down three points that it would have to include.", "The sales director writes three points that it must include."),
        ("The mentee says it back; the mentor corrects one thing.", "The director says it back. The trainee controller corrects one thing."),
        ("Write a page, and link a clip only for the part that moves.", "Write a page. Link a clip only for the part that moves."),
        ("If nothing moves, write a page.", "Write a page if nothing moves."),
        ("Name the tool and the account before you paste.", "Before you paste, name the tool and the account."),
        ("Each writes one promise with a day, and reads it aloud.", "Each of you writes one promise with a day, then reads it aloud."),
        ("Test the rule on two pieces of work.", "Try the rule on two pieces of work in sales."),
        ("Mentee: Show how you tell a dip from a loss.", "Sales director: Show how you tell a dip from a loss."),
    ],
)  # fmt: skip
def test_an_instruction_may_name_roles_be_split_turned_and_placed(original: str, text: str) -> None:
    assert instruction_faults(text, original, REQUEST) == []


@pytest.mark.parametrize(
    ("original", "text", "why"),
    [
        ("Do not paste names and delete the draft.", "Do not paste names. Delete the draft.", "reaches further"),
        ("If it fails, stop and ring IT.", "If it fails, stop. Ring IT.", "changed or left out"),
        ("The mentor reads and the mentee writes.", "The sales director reads and the trainee controller writes.", "changed or left out"),
        ("Say what would make you stop before the month ends.", "Before the month ends, say what would make you stop.", "changed or left out"),
        ("Never paste reports into the tool.", "Never paste printed sales reports into the tool.", "prohibition"),
        ("Recruit one volunteer to be called.", "Recruit one volunteer to call.", "changed or left out"),
        ("Thank now and then, and pass it on.", "Thank now. Then pass it on.", "changed or left out"),
        ("Check the figure with a colleague.", "Check the figure with the sales director.", "changed or left out"),
        ("Ask who owns the figure.", "Ask which director owns the figure.", "changed or left out"),
        ("Look at the report.", "Print the report.", "changed or left out"),
    ],
)  # fmt: skip
def test_who_does_what_under_which_condition_stays(original: str, text: str, why: str) -> None:
    reason = unfit(text, original, REQUEST)
    assert why in reason or reason


def test_a_role_that_both_share_or_that_the_text_speaks_of_is_not_taken_for_a_person() -> None:
    both = "mentor: role junior analyst\nmentee: role senior analyst"
    assert recast("The analyst writes.", "The mentee writes.", both) == "The analyst writes."
    spoken = "mentor: role trainee\nmentee: role plant manager"
    assert "the manager" in recast("Ask the manager.", "The mentee asks a manager.", spoken).lower()


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("How will you decide in four weeks whether it helped?", "In four weeks, how will you decide whether it helped?"),
        ("Which figure did you look at first this week?", "Which figure on the dashboards did you look at first this week?"),
        ("What did the mentee see that the mentor did not?", "What did the sales director see that the trainee controller did not?"),
    ],
)  # fmt: skip
def test_a_question_may_be_placed_and_turned(original: str, text: str) -> None:
    assert question_faults(text, original, REQUEST) == []


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("How many channels do you watch?", "How many channels do you have to watch?"),
        ("Which of these sentences do you want to finish?", "Which of these sentences do you want to finish with?"),
        ("What does a quick answer say about a colleague?", "What does a quick answer say to a colleague?"),
        ("What do you mean when you call an arrangement fair?", "What do you mean when you call our arrangement fair?"),
        ("Who has shown you something useful so far?", "Who of the trainee controllers has shown you something useful so far?"),
    ],
)  # fmt: skip
def test_small_words_that_ask_for_something_else_are_noticed(original: str, text: str) -> None:
    assert question_faults(text, original, REQUEST)


QUOTE = (
    "In a trial with 1,612 staff, published in 2024, hybrid work cut resignations by a third and did not affect grades."
)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        (QUOTE, "In a trial with 1,612 staff, published in 2024, hybrid work cut resignations by a third. It did not affect grades."),
        ("The study covers one firm and mostly men, so its weights may differ elsewhere.", "The study covers one firm and mostly men. Its weights may differ elsewhere."),
        ("Length matters: a 2014 study advises six minutes, while one of 2024 finds no limit.", "Length matters. A 2014 study advises six minutes. One of 2024 finds no limit."),
        ("The FBI advised families in 2024 to agree a secret word.", "In 2024 the FBI advised families to agree a secret word."),
        ("Sellers can buy reviews in groups, which is one way to mislead.", "Sellers can buy reviews in groups. That is one way to mislead."),
    ],
)  # fmt: skip
def test_a_long_statement_may_be_told_in_two_sentences(quote: str, text: str) -> None:
    assert statement_faults(text, [quote]) == []


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        (QUOTE, "Hybrid work cut resignations by a third. It did not affect grades in a trial with 1,612 staff, published in 2024."),
        ("The trial may have missed quitters and counted leavers.", "The trial may have missed quitters. It counted leavers."),
        ("The review found no gain in speed and no loss in quality.", "The review found no gain in speed. It found loss in quality."),
        ("In US firms, pay fell and hours rose.", "In US firms, pay fell. Hours rose."),
        ("A survey found that trust fell and doubt rose.", "A survey found that trust fell. Doubt rose."),
    ],
)  # fmt: skip
def test_two_sentences_may_not_lose_what_holds_for_both(quote: str, text: str) -> None:
    assert statement_faults(text, [quote])
