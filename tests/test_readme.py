"""Every command and snippet of README.md runs, and the output it shows is the output it gives."""

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coach.pipeline import Coach
from tests import models

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    (command.replace("\\\n", " "), shown)
    for block in CONSOLE
    for command, shown in re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def environment(data_dir: Path) -> dict[str, str]:
    folder = str(Path(sys.executable).parent)
    return os.environ | {"COACH_DATA_DIR": str(data_dir), "PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize(
    ("command", "shown"), [row for row in COMMANDS if row[0].startswith("coach ") and "serve" not in row[0]]
)
def test_a_command_runs_and_prints_what_readme_shows(
    command: str, shown: str, coach: Coach, data_dir: Path, tmp_path: Path
) -> None:
    assert coach.index
    (tmp_path / "handbook").mkdir()
    (tmp_path / "my-notes").mkdir()
    (tmp_path / "handbook" / "visitors.md").write_text(
        "# Visitors\n\nVisitors sign in at the gate. They wear a badge.\n"
    )
    done = subprocess.run(
        shlex.split(command),
        cwd=tmp_path,
        env=environment(data_dir),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    for line in shown.splitlines():
        if line.strip() and line.strip() != "…":
            assert line.rstrip() in done.stdout, f"README shows a line that '{command}' does not print"


def test_the_commands_for_a_model_run_with_the_variables_that_readme_names(coach: Coach, data_dir: Path) -> None:
    assert coach.index
    block = next(block for block in CONSOLE if "COACH_LLM_BASE_URL" in block)
    names = dict(re.findall(r"(COACH_LLM_\w+)=(\S+)", block))
    commands = re.findall(r"^\$ (coach .*)$", block, re.MULTILINE)
    assert len(commands) == 2

    def script(connection: socket.socket, body: dict[str, Any], number: int) -> None:
        assert body["model"] == names["COACH_LLM_MODEL"]
        asked = body["messages"][-1]["content"]
        models.answer(connection, '{"word": "ready"}' if "ready" in asked else '{"rewrites": []}')

    with models.scripted(script) as (url, bodies):
        for command in commands:
            done = subprocess.run(
                shlex.split(command),
                env=environment(data_dir) | names | {"COACH_LLM_BASE_URL": url},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert "kept from before" in done.stderr
    assert len(bodies) > 4


@pytest.mark.parametrize("snippet", PYTHON)
def test_a_snippet_runs(snippet: str, coach: Coach, data_dir: Path, tmp_path: Path) -> None:
    assert coach.index
    done = subprocess.run(
        [sys.executable, "-c", snippet], cwd=tmp_path, env=environment(data_dir), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "target", sorted({word for command, _ in COMMANDS for word in re.findall(r"^make (\w+)", command)})
)
def test_a_make_target_exists_and_does_what_it_says(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wanted = {
        "run": ["coach index", "coach brief", "coach serve"],
        "test": ["pytest"],
        "check": ["ruff", "mypy", "pytest"],
        "bench": ["bench"],
    }
    for word in wanted[target]:
        assert word in done.stdout


def test_readme_shows_both_commands_that_do_everything() -> None:
    targets = {word for command, _ in COMMANDS for word in re.findall(r"^make (\w+)", command)}
    assert {"run", "test"} <= targets
    assert len(COMMANDS) >= 6
