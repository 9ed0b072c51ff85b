"""The command palette: every action of the key table, and every change that can be made to each provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Provider
from textual.content import Content

from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.types import Strategy
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import KEYS, STEP, Group, KeyAction
from phoenix_tui.tui.theme import THEME_NAMES

Runner = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette. `action` is an action of the screen, or of the chat where it begins with `CHAT`."""

    title: str
    help: str
    action: str


@runtime_checkable
class RunsCommands(Protocol):
    """A screen whose actions the palette can run."""

    def run_command(self, action: str) -> Awaitable[object]: ...


_FOR_EACH_PROVIDER = (
    ("Open the page of {name}", "all that is known of its health; {health.open}, {order.open} in a panel",
     "provider_page('{name}')"),
    ("Choose the model of {name}", "from its live list; {health.model} in a panel, {page.model} on its page",
     "choose_model('{name}')"),
    ("Pin {name} to its place, or let it be moved", "while it can be asked, nothing moves it; {order.pin} in the order",
     "pin('{name}')"),
    ("Check {name} now", "free, nothing is generated; {health.check} in a panel, {page.check} on its page",
     "check('{name}')"),
    ("Move {name} up in the fallback order", "it is asked earlier; {order.up} in the order", "move('{name}', -1)"),
    ("Move {name} down in the fallback order", "it is asked later; {order.down} in the order", "move('{name}', 1)"),
    ("Switch {name} off or on",
     "off, it is never asked; {health.switch} or {order.switch} in a panel, {page.switch} on its page",
     "switch('{name}')"),
    ("Set up {name}: {what}", "tested before it is saved; /key {name}, {health.key} in a panel, {page.key} on its page",
     "set_key('{name}')"),
    ("Forget the failures of {name}", "waits and blocks too; {health.clear} in a panel, {page.clear} on its page",
     "clear_health('{name}')"),
)  # fmt: skip
_SCREEN_ACTIONS = (
    ("Stop the answer", "{stop}", "stop"),
    ("Let the next provider answer now", "{confirm}, while it is asked", "confirm"),
    ("Show the health of all providers", "/providers", "providers"),
    ("Show who would be asked now, and why", "/route", "route"),
    ("Show what happened: failures, switches, health", "/incidents", "incidents"),
    ("Let this conversation leave this machine again", "/local off; hosted providers may be sent all of it",
     "local('off')"),
    ("Send the unanswered question to another provider", "{other} in the chat, /other", "other"),
    ("Begin a new conversation", "/new; the present one is kept", "new"),
    ("Open the demo", "simulated providers, no key; you come back to this conversation; {first.demo} at first", "demo"),
    ("Retry the last unanswered question", "{retry} in the chat, {again}, /retry", "retry"),
    ("Restore the last conversation", "{again}, /restore", "restore"),
    ("Back to the default fallback order", "{order.reset} in the order", "reset_order"),
    ("Make the panels wider", "{panels.wider} in a panel", f"panel_width({STEP})"),
    ("Make the panels narrower", "{panels.narrower} in a panel", f"panel_width(-{STEP})"),
    ("Write a message", "{write} goes to the prompt", "focus_prompt"),
    ("Change between a dark and a light theme", "colours", "toggle_theme"),
)  # fmt: skip
_STRATEGY_HELP = "{order.strategy} in the order passes on to the next"
_THEME_HELP = "colours; {settings} has the present one"
CHAT = "chat."
"""Before an action of the chat, which has the focus then."""
NOT_OFFERED: Mapping[Group | str, str] = MappingProxyType(
    {
        "palette": "it is open",
        "stop": "as Stop the answer; what it does when idle is a move of the focus",
        "again": "as what it does: restore or retry",
        "confirm": "in words that are true while nothing is asked, too",
        "focus.next": "a move of the focus",
        "focus.previous": "a move of the focus",
        "find.reading": "as the same from anywhere",
        "health.primary": "as the key from anywhere for each provider",
        "order.primary": "as the key from anywhere for each provider",
        "order.undo": "as the same from anywhere",
        "order.previous": "a move of the cursor",
        "order.next": "a move of the cursor",
        "first.key": "as Set up for each provider",
        "page.primary": "as the key from anywhere for each provider",
        "page.before": "a move from page to page",
        "page.after": "a move from page to page",
        Group.PROMPT: "what is done to the text while it is written",
        Group.COMPLETING: "it acts in a list that the palette closes",
        Group.LISTS: "moves of the cursor",
        Group.FIND: "it acts in a field that the palette takes the focus from",
        Group.KEY: "it acts in a dialog of its own",
        Group.SETTINGS: "it acts in a dialog of its own",
    }
)
"""Rows of the key table that the palette does not have by themselves, or whole groups of them, and why."""


def named_keys() -> frozenset[str]:
    """Ids of the rows whose keys stand beside a command of the palette."""
    texts = (*(text for _, text, _ in (*_FOR_EACH_PROVIDER, *_SCREEN_ACTIONS)), _STRATEGY_HELP, _THEME_HELP)
    offered = {row.id for row in KEYS if _is_offered(row)}
    return frozenset(offered.union(*(keys.named(text) for text in texts)))


def _is_offered(row: KeyAction) -> bool:
    """Whether a row is a command as it stands."""
    return row.group in (Group.ANYWHERE, Group.CHAT) and row.id not in NOT_OFFERED


def commands() -> Iterator[Command]:
    """Everything the palette offers."""
    for row in KEYS:
        if not _is_offered(row):
            continue
        if row.group is Group.CHAT:
            title = f"Chat: {row.description[0].lower()}{row.description[1:]}"
            yield Command(title, keys.labels(row.id), f"{CHAT}{row.action}")
        else:
            yield Command(row.description, keys.labels(row.id), row.action)
    for title, help_text, action in _SCREEN_ACTIONS:
        yield Command(title, keys.filled(help_text), action)
    for strategy in Strategy:
        yield Command(f"Order by the strategy {strategy}", keys.filled(_STRATEGY_HELP), f"strategy('{strategy}')")
    for name in THEME_NAMES:
        yield Command(f"Use the theme {name}", keys.filled(_THEME_HELP), f"theme('{name}')")
    for name in PROVIDER_NAMES:
        what = "address" if profile_of(name).local else "key"
        for texts in _FOR_EACH_PROVIDER:
            title, help_text, action = (text.replace("{name}", name).replace("{what}", what) for text in texts)
            yield Command(title, keys.filled(help_text), action)


class PhoenixCommands(Provider):
    """Offers the commands to Textual's palette. Titles are handed over as Content, so nothing in them is markup."""

    def _runner(self, action: str) -> Runner | None:
        for screen in reversed(self.app.screen_stack):  # the palette may lie over a dialog that runs none
            if isinstance(screen, RunsCommands):
                return partial(screen.run_command, action)
        return None

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """All of them, before anything is typed."""
        for command in commands():
            if runner := self._runner(command.action):
                yield DiscoveryHit(Content(command.title), runner, text=command.title, help=command.help)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """Those that match what was typed, best first."""
        matcher = self.matcher(query)
        for command in commands():
            score = matcher.match(command.title)
            if score > 0 and (runner := self._runner(command.action)):
                yield Hit(score, matcher.highlight(command.title), runner, text=command.title, help=command.help)
