"""Files and folders that an @ in the prompt may mean. One folder is read at a time, never what lies below it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.completion import MOST_OPTIONS, Completion, Option
from phoenix_tui.tui.ranking import ranked
from phoenix_tui.tui.text import one_line

LARGEST_FOLDER = 10_000
"""Entries of a folder that are looked at."""
_SEPARATORS = "/\\" if os.sep == "\\" else "/"
_BEFORE = r"(?:^|(?<=[\s(\[{]))"
"""What stands before an @ that means a file: an address has a letter there."""
_OPEN = re.compile(rf'{_BEFORE}@(?:"(?P<quoted>[^"]*)|(?P<plain>[^\s"@]*))$')


@dataclass(frozen=True, slots=True)
class FileSlot:
    """A path is being written behind an @: `folder` as the person wrote it, with its separator ("" for the current
    one), and `query`, what there is of a name in it."""

    folder: str
    query: str
    start: int
    end: int

    @property
    def wants_hidden(self) -> bool:
        """Whether names that begin with a dot are meant too."""
        return self.query.startswith(".")


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in `folder`: names, those of folders with a slash behind, in alphabetical order. `is_cut`: there is more
    than was looked at. `problem` is a sentence where it could not be read."""

    folder: str
    names: tuple[str, ...] = ()
    is_cut: bool = False
    problem: str = ""


def file_slot(line: str, column: int) -> FileSlot | None:
    """What path is written at `column` of `line`; None where it is none."""
    found = _OPEN.search(line, 0, column) if "@" in line[:column] else None
    if found is None:
        return None
    path = found["plain"] if found["quoted"] is None else found["quoted"]
    if path == "~":
        path = "~/"
    cut = max(path.rfind(separator) for separator in _SEPARATORS) + 1
    return FileSlot(path[:cut], path[cut:], found.start(), column)


def list_folder(current: Path, folder: str) -> Listing:
    """What is in `folder`, which is relative to `current` unless it says otherwise. To be called in a thread."""
    path = current / os.path.expanduser(folder)  # noqa: PTH111 - Path raises for ~unknown
    try:
        with os.scandir(path) as entries:
            looked_at = list(islice(entries, LARGEST_FOLDER + 1))
            names = [_name(entry) for entry in looked_at[:LARGEST_FOLDER]]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no path"
        return Listing(folder, problem=f"{one_line(folder) or 'This folder'} cannot be listed: {reason}.")
    typeable = (name for name in names if name == one_line(name) and '"' not in name and name.isprintable())
    ordered = tuple(sorted(typeable, key=lambda name: (name.casefold(), name)))
    return Listing(folder, ordered, is_cut=len(looked_at) > LARGEST_FOLDER)


def _name(entry: os.DirEntry[str]) -> str:
    try:
        return entry.name + ("/" if entry.is_dir() else "")
    except OSError:  # it was there a moment ago
        return entry.name


def files(slot: FileSlot, listing: Listing | None) -> Completion:
    """The files and folders that `slot` may mean; `listing` None while its folder has not been read."""
    title = f"Files in {one_line(slot.folder)}" if slot.folder else "Files"
    if listing is None or listing.folder != slot.folder:
        return Completion(title, slot.start, slot.end)
    named = (name for name in listing.names if slot.wants_hidden or not name.startswith("."))
    found = ranked(slot.query, named, lambda name: (name,), loosely=False)
    options = tuple(_option(slot.folder, name) for name in found[:MOST_OPTIONS])
    chosen = 0 if options and slot.query else None
    completion = Completion(title, slot.start, slot.end, options, chosen, note=listing.problem)
    if len(found) > len(options) or listing.is_cut:
        return replace(completion, note="there are more: type a part of the name")
    return completion


def _option(folder: str, name: str) -> Option:
    path, is_folder = folder + name, name.endswith("/")
    if any(character.isspace() for character in path):
        return Option(f'@"{path}' if is_folder else f'@"{path}"', name, more="" if is_folder else " ")
    return Option(f"@{path}", name, more="" if is_folder else " ")
