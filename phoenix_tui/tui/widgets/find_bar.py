"""One line in which to write what is looked for in the chat, and how much of it was found."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.text import clip

LONGEST = 500
"""Characters; what is longer is no search but a paste by mistake."""


class _FindInput(Input):
    """The line itself."""

    async def _on_key(self, event: events.Key) -> None:
        """Keys of the bar act here, in the order in which they come, as in the prompt."""
        bar, in_force = self.parent, keys.in_force()
        action = "close" if event.key in in_force.of("stop") else in_force.action_at(Group.FIND, event.key)
        if not isinstance(bar, FindBar) or not bar.is_open:
            event.prevent_default()  # typed right behind the key that closed it: not for the bar any more
        elif action and await self.app.run_action(action, bar):
            event.stop()
            event.prevent_default()

    def _on_paste(self, event: events.Paste) -> None:
        """What was copied from several lines is looked for over several lines."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(clip(event.text, LONGEST, ellipsis=""))


class FindBar(Horizontal):
    """Hears what is looked for, and shows what was found. It is not there until it is opened."""

    HELP = (
        "Write what to find in the chat. Small letters find capitals too; with a capital in it, it must be exactly so. "
        "{find.next} goes to the next match, {find.previous} to the one before, {stop} closes and stays there."
    )

    class Sought(Message):
        """The person looks for `wanted` now; empty for nothing."""

        def __init__(self, wanted: str) -> None:
            super().__init__()
            self.wanted = wanted

    class Stepped(Message):
        """The person wants the next match in `direction`: 1 down, -1 up."""

        def __init__(self, direction: int) -> None:
            super().__init__()
            self.direction = direction

    class Closed(Message):
        """The person has found what they wanted, or gave up."""

    def compose(self) -> ComposeResult:
        yield Static("Find", id="find-label")
        yield _FindInput(compact=True, max_length=LONGEST, select_on_focus=False, id="find-input")
        yield Static("", markup=False, id="find-count")

    @property
    def is_open(self) -> bool:
        """Whether it is there."""
        return self.has_class("-open")

    def open(self, wanted: str = "") -> None:
        """Be there, with the focus; what was looked for last is marked, so that typing replaces it."""
        self.add_class("-open")
        line = self.query_one(_FindInput)
        if wanted:
            line.value = wanted
        line.focus()
        line.action_select_all()
        if line.value:
            self.post_message(self.Sought(line.value))

    def close(self) -> None:
        """Not be there."""
        self.remove_class("-open")
        self.show("")

    def show(self, told: str) -> None:
        """Say what was found."""
        self.query_one("#find-count", Static).update(told)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Sought(event.value))

    def action_next_match(self) -> None:
        self.post_message(self.Stepped(1))

    def action_previous_match(self) -> None:
        self.post_message(self.Stepped(-1))

    def action_close(self) -> None:
        self.close()
        self.post_message(self.Closed())


def found(current: int, count: int, *, is_searching: bool) -> str:
    """What is said of a search: `3 of 17`, with an ellipsis as long as more may come."""
    if count:
        return f"{current} of {count:,}" + ("…" if is_searching else "")
    return "looking…" if is_searching else "Nothing in this chat says that."
