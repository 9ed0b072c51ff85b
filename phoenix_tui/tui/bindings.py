"""Every key as one table: what Textual binds, what the footer, the help and the palette show.

An id is stable and unique (a keymap of the person's may name it one day), an action is a method of the screen or of
the widget in whose group it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding

from phoenix_tui.core.profiles import PROVIDER_NAMES


class Group(StrEnum):
    """Where a key acts; the value is the headline in the help."""

    ANYWHERE = "Anywhere"
    PROMPT = "In the prompt"
    READING = "In the chat (Esc leaves the prompt)"
    HEALTH = "In the health panel"
    ORDER = "In the fallback order"


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One action with its default keys.

    `keys` is Textual's comma list. `shown` is how people write them, `footer` the short label in the footer (empty:
    not there), `priority` means that the focused widget cannot have the key for itself.
    """

    id: str
    keys: str
    action: str
    description: str
    group: Group
    shown: str = ""
    footer: str = ""
    priority: bool = False

    @property
    def key_label(self) -> str:
        """The keys as people write them: `alt+1, f2`."""
        return self.shown or self.keys.replace(",", ", ")


def _primaries() -> Iterator[KeyAction]:
    for number, name in enumerate(PROVIDER_NAMES, 1):
        yield KeyAction(
            id=f"primary.{name}",
            keys=f"alt+{number},f{number + 1}",
            action=f"primary('{name}')",
            description=f"Make {name} the primary",
            group=Group.ANYWHERE,
            priority=True,
        )


KEYS: tuple[KeyAction, ...] = (
    KeyAction(
        "stop", "escape", "escape", "Stop the answer; when idle, go between prompt and chat", Group.ANYWHERE, "esc"
    ),
    *_primaries(),
    KeyAction("palette", "ctrl+p", "app.command_palette", "Find any command", Group.ANYWHERE, "", "commands"),
    KeyAction("help", "f1", "help", "Show keys and commands", Group.ANYWHERE, "", "help", priority=True),
    KeyAction(
        "panels", "f9,ctrl+t", "toggle_panels", "Show or hide the panels", Group.ANYWHERE, "", "panels", priority=True
    ),
    KeyAction("local", "ctrl+l", "local", "Keep this conversation on this machine", Group.ANYWHERE),
    KeyAction("confirm", "ctrl+g", "confirm", "While it is asked: let the next provider answer now", Group.ANYWHERE),
    KeyAction("again", "ctrl+r", "again", "Restore the last conversation, or retry the last question", Group.ANYWHERE),
    KeyAction(
        "quit", "ctrl+q", "leave", "Leave; conversation and draft are kept", Group.ANYWHERE, "", "leave", priority=True
    ),
    KeyAction("focus.next", "tab", "app.focus_next", "Go to the next part of the screen", Group.ANYWHERE),
    KeyAction("focus.previous", "shift+tab", "app.focus_previous", "Go to the part before", Group.ANYWHERE),
    KeyAction("send", "enter", "submit", "Send the message", Group.PROMPT, "", "send"),
    KeyAction(
        "newline",
        "ctrl+j,shift+enter,alt+enter",
        "newline",
        "Begin a new line",
        Group.PROMPT,
        "ctrl+j, shift+enter",
        "new line",
    ),
    KeyAction("history.back", "up", "history_back", "In the first line: the message sent before", Group.PROMPT),
    KeyAction("history.forward", "down", "history_forward", "In the last line: the message sent after", Group.PROMPT),
    KeyAction("retry", "r", "retry", "Retry the last unanswered question", Group.READING, "", "retry"),
    KeyAction("other", "o", "other", "Send the unanswered question to another provider", Group.READING),
    KeyAction("write", "i", "focus_prompt", "Go back to the prompt (so does typing)", Group.READING, "", "write"),
    KeyAction(
        "health.primary", "enter", "make_primary", "Make the chosen provider the primary", Group.HEALTH, "", "primary"
    ),
    KeyAction("health.check", "c", "check", "Check the chosen provider now (free)", Group.HEALTH, "", "check now"),
    KeyAction(
        "order.primary", "enter", "make_primary", "Make the chosen provider the primary", Group.ORDER, "", "primary"
    ),
    KeyAction(
        "order.up", "shift+up,K", "move(-1)", "Move the chosen provider up", Group.ORDER, "K, shift+up", "move up"
    ),
    KeyAction("order.down", "shift+down,J", "move(1)", "Move it down", Group.ORDER, "J, shift+down", "down"),
    KeyAction("order.switch", "x", "switch", "Switch it off or on again", Group.ORDER, "", "off/on"),
    KeyAction("order.strategy", "s", "strategy", "Order by the next strategy", Group.ORDER, "", "strategy"),
    KeyAction("order.reset", "0", "reset", "Back to the default order", Group.ORDER, "", "default"),
)


def bindings_of(group: Group) -> list[Binding]:
    """The table's rows of one group, as Textual binds them."""
    return [
        Binding(row.keys, row.action, row.description, id=row.id, priority=row.priority, show=False)
        for row in KEYS
        if row.group is group
    ]


def footer_of(group: Group) -> tuple[tuple[str, str], ...]:
    """(keys, label) of what the footer shows while the focus is in `group`: its own keys, those from anywhere, and at
    the end the help, which is there however narrow it is."""
    own = [(row.key_label.split(",")[0], row.footer) for row in KEYS if row.group is group and row.footer]
    anywhere = [(row.key_label.split(",")[0], row.footer) for row in KEYS if row.group is Group.ANYWHERE and row.footer]
    helps = ("f1", "help")
    return (*own, ("alt+1..7", "primary"), *(row for row in anywhere if row != helps), helps)
