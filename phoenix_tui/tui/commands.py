"""The command palette: every action of the key table, and every change that can be made to each provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Provider
from textual.content import Content

from phoenix_tui.core.profiles import PROVIDER_NAMES, profile_of
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import KEYS, STEP, Group
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
    ("Open the page of {name}", "all that is known of its health", "provider_page('{name}')"),
    ("Choose the model of {name}", "from its live list, or by typing its name", "choose_model('{name}')"),
    ("Pin {name} to its place, or let it be moved", "as long as it can be asked, nothing moves it", "pin('{name}')"),
    ("Check {name} now", "a free check, nothing is generated", "check('{name}')"),
    ("Move {name} up in the fallback order", "it is asked earlier", "move('{name}', -1)"),
    ("Move {name} down in the fallback order", "it is asked later", "move('{name}', 1)"),
    ("Switch {name} off or on", "a provider that is off is never asked", "switch('{name}')"),
    ("Set up {name}: {what}", "it is tested before it is saved, /key {name}", "set_key('{name}')"),
    ("Forget the failures of {name}", "its waits and blocks too; it counts as new", "clear_health('{name}')"),
)
_SCREEN_ACTIONS = (
    ("Show the health of all providers", "/providers", "providers"),
    ("Show who would be asked now, and why", "/route", "route"),
    ("Show what happened: failures, switches, health", "/incidents", "incidents"),
    (
        "Let this conversation leave this machine again",
        "/local off; hosted providers may be sent all of it",
        "local('off')",
    ),
    ("Send the unanswered question to another provider", "{other}, /other", "other"),
    ("Begin a new conversation", "/new; the present one is kept", "new"),
    ("Open the demo", "simulated providers, no key; you come back to this conversation", "demo"),
    ("Retry the last unanswered question", "{retry}, /retry", "retry"),
    ("Restore the last conversation", "{again}, /restore", "restore"),
    ("Back to the default fallback order", "{order.reset} in the fallback order", "reset_order"),
    ("Make the panels wider", "{panels.wider} in a panel", f"panel_width({STEP})"),
    ("Make the panels narrower", "{panels.narrower} in a panel", f"panel_width(-{STEP})"),
    ("Write a message", "goes to the prompt", "focus_prompt"),
    ("Change between a dark and a light theme", "colours", "toggle_theme"),
)


CHAT = "chat."
"""Before an action of the chat, which has the focus then."""


def _uncapped(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def commands() -> Iterator[Command]:
    """Everything the palette offers."""
    for row in KEYS:
        if row.group is Group.ANYWHERE and row.id not in ("palette", "stop", "again", "confirm"):
            yield Command(row.description, keys.labels(row.id), row.action)
        elif row.group is Group.CHAT:
            yield Command(f"Chat: {_uncapped(row.description)}", keys.labels(row.id), f"{CHAT}{row.action}")
    yield Command("Stop the answer", keys.label("stop"), "stop")
    for title, help_text, action in _SCREEN_ACTIONS:
        yield Command(title, keys.filled(help_text), action)
    strategy_key = f"{keys.label('order.strategy')} in the fallback order"
    for strategy in Strategy:
        yield Command(f"Order by the strategy {strategy}", strategy_key, f"strategy('{strategy}')")
    for name in THEME_NAMES:
        yield Command(f"Use the theme {name}", "colours", f"theme('{name}')")
    for name in PROVIDER_NAMES:
        for title, help_text, action in _FOR_EACH_PROVIDER:
            words = {"name": name, "what": "address" if profile_of(name).local else "key"}
            yield Command(title.format(**words), help_text.format(**words), action.format(name=name))


class PhoenixCommands(Provider):
    """Offers the commands to Textual's palette. Titles are handed over as Content, so nothing in them is markup."""

    def _runner(self, action: str) -> Runner | None:
        screen = self.screen
        if not isinstance(screen, RunsCommands):
            return None
        return lambda: screen.run_command(action)

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
