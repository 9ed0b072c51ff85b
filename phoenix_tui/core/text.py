"""Foreign text made fit for people: control characters, escape sequences and keys taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable

# ECMA-48: CSI with its parameters; OSC, DCS, SOS, PM and APC strings up to their terminator, or to the end of the line
# where it never comes, so that an open one cannot swallow an answer; two-character escapes.
_STRING = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*+"
_CSI = r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+"
_ESCAPE_SEQUENCE = re.compile(rf"{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]")
_UNFINISHED = re.compile(rf"(?:{_STRING}\x1b?|{_CSI}|\x1b[ -/]*|\r)\Z")
_LONGEST_HELD = 4096
# C0 but tab and newline, DEL, C1, and the characters that reorder or hide text.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ufff9-\ufffb]"
)

_KEY_SHAPES = re.compile(
    r"\b(?:sk-(?:or-|ant-|proj-)?[A-Za-z0-9_\-*]{6,}|xai-[A-Za-z0-9_\-*]{6,}|AIza[A-Za-z0-9_\-*]{6,})"
    r"|(?i:\bbearer\s+)(?=[A-Za-z]*+(?:[0-9]|[._~+/=\-][\w=]))[A-Za-z0-9._~+/=\-]{8,}"  # not "bearer authentication"
    r"|(?i:(?<=[?&;\s]key=))[^&\s\"']+"
)
REDACTED = "[redacted]"
_BLOCK = 16
"""Whatever is nearly twice as long has one of the blocks of a text in it, whole."""
_MORE_THAN_A_WORD = 8


def strip_controls(text: str) -> str:
    """`text` without escape sequences and control characters; CR LF and lone CR become newlines, tabs stay."""
    if text.isprintable() and text.isascii():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", text))


class ControlStripper:
    """`strip_controls` for text that comes in pieces: an escape sequence cut in two is still taken out whole."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """The printable part of what is known so far; the start of an unfinished sequence is held back."""
        text = self._held + text
        self._held = ""
        tail = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_HELD))
        if tail is not None:
            text, self._held = text[: tail.start()], tail.group()
        return strip_controls(text)

    def end(self) -> str:
        """What was held back, stripped; call once after the last piece."""
        text, self._held = self._held, ""
        return strip_controls(text)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without any of `secrets`, and without anything shaped like a provider's key."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, REDACTED)
    return _KEY_SHAPES.sub(REDACTED, text)


def repeats(text: str, source: str) -> bool:
    """Whether `text` says again what stands in `source`: all of it, if that is more than a word, or any thirty-one of
    its characters in a row."""
    source = source.strip()
    blocks = (text[at : at + _BLOCK] for at in range(0, len(text) - _BLOCK + 1, _BLOCK))
    return (len(source) >= _MORE_THAN_A_WORD and source in text) or any(block in source for block in blocks)
