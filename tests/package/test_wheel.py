"""The built wheel, installed into an environment of its own, starts the program with its styles."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.package, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a fresh environment that has the wheel and what it requires, nothing else."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return programs


def run(program: Path, *arguments: str, code: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(program), *arguments]
    ran = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=program.parent,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_the_wheel_has_what_it_needs_and_nothing_of_ours_beside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("phoenix_tui/styles/") and name.endswith(".tcss") for name in names)
    assert "phoenix_tui/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"phoenix_tui"}


def test_the_program_answers_from_a_fresh_environment(installed: Path) -> None:
    program = installed / "phoenix-tui"
    assert run(program, "--version").startswith("phoenix-tui 0.")
    assert "OPENROUTER_API_KEY" in run(program, "health", code=0 if "OPENROUTER_API_KEY" in os.environ else 3)
    assert "phoenix-tui ask" in run(program, code=2)


def test_the_screen_finds_its_styles_in_the_wheel(installed: Path) -> None:
    code = "from phoenix_tui.paths import styles_dir; print(styles_dir())"
    found = Path(run(installed / "python", "-c", code).strip())
    assert found.parts[-2:] == ("phoenix_tui", "styles")
    assert ROOT not in found.parents
