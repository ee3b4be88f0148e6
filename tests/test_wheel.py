"""The built wheel does the main job in an empty environment, from another folder."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coach.pipeline import Coach

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_prompts_knowledge_and_examples(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "coach/data/knowledge/digital-trends/passkeys.md" in names
    assert any(name.startswith("coach/data/prompts/") for name in names)
    assert "coach/ageism/examples.tsv" in names
    assert "coach/py.typed" in names
    assert not [name for name in names if "test" in name or name.endswith((".pyc", ".onnx"))]


def test_an_installed_wheel_drafts_a_brief_elsewhere(wheel: Path, coach: Coach, data_dir: Path, tmp_path: Path) -> None:
    """The environment sees this one's packages through a path file, but Coach itself only from the wheel.

    It finds vectors of another installation, as after an upgrade, and takes them over for its own folder.
    """
    assert coach.index
    shutil.copytree(data_dir, tmp_path / "data")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / "bin" / "python"
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    packages = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    shared = tmp_path / "packages"
    shared.mkdir()
    for entry in packages.iterdir():
        if "coach" not in entry.name.lower():
            (shared / entry.name).symlink_to(entry)
    (site / "shared.pth").write_text(str(shared))
    done = subprocess.run(
        [str(python), "-m", "coach", "brief", "deepfake voice fraud", "--minutes", "15"],
        cwd=tmp_path,
        env={"COACH_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "## Findings" in done.stdout
    where = subprocess.run(
        [str(python), "-c", "import coach; print(coach.__file__)"], cwd=tmp_path, capture_output=True, text=True
    )
    assert str(site) in where.stdout
