"""Text files that a message refers to with an @: which ones are meant, what is read of them, what a model is sent."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.text import strip_controls
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.text import clip, count, file_size

LARGEST_FILE = 1_000_000
LARGEST_SUM = 2_000_000
"""Bytes: of one file, and of all that go with one message."""
MOST_FILES = 20
NAME_CELLS = 60
_BEFORE = r"(?:(?<=[\s(\[{])|^)"
_REFERENCE = re.compile(rf'{_BEFORE}@(?:"(?P<quoted>[^"\n]+)"|(?P<plain>[^\s"@]++)(?!@))', re.MULTILINE)
_ESCAPED = re.compile(rf"{_BEFORE}@@", re.MULTILINE)
_TRAILING = ".,;:!?)]}>'"
"""What ends a sentence rather than a name."""
_FILE_ENDING = re.compile(
    r"""\.(?:md|txt|rst|tex|csv|tsv|jsonl?|ya?ml|toml|ini|cfg|conf|env|xml|html|css|log|diff|ipynb|pyi?|m?js|tsx?|jsx|go
    |rs|[ch]|[ch]pp|cc|java|kt|swift|rb|php|pl|lua|sh|bash|zsh|ps1|bat|sql|jl|hs|exs?|erl|clj|scala|dart|vue|svelte
    |pdf|png|jpe?g|gif|docx|xlsx|zip|gz)\Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""Endings that a file has, and that no decorator, host or person has."""
_FENCES = re.compile(r"`{3,}")
_WORD = re.compile(r"[A-Za-z0-9]{1,12}\Z")


class NotAttached(PhoenixError):
    """A file that is meant cannot go with the message; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file as it goes with a message: its name as the person wrote it, and its text."""

    name: str
    text: str

    @property
    def told(self) -> str:
        """The line that tells of it in the chat."""
        size = file_size(len(self.text.encode("utf-8", "replace")))
        lines = self.text.count("\n") + (not self.text.endswith("\n") and bool(self.text))
        return f"attached {clip(self.name, NAME_CELLS)}, {count(lines, 'line')}, {size}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A path behind an @. `is_quoted`: it stands in quotation marks, so nothing at its end is punctuation."""

    path: str
    is_quoted: bool = False


def references(text: str) -> tuple[Reference, ...]:
    """The paths that `text` refers to, each once; addresses and `@@` are none."""
    found = dict.fromkeys(
        Reference(match["plain"] or match["quoted"], match["plain"] is None) for match in _REFERENCE.finditer(text)
    )
    return tuple(found)


def written_references(draft: Draft) -> tuple[Reference, ...]:
    """Those in what the person wrote; a folded paste only quotes."""
    return tuple(dict.fromkeys(it for text, is_folded in draft.parts if not is_folded for it in references(text)))


def names_files(text: str) -> bool:
    """Whether several lines of foreign text refer to files: unseen among them, nobody may have wanted to attach one."""
    return "\n" in text.strip() and any(set("./\\~") & set(it.path) for it in references(text))


def plain(draft: Draft) -> str:
    """The text of `draft` as it is meant: `@@` is an @ in what the person wrote."""
    return "".join(text if is_folded else _ESCAPED.sub("@", text) for text, is_folded in draft.parts)


def content(question: str, attachments: Sequence[Attachment]) -> str:
    """What a model is sent: the question, then every file under a heading with its name, in a fence that nothing in it
    can close."""
    return "\n\n".join((question, *(f"## {clip(it.name, 200)}\n\n{_fenced(it)}" for it in attachments)))


def _fenced(attachment: Attachment) -> str:
    text = attachment.text.removesuffix("\n")
    fence = "`" * max((len(run) + 1 for run in _FENCES.findall(text)), default=3)
    ending = attachment.name.rpartition(".")[2]
    language = ending if "." in attachment.name and _WORD.match(ending) else ""
    return f"{fence}{language}\n{text}\n{fence}"


def read_attachments(draft: Draft, folder: Path) -> tuple[Attachment, ...]:
    """The files that `draft` refers to, paths beginning at `folder`. Reads a disk: call it in a thread. Raises
    NotAttached."""
    found = [found for it in written_references(draft) if (found := _file(it, folder)) is not None]
    if len(found) > MOST_FILES:
        raise NotAttached(f"{len(found)} files are too many; {MOST_FILES} can go with one message.")
    attachments: list[Attachment] = []
    total = 0
    for name, path in found:
        data = _read(name, path)
        total += len(data)
        if total > LARGEST_SUM:
            raise NotAttached(f"The files are too large together; {file_size(LARGEST_SUM)} can go with one message.")
        attachments.append(Attachment(name, _text(name, data)))
    return tuple(attachments)


def file_sizes(references: Sequence[Reference], folder: Path) -> tuple[int, ...]:
    """Bytes of each file among `references` that could go with a message. Looks at a disk, not into the files: call it
    in a thread."""
    sizes = (_size(it, folder) for it in references[:MOST_FILES])
    return tuple(size for size in sizes if size is not None)


def _size(reference: Reference, folder: Path) -> int | None:
    for path in _candidates(reference, folder):
        with suppress(OSError, ValueError):
            info = path.stat()
            return info.st_size if stat.S_ISREG(info.st_mode) and info.st_size <= LARGEST_FILE else None
    return None


def _file(reference: Reference, folder: Path) -> tuple[str, Path] | None:
    """The name and place of the file that is meant; None where nothing says that one is."""
    for name, path in zip(_names(reference), _candidates(reference, folder), strict=True):
        try:
            info = path.stat()
        except OSError as error:
            if isinstance(error, PermissionError):
                raise NotAttached(f"{_shown(name)} cannot be read: permission denied.") from error
            continue
        except ValueError:
            continue
        if not stat.S_ISDIR(info.st_mode):
            return name, path
        if name.endswith(("/", os.sep)) or _looks_like_file(name):
            raise NotAttached(f"{_shown(name)} is a folder; only text files can be attached.")
        return None  # a word that happens to be the name of a folder, too
    name = [*_names(reference)][-1]
    if _looks_like_file(name) or _has_its_folder(name, folder):
        raise NotAttached(f"There is no file {_shown(name)}. To send it as text, begin it with @@.")
    return None


def _names(reference: Reference) -> Iterator[str]:
    """What the path may be: as it stands, then without what ends a sentence."""
    yield reference.path
    if not reference.is_quoted and (bare := reference.path.rstrip(_TRAILING)) and bare != reference.path:
        yield bare


def _candidates(reference: Reference, folder: Path) -> Iterator[Path]:
    for name in _names(reference):
        yield folder / os.path.expanduser(name)  # noqa: PTH111 - Path raises for ~unknown


def _looks_like_file(name: str) -> bool:
    """Whether a path alone says that a file is meant, and not a person, a package or a decorator."""
    return bool(_FILE_ENDING.search(name)) or name.startswith(("./", "../", "/", "~/"))


def _has_its_folder(name: str, folder: Path) -> bool:
    """Whether the first part of a path is a folder: then the rest of it was meant to be a file there."""
    first, slash, _ = name.partition("/")
    try:
        return bool(slash and first) and (folder / first).is_dir()
    except (OSError, ValueError):
        return False


def _read(name: str, path: Path) -> bytes:
    try:
        _require_file(name, path.stat())  # before it is opened: opening a pipe or a device may do something already
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(path, "rb", opener=lambda it, _: os.open(it, flags)) as file:
            _require_file(name, os.fstat(file.fileno()))
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise NotAttached(f"{_shown(name)} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    if len(data) > LARGEST_FILE:
        raise _too_large(name, len(data))
    return data


def _require_file(name: str, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise NotAttached(f"{_shown(name)} is a pipe or a device; only text files can be attached.")
    if info.st_size > LARGEST_FILE:
        raise _too_large(name, info.st_size)


def _too_large(name: str, size: int) -> NotAttached:
    return NotAttached(f"{_shown(name)} is too large ({file_size(size)}); {file_size(LARGEST_FILE)} can be attached.")


def _text(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise NotAttached(f"{_shown(name)} is not text (in UTF-8); only text files can be attached.")
    return strip_controls(text)


def _shown(name: str) -> str:
    return clip(name, NAME_CELLS)
