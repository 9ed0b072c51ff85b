"""The file of preferences: read whatever stands in it, written without touching what the person wrote beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.config import load_preferences, save_preferences

OWN = """\
# how I like it
theme = "nord"    # at night

[keys]
# vi
"order.up" = "K"
order.down = "J"
unknown = 1
"""


def text_of(folder: Path) -> str:
    return (folder / "preferences.toml").read_text("utf-8")


def test_nothing_is_chosen_where_there_is_no_file(config_dir: Path) -> None:
    assert load_preferences(config_dir) == ({}, ())


def test_what_was_saved_is_loaded_and_only_the_person_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "config"
    assert save_preferences(folder, {"theme": "nord", "panel_width": 40, "keys": {"order.up": "K"}}) is None
    assert load_preferences(folder) == ({"theme": "nord", "panel_width": 40, "keys": {"order.up": "K"}}, ())
    assert [path.name for path in folder.iterdir()] == ["preferences.toml"]
    if os.name == "posix":
        assert (folder / "preferences.toml").stat().st_mode & 0o777 == 0o600


def test_comments_order_and_what_is_unknown_stay(config_dir: Path) -> None:
    (config_dir / "preferences.toml").write_text(OWN)
    changes = {"theme": "dracula", "motion": "reduced", "keys": {"order.up": "L", "order.down": "M", "retry": "y"}}
    assert save_preferences(config_dir, changes) is None
    expected = OWN.replace("nord", "dracula").replace('"K"', '"L"').replace('"J"', '"M"')
    expected = expected.replace("\n[keys]", 'motion = "reduced"\n\n[keys]') + 'retry = "y"\n'
    assert text_of(config_dir).replace("\n\n", "\n") == expected.replace("\n\n", "\n")


def test_what_is_taken_back_leaves_the_file(config_dir: Path) -> None:
    (config_dir / "preferences.toml").write_text(OWN)
    taken = {"theme": None, "motion": None, "keys": {"order.up": None, "order.down": None}}
    assert save_preferences(config_dir, taken) is None
    assert load_preferences(config_dir)[0] == {"keys": {"unknown": 1}}
    assert "# how I like it" in text_of(config_dir)


@pytest.mark.parametrize("text", ["theme = ", "[keys", "a = 1\na = 2", "\x00", "a = " + "[" * 5_000])
def test_a_broken_file_stops_nothing_and_is_not_touched(config_dir: Path, text: str) -> None:
    (config_dir / "preferences.toml").write_text(text)
    table, (problem,) = load_preferences(config_dir)
    assert table == {}
    assert "preferences.toml, is no TOML" in problem.message
    assert not problem.fatal
    not_kept = save_preferences(config_dir, {"theme": "nord"})
    assert not_kept is not None
    assert "holds for this run only" in not_kept.message
    assert text_of(config_dir) == text


def test_the_place_of_the_fault_is_named(config_dir: Path) -> None:
    (config_dir / "preferences.toml").write_text("a = 1\nb = x\n")
    assert "(at line 2, column 5)" in load_preferences(config_dir)[1][0].message


def test_a_folder_in_its_place_and_a_folder_that_may_not_be_written_are_told(config_dir: Path, tmp_path: Path) -> None:
    (config_dir / "preferences.toml").mkdir()
    assert "is a folder" in load_preferences(config_dir)[1][0].message
    assert "is a folder" in str(save_preferences(config_dir, {"theme": "nord"}))
    (tmp_path / "a file").touch()
    assert "could not be written" in str(save_preferences(tmp_path / "a file", {"theme": "nord"}))


_KEY = st.text(max_size=8)
_VALUE = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(_KEY, _VALUE, max_size=4), st.dictionaries(_KEY, _VALUE, max_size=4))
def test_any_names_and_texts_come_back(
    tmp_path_factory: pytest.TempPathFactory, plain: dict[str, object], keys: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("config")
    plain.pop("keys", None)
    assert save_preferences(folder, {**plain, "keys": keys}) is None
    assert load_preferences(folder) == ({**plain, "keys": keys}, ())


def test_reading_loads_nothing_that_only_writing_needs() -> None:
    code = "import sys; from phoenix_tui.config import load_preferences; print('tomlkit' in sys.modules, 'pydantic' in "
    code += "sys.modules, 'dotenv' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["False", "False", "False"]
