"""Notes and documents to passages, and the judgement of the collection."""

import os
import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coach.errors import KnowledgeError, RequestError
from coach.knowledge import grade, note_id, passages, read, scan, sentences, statistics, template, verify
from coach.knowledge.verify import for_two
from coach.models import Document
from coach.settings import packaged

FOLDER = packaged("knowledge")
PATHS = [state.path for state in scan(FOLDER)]
NOTE = "digital-trends/passkeys.md"


def copy_of_note(folder: Path, *changes: tuple[str, str]) -> Path:
    """A folder that holds one note, changed."""
    text = (FOLDER / NOTE).read_text()
    for old, new in changes:
        assert re.search(old, text, re.MULTILINE), old
        text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    target = folder / NOTE
    target.parent.mkdir(parents=True)
    target.write_text(text)
    return folder


def test_the_collection_is_clean() -> None:
    _, problems = verify(FOLDER)
    assert not problems, "\n".join(map(str, problems))


def test_the_collection_has_what_the_product_promises() -> None:
    documents = verify(FOLDER)[0]
    notes = [document.note for document in documents if document.note]
    found = statistics(documents, date(2026, 11, 22))
    for shelf, fewest in (("digital-trends", 60), ("generational-perspectives", 30), ("mentoring-practice", 50)):
        assert found.shelves[shelf].notes >= fewest
    assert found.shelves["digital-trends"].recent > found.shelves["digital-trends"].sources / 2
    assert found.methods >= 40
    assert found.sources >= 250
    assert found.research >= 80
    assert (found.thin, found.uncited) == ({}, ())
    assert set(found.read) == {"full", "abstract", "second-hand"}
    sessions = {note.frame.session for note in notes if note.frame}
    assert sessions == {"first", "regular", "deep-dive", "midpoint", "last", "lunch", "group"}


@pytest.mark.parametrize("path", PATHS)
def test_every_passage_and_bullet_stands_exactly_at_its_offsets(path: str) -> None:
    document = read(FOLDER, path)
    assert document.note is not None
    found = passages(document)
    for passage in found:
        assert document.text[passage.start : passage.end] == passage.text
    assert len({passage.id for passage in found}) == len(found)
    for bullets in document.note.sections.values():
        for bullet in bullets:
            assert document.text[bullet.start : bullet.end] == bullet.text
            assert document.text.split("\n")[bullet.line - 1].startswith("- ")


def test_ids_survive_a_line_added_above(tmp_path: Path) -> None:
    folder = copy_of_note(tmp_path, (r"^## In short$", "## In short\n"))
    before = {passage.id for passage in passages(read(FOLDER, NOTE))}
    moved = passages(read(folder, NOTE))
    assert {passage.id for passage in moved} == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (r"^    kind: .*$", "    kind: rumour", "kind"),
        (r"^    year: \d+$", "    year: 1066", "year 1066"),
        (r"^    url: https", "    url: ftp", "https link"),
        (r"^(    url: https.*)$", r"\1...", "https link"),
        (r"^    read: .*$", "    read: glanced at", "say how it was checked"),
        (r"^review_by: .*$", "review_by: 2020-01-01", "review_by is not after"),
        (r"^## Caveats$", "## Doubts", "is not a section"),
        (r"^## Terms\n(?s:.*)", "", "'## Terms' is missing"),
        (r"^(## Findings\n- .*) \[[^\]]+\]$", r"\1", "cites no source"),
        (r"^(## Findings\n- .*) \[[^\]]+\]$", r"\1 [nobody-1999]", "not among the sources"),
        (r"^- facts: .*$", "- facts: Do you use it?", "open question"),
        (r"^(  1\. )\(\d+ min\)", r"\1(99 min)", "do not add up"),
        (r"^asked:\n(  - .*\n){5}", "asked:\n", "has 7 wordings"),
        (r"^asked:\n", "asked:\n  - passkey\n", "has 1 words"),
        (r"^asked:\n", "asked:\n  - signing in without a password\n", "stands there already"),
        (r"^asked:\n", "asked:\n  - 'what''s a key for'\n", "is escaped"),
        (r"^id: passkeys$", "id: Pass_Keys", "not the file's name"),
        (r"^- short \(10 min\)", "- short (12 min)", "not of 10 minutes"),
        (r"^- minutes: 25$", "- minutes: 30", "take 25 minutes"),
        (r"^- hands: .*\n", "", "lacks '- hands:'"),
        (r"^title: .*$", "title: a: b", "not valid YAML"),
        (r"^- limits: .*$", "- limits: A cupboard has one lock.", "what only one comparison has: cupboard"),
        (r"^(## Caveats\n- ).*( \[)", r"\1TODO the limits.\2", "still to be written"),
    ],
)
def test_the_check_names_file_line_and_mend(tmp_path: Path, old: str, new: str, message: str) -> None:
    _, problems = verify(copy_of_note(tmp_path, (old, new)))
    hits = [problem for problem in problems if message in f"{problem.message}; {problem.mend}"]
    assert hits, problems
    assert hits[0].path == NOTE
    assert hits[0].line >= 1
    assert hits[0].mend


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("What shall I do when you go quiet?", True),
        ("How do you want to be reached by me?", True),
        ("Where do you and I see it in opposite ways?", True),
        ("Which difference between us do you hope to learn from?", True),
        ("What will you do before we meet again?", True),
        ("Where have we been too kind to each other?", True),
        ("What did you know about me before our first meeting?", True),
        ('What does "I don\'t know" cost in your position?', False),
        ("How shall we decide in four weeks?", False),
        ("What will you try in your next meeting?", False),
        ("What does looking after each other mean in a job like yours?", False),
    ],
)
def test_a_question_for_a_pair_is_told_from_one_for_a_group(question: str, pair: bool) -> None:
    assert for_two(question) is pair


def test_an_overdue_review_is_reported_only_when_a_day_is_given(tmp_path: Path) -> None:
    folder = copy_of_note(tmp_path)
    assert not verify(folder)[1]
    assert "review was due" in verify(folder, date(2100, 1, 1))[1][0].message


def test_two_notes_with_one_id_are_reported(tmp_path: Path) -> None:
    folder = copy_of_note(tmp_path)
    (folder / "digital-trends" / "sub").mkdir()
    (folder / "digital-trends" / "sub" / "passkeys.md").write_text((folder / NOTE).read_text())
    assert any("id is taken" in problem.message for problem in verify(folder)[1])


def test_a_source_is_described_alike_wherever_it_is_cited(tmp_path: Path) -> None:
    folder = copy_of_note(tmp_path)
    other = re.sub(r"^id: passkeys", "id: keys", (folder / NOTE).read_text(), count=1, flags=re.MULTILINE)
    (folder / "digital-trends" / "keys.md").write_text(other)
    assert not verify(folder)[1]
    (folder / "digital-trends" / "keys.md").write_text(other.replace("strength: weak", "strength: moderate"))
    assert [problem.message for problem in verify(folder)[1]] == [
        "the strength of this source is 'moderate' in digital-trends/keys.md"
    ]


# --- counting and beginning notes -----------------------------------------------------------------------------------


def test_counts_name_what_is_due_thin_and_uncited(tmp_path: Path) -> None:
    folder = copy_of_note(tmp_path, (r"^(## Findings\n- .*) \[[^\]]+\]$", r"\1"))
    found = statistics(verify(folder)[0], date(2100, 1, 1))
    line = (folder / NOTE).read_text().split("\n").index("## Findings") + 2
    assert found.uncited == (f"{NOTE}:{line}",)
    assert found.overdue == ("passkeys",)
    assert found.thin == {}
    assert found.shelves["digital-trends"].notes == 1
    assert found.sources == sum(found.kinds.values()) == sum(found.years.values()) == sum(found.read.values()) == 8
    assert found.research == 4  # two standards, two studies


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((r"^## Findings\n(?:- .*\n)+", "## Findings\n- One. [nist-2025]\n"), "1 findings"),
        ((r"^## Questions\n(?:- .*\n)+", "## Questions\n- facts: What is it?\n"), "1 questions"),
        ((r"^## Caveats\n(?:- .*\n)+", "## Caveats\n- Not known: whether.\n"), "no sourced caveat"),
        ((r"^sources:\n(?s:.*?)  - id: gesb", "sources:\n  - id: gesb"), "2 sources"),
        ((r"^sources:\n(?s:.*?)  - id: gesb", "sources:\n  - id: gesb"), "no study, standard or official statistics"),
    ],
)
def test_a_thin_note_is_named_with_the_reason(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    found = statistics(verify(copy_of_note(tmp_path, change))[0], date(2026, 11, 22))
    assert reason in found.thin["passkeys"]


def test_longer_words_and_sentences_ask_for_more_school_years() -> None:
    easy = "We met at noon. We had a chat. It was good."
    hard = "Organisational communication infrastructures necessitate comprehensive reconsideration of accountability."
    assert grade([easy]) < 3
    assert grade([hard]) > 20
    assert grade(["12 34"]) == 0


def test_the_grade_is_that_of_the_published_formula() -> None:
    text = "The cat sat on the mat. The dog ran off at once."  # 12 words, 35 letters, 2 sentences
    assert grade([text]) == pytest.approx(0.0588 * (100 * 35 / 12) - 0.296 * (100 * 2 / 12) - 15.8)


@example("No", "digital-trends")
@example("2026-11-22", "digital-trends")
@given(st.text(max_size=60), st.sampled_from(["digital-trends", "generational-perspectives", "mentoring-practice"]))
def test_a_new_note_has_only_todos_to_mend(title: str, shelf: str) -> None:
    today = date(2026, 11, 22)
    if not note_id(title):
        with pytest.raises(RequestError):
            template(title, shelf, today)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / shelf / f"{note_id(title)}.md"
        path.parent.mkdir()
        path.write_text(template(title, shelf, today))
        problems = verify(Path(folder))[1]
    assert problems
    assert {problem.mend for problem in problems} == {"write it"}


# --- any other document ---------------------------------------------------------------------------------------------


def word_file(path: Path) -> None:
    from docx import Document as Word

    word = Word()
    word.add_heading("House rules", 1)
    word.add_paragraph("Visitors sign in at the gate. They wear a badge at all times.")
    table = word.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Gate", "opens at six"
    word.save(str(path))


def pdf_file(path: Path, pages: list[str]) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for page in pages:
        for number, line in enumerate(page.split("\n")):
            canvas.drawString(72, 720 - 14 * number, line)
        canvas.showPage()
    canvas.save()


def test_word_and_pdf_become_text_with_exact_places(tmp_path: Path) -> None:
    folder = tmp_path / "House Rules 2026"
    folder.mkdir()
    word_file(folder / "rules.docx")
    pdf_file(folder / "plan.pdf", ["The first page speaks of\nlate shifts.", "The second page speaks of holidays."])
    (folder / "notes.txt").write_bytes("Caf\xe9 opens at nine.\r\nIt closes at five.".encode("cp1252"))
    found = {state.path: read(folder, state.path) for state in scan(folder)}
    assert {document.shelf for document in found.values()} == {"house-rules-2026"}
    assert found["rules.docx"].title == "House rules"
    assert "Gate | opens at six" in found["rules.docx"].text
    assert "Café opens at nine.\nIt closes" in found["notes.txt"].text
    plan = found["plan.pdf"]
    assert "The first page speaks of late shifts." in plan.text
    assert plan.place(plan.text.index("holidays")) == "page 2"
    assert plan.place(0) == "page 1"
    for document in found.values():
        for passage in passages(document):
            assert document.text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("broken.pdf", b"%PDF-1.4 nothing", "readable PDF"),
        ("broken.docx", b"PK\x03\x04 nothing", "readable Word file"),
        ("empty.md", b"  \n ", "no text"),
        ("binary.txt", b"a\x00b", "not a text file"),
    ],
)
def test_an_unreadable_file_says_which_and_what_to_do(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KnowledgeError, match=message) as caught:
        read(tmp_path, name)
    assert name in str(caught.value)


def test_a_folder_without_permission_names_itself(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "a.md").write_text("A text.")
    if os.geteuid() == 0:  # root reads everything: ask as another user
        import subprocess
        import sys

        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and folder != Path("/tmp") and str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        closed.chmod(0o000)
        code = (
            "import os, sys; from pathlib import Path; from coach.knowledge import scan\n"
            "from coach.errors import KnowledgeError\nimport coach.knowledge.files\nos.setuid(65534)\n"
            "try: scan(Path(sys.argv[1]))\nexcept KnowledgeError as error: print(error)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
        message = done.stdout + done.stderr
    else:
        closed.chmod(0o000)
        with pytest.raises(KnowledgeError) as caught:
            scan(tmp_path)
        message = str(caught.value)
    closed.chmod(0o755)
    assert "cannot be read (Permission denied)" in message
    assert "closed" in message


def test_front_matter_of_other_programs_is_not_a_note(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("---\ntags: [a]\n---\n# A post\n\nIt says one thing. It says another.\n")
    document = read(tmp_path, "post.md")
    assert document.note is None
    assert document.title == "A post"
    assert [passage.text for passage in passages(document)] == ["It says one thing. It says another."]


@given(st.text(min_size=1, max_size=400))
def test_sentences_of_any_text_stand_at_their_offsets(text: str) -> None:
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text


@given(
    st.lists(
        st.sampled_from(["A short one.", "Another, longer sentence follows here!", "# Heading", "", "ünï 😀 ok?"]),
        max_size=60,
    )
)
def test_pieces_of_any_document_stand_at_their_offsets(lines: list[str]) -> None:
    document = Document(path="x.md", shelf="s", title="T", text="\n".join(lines))
    for passage in passages(document):
        assert document.text[passage.start : passage.end] == passage.text


def test_text_without_sentence_ends_is_cut_all_the_same() -> None:
    document = Document(path="x.txt", shelf="s", title="T", text="word " * 5000)
    found = passages(document)
    assert max(len(passage.text.split()) for passage in found) <= 400
    assert sum(len(passage.text.split()) for passage in found) == 5000
