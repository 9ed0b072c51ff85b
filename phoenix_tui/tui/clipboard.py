"""Copying, told as it happened: with a tool of the system, which says whether it worked; else by asking the terminal,
which never answers, and then the text is in a file as well."""

from __future__ import annotations

import base64
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from phoenix_tui.core.values import dataclass
from phoenix_tui.paths import ensure
from phoenix_tui.tui.defects import at_home
from phoenix_tui.tui.programs import Find, is_remote, takes
from phoenix_tui.tui.text import count

LARGEST_OSC = 74_000
"""Characters of base64: what is longer some terminals cut without a word, others ignore."""
TOOL_SECONDS = 2.0
"""How long a tool has; one that waits for a display that is gone would wait for ever."""
FILE_NAME = "copied.txt"
_SCREEN_CHUNK = 240
"""Characters of one DCS string: GNU screen takes no long ones."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that puts its standard input on a clipboard. `told` says how, behind "Copied ..."."""

    told: str
    arguments: tuple[str, ...]
    encoding: str = "utf-8"


class Clipboard:
    """The clipboards that can be reached from here. `write` sends a sequence to the terminal; `folder` takes the file,
    None: no file. `environ`, `find` (a program by its name) and `platform` say where "here" is."""

    def __init__(
        self,
        write: Callable[[str], None],
        folder: Path | None,
        environ: Mapping[str, str] | None = None,
        *,
        find: Find = shutil.which,
        platform: str = sys.platform,
    ) -> None:
        self._write = write
        self._folder = folder
        self._environ = os.environ if environ is None else environ
        self._find = find
        self._platform = platform

    def copy(self, text: str, what: str = "text") -> str:
        """Copy `text`, which a person calls `what` ("answer"). Gives the sentence that says what happened. Waits for
        programs and writes files: call it in a thread."""
        length = count(len(text), "character")
        for tool in self._tools():
            if takes(tool.arguments, text.encode(tool.encoding, "replace"), seconds=TOOL_SECONDS):
                return f"Copied the {what}: {length} ({tool.told})."
        sequence = terminal_sequence(text, self._environ)
        if sequence:
            self._write(sequence)
            where = self._kept(text, "if it does not take it, it is in", "whether it took it cannot be known")
            return f"Sent the {what} ({length}) to the terminal's clipboard (OSC 52); {where}."
        where = self._kept(text, "it is in", "it was not copied")
        if sequence is None:
            return f"The {what} ({length}) is too long for the terminal's clipboard (OSC 52); {where}."
        return f"This terminal has no clipboard for the {what} ({length}); {where}."

    def _kept(self, text: str, where: str, nowhere: str) -> str:
        """Write the file: `where` and its name, or else why it is `nowhere`."""
        if self._folder is None:
            return nowhere
        path = self._folder / FILE_NAME
        try:
            ensure(self._folder)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.write(text)
        except OSError as error:
            return f"{nowhere} ({at_home(path)}: {error.strerror or error})"
        return f"{where} {at_home(path)}"

    def _tools(self) -> Iterator[Tool]:
        """Those that are there, best first. Over ssh the clipboard of this machine is not that of the person."""
        environ = self._environ
        if not is_remote(environ):
            for program, variable in (("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY"), ("xsel", "DISPLAY")):
                if environ.get(variable) and (path := self._find(program)):
                    yield Tool(f"with {program}", (path, *_ARGUMENTS[program]))
            if self._platform == "darwin" and (path := self._find("pbcopy")):
                yield Tool("with pbcopy", (path,))
            windows = self._platform == "win32" or environ.get("WSL_DISTRO_NAME")
            if windows and (path := self._find("clip.exe")):
                yield Tool("with clip.exe", (path,), "utf-16")
        if environ.get("TMUX") and (path := self._find("tmux")):
            # By default tmux hears no OSC 52 of its programs, while this one it passes on to the terminal.
            yield Tool("tmux has it, and has told the terminal", (path, "load-buffer", "-w", "-"))


_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "wl-copy": (),
    "xclip": ("-selection", "clipboard"),
    "xsel": ("--clipboard", "--input"),
}


def terminal_sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """What asks the terminal to take `text` (OSC 52), through tmux and GNU screen too. None when it is too long, empty
    where the terminal has no clipboard."""
    if environ.get("TERM") == "linux":
        return ""
    coded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(coded) > LARGEST_OSC:
        return None
    return through(f"\x1b]52;c;{coded}\x07", environ)


def through(sequence: str, environ: Mapping[str, str]) -> str:
    """`sequence` so that it gets to the terminal itself, whatever multiplexer is between. Where that depends on how the
    multiplexer is set up, it is sent in both ways: a second time does no harm."""
    if environ.get("TMUX"):
        return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        chunks = (sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK))
        return sequence + "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return sequence
