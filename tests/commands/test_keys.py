"""`phoenix-tui keys`: the key table for people and for programs, with the person's own keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phoenix_tui.cli import main
from phoenix_tui.tui.bindings import KEYS


@pytest.fixture
def preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHOENIX_TUI_CONFIG_DIR", str(tmp_path))
    return tmp_path / "preferences.toml"


def test_every_action_stands_there_with_its_keys(preferences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0] == "Anywhere"
    assert printed.err == ""
    for row in KEYS:
        assert any(line.split()[:1] == [row.id] and line.endswith(row.description) for line in lines)
    columns = {line.index("Make ") for line in lines if line.strip().startswith("primary.")}
    assert len(columns) == 1


def test_what_acts_in_the_same_place_stands_together(preferences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    headings = [line for line in capsys.readouterr().out.splitlines() if line and not line.startswith(" ")]
    assert sorted(set(headings)) == sorted(headings)


def test_own_keys_are_marked(preferences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preferences.write_text('[keys]\n"order.up" = "U, ctrl+up"\n')
    assert main(["keys"]) == 0
    out = capsys.readouterr().out
    assert "* order.up" in out
    assert "U, ctrl+up" in out
    assert out.endswith("* your own, from preferences.toml\n")


def test_what_cannot_be_is_told_and_ends_with_2(preferences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preferences.write_text('theem = 1\n[keys]\nhelp = "ctrl+i"\n')
    assert main(["keys"]) == 2
    printed = capsys.readouterr()
    assert "did you mean theme?" in printed.err
    assert "A plain terminal sends ctrl+i as tab, so they cannot differ. f1 holds." in printed.err
    assert "f1" in printed.out


def test_as_json(preferences: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preferences.write_text('[keys]\nhelp = "f12"\nstop = "f11"\n')
    assert main(["keys", "--json"]) == 2
    shape = json.loads(capsys.readouterr().out)
    by_id = {row["id"]: row for row in shape["keys"]}
    assert by_id["help"] == {
        "id": "help",
        "group": "Anywhere",
        "description": "Show keys and commands",
        "keys": ["f12"],
        "default": ["f1"],
        "own": True,
    }
    assert by_id["newline"]["keys"] == ["ctrl+j", "shift+enter", "alt+enter"]
    assert not by_id["stop"]["own"]
    assert len(shape["problems"]) == 1
