"""The command line as people use it: in a process of its own."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.export import read_json
from coach.pipeline import Coach


def run(data_dir: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`coach` with these words, its output captured, nothing on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "coach", *words],
        env=os.environ | {"COACH_DATA_DIR": str(data_dir)} | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def built(coach: Coach, data_dir: Path) -> Path:
    """The data folder, with the index in it."""
    assert coach.index
    return data_dir


@pytest.mark.parametrize(
    "words",
    [
        ("brief", "deepfake voice fraud", "--minutes", "15", "--audience", "bank branch managers"),
        (
            "agenda",
            "passkeys",
            "--minutes",
            "7",
            "--mentor",
            "trainee; offers: sign-in help",
            "--mentee",
            "finance director",
        ),
        (
            "agenda",
            "passkeys",
            "--kind",
            "first",
            "--minutes",
            "60",
            "--previous",
            "mentee: list logins; mentor: ask IT",
        ),
        (
            "guide",
            "feedback styles across ages",
            "--people",
            "12",
            "--minutes",
            "45",
            "--format",
            "remote",
            "--avoid",
            "praise",
        ),
        ("brief", "history of the Byzantine tax system", "--minutes", "20"),
    ],
)
def test_each_job_prints_a_finished_artefact(built: Path, words: tuple[str, ...]) -> None:
    done = run(built, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# ")
    assert "Made by Coach" in done.stdout


def test_json_goes_to_a_file_and_reads_back(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "brief.json"
    done = run(built, "brief", "phishing", "--minutes", "20", "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert read_json(out.read_text()).request.topic == "phishing"
    assert done.stdout == ""
    assert str(out) in done.stderr


def test_what_was_made_is_printed_when_the_file_cannot_be_written(built: Path, tmp_path: Path) -> None:
    done = run(built, "brief", "phishing", "--minutes", "20", "--out", str(tmp_path / "no" / "such" / "folder.md"))
    assert done.returncode == 74
    assert done.stdout.startswith("# Phishing")
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ("agenda",),
            64,
            'Missing: the topic. Say it as the first argument, for example: coach agenda "passkeys" --minutes 20',
        ),
        (("search",), 64, 'for example: coach search "passkeys"\n'),
        (("brief", "passkeys"), 64, "Missing: the minutes. Say it with --minutes"),
        (("brief", "", "--minutes", "20"), 64, "Missing: the topic"),
        (("brief", " ", "--minutes", "20"), 64, "The topic is empty"),
        (("brief", "passkeys", "--minutes", "0"), 64, "0 minutes cannot be planned"),
        (("brief", "passkeys", "--minutes", "-5"), 64, "-5 minutes cannot be planned"),
        (("brief", "passkeys", "--minutes", "100000"), 64, "100000 minutes cannot be planned"),
        (("brief", "x" * 40_000, "--minutes", "20"), 64, "40,000 characters"),
        (("guide", "passkeys", "--minutes", "20", "--people", "0"), 64, "0 people cannot be planned"),
        (("agenda", "passkeys", "--minutes", "twenty"), 2, "'twenty' is not a valid integer"),
        (("brief", "passkeys", "--minutes", "20", "--knowledge", "/nowhere/at/all"), 65, "does not exist"),
        (("dance",), 2, "No such command 'dance'"),
    ],
)
def test_bad_input_gets_a_sentence_and_an_exit_code(
    built: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = run(built, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_names_its_variable(tmp_path: Path) -> None:
    done = run(tmp_path, "search", "passkeys", COACH_CHROMA_URL="localhost")
    assert done.returncode == 78
    assert "COACH_CHROMA_URL" in done.stderr


def test_what_is_missing_is_asked_for_on_a_terminal(built: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "coach", "brief"],
        env=os.environ | {"COACH_DATA_DIR": str(built)},
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(parent, b"phishing\n20\n")
    out, err = process.communicate(timeout=60)
    os.close(parent)
    os.close(child)
    assert process.returncode == 0, err
    assert "Topic" in err
    assert "Minutes you have" in err
    assert out.startswith("# Phishing")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['coach', '--help']\n"
        "from coach.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'chromadb', 'gradio', 'onnxruntime', 'numpy', 'pydantic', 'langchain'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_search_lists_documents_with_their_best_passage(built: Path) -> None:
    done = run(built, "search", "cloned voices asking for money", "-k", "3")
    assert "deepfake-voice-fraud.md" in done.stdout.splitlines()[0]
    data = json.loads(run(built, "search", "cloned voices asking for money", "--json").stdout)
    assert data[0]["passage"]["text"]


def test_index_says_what_it_holds(built: Path) -> None:
    done = run(built, "index")
    assert re.search(r"[\d,]+ passages, fingerprint [0-9a-f]+", done.stdout)


def test_knowledge_check_is_clean_and_counts(built: Path) -> None:
    done = run(built, "knowledge", "check")
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ notes, \d+ sources, 0 problems", done.stdout)


def test_knowledge_stats_counts_and_is_json_on_request(built: Path) -> None:
    done = run(built, "knowledge", "stats")
    assert done.returncode == 0, done.stderr
    for words in ("topic notes", "distinct", "by kind:", "by year:", "school years", "overdue", "thin", "uncited"):
        assert words in done.stdout
    counted = json.loads(run(built, "knowledge", "stats", "--json").stdout)
    assert f"{counted['sources']} distinct" in done.stdout
    assert sum(counted["kinds"].values()) == counted["sources"]


def test_a_note_is_begun_once_and_never_overwritten(built: Path, tmp_path: Path) -> None:
    (tmp_path / "mentoring-practice").mkdir()
    words = ("knowledge", "new", "Shared calendars", "--shelf", "mentoring-practice", "--folder", str(tmp_path))
    done = run(built, *words)
    assert done.returncode == 0, done.stderr
    written = tmp_path / "mentoring-practice" / "shared-calendars.md"
    assert str(written) in done.stdout
    written.write_text("mine")
    again = run(built, *words)
    assert again.returncode == 64
    assert "exists already and was left as it is" in again.stderr
    assert written.read_text() == "mine"
    near = run(built, "knowledge", "new", "Calendars at work", "--folder", str(tmp_path))
    assert near.returncode == 0
    unread = run(built, "knowledge", "new", "Calendars", "--folder", str(tmp_path / "nowhere"))
    assert unread.returncode == 64
    assert "--folder" in unread.stderr


def test_a_note_is_shown_with_how_its_sources_were_read(built: Path) -> None:
    done = run(built, "knowledge", "show", "passkeys")
    assert done.returncode == 0, done.stderr
    assert "## Findings" in done.stdout
    assert "[nist-2025] Digital Identity Guidelines" in done.stdout
    assert "Read: abstract" in done.stdout
    unknown = run(built, "knowledge", "show", "passkey")
    assert unknown.returncode == 64
    assert "Did you mean passkeys" in unknown.stderr


def test_prompts_are_listed_shown_and_checked(built: Path) -> None:
    assert "version 1" in run(built, "prompts", "list").stdout
    assert "{{evidence}}" in run(built, "prompts", "show", "section").stdout
    assert run(built, "prompts", "check").returncode == 0
    unknown = run(built, "prompts", "show", "nothing")
    assert (unknown.returncode, unknown.stdout) == (64, "")
    assert "There are: " in unknown.stderr


def test_the_doctor_and_forgetting_work_without_a_model(built: Path) -> None:
    assert "built-in engine works alone" in run(built, "doctor").stdout
    assert "answers deleted" in run(built, "forget").stdout
    nobody = run(built, "doctor", COACH_LLM_BASE_URL="http://127.0.0.1:9/v1", COACH_LLM_MODEL="m")
    assert nobody.returncode == 69
    assert "Nothing answers at http://127.0.0.1:9/v1" in nobody.stdout


def test_half_a_model_is_a_plain_error(built: Path) -> None:
    done = run(built, "brief", "passkeys", "--minutes", "20", COACH_LLM_MODEL="m")
    assert done.returncode == 78
    assert "COACH_LLM_BASE_URL is not" in done.stderr


def test_the_schema_is_json(built: Path) -> None:
    assert json.loads(run(built, "schema").stdout)["properties"]["blocks"]


def test_stopping_a_build_leaves_a_plain_word_and_no_half_index(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "coach", "index"],
        env=os.environ | {"COACH_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the build has begun
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped." in err
    assert "Traceback" not in err
