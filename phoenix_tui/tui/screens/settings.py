"""Every preference and every key, to be changed where one sees what it does."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from phoenix_tui.tui import keys
from phoenix_tui.tui.key_rules import STOP, keys_refused
from phoenix_tui.tui.keys import ROWS, Keys, shown_key
from phoenix_tui.tui.preferences import BY_NAME, Preferences
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.setting_rows import KEY, about, settings
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.widgets.settings_list import SettingsList


class Prefers(Protocol):
    """Who holds the preferences and changes them."""

    preferences: Preferences
    begin: Start

    def prefer(self, **changes: object) -> None: ...


class SettingsScreen(ClosesOnce, ModalScreen[None]):
    """The settings as a list, and below it what the chosen one is for. A change counts at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(ROWS["settings.close"].keys, "close", "Close", id="settings.close", show=False)
    ]

    def __init__(self, holder: Prefers) -> None:
        super().__init__()
        self._holder = holder
        self._waits_for = ""
        """Id of the action that is to be given the next key; empty while no key is waited for."""

    def compose(self) -> ComposeResult:
        with Vertical(id="settings") as box:
            box.border_title = "Settings"
            yield SettingsList(id="settings-list")
            yield Static(id="settings-about", markup=False)

    def on_mount(self) -> None:
        self._show()

    def _show(self, told: str = "") -> None:
        """Draw everything anew; `told` takes the place of what the chosen setting is for."""
        listed = self.query_one(SettingsList)
        own = self._holder.preferences
        start = self._holder.begin
        in_file = own.chosen if start.keep_preferences is not None else own.chosen & start.preferences.chosen
        listed.show(settings(own, start.surroundings, in_file))
        self._explain(listed.chosen, told)

    def _explain(self, key: str, told: str = "") -> None:
        style = "$health-degraded" if told else "$text-muted"
        words = Content.styled(told or about(key, self._holder.preferences), style)
        self.query_one("#settings-about", Static).update(words)
        change = f"{keys.label('settings.next')} gives it a key" if key.startswith(KEY) else "left, right change"
        default, close = keys.label("settings.default"), keys.label("settings.close")
        box = self.query_one("#settings", Vertical)
        box.border_subtitle = f"{change}   {default} default   {close} closes"

    @on(SettingsList.Chosen)
    def _chosen(self, event: SettingsList.Chosen) -> None:
        self._waits_for = ""
        self._explain(event.key)

    @on(SettingsList.Stepped)
    def _stepped(self, event: SettingsList.Stepped) -> None:
        if event.key.startswith(KEY):
            self._wait_for_key(event.key.removeprefix(KEY))
            return
        value = BY_NAME[event.key].kind.stepped(getattr(self._holder.preferences, event.key), event.by)
        self._holder.prefer(**{event.key: value})
        self._show()

    @on(SettingsList.TakenBack)
    def _taken_back(self, event: SettingsList.TakenBack) -> None:
        if event.key.startswith(KEY):
            self._give(event.key.removeprefix(KEY), None)
        else:
            self._holder.prefer(**{event.key: None})
            self._show()

    # A key for an action

    def _wait_for_key(self, action: str) -> None:
        self._waits_for = action
        self._explain(KEY + action, f'Press the key for "{ROWS[action].description}"; esc leaves it as it is.')

    def take_key(self, key: str) -> bool:
        """The key that was pressed, before anything else hears of it; says whether it was waited for."""
        action, self._waits_for = self._waits_for, ""
        if not action:
            return False
        if key == "escape":
            self._show()
        else:
            self._give(action, f"escape,{key}" if action == STOP else key)
        return True

    def _give(self, action: str, wanted: str | None) -> None:
        """Let the action have the keys `wanted`, None for those of the table, unless something speaks against it."""
        own = {name: given for name, given in self._holder.preferences.keys.items() if name != action}
        if wanted is not None and wanted != ROWS[action].keys:
            own[action] = wanted
        if refused := keys_refused(action, own):
            self._show(f"{refused} {Keys(self._holder.preferences.keys).labels(action)} stays.")
            return
        self._holder.prefer(keys=own)
        self._show(f"{', '.join(shown_key(key) for key in Keys(own).of(action))}: {ROWS[action].description}.")

    def action_close(self) -> None:
        self.dismiss()
