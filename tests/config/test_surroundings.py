"""`.env.example`, folders, and what importing the settings costs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_tui import config, paths
from phoenix_tui.config.models import General
from phoenix_tui.config.settings import variable_of
from phoenix_tui.config.variables import GENERAL, all_variables
from tests.helpers.settings import Load

EXAMPLE = Path(__file__).parents[2] / ".env.example"
_SETTING = re.compile(r"^# ([A-Z_]+)=\S", re.MULTILINE)


def test_example_has_every_variable_and_no_other() -> None:
    assert _SETTING.findall(EXAMPLE.read_text()) == [variable.name for variable in all_variables()]
    assert [variable.name for variable in GENERAL] == [variable_of(field) for field in General.model_fields]


@pytest.mark.parametrize("variable", all_variables(), ids=lambda variable: variable.name)
def test_example_explains_each_in_one_line(variable: config.variables.Variable) -> None:
    lines = EXAMPLE.read_text().splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(f"# {variable.name}="))
    assert lines[at - 1].lower() == f"# {variable.about}.".lower()


def test_example_as_it_stands_sets_nothing(load: Load) -> None:
    text = EXAMPLE.read_text()
    assert not load(folder={".env": text}).problems
    assert not load(folder={".env": text}).sources


def test_example_with_every_line_taken_means_what_it_says(load: Load) -> None:
    """Every value is a good one but the keys, which say that they are still the example."""
    settings = load(folder={".env": _SETTING.sub(lambda match: match[0][2:], EXAMPLE.read_text())})
    assert not [problem for problem in settings.problems if problem.fatal]
    keyed = [provider for provider in settings.providers if "still the example" in provider.problem]
    assert [provider.name for provider in keyed] == ["openrouter", "openai", "anthropic", "gemini", "grok", "lmstudio"]


def test_folders_can_be_chosen(tmp_path: Path) -> None:
    environ = {paths.CONFIG_VARIABLE: str(tmp_path / "c"), paths.STATE_VARIABLE: str(tmp_path / "s")}
    assert paths.config_dir(environ) == tmp_path / "c"
    assert paths.state_dir(environ) == tmp_path / "s"
    assert not list(tmp_path.iterdir())
    assert paths.ensure(paths.state_dir(environ)).is_dir()
    if os.name == "posix":
        assert paths.state_dir(environ).stat().st_mode & 0o777 == 0o700
    assert paths.config_dir({paths.CONFIG_VARIABLE: "here"}) == Path.cwd() / "here"


def test_usual_folders_bear_our_name() -> None:
    for folder in (paths.config_dir({}), paths.state_dir({paths.STATE_VARIABLE: " "})):
        assert paths.APP in folder.parts


def test_styles_are_found_in_the_package_first_and_in_a_checkout_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "phoenix_tui"
    monkeypatch.setattr(paths, "_PACKAGE", package)
    with pytest.raises(FileNotFoundError, match="install phoenix-tui again"):
        paths.styles_dir()
    (tmp_path / "styles").mkdir()
    assert paths.styles_dir() == tmp_path / "styles"
    (package / "styles").mkdir(parents=True)
    assert paths.styles_dir() == package / "styles"


def test_importing_is_light() -> None:
    """In a fresh interpreter: nothing heavy for the package, and neither screen nor HTTP for all of it."""
    script = """
import sys
import phoenix_tui.config
assert not {"pydantic", "dotenv", "platformdirs"} & set(sys.modules)
for name in phoenix_tui.config.__all__:
    getattr(phoenix_tui.config, name)
assert "pydantic" in sys.modules
assert not {"httpx", "textual", "rich", "asyncio"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=EXAMPLE.parent, timeout=60)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        config.nothing  # noqa: B018
