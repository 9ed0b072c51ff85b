"""A text area in which what is too large to lie open is folded to a chip."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui import keys
from phoenix_tui.tui.drafts import Chips, Draft, Fold, as_text, size_of

FOLD_CHARS = 20_000
FOLD_LINES = 400
"""What is pasted and larger than either is folded: laying out a megabyte on each key would make typing lag."""
MOST_OPEN = 60_000
"""Characters that pastes, each of them small, may lie open with in all."""
UNFOLD_CHARS = 200_000
UNFOLD_LINES = 5_000
"""What is larger than either stays folded: a key would take longer than between two screens (16 ms at a megabyte)."""
LARGEST_PASTE = 8_000_000
"""Characters; of a still larger paste the beginning is kept, and the person is told."""
PIECES_WITHIN = 0.25
"""Seconds: what is pasted that soon after, and right behind, is another piece of the same paste."""


class _Piece(NamedTuple):
    """What was pasted last: when (monotonic seconds), the text as it came, its chip ("" if it lies open) and where it
    ends. As long as nothing else is done, more of the same paste may follow."""

    time: float
    text: str
    chip: str
    end: Location


class ChipArea(TextArea):
    """A text area whose chips are one thing each to the cursor, to backspace and to the clipboard.

    Its `draft` is what is meant, its `text` what stands there, chips folded.
    """

    class Hinted(Message):
        """Something about writing that the person should know: `hint` is a sentence."""

        def __init__(self, hint: str) -> None:
            super().__init__()
            self.hint = hint

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._chips = Chips()  # the base class sets a selection already, which looks for them
        self._piece: _Piece | None = None
        super().__init__(
            soft_wrap=True, show_line_numbers=False, compact=True, highlight_cursor_line=False,
            placeholder=placeholder, id=id,
        )  # fmt: skip

    @property
    def draft(self) -> Draft:
        """What is written, with what of it is folded."""
        return self._chips.draft(self.text)

    @draft.setter
    def draft(self, draft: Draft) -> None:
        if not draft.folds and _is_large(draft.text):
            draft = Draft(draft.text, ((0, len(draft.text)),))
        self._chips.clear()
        self.load_text(self._chips.shown(draft))
        self.move_cursor(self.document.end)

    @property
    def value(self) -> str:
        """The whole text, chips unfolded."""
        return self.draft.text

    @value.setter
    def value(self, text: str) -> None:
        self.draft = Draft(text)

    def rewrite(self, text: str) -> None:
        """Put `text` in place of all that is written, as a change that can be undone. Chips whose text is still in it
        stay chips."""
        folds: list[Fold] = []
        at = 0
        for part, is_folded in self.draft.parts:
            found = text.find(part, at) if is_folded else -1
            if found >= 0:
                at = found + len(part)
                folds.append((found, at))
        draft = Draft(text, tuple(folds))
        if _is_large("".join(part for part, is_folded in draft.parts if not is_folded)):
            draft = Draft(text, ((0, len(text)),))
        shown = self._chips.shown(draft)
        self.replace(shown, (0, 0), self.document.end, maintain_selection_offset=False)

    def folds_anyway(self, text: str) -> bool:
        """Whether a paste is to lie folded, however small it is."""
        return False

    def paste(self, text: str) -> str:
        """Insert `text` at the cursor, or in place of the selection. If it is large it is folded; gives its chip then,
        else ""."""
        text = strip_controls(text)
        if len(text) > LARGEST_PASTE:
            self.post_message(self.Hinted(f"Only the first {LARGEST_PASTE:,} characters of the paste were kept."))
            text = text[:LARGEST_PASTE]
        is_folded = _is_large(text) or len(self.text) + len(text) > MOST_OPEN or self.folds_anyway(text)
        chip = self._chips.fold(text) if is_folded else ""
        start, end = sorted(self.selection)
        self.replace(chip or as_text(text), start, end, maintain_selection_offset=False)
        self.scroll_cursor_visible()
        return chip

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text, before = event.text, self._piece
        if before is not None and self._goes_on(before, event.time):
            self.undo()
            if before.chip:
                self._chips.forget(before.chip)
            text = before.text + text
        chip = self.paste(text)
        self._piece = _Piece(event.time, text, chip, self.cursor_location)

    def _goes_on(self, piece: _Piece, now: float) -> bool:
        """Whether what is pasted now is more of `piece`, which can be taken back by itself."""
        is_behind = self.selection.is_empty and self.cursor_location == piece.end
        return is_behind and now - piece.time < PIECES_WITHIN and 1 < len(piece.text) <= LARGEST_PASTE

    def action_paste(self) -> None:
        """Paste from the clipboard of this program."""
        self.paste(self.app.clipboard)

    def action_unfold(self) -> None:
        """Put the text of the chip beside the cursor, or of the only one, in its place."""
        if (place := self._chip_at_cursor()) is None:
            self.post_message(self.Hinted("There is no folded paste here: put the cursor beside one."))
            return
        row, (start, end) = place
        text = self._chips.text(self.document.get_line(row)[start:end])
        if len(text) > UNFOLD_CHARS or text.count("\n") > UNFOLD_LINES:
            what = f"That paste is too large to lie open here ({size_of(text)}); {keys.label('edit')} shows all of it."
            self.post_message(self.Hinted(what))
            return
        self.replace(as_text(text), (row, start), (row, end), maintain_selection_offset=False)

    def _chip_at_cursor(self) -> tuple[int, Fold] | None:
        row, column = self.cursor_location
        here = [(row, span) for span in self._spans(row)]
        beside = [place for place in here if place[1][0] <= column <= place[1][1]]
        if not beside:
            beside = [(row, span) for row in range(self.document.line_count) for span in self._spans(row)]
            return beside[0] if len(beside) == 1 else None
        return beside[0]  # of two that touch, the one before the cursor

    def undo(self) -> None:
        """As `TextArea` has it, which fails (8.2) where the cursor is behind the end of what an undo leaves."""
        if self.history.undo_stack:
            self.selection = Selection()
        super().undo()

    def redo(self) -> None:
        """As `undo`."""
        if self.history.redo_stack:
            self.selection = Selection()
        super().redo()

    # One thing each

    def _spans(self, row: int) -> list[Fold]:
        return self._chips.spans(self.document.get_line(row)) if row < self.document.line_count else []

    def edit(self, edit: Edit) -> EditResult:
        """As `TextArea` has it; of a chip it takes all or nothing."""
        self._piece = None
        edit.from_location, edit.to_location = self._around(edit.top, 0), self._around(edit.bottom, 1)
        return super().edit(edit)

    def _around(self, location: Location, side: int) -> Location:
        row, column = location
        return next(((row, span[side]) for span in self._spans(row) if span[0] < column < span[1]), location)

    def validate_selection(self, selection: Selection) -> Selection:
        """Neither end of a selection stands inside a chip."""
        before = self.selection
        return Selection(self._beside(selection.start, before.start), self._beside(selection.end, before.end))

    def _beside(self, location: Location, before: Location) -> Location:
        """`location`, or the end of the chip it is in: the far one, seen from `before`, where that is in the row."""
        row, column = location
        for start, end in self._spans(row):
            if start < column < end:
                if before[0] == row and not start < before[1] < end:
                    return (row, end if before[1] <= start else start)
                return (row, end if column - start > end - column else start)
        return location

    @property
    def selected_text(self) -> str:
        """The selection, chips unfolded."""
        return self._chips.draft(super().selected_text).text

    def action_cut(self) -> None:
        """Take the selection, or without one the line, to the clipboard."""
        text = self.selected_text
        if text:
            self.delete(*self.selection, maintain_selection_offset=False)
        else:
            text = self._chips.draft(self.document.get_line(self.cursor_location[0])).text + "\n"
            self.action_delete_line()
        self.app.copy_to_clipboard(text)


def _is_large(text: str) -> bool:
    return len(text) > FOLD_CHARS or text.count("\n") >= FOLD_LINES
