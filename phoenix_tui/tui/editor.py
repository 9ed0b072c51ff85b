"""A message written in the person's own editor: which one, what it is given, and what may come back.

Everything here blocks until the editor has ended; the terminal has to be the editor's meanwhile.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui.text import clip

USUAL = ("notepad",) if os.name == "nt" else ("nano", "vi")
"""Editors to be used where none is named; the first that there is."""
LARGEST_TEXT = 32_000_000
"""Bytes that are read back."""


class NotEdited(PhoenixError):
    """The message was not changed; the message of this is a sentence that says why."""


def editor_command(named: str, which: Callable[[str], str | None] = shutil.which) -> tuple[str, ...]:
    """The program to run, with its arguments. `named` is what the person's variables say, "" where they say nothing.
    Raises NotEdited."""
    try:
        words = tuple(shlex.split(named, posix=os.name != "nt"))
    except ValueError as error:
        raise NotEdited(f"$VISUAL or $EDITOR ({clip(named, 40)}) cannot be read: {error}.") from error
    if words:
        if which(os.path.expanduser(words[0])) is None:  # noqa: PTH111 - Path raises for ~unknown
            raise NotEdited(f"The editor {clip(words[0], 40)} was not found; $VISUAL or $EDITOR names another.")
        return (os.path.expanduser(words[0]), *words[1:])  # noqa: PTH111 - as above
    for usual in USUAL:
        if which(usual):
            return (usual,)
    raise NotEdited(f"No editor is set ($VISUAL or $EDITOR), and there is no {' or '.join(USUAL)}.")


def edited(command: Sequence[str], text: str) -> str:
    """What `command` makes of `text`, given it in a file that nobody else can read and that is gone afterwards. Raises
    NotEdited when it fails, or leaves behind what is no text."""
    who = clip(Path(command[0]).name, 40)
    try:
        folder = Path(tempfile.mkdtemp(prefix="phoenix-tui-"))  # mode 0700; editors leave copies beside the file, too
    except OSError as error:
        raise NotEdited(f"No file for the editor could be made: {error.strerror or error}.") from error
    try:
        path = folder / "message.md"
        path.touch(mode=0o600)
        path.write_text(text + "\n" if text else "", "utf-8", errors="replace", newline="")
        ended = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the person's own editor
        if ended.returncode:
            how = f"ended with status {ended.returncode}" if ended.returncode > 0 else "was stopped by a signal"
            raise NotEdited(f"{who} {how}.")
        return _read(path)
    except OSError as error:
        raise NotEdited(f"{who} could not be used: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> str:
    if not path.is_file():
        raise NotEdited("The editor left no file behind.")
    with path.open("rb") as file:
        data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise NotEdited("The editor left more behind than a message can hold.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise NotEdited("The editor left behind what is no text (in UTF-8).")
    return strip_controls(text).removesuffix("\n")
