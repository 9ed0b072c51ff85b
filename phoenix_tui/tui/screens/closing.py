"""Screens over the main one are closed once, however often they are told."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.geometry import Offset
from textual.widgets import Input

from phoenix_tui.tui.notices import take_away
from phoenix_tui.tui.screens.steady import Steady


class ClosesOnce(Steady):
    """For a screen that is closed only while it is the one that is seen: the second click of a double click outside it,
    and a second esc of a burst, reach it when it is gone already, and would close the one below.

    It is no screen itself, since Textual looks for styles along the first base that is one.
    """

    app: App[object]
    is_current: bool
    is_written_in: bool = False
    """Whether something is entered in it, so that only the person may close it."""

    def on_mount(self) -> None:
        """What was told in passing was told of the screen below, and would lie over this one; warnings stay."""
        take_away(self.app, lambda notice: notice.severity == "information")

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """As `Screen` has it."""
        if not self.is_current:
            return AwaitComplete()
        closing: AwaitComplete = super().dismiss(result)  # type: ignore[misc]  # it is the screen's, behind this
        return closing


class Palette(ClosesOnce, CommandPalette):
    """Textual's palette, whose cursor is at what is chosen after a key that has chosen it, and which goes by pages only
    where its list has room: Textual 8.2 fails where it has none."""

    _goes_through_list = False

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """Where the chosen command begins on the screen; None: where one types."""
        listed = self.query_one(CommandList)
        if not self._goes_through_list or listed.highlighted is None:
            return None
        x, y, _, _ = listed.content_region
        return Offset(x, y + listed._index_to_line[listed.highlighted] - listed.scroll_offset.y)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._goes_through_list = False

    def _action_command_list(self, action: str) -> None:
        listed = self.query_one(CommandList)
        listed._update_lines()
        if listed._lines or not action.startswith("page"):
            self._goes_through_list = True
            super()._action_command_list(action)
