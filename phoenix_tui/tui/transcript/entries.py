"""What was said, as plain data: questions, answers, switches, notices, errors, output of commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, overload

from phoenix_tui.core.text import ControlStripper, strip_controls


class Kind(StrEnum):
    """What an entry is."""

    USER = "user"
    ANSWER = "answer"
    SWITCH = "switch"
    NOTICE = "notice"
    ERROR = "error"
    OUTPUT = "output"


class State(StrEnum):
    """How far an answer has come."""

    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    """The person stopped it; what had come stays and counts as an answer."""
    INTERRUPTED = "interrupted"
    """It was cut and another took over: folded, kept, no answer."""


class Text:
    """A text that grows in pieces; escape sequences and control characters are taken out, also across a cut.

    A text given whole is cleaned when it is first read: of ten thousand loaded ones, a few are.
    """

    __slots__ = ("_cleaner", "_is_raw", "_pieces", "characters", "newlines")

    def __init__(self, text: str = "") -> None:
        self._pieces = [text] if text else []
        self._is_raw = bool(text)
        self._cleaner: ControlStripper | None = None
        self.characters = len(text)
        self.newlines = text.count("\n")

    def append(self, delta: str) -> None:
        """Add a piece. The start of an escape sequence at its end is held back until the rest has come."""
        if self._cleaner is None:
            self._cleaner = ControlStripper()
        self._keep(self._cleaner.feed(delta))

    def end(self) -> None:
        """No more will come: what was held back is text."""
        if self._cleaner is not None:
            self._keep(self._cleaner.end())
            self._cleaner = None

    def _keep(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self.characters += len(piece)
            self.newlines += piece.count("\n")

    def __str__(self) -> str:
        if self._is_raw:
            self._pieces[0] = strip_controls(self._pieces[0])
            self._is_raw = False
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def __bool__(self) -> bool:
        return self.characters > 0


class Seam(NamedTuple):
    """Where one text goes on with another: how many characters stand before it, and what is said of it."""

    at: int
    note: str


class Offer(NamedTuple):
    """Something that can be done about an error as long as it stands there: `key` does `label`."""

    key: str
    label: str
    action: str


class Entry:
    """One thing in the transcript.

    `title` names who answers; `header` replaces it once everything about an answer is known. `hint` is what the person
    can do about an error; `summary` stands for an answer that was cut.
    """

    __slots__ = (
        "folded", "gap", "header", "hint", "id", "kind", "offers", "reasoning", "reasoning_open",
        "seams", "state", "summary", "text", "title",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        text: str = "",
        *,
        title: str = "",
        header: str = "",
        reasoning: str = "",
        state: State = State.DONE,
        summary: str = "",
        hint: str = "",
        seams: tuple[Seam, ...] = (),
    ) -> None:
        self.kind = kind
        self.id = 0
        self.text = Text(text)
        self.reasoning = Text(reasoning)
        self.title = one_line(title)
        self.header = one_line(header)
        self.summary = one_line(summary)
        self.hint = one_line(hint)
        self.seams = seams
        """Where its text was cut and somebody else went on, from above."""
        self.state = state
        self.folded = state is State.INTERRUPTED
        self.reasoning_open: bool | None = None
        """Whether the person opened the reasoning; None as long as they left it alone."""
        self.offers: tuple[Offer, ...] = ()
        """What can be done about an error now; not kept."""
        self.gap = True
        """Whether a blank row stands before it."""

    @property
    def shows_reasoning(self) -> bool:
        """Open by the person's wish, or by itself as long as there is nothing else to read."""
        if self.reasoning_open is None:
            return not self.text and self.state in (State.STREAMING, State.INTERRUPTED)
        return self.reasoning_open

    def rejoin(self, text: str, note: str) -> None:
        """The text so far is `text`; what comes from here on goes on with it, and `note` says how that came."""
        self.text = Text(strip_controls(text))
        self.seams = (*self.seams, Seam(self.text.characters, one_line(note)))

    def dump(self) -> dict[str, Any]:
        """The entry as plain data, without what is empty."""
        fields: dict[str, Any] = {
            "kind": self.kind.value,
            "text": str(self.text),
            "title": self.title,
            "header": self.header,
            "reasoning": str(self.reasoning),
            "state": self.state.value,
            "summary": self.summary,
            "hint": self.hint,
            "seams": [list(seam) for seam in self.seams],
        }
        if self.kind is not Kind.ANSWER:
            del fields["state"]
        return {name: value for name, value in fields.items() if value}


def one_line(text: str) -> str:
    """Foreign text for a single row: no controls, no line breaks, spaces as they are."""
    return strip_controls(text).replace("\n", " ").replace("\t", " ")


def load_entry(data: Mapping[str, Any]) -> Entry | None:
    """An entry from what `Entry.dump` gave; None for data that is none (another version, a damaged file).

    An answer that was still streaming when it was saved is one that was stopped.
    """
    try:
        kind, state = Kind(data.get("kind", "")), State(data.get("state", State.DONE))
    except ValueError:
        return None
    names = ("text", "title", "header", "reasoning", "summary", "hint")
    fields = {name: value for name in names if isinstance(value := data.get(name, ""), str)}
    if state is State.STREAMING:
        state = State.STOPPED
    return Entry(kind, fields.pop("text", ""), state=state, seams=_load_seams(data.get("seams", ())), **fields)


def load_entries(data: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The entries that `Entry.dump` gave; items that are none are left out. Of ten thousand it takes a while: in a
    thread, if a person waits."""
    return [entry for item in data if (entry := load_entry(item)) is not None]


class Dumped(Sequence[Mapping[str, Any]]):
    """What `entries` dump, worked out where it is read, which may be a thread; of one that grows still, what it is
    now."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [entry.dump() if entry.state is State.STREAMING else entry for entry in entries]

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        found = self._entries[index]
        if isinstance(found, list):
            return [_dumped(entry) for entry in found]
        return _dumped(found)


def _dumped(entry: Entry | dict[str, Any]) -> dict[str, Any]:
    return entry.dump() if isinstance(entry, Entry) else entry


def _load_seams(data: object) -> tuple[Seam, ...]:
    """What of `data` is seams; they only help to read, so whatever else it may be is left out."""
    seams = []
    for item in data if isinstance(data, Sequence) else ():
        match item:
            case [int(at), str(note)] if at >= 0:
                seams.append(Seam(at, one_line(note)))
    return tuple(seams)


def messages(entries: Iterable[Entry]) -> list[dict[str, str]]:
    """The conversation as a model would be sent it: questions and answers, nothing else, no cut or empty answer."""
    out = []
    for entry in entries:
        is_answer = entry.kind is Kind.ANSWER and entry.state in (State.DONE, State.STOPPED)
        text = str(entry.text)
        if entry.kind is Kind.USER or (is_answer and text.strip()):
            out.append({"role": "user" if entry.kind is Kind.USER else "assistant", "content": text})
    return out


def plain_text(entries: Iterable[Entry]) -> str:
    """The whole transcript as text to read or paste."""
    parts = []
    for entry in entries:
        match entry.kind:
            case Kind.USER:
                parts.append(f"You\n{entry.text}")
            case Kind.ANSWER:
                state = "" if entry.state is State.DONE else f" ({entry.summary or entry.state.value})"
                parts.append(f"{entry.header or entry.title}{state}\n{entry.text}".strip("\n"))
            case _:
                parts.append(f"{entry.text}\n{entry.hint}".strip("\n"))
    return "\n\n".join(parts)
