"""The part of the main screen that sets providers up: keys, and addresses of local servers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from textual import on

from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import key_words, keys, messages
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.ports import ClientPort, KeyKeeper
from phoenix_tui.tui.screens.provider_screen import ProviderScreen
from phoenix_tui.tui.setting_up import Entered, Outcome, Removal, take_away, use
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.text import one_line


class SetupScreen(ProviderScreen):
    """Opens the key dialog, and carries out what was decided in it."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._found: frozenset[str] | None = None

    @property
    @abstractmethod
    def shows_chat(self) -> bool:
        """Whether the chat stands, and no longer the welcome."""

    def watch_snapshot(self) -> None:
        super().watch_snapshot()
        if self.snapshot is not None:
            self._tell_found(self.snapshot)

    def _tell_found(self, snapshot: Snapshot) -> None:
        """Tell of local servers that were not there before. As long as the first screen stands, it says so itself."""
        infos = {info.name: info for info in snapshot.providers if info.found}
        new = infos.keys() - self._found if self._found is not None else frozenset[str]()
        self._found = frozenset(infos)
        for name in sorted(new) if self.shows_chat else ():
            where = one_line(urlsplit(infos[name].base_url).netloc)
            self.tell(f"{infos[name].label} was found running at {where}, and can be asked now.")

    def action_set_key(self, name: str = "") -> None:
        """Enter a key for the provider `name`, else for the primary; for a local server its address."""
        keeper = self.begin.keys
        if keeper is None:
            self.tell(keys.filled(key_words.NOT_HERE))
            return
        name = name or (self.snapshot.primary if self.snapshot else PROVIDER_NAMES[0])
        # It opens in this very moment, and learns later what it says: a key that is pasted now must not land in the
        # prompt.
        from phoenix_tui.tui.screens.key_screen import KeyScreen  # noqa: PLC0415 - the first picture needs none of it

        if not any(isinstance(screen, KeyScreen) for screen in self.app.screen_stack):  # the key was pressed twice
            self.app.push_screen(KeyScreen(name, keeper, self.client), partial(self._decided, keeper, name))

    @on(messages.KeyRequested)
    def _wants_a_key(self, event: messages.KeyRequested) -> None:
        self.action_set_key(event.provider)

    @abstractmethod
    def say(self, sentence: str) -> None:
        """A line of ours in the chat, or on the first screen."""

    @abstractmethod
    def provider_set_up(self) -> None:
        """A provider has just been given a key, or an address."""

    def _decided(self, keeper: KeyKeeper, name: str, outcome: Outcome) -> None:
        if outcome is not None:
            self.work(partial(self._set_up, keeper, name, outcome), "key")

    async def _set_up(self, keeper: KeyKeeper, name: str, outcome: Entered | Removal) -> None:
        client = await self.client()
        match outcome:
            case Entered():
                sentence, is_warning = await use(name, outcome, keeper, client)
                self.provider_set_up()
                await self._keep_who_is_first(name, client)
            case Removal():
                sentence, is_warning = await take_away(name, outcome, keeper, client)
        if is_warning:
            self.say(sentence)  # it is long, and to be read again
        else:
            self.tell(sentence)
        await client.probe(name)  # what was known of its models was known of another key, or another server

    async def _keep_who_is_first(self, name: str, client: ClientPort) -> None:
        """Who is asked before `name` now is asked before it at the next start, too, also where nobody has chosen that:
        the first in the default order that is set up would be another one then."""
        snapshot, arrangement = client.snapshot(), client.arrangement
        first = first_to_answer(snapshot)
        if first is None or first.target.provider == name:
            return
        if not snapshot.info_of(arrangement.primary).configured:
            arrangement = replace(arrangement, primary=first.target.provider)
        if arrangement.primary != name:
            await self._keep(arrangement, dict(self._models), self._strategy)
