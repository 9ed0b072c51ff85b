"""The picture that the screen begins with: kept by one start, and shown by the next before what draws it is loaded.

Loading the screen takes several times as long as looking at it; what stands there at first is nearly always the same.
Nothing of a conversation is in it: it is taken before one can be there. Textual is not needed here, nor loaded.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import blake2b
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from phoenix_tui import paths
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.first_keys import Field, FirstKeys

if sys.platform != "win32":
    import termios

if TYPE_CHECKING:
    from rich.segment import Segment
    from rich.style import Style
    from textual.geometry import Region
    from textual.strip import Strip

FORMAT = 2
FILE = "first-picture.json"
MOST_BYTES = 1_000_000
"""A larger file is none of ours."""
_SEEN = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "TEXTUAL_ANIMATIONS")
"""What of the environment decides how the screen looks."""
_TRUE_COLORS = ("truecolor", "24bit")
_STYLE = re.compile(r"[0-9;]{0,100}")
_LEAVING = ("SIGTERM", "SIGHUP", "SIGINT", "SIGTSTP")
"""Signals before which the terminal is given back. A key sends none of them: the line is raw."""
PATIENCE = 1.0
"""Seconds for which a terminal is waited for that takes nothing."""
PIECE = 256
"""Bytes that a terminal takes at once when it says that it takes any."""
PASTES_ON, PASTES_OFF = "\x1b[?2004h", "\x1b[?2004l"
"""Whether the terminal says where a paste begins and ends (xterm's bracketed paste), so that no line of it is sent."""

Piece = tuple[str, str]
"""A text, and its style as the numbers of an SGR sequence ("1;38;2;0;0;0", ECMA-48)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The rows of a screen, from the top, and where in it text is typed, if anywhere."""

    rows: Sequence[Sequence[Piece]]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What a picture depends on: it is shown again only where all of it is the same."""

    columns: int
    rows: int
    digest: str


def looks(environ: Mapping[str, str], size: tuple[int, int], preferences: Path) -> Looks | None:
    """Those of a start in this environment, with the file of preferences as it is now; None where a picture could not
    be shown as it was (a terminal with fewer colours)."""
    if environ.get("COLORTERM") not in _TRUE_COLORS or environ.get("NO_COLOR"):
        return None
    try:
        preferred = preferences.read_bytes()
    except FileNotFoundError:
        preferred = b""
    except OSError:
        return None
    seen = "\0".join(f"{name}={environ.get(name, '')}" for name in _SEEN)
    installed = Path(__file__).stat().st_mtime_ns  # another version has another; asking for its number takes longer
    digest = blake2b(f"{installed}\0{seen}\0".encode() + preferred, digest_size=16).hexdigest()
    return Looks(*size, digest)


def keep(folder: Path, picture: Picture, its: Looks) -> None:
    """Leave `picture` to the next start. That there is none then harms nobody: nothing is said of what goes wrong."""
    from phoenix_tui.tui.files import write_atomically  # noqa: PLC0415 - a start needs it not

    field = astuple(picture.field) if picture.field is not None else None
    data = json.dumps([FORMAT, [its.columns, its.rows, its.digest], picture.rows, field], ensure_ascii=False).encode()
    path = folder / FILE
    with suppress(OSError):
        paths.ensure(folder)
        if not path.exists() or path.read_bytes() != data:
            write_atomically(path, data)


def read(folder: Path, wanted: Looks) -> Picture | None:
    """The picture that was left for a start that looks like `wanted`. What is in the file is no more than text and
    colours, whoever wrote it."""
    path = folder / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        match json.loads(path.read_bytes()):
            case [int(version), [int(columns), int(rows), str(digest)], list(painted), field]:
                if version == FORMAT and Looks(columns, rows, digest) == wanted and len(painted) <= rows:
                    return Picture([[_piece(piece) for piece in row] for row in painted], _field(field, wanted))
    except (OSError, ValueError, TypeError):
        pass
    return None


def _piece(value: Any) -> Piece:
    text, style = value
    if not isinstance(text, str) or not _is_style(style):
        raise ValueError("no piece of a picture")
    return strip_controls(text).replace("\n", " ").replace("\t", " "), style


def _field(value: Any, its: Looks) -> Field | None:
    match value:
        case [int(row), int(column), int(width), str(text), str(cursor)]:
            if 1 <= row <= its.rows and 1 <= column < column + width <= its.columns + 1:
                return Field(row, column, width, text, cursor) if _is_style(text) and _is_style(cursor) else None
    return None


def _is_style(value: object) -> bool:
    return isinstance(value, str) and _STYLE.fullmatch(value) is not None


def painted(picture: Picture) -> str:
    """What draws `picture` on a terminal."""
    return "".join(_painted_row(picture, number) for number in range(1, len(picture.rows) + 1))


def _painted_row(picture: Picture, number: int) -> str:
    row = picture.rows[number - 1]
    return f"\x1b[{number};1H" + "".join(f"\x1b[{style}m{text}\x1b[0m" for text, style in row)


def picture_of(strips: Iterable[Strip], field: Region | None, text: Style) -> Picture:
    """What Textual has painted, as a picture. What is typed comes where `field` is, if anywhere, and looks like `text`;
    its first cell is the cursor now."""
    kept = [[segment for segment in strip if not segment.control] for strip in strips]
    rows = [[(segment.text, _style(segment.style)) for segment in row] for row in kept]
    if field is None or not 0 <= field.y < len(kept) or field.width < 1:
        return Picture(rows)
    return Picture(rows, Field(field.y + 1, field.x + 1, field.width, _style(text), _style_at(kept[field.y], field.x)))


def _style_at(row: Iterable[Segment], x: int) -> str:
    for segment in row:
        x -= segment.cell_length
        if x < 0:
            return _style(segment.style)
    return ""


def _style(style: Style | None) -> str:
    if style is None:
        return ""
    front, ground = style.color, style.bgcolor
    on = {"1": style.bold, "2": style.dim, "3": style.italic, "4": style.underline, "7": style.reverse}
    numbers = [number for number, is_on in on.items() if is_on]
    numbers += front.get_ansi_codes() if front else ()
    numbers += ground.get_ansi_codes(foreground=False) if ground else ()
    return ";".join(numbers)


class Shown:
    """A picture that stands in the full screen of the terminal, until the program takes that over.

    Keys that come meanwhile are shown where the picture has a place for them, or wait for the program. However it ends
    before, by an error or a signal, the terminal is as it was.
    """

    def __init__(self, keys: int, out: int) -> None:
        """`keys` and `out` are the descriptors of the terminal that are read and written. Raises termios.error."""
        self._keys, self._out = keys, out
        self.line = termios.tcgetattr(keys)
        """The settings of the line before it was changed."""
        self.first_keys: FirstKeys | None = None
        """Who reads the keys, where there is a place to show them; until it is told to stop."""
        self.stands = False
        """Whether the full screen is on, and nobody else's."""
        self._before: dict[int, Any] = {}
        """What was to be done at which signal."""

    def begin(self, picture: Picture) -> None:
        """Show `picture`. Raises OSError where the terminal does not take it; it is as it was then."""
        try:
            self.stands = True
            for number in _leaving_signals():
                self._before[number] = signal.signal(number, self._leave_by)
            self._set_line(_raw(self.line))
            self._write(f"\x1b[?1049h\x1b[?25l{PASTES_ON}{painted(picture)}")
            if (field := picture.field) is not None:
                self.first_keys = FirstKeys(self._keys, field, self._write, _painted_row(picture, field.row))
        except BaseException:
            self.end()
            raise

    def text(self) -> str:
        """The text that was typed so far, once; from now on no key is read here."""
        return self.first_keys.text() if self.first_keys is not None else ""

    def take(self) -> bool:
        """Whether the full screen is on: from now on it is the caller's, and the signals are."""
        stands, self.stands = self.stands, False
        return stands

    def end(self) -> None:
        """Leave the full screen, unless it was taken over."""
        if self.first_keys is not None:
            self.first_keys.stop()
        if self.take():
            with suppress(OSError):
                self._write(f"{PASTES_OFF}\x1b[?1049l\x1b[?25h")
            self._set_line(self.line)
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def _leave_by(self, number: int, frame: FrameType | None) -> None:
        """Let the signal do what it does, with the terminal as it was. Who goes on after a stop, does without it."""
        self.end()
        signal.signal(number, signal.SIG_DFL)
        # As Textual does it: SIGTSTP itself stops nothing that no shell looks after.
        os.kill(os.getpid(), signal.SIGSTOP if number == signal.SIGTSTP else number)

    def _set_line(self, line: list[Any]) -> None:
        with suppress(termios.error):
            termios.tcsetattr(self._keys, termios.TCSANOW, line)

    def _write(self, text: str) -> None:
        """Write `text`, but do not wait for ever for a terminal that does not read: no signal would be heard. Raises
        OSError (TimeoutError) then."""
        left = memoryview(text.encode("utf-8", "replace"))
        while left:
            if not select.select([], [self._out], [], PATIENCE)[1]:
                raise TimeoutError("the terminal takes nothing")
            left = left[os.write(self._out, left[:PIECE]) :]


def _leaving_signals() -> list[int]:
    return [getattr(signal, name) for name in _LEAVING if hasattr(signal, name)]


def _raw(line: list[Any]) -> list[Any]:
    """As the screen has the line: no echo, each key at once, none of them a signal."""
    raw = [*line[:6], [*line[6]]]
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    raw[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    return raw


def show(environ: Mapping[str, str], state: Path, preferences: Path) -> Shown | None:
    """Show the picture that the last start has left for one like this; None where there is none."""
    if sys.platform == "win32":
        return None
    keys, out = sys.stdin.fileno(), sys.stderr.fileno()
    try:
        columns, rows = os.get_terminal_size(out)
        wanted = looks(environ, (columns, rows), preferences)
        picture = read(state, wanted) if wanted else None
        if picture is None:
            return None
        shown = Shown(keys, out)
        shown.begin(picture)
    except (OSError, termios.error):
        return None
    return shown
