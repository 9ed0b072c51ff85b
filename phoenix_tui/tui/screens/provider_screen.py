"""The half of the main screen that has to do with providers: the client, its health, who is asked first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from textual import on
from textual.reactive import reactive
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui import health_words, keys, latency_graph, messages, switching
from phoenix_tui.tui.keeping import ChoicesKeeper
from phoenix_tui.tui.ports import ClientPort
from phoenix_tui.tui.screens.preferring_screen import PreferringScreen
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.switching import Before, Meanwhile, Told
from phoenix_tui.tui.text import one_line

CLOSING_SECONDS = 3.0
"""How long leaving waits for connections to close."""
CHANGES_KEPT = 50
"""How many changes to who is asked can be taken back."""


class ClientNotOpen(PhoenixError):
    """The client could not be made; the message is a sentence."""


class ProviderScreen(PreferringScreen):
    """Opens the client once the first picture stands, follows its snapshots, carries out what the panels ask for."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    """Wall time of the last tick; it moves only while something counts."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._client: ClientPort | None = None
        self._client_settled = asyncio.Event()
        self._client_problem = ""
        self._choices = ChoicesKeeper(start.choices)
        self._models = dict(start.models)
        self._strategy = start.strategy
        self._undo: deque[Before] = deque(maxlen=CHANGES_KEPT)
        self._tick: Timer | None = None
        self._graph_move: Timer | None = None
        self._news_told = 0

    def on_mount(self) -> None:
        self.now = self.begin.wall()
        self.call_after_refresh(self._open)

    async def on_unmount(self) -> None:
        """Stop what runs and wait until its connections are closed: after this, nothing is left to do it."""
        running = [worker for worker in self.workers if worker.node is self and not worker.is_finished]
        for worker in running:
            if not worker.is_cancelled:  # a second cancel would break into the closing that the first one began
                worker.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await asyncio.gather(*(worker.wait() for worker in running), return_exceptions=True)

    def come_forward(self) -> None:
        """Close whatever lies over this screen."""
        while self.app.screen is not self and len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    # The client

    def _open(self) -> None:
        self.work(self._follow, "client")

    async def _follow(self) -> None:
        if self.begin.warm_up is not None:
            await asyncio.to_thread(self.begin.warm_up)
        async with self.begin.open_client() as client:
            self._client = client
            self._client_settled.set()
            try:
                async for snapshot in client.watch():
                    self.now = self.begin.wall()
                    self.snapshot = snapshot
                    self._tell_news()
            finally:
                self._client = None

    def _tell_news(self) -> None:
        """What has come up that is nobody's answer: a disk that is full, a file that was set aside."""
        news = self.begin.news()
        for sentence in news[self._news_told :]:
            self.tell(sentence, "warning")
        self._news_told = len(news)

    async def client(self) -> ClientPort:
        """The client, as soon as it is open. Raises ClientNotOpen when it never will be."""
        await self._client_settled.wait()
        if self._client is None:
            raise ClientNotOpen(self._client_problem or "The connections are closed.")
        return self._client

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        what = f"{type(error).__name__}: {one_line(str(error))[:200]}" if error else "an unknown fault"
        if event.worker.group == "client":
            leave = f"Leave with {keys.label('quit')} and start again."
            self._client_problem = f"The providers cannot be asked: {what}. {leave}"
            self._client_settled.set()
            self.tell(self._client_problem, "error")
        if isinstance(error, Exception) and not isinstance(error, PhoenixError | OSError):
            self.app._handle_exception(error)  # a bug, and told as one
        elif event.worker.group not in ("client", "turn"):
            self.tell(f"That did not work: {what}.", "error")

    def on_app_focus(self) -> None:
        self._watch_idle(idle=True)

    def on_app_blur(self) -> None:
        self._watch_idle(idle=False)

    def _watch_idle(self, *, idle: bool) -> None:
        if self._client is not None:
            self._client.set_watching(idle=idle)

    # What counts

    def watch_snapshot(self) -> None:
        self.keep_ticking()

    @property
    def something_counts(self) -> bool:
        """Whether anything on the screen changes with time alone."""
        snapshot = self.snapshot
        return snapshot is not None and health_words.something_counts(snapshot, self.now)

    def keep_ticking(self) -> None:
        """One timer of a second while something counts, and one for the moment when graphs move while there is anything
        in them; none otherwise."""
        if self.something_counts and self._tick is None:
            self._tick = self.set_interval(1.0, self.tick)
        elif not self.something_counts and self._tick is not None:
            self._tick.stop()
            self._tick = None
        wait = latency_graph.moves_in(self.snapshot, self.now) if self.snapshot and not self._graph_move else None
        if wait is not None:
            self._graph_move = self.set_timer(wait, self._graphs_move)

    def _graphs_move(self) -> None:
        self._graph_move = None
        self.tick()

    def tick(self) -> None:
        """A second has passed."""
        self.now = self.begin.wall()
        self.keep_ticking()

    # Changes to who is asked

    def change(self, what: Callable[[ClientPort], Told]) -> None:
        """Carry out one change, say what it did, keep it."""
        if self._client is None:
            self.tell(self._client_problem or "One moment: the connections are still being opened.", "warning")
            return
        before = Before(self._client.arrangement, dict(self._models), self._strategy)
        told = what(self._client)
        self.tell(told.sentence)
        if told.changed:
            if self._client.arrangement != before.arrangement:
                self._undo.append(before)
            self._changed(self._client)

    def _changed(self, client: ClientPort) -> None:
        self.snapshot = client.snapshot()
        self.work(partial(self._keep, client.arrangement, dict(self._models), self._strategy), "choices")

    async def _keep(self, arrangement: Arrangement, models: Mapping[str, str], strategy: Strategy | None) -> None:
        problem = await self._choices.keep(arrangement, models=models, strategy=strategy)
        if problem:
            self.tell(problem, "warning")

    def action_undo(self) -> None:
        """Put back what was arranged before the last change to who is asked."""
        if self._client is None or not self._undo:
            self.tell("There is no change to who is asked that could be taken back.")
            return
        before = self._undo.pop()
        changed = self._client.arrangement
        self._client.arrange(before.arrangement)
        self._models, self._strategy = dict(before.models), before.strategy
        self.tell(switching.taken_back(changed, before.arrangement, self._client.own_order()))
        self._changed(self._client)

    def action_primary(self, name: str) -> None:
        self.change(lambda client: switching.make_primary(client, name, self.meanwhile))

    @property
    def meanwhile(self) -> Meanwhile:
        """What else goes on while something is changed."""
        return Meanwhile()

    def action_move(self, name: str, by: int) -> None:
        self.change(lambda client: switching.move(client, name, by))

    def action_pin(self, name: str) -> None:
        """Keep `name` in its place, or let it be moved again."""
        self.change(lambda client: switching.pin(client, name))

    def action_clear_health(self, name: str) -> None:
        """Forget the failures, waits and blocks of `name`."""
        self.change(lambda client: switching.clear(client, name))

    def action_switch(self, name: str) -> None:
        self.change(lambda client: switching.switch(client, name))

    def action_reset_order(self) -> None:
        self.change(switching.reset)

    def action_strategy(self, name: str = "") -> None:
        """Order by the strategy `name` from now on; without a name by the next one."""

        def chosen(client: ClientPort) -> Told:
            strategies = list(Strategy)
            after = strategies[(strategies.index(client.arrangement.strategy) + 1) % len(strategies)]
            self._strategy = Strategy(name) if name else after
            return switching.choose_strategy(client, self._strategy)

        self.change(chosen)

    def choose_model(self, name: str, model: str) -> None:
        """Ask `model` of `name` from now on."""

        def chosen(client: ClientPort) -> Told:
            self._models[name] = model
            return switching.set_model(client, name, model, self.meanwhile)

        self.change(chosen)

    def action_check(self, name: str) -> None:
        self.work(partial(self._check, name), f"check-{name}", exclusive=True)

    async def _check(self, name: str) -> None:
        self.tell(f"Checking {name}; nothing is generated.")
        told = await switching.check(await self.client(), name)
        self.tell(told.sentence)

    @on(messages.PrimaryChosen)
    def _primary_chosen(self, event: messages.PrimaryChosen) -> None:
        self.action_primary(event.provider)

    @on(messages.ClearRequested)
    def _clear_requested(self, event: messages.ClearRequested) -> None:
        self.action_clear_health(event.provider)

    @on(messages.CheckRequested)
    def _check_requested(self, event: messages.CheckRequested) -> None:
        self.action_check(event.provider)

    @on(messages.OrderMoved)
    def _order_moved(self, event: messages.OrderMoved) -> None:
        self.action_move(event.provider, event.by)

    @on(messages.ProviderSwitched)
    def _provider_switched(self, event: messages.ProviderSwitched) -> None:
        self.action_switch(event.provider)

    @on(messages.PinChanged)
    def _pin_changed(self, event: messages.PinChanged) -> None:
        self.action_pin(event.provider)

    @on(messages.UndoAsked)
    def _undo_asked(self) -> None:
        self.action_undo()

    @on(messages.StrategyPassedOn)
    def _strategy_passed_on(self) -> None:
        self.action_strategy()

    @on(messages.OrderReset)
    def _order_reset(self) -> None:
        self.action_reset_order()
