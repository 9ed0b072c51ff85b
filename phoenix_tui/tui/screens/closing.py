"""Screens over the main one are closed once, however often they are told."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette

from phoenix_tui.tui.screens.steady import Steady


class ClosesOnce(Steady):
    """For a screen that is closed only while it is the one that is seen: the second click of a double click outside it,
    and a second esc of a burst, reach it when it is gone already, and would close the one below.

    It is no screen itself, since Textual looks for styles along the first base that is one.
    """

    is_current: bool

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """As `Screen` has it."""
        if not self.is_current:
            return AwaitComplete()
        closing: AwaitComplete = super().dismiss(result)  # type: ignore[misc]  # it is the screen's, behind this
        return closing


class Palette(ClosesOnce, CommandPalette):
    """Textual's palette."""
