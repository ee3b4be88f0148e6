"""The module map of CONTRIBUTING.md holds: imports point only up the list, and some packages have one door."""

import ast
import re
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "coach"
ROWS = re.findall(r"^\| (\d+) \| (.+?) \|", (SOURCE.parent.parent / "CONTRIBUTING.md").read_text(), re.MULTILINE)
LAYERS = {
    name.removesuffix(".py").rstrip("/"): int(layer)
    for layer, cell in ROWS
    for name in re.findall(r"`([\w./]+)`", cell)
}
ONLY = {
    "chromadb": "index",
    "bm25s": "index",
    "gradio": "ui",
    "onnxruntime": "embed",
    "click": "cli",
    "langchain_openai": "llm",
    "langchain_core": "llm",
    "openai": "llm",
}
"""Packages that only one module may import."""


def module_of(file: Path) -> str:
    """The top-level module a source file belongs to, as CONTRIBUTING names it."""
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(file: Path) -> set[str]:
    """Full names of everything a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FILES = [file for file in SOURCE.rglob("*.py") if file.name != "__main__.py"]


def test_every_module_has_a_layer() -> None:
    assert {module_of(file) for file in FILES} == set(LAYERS)


def test_imports_point_only_up_the_list() -> None:
    wrong = []
    for file in FILES:
        mine = module_of(file)
        for name in imports(file):
            parts = name.split(".")
            if parts[0] != "coach" or parts[1:2] in (["__version__"], []):
                continue
            other = parts[1]
            if other != mine and LAYERS.get(other, 99) >= LAYERS[mine]:
                wrong.append(f"{file.name} imports {name}")
    assert not wrong


def test_some_packages_have_one_door() -> None:
    wrong = [
        f"{file.relative_to(SOURCE)} imports {name}"
        for file in FILES
        for name in imports(file)
        if ONLY.get(name.split(".")[0], module_of(file)) != module_of(file)
    ]
    assert not wrong


def test_no_broad_except_outside_the_surfaces() -> None:
    wrong = []
    for file in FILES:
        if module_of(file) in ("cli", "ui"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
            ):
                wrong.append(f"{file.relative_to(SOURCE)}:{node.lineno}")
    assert not wrong
