"""A person who wants nothing to move says so once, where Textual reads it too."""

from __future__ import annotations

import argparse

import pytest

from phoenix_tui.commands import screen
from phoenix_tui.tui import app


@pytest.mark.parametrize(("said", "is_reduced"), [("none", True), ("full", False)])
def test_textual_animations_none_is_heard(said: str, is_reduced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[app.PhoenixApp] = []
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", said)
    monkeypatch.setattr(app, "run_screen", opened.append)
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    screen.run_screen(argparse.Namespace(demo=True, screen_reader=False))
    assert (opened[0].animation_level == "none") is is_reduced
