"""One play with the installed program: the same actions as bytes to a pseudo-terminal, and what must hold of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from phoenix_tui.core.text import strip_controls
from phoenix_tui.sim import Simulator
from tests.helpers.terminal import SimulatorThread, Terminal
from tests.monkey.actions import Action, Focus, Mouse, Paste, Press, Resize, Settle, Strike, Type

CTRL_Q = "\x11"
MOST_PASTED = 100_000
"""Characters; what a megabyte does is tried without a terminal, which would take minutes to read it."""
_BYTES = {keys[0].value: sequence for sequence, keys in ANSI_SEQUENCES_KEYS.items() if isinstance(keys, tuple) and keys}
_BYTES |= {"escape": "\x1b", "tab": "\t", "enter": "\r", "backspace": "\x7f", "space": " ", "ctrl+j": "\n"}


def key(name: str) -> str:
    """What a terminal sends for a key of Textual's name."""
    if name in _BYTES:
        return _BYTES[name]
    if name.startswith("alt+"):
        return "\x1b" + key(name.removeprefix("alt+"))
    if name.startswith("ctrl+") and len(name) == len("ctrl+x"):
        return chr(ord(name[-1]) & 0x1F)
    return name if len(name) == 1 else ""


class TerminalPlay:
    """Runs actions on one program and watches it."""

    def __init__(self, program: Terminal, sims: SimulatorThread) -> None:
        self._program = program
        self._sims = sims

    def run(self, actions: Sequence[Action]) -> None:
        """Do all of `actions`, and end the program where it does not end itself, as an open list can do."""
        self._program.wait_for("Write a message", "If you send now")
        for action in actions:
            if not self._program.is_alive:
                break
            self._do(action)
            self._program.read()
        ended_by = 0
        if self._program.is_alive:
            self._program.resize(100, 30)
            for _ in range(2):  # the first may be taken for the key that an action is to have
                self._program.press(CTRL_Q)
                if self._program.ends_soon():
                    break
            else:  # it may have been given to something else
                ended_by = signal.SIGTERM
                self._program.kill(ended_by)
        assert self._program.wait_for_end() == (128 + ended_by if ended_by else 0)
        assert self._program.left == {}
        assert b"Traceback" not in self._program.raw

    def _do(self, action: Action) -> None:
        match action:
            case Press(keys):
                self._program.press("".join(map(key, keys)))
            case Type(text):
                self._program.press(strip_controls(text) if "\x1b" in text else text)
            case Paste(text, times):
                self._program.press(f"\x1b[200~{(text * times)[:MOST_PASTED]}\x1b[201~")
            case Mouse():
                self._program.press("".join(self._mouse(action)))
            case Resize(columns, rows):
                self._program.resize(columns, rows)
            case Focus(has_focus):
                self._program.press("\x1b[I" if has_focus else "\x1b[O")
            case Strike(provider, fault):
                self._sims.fault(provider, *(() if fault is None else (fault,)))
            case Settle():
                self._program.settle()

    def _mouse(self, action: Mouse) -> Iterator[str]:
        """As terminals report it in mode 1006 (SGR)."""
        screen = self._program.screen
        (x, y), (to_x, to_y) = (
            (1 + int(across * (screen.columns - 1)), 1 + int(down * (screen.lines - 1)))
            for across, down in (action.start, action.end)
        )
        press, release, move = f"\x1b[<0;{x};{y}M", f"\x1b[<0;{x};{y}m", f"\x1b[<32;{to_x};{to_y}M"
        for _ in range(action.times):
            match action.what:
                case "click":
                    yield press + release
                case "drag":
                    yield f"{press}{move}\x1b[<0;{to_x};{to_y}m"
                case "down":
                    yield press
                case "up":
                    yield release
                case "wheel":
                    yield f"\x1b[<{64 + (action.start < action.end)};{x};{y}M"


def asked(simulator: Simulator) -> set[str]:
    """Every question that a provider was asked: the last thing a person said in each request."""
    bodies = [record.json for provider in simulator for record in provider.attempts]
    return {question for body in bodies if (question := _last_words(body))}


def kept(folder: Path) -> str:
    """All that is kept of conversations, as text in which a question can be looked for."""
    return "\n".join("\n".join(_strings(json.loads(path.read_text("utf-8")))) for path in folder.glob("session-*.json"))


def _last_words(body: Any) -> str:
    """What a person said last, whichever wire format it is in."""
    messages = body.get("messages") or body.get("contents") or body.get("input") or []
    if isinstance(messages, str):
        return messages
    said = [_text(message) for message in messages if message.get("role") == "user"]
    return said[-1] if said else ""


def _strings(value: Any) -> Iterator[str]:
    """Every text in `value`."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)


def _text(value: Any) -> str:
    match value:
        case {"text": str(text)} | {"content": str(text)}:
            return text
        case {"content": parts} | {"parts": parts}:
            return _text(parts)
        case [*parts]:
            return "".join(map(_text, parts))
    return ""
