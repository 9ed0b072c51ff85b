"""The dialog in which a key, or the address of a local server, is entered and tested before anything is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Static
from textual.worker import Worker, WorkerState, WorkType

from phoenix_tui.core.errors import PhoenixError
from phoenix_tui.core.key_verdict import KeyStanding
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.secret import Secret
from phoenix_tui.tui import key_words, keys
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.key_entry import WrongEntry, meant, other_owner
from phoenix_tui.tui.keys import ROWS
from phoenix_tui.tui.ports import ClientPort, KeyKeeper, KeyPlace
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.screens.provider_screen import ClientNotOpen
from phoenix_tui.tui.setting_up import Entered, Outcome, Removal, Values
from phoenix_tui.tui.widgets.entry_field import EntryField


class KeyScreen(ClosesOnce, ModalScreen[Outcome]):
    """Enter tests what was entered with one free check. A good key is handed over, a refused one keeps the dialog open,
    and one that could not be tested is handed over on a second enter. Nothing is changed or saved here."""

    is_written_in = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(ROWS["stop"].keys, "close", "Close", id="stop", show=False),
        Binding("pageup", "scroll(-1)", "Up", show=False),
        Binding("pagedown", "scroll(1)", "Down", show=False),
        *bindings_of(Group.KEY),
    ]

    def __init__(self, name: str, keeper: KeyKeeper, client: Callable[[], Awaitable[ClientPort]]) -> None:
        super().__init__()
        self._provider = name
        self._keeper = keeper
        self._client = client
        self._place: KeyPlace | None = None
        self._offered: Entered | None = None
        self._suspected = False
        self._removes = False

    def compose(self) -> ComposeResult:
        profile = profile_of(self._provider)
        with VerticalScroll(id="key", can_focus=False) as box:
            box.border_title = key_words.title(self._provider)
            enter, stop = keys.label("key.enter"), keys.label("stop")
            box.border_subtitle = f"{enter} tests and saves, {stop} closes"
            yield Static(key_words.wanted(self._provider), id="key-wanted", markup=False)
            if profile.local:
                yield EntryField(profile.root, masked=False, id="address")
            if profile.local and profile.key_variables:
                yield Label("Access token, if it asks for one:", markup=False)
            if profile.key_variables:
                yield EntryField(placeholder="paste or type it here; it is shown to nobody", id="secret")
            yield Static("", id="key-said", markup=False)
            yield Static("", id="key-about", markup=False)

    def on_mount(self) -> None:
        self._work(self._look, "place")

    def _work(self, what: WorkType[None], group: str) -> None:
        self.run_worker(what, group=group, exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        place = await asyncio.to_thread(self._keeper.place, self._provider)
        usual, self._place = self._address, place
        self.query_one("#key-about", Static).update("\n".join(key_words.about(self._provider, place)))
        for field in self.query("#address").results(EntryField):
            if field.entered == usual:  # nothing was written meanwhile
                field.replace(place.address)

    # What is entered

    @on(EntryField.Changed)
    def _changed(self) -> None:
        """What was said, asked or tested was about something else."""
        self.workers.cancel_group(self, "test")
        self._offered, self._suspected, self._removes = None, False, False
        self._say("")

    @on(EntryField.Submitted)
    def _submitted(self, event: EntryField.Submitted) -> None:
        if self._is_testing:
            return
        if self._offered is not None:
            self.dismiss(self._offered)
            return
        try:
            values = self._values(event)
        except WrongEntry as error:
            self._say(str(error), "-bad")
            return
        if not values and not self.query("#address"):
            self._say(key_words.nothing_entered(self._provider))
        elif (owner := self._owner(values)) and not self._suspected:
            self._suspected = True
            self._say(key_words.somebody_elses(owner, self._provider), "-doubtful")
        else:
            self._say(key_words.testing(self._provider))
            self._work(partial(self._test, values), "test")

    def _values(self, event: EntryField.Submitted) -> Values:
        """What is entered, without empty fields and an address that is in force anyway. Raises WrongEntry."""
        profile = profile_of(self._provider)
        values: dict[str, Secret] = {}
        for field in self.query(EntryField):
            variable = profile.url_variables[0] if field.id == "address" else profile.key_variables[0]
            entered = event.entered if field is event.field else field.entered
            value = Secret(meant(entered.reveal(), self._provider, variable))
            if value and not (field.id == "address" and value == self._address):
                values[variable] = value
        return values

    @property
    def _address(self) -> Secret:
        """The address in force."""
        return Secret(self._place.address if self._place else profile_of(self._provider).root)

    def _owner(self, values: Values) -> str:
        """Whose key it looks like, if not this provider's."""
        owners = (other_owner(value.reveal(), self._provider) for value in values.values())
        return next((owner for owner in owners if owner), "")

    # The test

    @property
    def _is_testing(self) -> bool:
        return any(worker.group == "test" and not worker.is_finished for worker in self.workers)

    async def _test(self, values: Values) -> None:
        config = await asyncio.to_thread(self._keeper.tried, self._provider, values)
        if config.problem and key_words.is_wrong_in_itself(config, self._provider):
            self._say(key_words.wrong(config), "-bad")
            return
        if config.problem:
            self._offered = Entered(values, config, None, self._place)
            self._say(key_words.untestable(config), "-doubtful")
            return
        try:
            verdict = await (await self._client()).prove_key(config)
        except ClientNotOpen as problem:
            self._say(str(problem), "-bad")
            return
        entered = Entered(values, config, verdict, self._place)
        match verdict.standing:
            case KeyStanding.ACCEPTED if not values:
                self._say(key_words.answers_already(self._provider, self._place))
            case KeyStanding.ACCEPTED:
                self.dismiss(entered)
            case KeyStanding.REFUSED:
                self._say(key_words.refused(self._provider, verdict), "-bad")
            case KeyStanding.UNPROVED if not values:
                self._say(key_words.not_tested(self._provider, verdict), "-doubtful")
            case KeyStanding.UNPROVED:
                self._offered = entered
                self._say(key_words.unproved(self._provider, verdict), "-doubtful")

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        event.stop()
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            # Its words may quote what was entered.
            self._say(f"That did not work: {type(error).__name__}. Nothing is saved.", "-bad")
            if isinstance(error, Exception) and not isinstance(error, PhoenixError | OSError):
                self.app._handle_exception(error)  # a bug, and told as one

    # Keys

    def action_close(self) -> None:
        if self._is_testing:
            self.workers.cancel_group(self, "test")
            self._say(key_words.STOPPED)
        elif self._removes:
            self._removes = False
            self._say("")
        else:
            self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """In a terminal that is too low for all of it."""
        box = self.query_one("#key")
        box.scroll_page_down(animate=False) if by > 0 else box.scroll_page_up(animate=False)

    def action_remove(self) -> None:
        """Take away what is saved, when the same key is pressed again."""
        if self._place is None or self._is_testing:
            return
        if not self._place.saved:
            self._say(key_words.nothing_to_remove(self._provider, self._place))
        elif self._removes:
            self.dismiss(Removal(self._place))
        else:
            self._removes, self._offered = True, None
            self._say(key_words.confirm_removal(self._place), "-doubtful")

    def action_page(self) -> None:
        """The page on which keys are made, in the browser."""
        if page := profile_of(self._provider).key_page:
            self.app.open_url(page)

    def _say(self, sentence: str, tone: str = "") -> None:
        said = self.query_one("#key-said", Static)
        said.update(sentence)
        said.set_class(tone == "-bad", "-bad")
        said.set_class(tone == "-doubtful", "-doubtful")
        said.display = bool(sentence)
        said.scroll_visible(animate=False)
