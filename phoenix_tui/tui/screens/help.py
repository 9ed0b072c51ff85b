"""Keys and commands, made from the same tables that bind them."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.help_words import help_lines, sections
from phoenix_tui.tui.keys import ROWS
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.widgets.line_view import LineView

LONGEST_SEARCH = 100
"""Characters that can be searched for."""


class HelpText(LineView, can_focus=False):
    """The help in lines."""

    class Resized(Message):
        """There is another width to wrap for."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class HelpScreen(ClosesOnce, ModalScreen[None]):
    """What the focused part of the screen is for and its keys, then every key, every command; typing narrows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss_help", "Close", show=False, priority=True),
        Binding(ROWS["help"].keys, "dismiss_help", "Close", id="help", show=False, priority=True),
        *(
            Binding(key, f"scroll_text('{way}')", show=False, priority=True)
            for key, way in (
                ("up", "up"), ("down", "down"), ("pageup", "page_up"), ("pagedown", "page_down"),
                ("ctrl+home", "home"), ("ctrl+end", "end"),
            )
        ),
    ]  # fmt: skip

    def __init__(self, about: str = "", group: Group | None = None) -> None:
        super().__init__()
        self._sections = sections(about, group, keys.in_force())
        self._search = Input(placeholder="Type to find", max_length=LONGEST_SEARCH, compact=True)
        self._text = HelpText(id="help-text")

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = f"up, down scroll   {keys.label('stop')} closes"
            yield self._search
            yield self._text

    @on(HelpText.Resized)
    @on(Input.Changed)
    def _draw(self) -> None:
        width = self._text.scrollable_content_region.width
        self._text.show_lines(help_lines(self._sections, width, self._search.value))
        if self._search.value:
            self._text.scroll_home(animate=False)

    def action_scroll_text(self, way: str) -> None:
        text = self._text
        match way:
            case "up":
                text.scroll_up(animate=False)
            case "down":
                text.scroll_down(animate=False)
            case "page_up":
                text.scroll_page_up(animate=False)
            case "page_down":
                text.scroll_page_down(animate=False)
            case "home":
                text.scroll_home(animate=False)
            case _:
                text.scroll_end(animate=False)

    def action_dismiss_help(self) -> None:
        self.dismiss()
