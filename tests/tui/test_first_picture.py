"""The picture that a start leaves to the next: only where it looks the same, and never more than text and colours."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.tui.first_keys import Field
from phoenix_tui.tui.first_picture import FILE, FORMAT, Looks, Picture, Shown, keep, looks, painted, read
from tests.tui.conftest import OpenScreen

if sys.platform != "win32":
    import termios

ENVIRON = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
ITS = Looks(20, 3, "digest")
FIELD = Field(2, 3, 10, "1", "7")
PICTURE = Picture([[("phoenix", "1;38;2;1;2;3"), (" ok", "")], [("漢字", "48;2;0;0;0")], []], FIELD)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
)


def test_what_is_kept_is_shown_to_a_start_that_looks_the_same(tmp_path: Path) -> None:
    keep(tmp_path / "state", PICTURE, ITS)
    found = read(tmp_path / "state", ITS)
    assert found == PICTURE
    assert read(tmp_path / "state", Looks(21, 3, "digest")) is None
    assert read(tmp_path / "state", Looks(20, 3, "other")) is None
    screen = pyte.Screen(20, 3)
    pyte.Stream(screen).feed(painted(found))
    assert screen.display[0].rstrip() == "phoenix ok"
    assert screen.buffer[0][0].fg == "010203"
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [({}, True), ({"HOME": "/elsewhere"}, True), ({"TERM": "tmux"}, False), ({"LANG": "C"}, False)],
)
def test_another_terminal_or_another_preference_is_another_look(
    tmp_path: Path, changed: dict[str, str], is_same: bool
) -> None:
    preferences = tmp_path / "preferences.toml"
    before = looks(ENVIRON, (80, 24), preferences)
    assert before is not None
    assert (looks(ENVIRON | changed, (80, 24), preferences) == before) is is_same
    preferences.write_text('theme = "nord"\n', "utf-8")
    assert looks(ENVIRON, (80, 24), preferences) != before


@pytest.mark.parametrize("changed", [{"COLORTERM": ""}, {"NO_COLOR": "1"}])
def test_where_colours_are_others_there_is_none(tmp_path: Path, changed: dict[str, str]) -> None:
    assert looks(ENVIRON | changed, (80, 24), tmp_path / "none") is None


@given(said=JSON)
def test_whatever_stands_in_the_file_is_no_picture_or_a_harmless_one(
    said: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    its = [20, 3, "digest"]
    for data in (said, [FORMAT, its, said, None], [FORMAT, its, [[said]], None], [FORMAT, its, [], said]):
        (folder / FILE).write_text(json.dumps(data), "utf-8")
        found = read(folder, ITS)
        assert found is None or all(isinstance(text, str) for row in found.rows for text, _ in row)


@pytest.mark.parametrize(
    "piece", [["\x1b]52;c;aGk=\x07out", ""], ["two\nlines\x9b31m", ""], ["x", "0m\x1b[2J"], ["x", 5], ["x"]]
)
def test_no_escape_sequence_comes_out_of_the_file(tmp_path: Path, piece: list[object]) -> None:
    (tmp_path / FILE).write_text(json.dumps([FORMAT, [20, 3, "digest"], [[piece]], None]), "utf-8")
    found = read(tmp_path, ITS)
    if found is not None:
        [[(text, style)]] = found.rows
        assert text.isprintable()
        assert style == ""


@pytest.mark.parametrize(
    "field",
    [[0, 1, 5, "", ""], [1, 0, 5, "", ""], [4, 1, 5, "", ""], [1, 18, 5, "", ""], [1, 1, 0, "", ""], [1, 1, 5, "m", ""],
     [1, 1, 5, "", "\x1b"], [1, 1, 5, ""], "field", [True, 1, 5, "", 7]],
)  # fmt: skip
def test_a_place_that_is_not_on_the_screen_is_none(tmp_path: Path, field: object) -> None:
    (tmp_path / FILE).write_text(json.dumps([FORMAT, [20, 3, "digest"], [[]], field]), "utf-8")
    assert read(tmp_path, ITS) == Picture([[]])


def test_a_file_that_is_not_ours_is_not_read(tmp_path: Path) -> None:
    assert read(tmp_path, ITS) is None
    (tmp_path / FILE).write_bytes(b" " * 1_000_001 + json.dumps([FORMAT, [20, 3, "digest"], [], None]).encode())
    assert read(tmp_path, ITS) is None
    (tmp_path / FILE).write_bytes(b"\xff\xfe no json")
    assert read(tmp_path, ITS) is None


async def test_the_screen_leaves_what_it_begins_with(open_screen: OpenScreen) -> None:
    kept: list[tuple[Any, tuple[int, int]]] = []
    async with open_screen(keep_first_picture=lambda *args: kept.append(args), size=(100, 30)) as ui:
        await ui.until(lambda: kept)
        [(picture, size)] = kept
        assert size == (100, 30)
        assert len(picture.rows) == 30
        rows = ["".join(text for text, _ in row) for row in picture.rows]
        assert rows[0].startswith(" phoenix")
        assert "rite a message" in "".join(rows)
        assert rows[picture.field.row - 1][picture.field.column - 1 :].startswith("Write a message")
        assert picture.field.cursor != picture.field.text
    async with open_screen(keep_first_picture=lambda *args: kept.append(args), screen_reader=True) as ui:
        await ui.pilot.pause()
    assert len(kept) == 1


async def test_what_was_typed_or_said_before_is_in_no_picture(open_screen: OpenScreen) -> None:
    kept: list[object] = []
    async with open_screen(keep_first_picture=lambda *args: kept.append(args)) as ui:
        await ui.until(lambda: kept)
        await ui.type("a secret plan")
        await ui.app._keep_first_picture()
        await ui.send("")
        await ui.answered()
        assert not ui.screen.prompt.text
        await ui.app._keep_first_picture()
    assert len(kept) == 1


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_a_terminal_that_takes_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoenix_tui.tui.first_picture.PATIENCE", 0.01)
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    ours, its = os.openpty()
    try:
        line = termios.tcgetattr(its)
        os.set_blocking(its, False)
        for _ in range(1_000):  # what was taken is handed on a moment later, and makes room again
            if not select.select([], [its], [], 0.2)[1]:
                break
            with suppress(BlockingIOError):
                while True:
                    os.write(its, b"x" * 1_000)
        os.set_blocking(its, True)
        shown = Shown(its, its)
        with pytest.raises(TimeoutError):
            shown.begin(PICTURE)
        assert not shown.stands
        assert termios.tcgetattr(its) == line
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    finally:
        os.close(ours)
        os.close(its)


async def test_a_sentence_about_wrong_settings_is_in_no_picture(open_screen: OpenScreen) -> None:
    kept: list[object] = []
    async with open_screen(keep_first_picture=lambda *args: kept.append(args), problems=("--provider is wrong",)) as ui:
        await ui.until(lambda: "--provider is wrong" in ui.drawn)
        await ui.app._keep_first_picture()
    assert kept == []
