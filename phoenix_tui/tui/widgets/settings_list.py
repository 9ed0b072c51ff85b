"""The list of settings: what each is called, what holds, where that comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from phoenix_tui.tui import spoken
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.setting_rows import KEY, Setting
from phoenix_tui.tui.text import clip, fit
from phoenix_tui.tui.widgets.line_view import Line
from phoenix_tui.tui.widgets.row_list import Row, RowList

SOURCE_CELLS = 12
_YOURS_CELLS = 6
"""What the source of a key takes where there is little room."""
_ROOMY = 48
"""Columns from which there is room for the sources."""
_WIDE = 76
"""Columns from which preferences and keys stand in the same columns."""
_LEAST_VALUE = 16
_BEFORE, _AFTER = "< ", " >"


class SettingsList(RowList):
    """Settings with a cursor. Keys and clicks say what the person wants; the screen does it."""

    HELP = "Every setting, with what holds now and where that comes from."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.SETTINGS)]

    class Stepped(Message):
        """The person wants the value `by` steps after that of the setting `key` (negative: before)."""

        def __init__(self, key: str, by: int) -> None:
            super().__init__()
            self.key = key
            self.by = by

    class TakenBack(Message):
        """The person wants the default of the setting `key` again."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Chosen(Message):
        """The cursor is on the setting `key` now."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._settings: tuple[Setting, ...] = ()

    def show(self, settings: Iterable[Setting]) -> None:
        """Show these, the cursor staying where it is."""
        self._settings = tuple(settings)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def watch_chosen(self, before: str, now: str) -> None:
        super().watch_chosen(before, now)
        self._draw()
        self.post_message(self.Chosen(now))

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        self.show_rows([Row(one.key, (self._line(one, self._cells(one.key, width)),)) for one in self._settings])

    def _cells(self, key: str, width: int) -> tuple[int, int, int]:
        """How wide titles, values and sources are. Where there is little room, a preference takes no more of it than
        its words need, what a key does takes more, and the source is left out in the end."""
        is_key = key.startswith(KEY)
        sources = (SOURCE_CELLS if width >= _WIDE or not is_key else _YOURS_CELLS) if width >= _ROOMY else 0
        values = min(32, (width - sources) // 2)
        if width < _WIDE and is_key:
            values = (width - sources) // 3
        elif width < _WIDE:
            named = [len(one.title) for one in self._settings if one.key and not one.key.startswith(KEY)]
            values = width - sources - max(named, default=0) - 3
        values = max(_LEAST_VALUE, values)
        return max(4, width - values - sources), values, sources

    def _line(self, setting: Setting, cells: tuple[int, int, int]) -> Line:
        titles, values, sources = cells
        if not setting.key:
            return ((clip(setting.title, sum(cells)), "$accent bold"),)
        if spoken.in_force():  # whole, as columns that become a sentence
            return (("  ".join((setting.title, setting.value, setting.source)), "$foreground"),)
        is_chosen = setting.key == self.chosen
        room = values - len(_BEFORE) - len(_AFTER)
        shown = clip(setting.value, room)
        value = f"{_BEFORE}{shown}{_AFTER}" if is_chosen else " " * len(_BEFORE) + shown
        return (
            ("  " + fit(setting.title, titles - 3) + " ", "$foreground"),
            (fit(value, values), "$accent bold" if is_chosen else "$foreground"),
            (fit(setting.source, sources), "$text-muted"),
        )

    def on_click(self, event: events.Click) -> None:
        """A click chooses a setting; one on the value of the chosen one changes it, to the one before on its left."""
        chosen_before, offset = self.chosen, event.get_content_offset(self)
        super().on_click(event)
        if offset is None or self.chosen != chosen_before or self.under_mouse(event) != self.chosen:
            return
        titles, values, _ = self._cells(self.chosen, self.scrollable_content_region.width)
        if titles <= offset.x < titles + values:
            self.post_message(self.Stepped(self.chosen, -1 if offset.x < titles + len(_BEFORE) else 1))

    def action_step(self, by: int) -> None:
        if self.chosen:
            self.post_message(self.Stepped(self.chosen, by))

    def action_take_back(self) -> None:
        if self.chosen:
            self.post_message(self.TakenBack(self.chosen))
