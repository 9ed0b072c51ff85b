"""Keys and commands, made from the same tables that bind them."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.slash import COMMANDS
from phoenix_tui.tui.text import fit

Part = tuple[str, str]
KEY_CELLS = 24


class HelpScreen(ClosesOnce, ModalScreen[None]):
    """What the focused part of the screen is for, then every key, then every command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss_help", "Close", show=False, priority=True)
    ]

    def __init__(self, about: str = "") -> None:
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = f"{keys.label('stop')} closes"
            yield Static(Content.assemble(*help_parts(self._about)), markup=False)

    def action_dismiss_help(self) -> None:
        self.dismiss()


def help_parts(about: str) -> list[Part]:
    """The text of the help as (text, style) parts."""
    parts: list[Part] = []
    if about:
        parts += [("Here\n", "$accent bold"), (about + "\n\n", "")]
    for group, rows in groupby(KEYS, key=lambda row: row.group):
        parts.append((f"{group.value}\n", "$accent bold"))
        for row in rows:
            parts += [(f"  {fit(keys.labels(row.id), KEY_CELLS - 2)}", "bold"), (row.description + "\n", "")]
        parts.append(("\n", ""))
    parts.append(("Commands (a line that begins with /)\n", "$accent bold"))
    for command in COMMANDS:
        name = f"/{command.name} {command.argument}".rstrip()
        parts += [(f"  {fit(name, KEY_CELLS - 2)}", "bold"), (command.description + "\n", "")]
    parts += [
        ("\nSigns\n", "$accent bold"),
        ("  ● healthy  ◐ shaky or on trial  ◌ cooling after a limit  ✗ down or blocked\n", ""),
        ("  ★ the primary, or the model that is asked  ◆ pinned to its place\n", ""),
        ("  ○ untested  – off, offline or not set up  ┄ one provider goes on with another's answer\n", ""),
    ]
    return parts
