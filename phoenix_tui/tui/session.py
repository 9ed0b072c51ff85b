"""The conversation and draft of one run, kept in the state folder so that no exit loses them.

Each running program writes a file of its own, named at random and held by a lock, so two programs never touch each
other's. At the start the newest file that nobody holds is offered. A full store of conversations is not this.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.attachments import Attachment
from phoenix_tui.tui.conversation import Ending, Exchange
from phoenix_tui.tui.drafts import Fold
from phoenix_tui.tui.files import try_lock, write_atomically

FORMAT = 1
LARGEST_FILE = 128 * 1024 * 1024
"""Bytes; a larger file is set aside unread."""
KEPT_FILES = 20
"""How many files of earlier runs stay, newest first."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What one run leaves behind."""

    exchanges: tuple[Exchange, ...] = ()
    draft: str = ""
    shown: Sequence[Mapping[str, Any]] = ()
    """The transcript as it was shown, as plain data of its widget; a help to restoring, never needed for it."""
    local_only: bool = False
    known_to: tuple[str, ...] = ()
    """As in `Conversation`."""
    folds: tuple[Fold, ...] = ()
    """What of the draft is folded, as in `Draft`."""

    def __bool__(self) -> bool:
        return bool(self.exchanges or self.draft.strip())


@dataclass(frozen=True, slots=True)
class Found:
    """A file of an earlier run: where it lies, when it was written (seconds since the epoch), what is in it."""

    path: Path
    written_at: float
    saved: Saved


class SessionStore:
    """Reads and writes session files in `folder`. Never raises for the state of the disk: `problem` says what was wrong
    last, as a sentence, empty when all is well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._lock: IO[bytes] | None = None
        self._restored_from: Path | None = None
        self.problem = ""

    def save(self, saved: Saved) -> None:
        """Write `saved` whole or not at all (mode 0600). Nothing worth keeping leaves no file behind."""
        try:
            if not saved:
                self._discard()
                return
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self._own_path()
            write_atomically(path, "".join(_encoded(saved)).encode("ascii"))
            if self._restored_from is not None:
                self._restored_from.unlink(missing_ok=True)
                self._restored_from = None
            self.problem = ""
        except OSError as error:
            self.problem = f"The conversation could not be saved in {self._folder}: {error.strerror or error}."

    def newest(self) -> Found | None:
        """The newest session that no running program holds, None when there is none. Damaged or huge files are set
        aside under another name; very old ones are removed."""
        unheld = [path for path in self._files() if not _is_held(path)]
        for path in unheld[KEPT_FILES:]:
            _remove(path)
        for path in unheld[:KEPT_FILES]:
            if found := self._read(path):
                return found
        return None

    def adopt(self, found: Found) -> None:
        """The session was restored: its file goes as soon as this run has written its own."""
        self._restored_from = found.path

    def begin_another(self) -> None:
        """What was saved so far stays in its file; the next `save` begins a new one."""
        self._release()
        self._name = ""

    def close(self) -> None:
        """Let go of the file, so that the next start may offer it."""
        self._release()

    def _own_path(self) -> Path:
        if not self._name:
            self._name = f"session-{secrets.token_hex(6)}.json"
            self._lock = _hold(self._folder / self._name)
        return self._folder / self._name

    def _discard(self) -> None:
        if self._name:
            (self._folder / self._name).unlink(missing_ok=True)
            self._release()
            self._name = ""

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            if self._name:
                _lock_path(self._folder / self._name).unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        own = self._name
        with suppress(OSError):
            files = [path for path in self._folder.glob("session-*.json") if path.name != own]
            return sorted(files, key=_written_at, reverse=True)
        return []

    def _read(self, path: Path) -> Found | None:
        try:
            if path.stat().st_size > LARGEST_FILE:
                self._set_aside(path, "is too large")
                return None
            saved = _decode(json.loads(path.read_text("utf-8")))
        except OSError as error:
            self.problem = f"The last conversation in {path} could not be read: {error.strerror or error}."
            return None
        except (ValueError, TypeError, KeyError, RecursionError):
            self._set_aside(path, "is damaged")
            return None
        return Found(path, _written_at(path), saved) if saved else None

    def _set_aside(self, path: Path, why: str) -> None:
        aside = path.with_suffix(".set-aside")
        with suppress(OSError):
            path.rename(aside)
        self.problem = f"The last conversation {why} and was set aside as {aside}."


def _encoded(saved: Saved) -> Iterator[str]:
    """The file of `saved`, in small pieces: encoded at once, a long conversation would keep the screen waiting, since
    the encoder lets nobody else run."""
    yield '{"exchanges": ['
    yield from _joined(map(_exchange, saved.exchanges))
    yield '], "shown": ['
    yield from _joined(saved.shown)
    rest = {
        "format": FORMAT,
        "draft": saved.draft,
        "local_only": saved.local_only,
        "known_to": saved.known_to,
        "folds": saved.folds,
    }
    yield "], " + json.dumps(rest).removeprefix("{")


def _joined(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for number, item in enumerate(items):
        yield (", " if number else "") + json.dumps(item)


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "question": exchange.question,
        "answer": exchange.answer,
        "ending": exchange.ending,
        "attribution": exchange.attribution,
        "note": exchange.note,
        "seams": exchange.seams,
        "attachments": [{"name": it.name, "text": it.text} for it in exchange.attachments],
    }


def _decode(data: Any) -> Saved:
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise ValueError("not a session of this format")
    exchanges = tuple(_decode_exchange(item) for item in data["exchanges"])
    draft = data["draft"]
    if not isinstance(draft, str):
        raise TypeError("the draft is no text")
    shown, known_to = data.get("shown", ()), data.get("known_to", ())
    return Saved(
        exchanges,
        draft,
        tuple(item for item in shown if isinstance(item, dict)),
        local_only=data.get("local_only", False) is not False,  # in doubt it stays here
        known_to=tuple(name for name in known_to if isinstance(name, str)),
        folds=_decode_folds(data.get("folds", ())),
    )


def _decode_folds(data: object) -> tuple[Fold, ...]:
    """They only help to read the draft, so whatever else they may be is left out."""
    items = data if isinstance(data, list) else []
    return tuple((item[0], item[1]) for item in items if _is_fold(item))


def _is_fold(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(at, int) for at in item)


def _decode_exchange(item: Any) -> Exchange:
    texts = {name: item[name] for name in ("question", "answer", "attribution", "note")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("an exchange is no text")
    ending = Ending(item["ending"])
    seams = tuple(at for at in item.get("seams", ()) if isinstance(at, int))
    attachments = tuple(Attachment(str(it["name"]), str(it["text"])) for it in item.get("attachments", ()))
    ending = Ending.STOPPED if ending is Ending.OPEN else ending
    return Exchange(**texts, ending=ending, seams=seams, attachments=attachments)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        _lock_path(path).unlink(missing_ok=True)


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _hold(path: Path) -> IO[bytes] | None:
    """Hold the lock of `path`; None where locks do not work, the random name is then protection enough."""
    try:
        descriptor = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT, 0o600)
        lock = os.fdopen(descriptor, "r+b")
    except OSError:
        return None
    if try_lock(lock):
        return lock
    lock.close()
    return None


def _is_held(path: Path) -> bool:
    try:
        with _lock_path(path).open("r+b") as lock:
            return not try_lock(lock)
    except OSError:
        return False
