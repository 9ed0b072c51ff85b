"""Finding words in a transcript: in all that was said, as a person sees it, whether it is folded or not.

A match is known by the part it stands in and its number there, which holds at every width. What is found is counted in
bounded steps, nearest first; an entry is laid out for it only if its source has the words at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from phoenix_tui.tui.transcript.entries import Entry, State
from phoenix_tui.tui.transcript.heights import Heights
from phoenix_tui.tui.transcript.layout import STEPS, Place
from phoenix_tui.tui.transcript.needle import Needle
from phoenix_tui.tui.transcript.view import EntryView, Slot


class Match(NamedTuple):
    """One place where it was found: the `nth` within a part."""

    entry: int
    section: int
    part: int
    nth: int


class _Found(NamedTuple):
    """How many matches a part has."""

    section: int
    part: int
    matches: int


_Counted = dict[tuple[int, int], tuple[Slot, int]]


class Search:
    """All matches in `entries`, counted from the entry `start` downwards and then upwards."""

    def __init__(
        self, entries: Sequence[Entry], needle: Needle, width: int, start: int, *, is_spoken: bool = False
    ) -> None:
        self.needle = needle
        self._entries = entries
        self._width = width
        self._is_spoken = is_spoken
        self._start = start
        self._counts = Heights([0] * len(entries))
        self._found: dict[int, tuple[_Found, ...]] = {}
        self._pending = deque((*range(start, len(entries)), *range(start - 1, -1, -1)))
        self._again: set[int] = set()
        self._growing: dict[int, tuple[EntryView, _Counted]] = {}

    @property
    def count(self) -> int:
        """How many matches are known."""
        return self._counts.total

    @property
    def is_searching(self) -> bool:
        """Whether there may be more, but for what has come since."""
        return len(self._pending) > len(self._again)

    def changed(self, entry: int) -> None:
        """An entry was added or has grown: it is counted again."""
        while len(self._counts) <= entry:
            self._counts.append(0)
        if entry not in self._again:
            self._again.add(entry)
            self._pending.appendleft(entry)

    def resize(self, width: int) -> None:
        """Another width: tables may say more or less. The counts so far stand until the new ones are there."""
        self._width = width
        self._growing.clear()
        self._pending = deque((*range(self._start, len(self._entries)), *range(self._start - 1, -1, -1)))
        self._again.clear()

    def steps(self) -> Iterator[None]:
        """Count what is to be counted; each step takes a bounded time."""
        while self._pending:
            entry = self._pending[0]
            yield from self._count(entry)
            if entry in self._pending:  # a resize has not begun everything anew meanwhile
                self._pending.remove(entry)
            self._again.discard(entry)

    def _count(self, index: int) -> Iterator[None]:
        entry = self._entries[index]
        found: list[_Found] = []
        if any(self.needle.may_be_in(text) for text in (str(entry.text), str(entry.reasoning), entry.hint)):
            view, counted = self._growing.pop(index, (None, {}))
            if view is None:
                view = EntryView(entry, self._width, steps=STEPS, unfolded=True, is_spoken=self._is_spoken)
            else:
                view.sync(STEPS)
            while view.has_more:
                yield
                view.sync(STEPS)
            for section, part, slot in _said(view):
                seen, count = counted.get((section, part), (None, 0))
                if seen is not slot:
                    count = self._count_in(slot)
                    counted[section, part] = slot, count
                    yield
                if count:
                    found.append(_Found(section, part, count))
            if entry.state is State.STREAMING:
                self._growing[index] = view, counted
        else:
            yield
        self._found[index] = tuple(found)
        self._counts.set(index, sum(part.matches for part in found))

    def _count_in(self, slot: Slot) -> int:
        if not self.needle.may_be_in(slot.part.source):
            return 0
        return len(self.needle.within(slot.part.lines(self._width)))

    # -- matches by number -----------------------------------------------------------------------------------------

    def match(self, number: int) -> Match:
        """The match with a number, counted from 0 at the top."""
        entry, rest = self._counts.find(number)
        for section, part, count in self._found[entry]:
            if rest < count:
                return Match(entry, section, part, rest)
            rest -= count
        raise IndexError(number)

    def number(self, match: Match) -> int:
        """The number of a match; of the next one where it is gone."""
        before = sum(
            min(count, match.nth) if (section, part) == match[1:3] else count
            for section, part, count in self._found.get(match.entry, ())
            if (section, part) <= match[1:3]
        )
        return self._counts.before(match.entry) + before

    def beside(self, match: Match, direction: int) -> Match | None:
        """The next one in `direction` (1 down, -1 up); behind the last comes the first."""
        return self.match((self.number(match) + direction) % self.count) if self.count else None

    def nearest(self, place: Place, above: int) -> Match | None:
        """The match with which reading begins at `place`, where `above` are how many its part has above that row: the
        next one below, else the last one above. None as long as that is not known."""
        number = self.number(Match(*place[:3], above))
        if number < self.count:
            return self.match(number)
        is_below_known = all(entry < self._start for entry in self._pending)
        return self.match(self.count - 1) if self.count and is_below_known else None


def _said(view: EntryView) -> Iterator[tuple[int, int, Slot]]:
    """The parts that are what somebody said."""
    for index, section in enumerate(view.sections):
        for part, slot in enumerate(section.slots):
            if not slot.part.is_label:
                yield index, part, slot
