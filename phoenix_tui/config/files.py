"""Files of the person's, read with bounds, and written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from phoenix_tui.core.text import strip_controls

MAX_BYTES = 1 << 20


class Unreadable(Exception):
    """A file is there, but its text is not to be had. The message is a phrase: "is a folder, not a file"."""


def shown(path: Path) -> str:
    """`path` for a sentence: from `~` where it is under the home folder, without control characters."""
    text = str(path)
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises for a user without one
    if home != "~" and text.startswith(home.rstrip(os.sep) + os.sep):
        text = "~" + text[len(home.rstrip(os.sep)) :]
    readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return strip_controls(readable).replace("\n", " ")


def read_text(path: Path) -> str | None:
    """The text of `path`, None when there is no such file. Never waits (a pipe would), never reads more than
    `MAX_BYTES`. Raises Unreadable."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        # Elsewhere than on Unix a folder cannot even be opened.
        raise Unreadable("is a folder, not a file" if _is_folder(path) else _why(error)) from error
    try:
        data = _read_regular(descriptor)
    except OSError as error:
        raise Unreadable(_why(error)) from error
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise Unreadable("is larger than 1 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "not UTF-8"
        raise Unreadable(f"is {encoding} text; save it as UTF-8") from error


def replace_text(path: Path, text: str) -> None:
    """Put `text`, with the line ends that it has, into `path`, which only the user may read then; what was there stays
    until all of it is on the disk. Raises OSError."""
    path = Path(os.path.realpath(path))  # a link, as dotfiles often are, stays one
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises for what may not be looked at


def _read_regular(descriptor: int) -> bytes:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise Unreadable("is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise Unreadable("is a pipe or a device, not a file")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(MAX_BYTES + 1)


def _why(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "may not be read by you"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({reason or 'its name is not valid'})"
