"""Copying says what happened: the tool that took it, or that nobody can know, and where the text is then."""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from phoenix_tui.tui import clipboard
from phoenix_tui.tui.clipboard import LARGEST_OSC, Clipboard, through

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs here are shell scripts")

TEXT = "Grüße\r\nand more"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no tool that hangs."""
    monkeypatch.setattr(clipboard, "TOOL_SECONDS", 60.0)


class Machine:
    """A machine with some programs, each of which writes what it is given to a file of its name."""

    def __init__(self, folder: Path, *programs: str) -> None:
        self.folder = folder
        self.sent = ""
        for name in programs:
            self.install(name)

    def install(self, name: str, ends: str = "") -> None:
        program = self.folder / name
        program.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} > "$0.got"\n{ends}\n', "utf-8")
        program.chmod(0o700)

    def find(self, name: str) -> str | None:
        return str(self.folder / name) if (self.folder / name).exists() else None

    def got(self, name: str) -> bytes:
        return (self.folder / f"{name}.got").read_bytes()

    def clipboard(self, environ: Mapping[str, str], folder: Path | None = None, platform: str = "linux") -> Clipboard:
        return Clipboard(self.write, folder, environ, find=self.find, platform=platform)

    def write(self, sequence: str) -> None:
        self.sent += sequence


@pytest.mark.parametrize(
    ("environ", "platform", "program", "arguments"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", "wl-copy", ""),
        ({"DISPLAY": ":0"}, "linux", "xclip", "-selection clipboard"),
        ({}, "darwin", "pbcopy", ""),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", "clip.exe", ""),
        ({}, "win32", "clip.exe", ""),
        ({"TMUX": "tmux,1,0"}, "linux", "tmux", "load-buffer -w -"),
        (
            {"TMUX": "tmux,1,0", "DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"},
            "linux",
            "tmux",
            "load-buffer -w -",
        ),
    ],
)
def test_a_tool_that_is_there_gets_the_text_and_is_named(
    tmp_path: Path, environ: Mapping[str, str], platform: str, program: str, arguments: str
) -> None:
    machine = Machine(tmp_path, "wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", "tmux")
    told = machine.clipboard(environ, tmp_path, platform).copy(TEXT, "answer")
    coded = TEXT.encode("utf-16" if program == "clip.exe" else "utf-8")
    assert machine.got(program) == f"{arguments}\n".encode() + coded
    assert told.startswith("Copied the answer: 15 characters (")
    assert program in told
    assert machine.sent == ""
    assert not (tmp_path / "copied.txt").exists()


def test_a_tool_that_fails_gives_way_to_the_next(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "xsel")
    machine.install("wl-copy", "exit 1")
    machine.install("xclip", "exit 1")
    told = machine.clipboard({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}).copy(TEXT)
    assert told == "Copied the text: 15 characters (with xsel)."


def test_a_tool_that_hangs_is_waited_for_no_longer_than_is_bearable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "TOOL_SECONDS", 0.1)
    machine = Machine(tmp_path)
    machine.install("xclip", "exec sleep 60")
    assert machine.clipboard({"DISPLAY": ":0"}).copy(TEXT).startswith("Sent the text (15 characters)")


def test_without_a_tool_the_terminal_is_asked_and_the_text_is_in_a_file_too(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "xclip")
    told = machine.clipboard({"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, tmp_path / "state").copy(TEXT, "answer")
    coded = base64.b64encode(TEXT.encode()).decode()
    assert machine.sent == f"\x1b]52;c;{coded}\x07"
    copied = tmp_path / "state" / "copied.txt"
    assert told == (
        "Sent the answer (15 characters) to the terminal's clipboard (OSC 52); "
        f"if it does not take it, it is in {copied}."
    )
    assert copied.read_bytes() == TEXT.encode()
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600


def test_what_is_too_long_for_a_terminal_is_not_cut(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    fits = "x" * (LARGEST_OSC // 4 * 3)
    assert machine.clipboard({}, tmp_path).copy(fits).startswith("Sent the text (55,500 characters)")
    machine.sent = ""
    told = machine.clipboard({}, tmp_path).copy(fits + "x", "answer")
    copied = tmp_path / "copied.txt"
    assert told == (
        f"The answer (55,501 characters) is too long for the terminal's clipboard (OSC 52); it is in {copied}."
    )
    assert machine.sent == ""
    assert len(copied.read_text("utf-8")) == 55_501


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "folder").write_text("a file", "utf-8")
    assert machine.clipboard({}).copy("text").endswith("(OSC 52); whether it took it cannot be known.")
    assert "cannot be known (" in machine.clipboard({}, tmp_path / "folder").copy("text")
    on_console = machine.clipboard({"TERM": "linux"}, tmp_path).copy("text")
    assert on_console.startswith("This terminal has no clipboard for the text (4 characters); it is in ")


def test_tmux_is_asked_in_both_ways() -> None:
    assert through("\x1b]52;c;YQ==\x07", {"TMUX": "x"}) == ("\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\")


def test_screen_passes_on_short_pieces_that_are_the_whole_together() -> None:
    sequence = "\x1b]52;c;" + "A" * 1_000 + "\x07"
    sent = through(sequence, {"TERM": "screen.xterm-256color", "STY": "1.pts"})
    assert sent.startswith(sequence)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sent.removeprefix(sequence), re.DOTALL)
    assert "".join(pieces) == sequence
    assert max(map(len, pieces)) <= 240
