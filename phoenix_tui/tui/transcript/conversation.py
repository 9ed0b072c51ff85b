"""The entries of a transcript under ids that stay, and what can be told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from phoenix_tui.tui.transcript.entries import Dumped, Entry, Kind, State, load_entries, messages, one_line, plain_text


class Conversation:
    """Entries in the order in which they were said. An id is never given twice, also not after `clear`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._first_id = 1

    def add(self, entry: Entry) -> int:
        """Put an entry at the end; gives its id."""
        self._place(entry)
        return entry.id

    def _place(self, entry: Entry) -> None:
        before = self.entries[-1] if self.entries else None
        entry.id = self._first_id + len(self.entries)
        # A switch line explains the answer behind it and stays with it.
        entry.gap = before is not None and not (before.kind is Kind.SWITCH and entry.kind is Kind.ANSWER)
        self.entries.append(entry)

    def index(self, entry: Entry) -> int:
        """Where an entry stands."""
        return entry.id - self._first_id

    def get(self, id: int) -> Entry | None:  # noqa: A002 - an id is what it is
        """The entry of an id; None when it is gone."""
        index = id - self._first_id
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def streaming(self, id: int) -> Entry | None:  # noqa: A002 - an id is what it is
        """The answer of an id as long as it may grow."""
        entry = self.get(id)
        return entry if entry is not None and entry.state is State.STREAMING else None

    def end(self, entry: Entry, state: State, *, header: str = "", summary: str = "") -> None:
        """A streaming answer grows no more."""
        entry.text.end()
        entry.reasoning.end()
        entry.header, entry.summary, entry.state = one_line(header), one_line(summary), state
        entry.folded = state is State.INTERRUPTED

    def replace(self, entries: Iterable[Entry] = ()) -> None:
        """Have other entries instead."""
        self._first_id += len(self.entries)
        self.entries = []
        for entry in entries:
            self._place(entry)

    def dump(self) -> Sequence[Mapping[str, Any]]:
        """Everything as plain data for `load_entries`."""
        return Dumped(self.entries)

    def load(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Have what `dump` gave; items that are no entries are left out."""
        self.replace(load_entries(data))

    def messages(self) -> list[dict[str, str]]:
        """Questions and answers as `{"role", "content"}`."""
        return messages(self.entries)

    def plain_text(self) -> str:
        """Everything as text to read or paste."""
        return plain_text(self.entries)

    def last_answer(self) -> str:
        """The newest text that counts as an answer; empty when there is none."""
        for entry in reversed(self.entries):
            if entry.kind is Kind.ANSWER and entry.state is not State.INTERRUPTED and str(entry.text).strip():
                return str(entry.text)
        return ""
