"""One entry as sections of parts with their heights: estimated until seen, exact where seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phoenix_tui.tui.markdown.blocks import Block, MarkdownBlock
from phoenix_tui.tui.markdown.document import Document
from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.markdown.spoken import settled
from phoenix_tui.tui.transcript import frame, spoken_frame
from phoenix_tui.tui.transcript.entries import Entry, Kind, Seam, State
from phoenix_tui.tui.transcript.heights import Heights
from phoenix_tui.tui.transcript.needle import FoundIn
from phoenix_tui.tui.transcript.parts import Mark, MarkdownPart, Part
from phoenix_tui.tui.transcript.spots import Spot

HEAD, THOUGHT, GAP, BODY, FOOT = range(5)


class Slot:
    """A part in its place, with its rows once it has been laid out."""

    __slots__ = ("found", "lines", "part", "spots", "strips")

    def __init__(self, part: Part) -> None:
        self.part = part
        self.lines: list[Line] | None = None
        self.spots: list[Spot] | None = None
        """What can be pointed at in the rows, once somebody has asked."""
        self.found: FoundIn | None = None
        """Where in the rows that stands which was looked for last."""
        self.strips: dict[int, object] = {}
        """Whatever the widget makes of single rows; forgotten together with them."""

    def forget(self) -> None:
        """Give the rows' memory back."""
        self.lines = self.spots = self.found = None
        self.strips = {}


class Section:
    """Parts below each other."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.heights = Heights()

    def append(self, part: Part, width: int) -> None:
        """Put a part at the end, its height estimated."""
        self.slots.append(Slot(part))
        self.heights.append(part.estimate(width))

    def pop(self) -> None:
        """Take the last part away."""
        self.slots.pop()
        self.heights.pop()

    def replace(self, parts: list[Part], width: int) -> None:
        """Have exactly `parts`; the rows of those that stay are kept."""
        if [slot.part for slot in self.slots] == parts:
            return
        self.slots, self.heights = [], Heights()
        for part in parts:
            self.append(part, width)

    def resize(self, width: int) -> None:
        """Forget all rows and estimate anew."""
        for slot in self.slots:
            slot.forget()
        self.heights = Heights(slot.part.estimate(width) for slot in self.slots)

    def measure(self, index: int, width: int) -> int:
        """Lay one part out; gives by how much its height changed."""
        slot = self.slots[index]
        if slot.lines is None:
            slot.lines = slot.part.lines(width)
        return self.heights.set(index, len(slot.lines))


class _Stream:
    """A growing text in a section: finished blocks, and one open one at the end. Where the text has seams, `marks` says
    in which part each of them is, and how far in it. For who listens the open one is held back, as far as more text
    may still change it: what is read aloud is read once."""

    def __init__(self, section: Section, style: tuple[str, ...] = (), *, is_spoken: bool = False) -> None:
        self.is_spoken = is_spoken
        self.document = Document()
        self.section = section
        self.style = style
        self.fed = 0
        self.shown = 0
        self.tail: Block | None = None
        self.has_tail = False
        self.is_closed = False
        self.marks: list[tuple[int, Mark]] = []

    def lags(self, seams: Sequence[Seam]) -> bool:
        """Whether it has gone past a seam that it did not know of: it is to begin anew."""
        return len(seams) > len(self.marks) and self.fed > seams[len(self.marks)].at

    def sync(self, text: str, seams: Sequence[Seam], is_whole: bool, width: int, steps: int) -> bool:
        """Split what is new in `text`. True when more is left to do."""
        document = self.document
        if self.is_closed:
            return False
        for seam in seams[len(self.marks) :]:
            self._feed(text[: seam.at])
            if document.advance(steps):
                return True
            open_end = document.tail()
            self.marks.append((len(document.blocks), Mark(len(open_end.source) if open_end else 0, seam.note)))
            self.tail = None
        self._feed(text)
        if is_whole:
            document.finish()
        more = document.advance(steps)
        if is_whole and not more:
            document.close()
            self.is_closed = True
        tail = _settled(document.tail()) if self.is_spoken else document.tail()
        if self.shown == len(document.blocks) and tail == self.tail and not self.is_closed:
            return more
        if self.has_tail:
            self.section.pop()
        for block in document.blocks[self.shown :]:
            self._pass_on(block)
            self._append(block, width)
            self.shown += 1
        self.tail, self.has_tail = tail, tail is not None
        if tail is not None:
            self._append(tail, width)
        if self.is_closed and document.references:
            for slot in self.section.slots:
                if slot.part.block.uses_references:  # type: ignore[attr-defined]
                    slot.forget()
        return more

    def _feed(self, text: str) -> None:
        if self.fed < len(text):
            self.document.feed(text[self.fed :] if self.fed else text)
            self.fed = len(text)

    def _append(self, block: Block, width: int) -> None:
        marks = tuple(mark for part, mark in self.marks if part == self.shown)
        self.section.append(MarkdownPart(block, self.document, self.style, marks, self.is_spoken), width)

    def _pass_on(self, block: Block) -> None:
        """Of the marks that the open end had when it was this block and more, those behind it belong to the next."""
        length = len(block.source)
        for index, (part, mark) in enumerate(self.marks):
            if part == self.shown and mark.characters > length:
                self.marks[index] = (part + 1, replace(mark, characters=mark.characters - length))


def _settled(block: Block | None) -> Block | None:
    """What of the open end of a text stays as it is; None for nothing."""
    kept = settled(block.source) if isinstance(block, MarkdownBlock) else ""
    return replace(block, source=kept) if kept and isinstance(block, MarkdownBlock) else None


class EntryView:
    """How one entry falls into rows at one width."""

    def __init__(
        self, entry: Entry, width: int, *, steps: int, unfolded: bool = False, is_spoken: bool = False
    ) -> None:
        """With `unfolded` it has all that the entry holds, whatever is folded."""
        self._is_spoken = is_spoken
        self._frame = spoken_frame if is_spoken else frame
        self.entry = entry
        self.width = width
        self._is_unfolded = unfolded
        self.sections = [Section() for _ in range(5)]
        self._answer = _Stream(self.sections[BODY], is_spoken=is_spoken)
        self._thought = _Stream(self.sections[THOUGHT], ("reasoning",), is_spoken=is_spoken)
        self._has_plain = False
        self.has_more = False
        self.sync(steps)

    @property
    def height(self) -> int:
        """Rows of all sections."""
        return sum(section.heights.total for section in self.sections)

    def sync(self, steps: int) -> None:
        """Take over what changed in the entry; `has_more` when a big text is not split to its end yet."""
        entry, width = self.entry, self.width
        self.has_more = False
        if entry.kind is Kind.ANSWER:
            self._sync_answer(steps)
        elif not self._has_plain:
            self._has_plain = True
            for part in self._frame.plain_parts(entry):
                self.sections[BODY].append(part, width)
        self.sections[HEAD].replace(self._frame.head(entry), width)
        self.sections[GAP].replace(self._frame.gap(entry), width)
        self.sections[FOOT].replace(self._frame.foot(entry), width)

    def _sync_answer(self, steps: int) -> None:
        entry, width = self.entry, self.width
        is_whole = entry.state is not State.STREAMING
        is_folded = entry.folded and not self._is_unfolded
        if self._is_unfolded or (entry.shows_reasoning and not is_folded):
            has_more = self._thought.sync(str(entry.reasoning), (), is_whole or bool(entry.text), width, steps)
            self.has_more = self.has_more or has_more
        elif self._thought.fed:
            self.sections[THOUGHT] = Section()
            self._thought = _Stream(self.sections[THOUGHT], ("reasoning",), is_spoken=self._is_spoken)
        if self._answer.lags(entry.seams) or (is_folded and self._answer.fed):
            self.sections[BODY] = Section()
            self._answer = _Stream(self.sections[BODY], is_spoken=self._is_spoken)
        if not is_folded:
            has_more = self._answer.sync(str(entry.text), entry.seams, is_whole, width, steps)
            self.has_more = self.has_more or has_more

    def resize(self, width: int) -> None:
        """Another width: everything is estimated again."""
        self.width = width
        for section in self.sections:
            section.resize(width)

    def find(self, row: int) -> tuple[int, int, int]:
        """Section, part and row within the part that `row` of this entry falls on."""
        place = (HEAD, 0, 0)
        for index, section in enumerate(self.sections):
            if section.heights.total:
                part, line = section.heights.find(row)
                place = (index, part, line)
                if row < section.heights.total:
                    return place
                row -= section.heights.total
        return place

    def row_of(self, section: int, part: int) -> int:
        """The row of this entry at which a part starts."""
        above = sum(self.sections[index].heights.total for index in range(section))
        heights = self.sections[section].heights
        return above + heights.before(min(part, len(heights)))
