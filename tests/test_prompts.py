"""The prompts that Coach brings, and what is said of broken ones."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import PromptError
from coach.prompts import NEEDED, load
from coach.settings import packaged

FOLDER = packaged("prompts")


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the prompts with one file changed."""
    target = folder / "prompts"
    shutil.copytree(FOLDER, target)
    text = (target / f"{name}.md").read_text()
    assert re.search(old, text, re.MULTILINE), old
    (target / f"{name}.md").write_text(re.sub(old, new, text, count=1, flags=re.MULTILINE))
    return target


def test_every_prompt_declares_exactly_what_it_uses_and_what_the_engine_fills_in() -> None:
    prompts = load()
    assert set(prompts) >= set(NEEDED)
    for prompt in prompts.values():
        assert set(prompt.inputs) == set(re.findall(r"\{\{(\w+)\}\}", prompt.text))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("section", r"\{\{evidence\}\}", "", "the declared inputs and the fields in the text differ (evidence)"),
        ("section", r"^inputs: \[artefact, ", "inputs: [", "differ (artefact)"),
        ("system", r"^name: system", "name: sistem", "Write 'system'"),
        ("system", r"^version: \d+", "version: one", "whole number"),
        ("invalid", r"^output: .*\n", "", "must begin with name, version, inputs and output"),
        ("rejected", r"^---\n(?s:.*)", "hello", "must begin with"),
    ],
)
def test_a_broken_prompt_is_named_with_its_mend(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    folder = changed(tmp_path, name, old, new)
    with pytest.raises(PromptError, match=re.escape(message)) as caught:
        load(folder)
    assert f"{name}.md" in str(caught.value)


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "p")
    (tmp_path / "p" / "rejected.md").unlink()
    with pytest.raises(PromptError, match=r"rejected\.md is missing"):
        load(tmp_path / "p")


def test_a_changed_word_changes_the_hash(tmp_path: Path) -> None:
    folder = changed(tmp_path, "system", "You are a careful", "You are the careful")
    assert load(folder)["system"].hash != load()["system"].hash
    assert load(folder)["section"].hash == load()["section"].hash


@given(st.text())
def test_what_a_value_holds_is_never_read_as_a_field(value: str) -> None:
    prompt = load()["invalid"]
    tricky = value + "{{error}}{{marker}}"
    assert prompt.render({"error": tricky}) == prompt.text.replace("{{error}}", tricky)
