"""One play: the screen over the real client and simulated providers, a list of actions, and what must hold of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.message import Message
from textual.pilot import Pilot

from phoenix_tui.commands.simulated import simulated_config
from phoenix_tui.core.client import Client
from phoenix_tui.sim import Simulator
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.attachments import plain
from phoenix_tui.tui.conversation import Ending
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.session import SessionStore
from phoenix_tui.tui.slash import Run, Say, parse
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.widgets.prompt import Prompt
from tests.monkey.actions import Action, Focus, Mouse, Paste, Press, Resize, Settle, Strike, Type

PATIENCE = 0.05
"""Of the usual deadlines, so that a silent provider holds nobody up."""
_ROUNDS = 400
_FAULT_OF_OURS = ("That did not work", "fault in this program")


class Play:
    """Runs actions on one screen and watches it. `wrong` has what should not have happened, as sentences."""

    def __init__(self, folder: Path) -> None:
        self.wrong: list[str] = []
        self._simulator = Simulator()
        self._folder = folder
        self._unseen: list[tuple[str, str]] = []
        """What was sent, and how it stands in a conversation, of what has been seen neither there nor back in the
        prompt."""
        self._heard: set[int] = set()
        self._was_left = False
        """Whether it was told to leave, as an open list can do."""
        self.app = PhoenixApp(Start(open_client=self._open_client, state_folder=folder, local_only=False))

    @asynccontextmanager
    async def _open_client(self) -> AsyncIterator[Client]:
        async with self._simulator as simulator:
            config = replace(simulated_config(simulator.environment()), patience=PATIENCE)
            async with Client(config) as client:
                yield client

    async def run(self, actions: Sequence[Action]) -> None:
        """Do all of `actions`, let the screen come to rest, and leave."""
        async with self.app.run_test(size=(100, 30), message_hook=self._hear, notifications=True) as pilot:
            await self._until(pilot, lambda: self.app.main.snapshot is not None, "the client opens")
            for action in actions:
                await self._do(action, pilot)
                if not self.app.is_running:
                    if not self._was_left:
                        self.wrong.append(f"the program ended at {action}")
                    return
            await self._come_to_rest(pilot)
            self._look()
            await pilot.press("ctrl+q")
        self.app.keep_session()
        self.app.main.keeper.close()
        self._look_at_what_is_kept()

    # What it does

    async def _do(self, action: Action, pilot: Pilot[None]) -> None:
        match action:
            case Press(keys):
                for key in keys:
                    self.app.post_message(events.Key(key, key if len(key) == 1 else None))
            case Type(text):
                for character in text:
                    key = {"\n": "ctrl+j", "\r": "enter", "\t": "tab"}.get(character, character)
                    self.app.post_message(events.Key(key, character))
            case Paste(text, times):
                self.app.post_message(events.Paste(text * times))
            case Mouse():
                self._mouse(action)
            case Resize(columns, rows):
                await pilot.resize_terminal(columns, rows)
            case Focus(has_focus):
                self.app.post_message(events.AppFocus() if has_focus else events.AppBlur())
            case Strike(provider, fault):
                self._simulator[provider].set_fault(*(() if fault is None else (fault,)))
            case Settle():
                await pilot.pause()
        await asyncio.sleep(0)

    def _mouse(self, action: Mouse) -> None:
        start, end = self._place(action.start), self._place(action.end)
        for _ in range(action.times):
            match action.what:
                case "click":
                    self._send(events.MouseDown, start, 1)
                    self._send(events.MouseUp, start, 1)
                case "drag":
                    self._send(events.MouseDown, start, 1)
                    for step in (start, ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2), end):
                        self._send(events.MouseMove, step, 1)
                    self._send(events.MouseUp, end, 1)
                case "down":
                    self._send(events.MouseDown, start, 1)
                case "up":
                    self._send(events.MouseUp, start, 1)
                case "wheel":
                    self._send(events.MouseScrollDown if start < end else events.MouseScrollUp, start, 0)

    def _place(self, shares: tuple[float, float]) -> tuple[int, int]:
        columns, rows = self.app.size
        return min(int(shares[0] * columns), columns - 1), min(int(shares[1] * rows), rows - 1)

    def _send(self, kind: type[events.MouseEvent], at: tuple[int, int], button: int) -> None:
        driver = self.app._driver
        assert driver is not None
        x, y = at
        driver.process_message(
            kind(None, x=x, y=y, delta_x=0, delta_y=0, button=button, shift=False, meta=False, ctrl=False)
        )

    async def _come_to_rest(self, pilot: Pilot[None]) -> None:
        for provider in self._simulator:
            provider.set_fault()
        await pilot.resize_terminal(100, 30)
        main = self.app.main
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        main.action_stop()
        await self._until(pilot, lambda: not main.is_answering, "the answer stops")
        await self._until(pilot, lambda: not self._unseen, f"nothing that was sent is lost: {self._unseen[:1]!r:.300}")

    async def _until(self, pilot: Pilot[None], condition: Callable[[], bool], what: str) -> None:
        for _ in range(_ROUNDS):
            if condition():
                return
            self._see()
            await pilot.pause()
        self.wrong.append(f"it never came to this: {what}")

    # What it sees

    def _hear(self, message: Message) -> None:
        """Every message on its way: what is sent, and where it then is."""
        if isinstance(message, Prompt.Submitted) and id(message) not in self._heard:
            self._heard.add(id(message))
            self._kept = message  # an id is that of one message only as long as it lives
            draft = message.draft
            said = Say(draft.text) if draft.folds else parse(draft.text)
            self._was_left |= said == Run("quit", "")
            if isinstance(said, Say) and said.text.strip():
                self._unseen.append((said.text, plain(Draft(said.text))))
        self._see()

    def _see(self) -> None:
        if self._unseen:
            main = self.app.main
            told = [exchange.question for exchange in main.conversation.exchanges]
            draft = main.prompt.value
            self._unseen = [
                (text, sent)
                for text, sent in self._unseen
                if sent not in told and text not in told and text not in draft
            ]

    def _look(self) -> None:
        main = self.app.main
        if any(exchange.ending is Ending.OPEN for exchange in main.conversation.exchanges):
            self.wrong.append("a question is left open though nothing is under way")
        said = [notice.message for notice in self.app._notifications] + [main.transcript.plain_text()]
        self.wrong += [
            f"a fault of our own was told: {text[-300:]}" for text in said for mark in _FAULT_OF_OURS if mark in text
        ]
        if any("�" in exchange.answer for exchange in main.conversation.exchanges):
            self.wrong.append("an answer holds a replacement character")

    def _look_at_what_is_kept(self) -> None:
        conversation = self.app.main.conversation
        if self.app.return_code not in (None, 0):
            self.wrong.append(f"it ended with {self.app.return_code}")
        if conversation.is_empty:
            return
        store = SessionStore(self._folder)
        found = store.newest()
        if found is None or found.saved.exchanges != tuple(conversation.exchanges):
            self.wrong.append("the conversation was not kept as it was")
