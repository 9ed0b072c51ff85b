"""Every key as one table: what Textual binds, what the footer, the help and the palette show.

An id is stable and unique: the person's own keys name it (`[keys]` in preferences.toml). An action is a method of the
screen or of the widget in whose group it stands. Which keys are in force, and what they are called in a sentence, says
`keys.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from textual.binding import Binding

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.values import dataclass


class Group(StrEnum):
    """Where a key acts; the value is the headline in the help."""

    ANYWHERE = "Anywhere"
    PROMPT = "In the prompt"
    COMPLETING = "In the prompt, while a list is open"
    READING = "Outside the prompt (Esc leaves it)"
    CHAT = "In the chat"
    FIND = "In the find bar"
    LISTS = "In any list"
    PANELS = "In either panel"
    HEALTH = "In the health panel"
    ORDER = "In the fallback order"
    FIRST = "On the first screen (Esc leaves the prompt)"
    KEY = "In the key dialog"
    PAGE = "On the page of a provider"
    SETTINGS = "In the settings"


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One action with its default keys.

    `keys` is Textual's comma list, the one to name first. `shown` is how people write them where that is not the same,
    `footer` the short label in the footer (empty: not there), `priority` means that the focused widget cannot have the
    key for itself.
    """

    id: str
    keys: str
    action: str
    description: str
    group: Group
    shown: str = ""
    footer: str = ""
    priority: bool = False


STEP = 4
"""Columns by which a key makes the panels wider or narrower."""


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
    KeyAction("pick", "ctrl+o", "pick_primary", "Choose the primary from a list", Group.ANYWHERE, priority=True),
    KeyAction("undo", "alt+u", "undo", "Take back the last change to who is asked", Group.ANYWHERE, priority=True),
    KeyAction("edit", "alt+e", "edit", "Write the message in your editor ($VISUAL, $EDITOR)", Group.ANYWHERE),
    KeyAction("find", "ctrl+f", "find", "Find in the chat", Group.ANYWHERE, priority=True),
    KeyAction(
        "copy_last", "alt+c", "copy_last", "Copy the last answer as it was written", Group.ANYWHERE, priority=True
    ),
    KeyAction("chat_end", "ctrl+end", "chat_end", "Go to the end of the chat", Group.ANYWHERE, priority=True),
    KeyAction("settings", "f10,alt+s", "settings", "Change settings and keys", Group.ANYWHERE, priority=True),
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
    KeyAction("unfold", "alt+p", "unfold", "Unfold the paste beside the cursor", Group.PROMPT),
    KeyAction("complete.take", "tab", "take", "Take what is chosen", Group.COMPLETING, "", "take"),
    KeyAction(
        "complete.enter", "enter", "take_or_run", "Take what is chosen; carry a whole command out", Group.COMPLETING
    ),
    KeyAction("complete.next", "down", "choose(1)", "Choose the next", Group.COMPLETING, "", "choose"),
    KeyAction("complete.previous", "up", "choose(-1)", "Choose the previous", Group.COMPLETING),
    KeyAction("complete.close", "escape", "close", "Close the list, and leave the text", Group.COMPLETING, "esc"),
    KeyAction("retry", "r", "retry", "Retry the last unanswered question", Group.READING),
    KeyAction("other", "o", "other", "Send the unanswered question to another provider", Group.READING),
    KeyAction("write", "i", "focus_prompt", "Go back to the prompt (so does typing)", Group.READING, "", "write"),
    KeyAction("find.reading", "slash", "find", "Find in the chat", Group.READING, "", "find"),
    KeyAction("list.previous", "up", "choose_by(-1)", "Go to the one above", Group.LISTS),
    KeyAction("list.next", "down", "choose_by(1)", "Go to the one below", Group.LISTS),
    KeyAction("list.page_up", "pageup", "choose_page(-1)", "Go a page up", Group.LISTS),
    KeyAction("list.page_down", "pagedown", "choose_page(1)", "Go a page down", Group.LISTS),
    KeyAction("list.first", "home", "choose_first", "Go to the first", Group.LISTS),
    KeyAction("list.last", "end", "choose_last", "Go to the last", Group.LISTS),
    KeyAction("transcript.up", "up", "scroll_up", "Scroll up", Group.CHAT),
    KeyAction("transcript.down", "down", "scroll_down", "Scroll down", Group.CHAT),
    KeyAction("transcript.page_up", "pageup", "page_up", "A page up", Group.CHAT),
    KeyAction("transcript.page_down", "pagedown", "page_down", "A page down", Group.CHAT),
    KeyAction("transcript.home", "home", "scroll_home", "To the first line", Group.CHAT),
    KeyAction("transcript.end", "end", "scroll_end", "To the last line, and stay there", Group.CHAT),
    KeyAction("transcript.next", "n", "step(1)", "To the next entry, fold or block of code", Group.CHAT, "", "step"),
    KeyAction("transcript.previous", "p", "step(-1)", "To the entry, fold or code before", Group.CHAT),
    KeyAction("transcript.next_code", "right_square_bracket", "step_code(1)", "To the next block of code", Group.CHAT),
    KeyAction("transcript.previous_code", "left_square_bracket", "step_code(-1)", "To the code before", Group.CHAT),
    KeyAction("transcript.next_link", "l", "step_link(1)", "To the next link; its address is shown", Group.CHAT),
    KeyAction("transcript.previous_link", "L", "step_link(-1)", "To the link before", Group.CHAT),
    KeyAction(
        "transcript.toggle",
        "enter,space",
        "activate",
        "Open or close a fold, copy code, open a link: what the cursor is on",
        Group.CHAT,
        "",
        "open",
    ),
    KeyAction(
        "transcript.copy",
        "c",
        "copy",
        "Copy the selection, else what the cursor is on, else the last answer",
        Group.CHAT,
        "",
        "copy",
    ),
    KeyAction("find.next", "enter,down", "next_match", "To the next match", Group.FIND, "", "next"),
    KeyAction("find.previous", "up,shift+enter", "previous_match", "To the match before", Group.FIND, "", "previous"),
    KeyAction(
        "panels.wider", "greater_than_sign", f"screen.panel_width({STEP})", "Make the panels wider", Group.PANELS
    ),
    KeyAction(
        "panels.narrower", "less_than_sign", f"screen.panel_width(-{STEP})", "Make the panels narrower", Group.PANELS
    ),
    KeyAction("health.open", "enter", "open_page", "Open the page of the chosen provider", Group.HEALTH, "", "open"),
    KeyAction("health.primary", "p", "make_primary", "Make it the primary", Group.HEALTH, "", "primary"),
    KeyAction("health.check", "c", "check", "Check it now (free)", Group.HEALTH, "", "check"),
    KeyAction("health.key", "k", "set_key", "Give it a key", Group.HEALTH, "", "key"),
    KeyAction("health.model", "m", "choose_model", "Choose its model", Group.HEALTH, "", "model"),
    KeyAction("health.switch", "x", "switch", "Switch it off or on again", Group.HEALTH, "", "off/on"),
    KeyAction("health.clear", "z", "clear", "Forget its failures, waits and blocks", Group.HEALTH),
    KeyAction("order.open", "enter", "open", "Open the page of the chosen provider", Group.ORDER, "", "open"),
    KeyAction("order.primary", "p", "make_primary", "Make the chosen provider the primary", Group.ORDER, "", "primary"),
    KeyAction("order.up", "K,shift+up", "move(-1)", "Move the chosen provider up", Group.ORDER, "", "move up"),
    KeyAction("order.down", "J,shift+down", "move(1)", "Move it down", Group.ORDER, "", "down"),
    KeyAction("order.previous", "k", "choose_by(-1)", "Go to the provider above", Group.ORDER),
    KeyAction("order.next", "j", "choose_by(1)", "Go to the one below", Group.ORDER),
    KeyAction("order.pin", "f", "pin", "Pin it to its place, or let it be moved again", Group.ORDER, "", "pin"),
    KeyAction("order.switch", "x", "switch", "Switch it off or on again", Group.ORDER, "", "off/on"),
    KeyAction("order.strategy", "s", "strategy", "Order by the next strategy", Group.ORDER, "", "strategy"),
    KeyAction("order.undo", "u", "undo", "Take back the last change to who is asked", Group.ORDER, "", "undo"),
    KeyAction("order.reset", "0", "reset", "Back to the default order", Group.ORDER, "", "default"),
    KeyAction("first.key", "enter,k", "set_key", "Give the chosen provider a key", Group.FIRST, "", "set its key"),
    KeyAction("first.demo", "d", "screen.demo", "Open the demo: no key, no network", Group.FIRST, "", "demo"),
    KeyAction("key.enter", "enter", "submit", "Test what was entered, and save it", Group.KEY),
    KeyAction("key.remove", "ctrl+d", "remove", "Take away what is saved (twice)", Group.KEY, priority=True),
    KeyAction("key.page", "ctrl+b", "page", "Open the page on which keys are made", Group.KEY, priority=True),
    KeyAction("page.primary", "p", "make_primary", "Make it the primary", Group.PAGE, "", "primary"),
    KeyAction("page.check", "c", "check", "Check it now (free)", Group.PAGE, "", "check"),
    KeyAction("page.switch", "x", "switch", "Switch it off or on again", Group.PAGE, "", "off/on"),
    KeyAction("page.before", "left", "turn(-1)", "Go to the page of the provider before", Group.PAGE, "", "before"),
    KeyAction("page.after", "right", "turn(1)", "Go to the page of the one after", Group.PAGE, "", "after"),
    KeyAction("page.clear", "z", "clear", "Forget its failures, waits and blocks", Group.PAGE, "", "forget"),
    KeyAction("page.key", "k", "set_key", "Give it a key", Group.PAGE, "", "key"),
    KeyAction("page.model", "m", "choose_model", "Choose its model", Group.PAGE, "", "model"),
    KeyAction("settings.next", "enter,right,space", "step(1)", "The next value; or another key", Group.SETTINGS),
    KeyAction("settings.previous", "left", "step(-1)", "The value before", Group.SETTINGS),
    KeyAction("settings.default", "backspace,delete", "take_back", "The default again", Group.SETTINGS),
    KeyAction("settings.close", "escape,f10", "close", "Close the settings", Group.SETTINGS),
)


_OVER = frozenset({Group.KEY, Group.SETTINGS})
"""Groups of screens that lie over the main one, where its keys do not act."""
_TOGETHER = (
    {Group.READING, Group.CHAT},
    {Group.LISTS, Group.FIRST},
    {Group.LISTS, Group.PANELS, Group.HEALTH},
    {Group.LISTS, Group.PANELS, Group.ORDER},
    {Group.LISTS, Group.SETTINGS},
)
"""Groups, besides the one that is anywhere, whose keys act together."""


def meet(one: Group, other: Group) -> bool:
    """Whether keys of both groups can act at the same moment, so that none may be in both. An open list takes its keys
    before anybody else is asked."""
    if one is other or any({one, other} <= groups for groups in _TOGETHER):
        return True
    return Group.ANYWHERE in (one, other) and not ({Group.COMPLETING} | _OVER) & {one, other}


def beside(group: Group) -> tuple[Group, ...]:
    """`group`, and those whose keys act together with its own, but for the one that is anywhere."""
    return (group, *(one for one in Group if one is not group and one is not Group.ANYWHERE and meet(one, group)))


def bindings_of(group: Group) -> list[Binding]:
    """The table's rows of one group, as Textual binds them."""
    return [
        Binding(row.keys, row.action, row.description, id=row.id, priority=row.priority, show=False)
        for row in KEYS
        if row.group is group
    ]
