"""A line for a key or an address. What is in it is kept nowhere, and of a key nothing is shown."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget

from phoenix_tui.core.secret import Secret
from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.text import count

LONGEST = 20_000
"""Characters; of a longer paste the beginning is kept, which is still too long for a key."""


class EntryField(Widget, can_focus=True):
    """Takes what is typed and pasted; `masked` shows only how much it is.

    Textual's own input holds its text as a plain string, and so do its messages, its clipboard, its undo and the locals
    of a traceback. Here the text is a `Secret` from the key or the paste on, and a paste is emptied when it has been
    read. Keys act in the order in which they come: a terminal without bracketed paste sends a paste as keys, its line
    end among them.
    """

    class Changed(Message):
        """There is something else in it now."""

    class Submitted(Message):
        """The person pressed the key that tests and saves. `field` has `entered` in it, and nothing that was typed
        behind that key."""

        def __init__(self, field: EntryField, entered: Secret) -> None:
            super().__init__()
            self.field = field
            self.entered = entered

    def __init__(
        self,
        text: str = "",
        *,
        masked: bool = True,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._entered = Secret(text)
        self._at = len(text)
        self._masked = masked
        self._placeholder = placeholder

    @property
    def entered(self) -> Secret:
        """What is in the field."""
        return self._entered

    def replace(self, text: str) -> None:
        """Put `text` in the place of what is in the field, as nobody has typed it."""
        self._entered, self._at = Secret(text), len(text)
        self.refresh()

    def render(self) -> Content:
        length, cursor = self._length, "reverse" if self.has_focus else ""
        if not length:
            return Content.assemble((" ", cursor), (self._placeholder, "$text-muted"))
        told = f"  {count(length, 'character')}" if self._masked else ""
        room = max(2, self.size.width - len(told)) - 1
        start = max(0, self._at - room)
        shown = "•" * length if self._masked else strip_controls(self._entered.reveal())
        before, at, after = shown[start : self._at], shown[self._at : self._at + 1], shown[self._at + 1 : start + room]
        return Content.assemble(before, (at or " ", cursor), after, (told, "$text-muted"))

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the cursor stands on the screen."""
        x, y, width, _ = self.content_region
        return Offset(x + min(self._at, max(0, width - 1)), y)

    async def _on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        # What comes here while another field has the focus came before this one had let it go.
        if (focused if isinstance(focused, EntryField) else self).take_key(event):
            event.stop()
            event.prevent_default()

    def take_key(self, event: events.Key) -> bool:
        """Do what the key does here; False where it does nothing."""
        in_force = keys.in_force()
        if in_force.action_at(Group.KEY, event.key) == "submit":
            self.post_message(self.Submitted(self, self._entered))
            return True
        match in_force.action_at(Group.ANYWHERE, event.key) or event.key:
            case "app.focus_next":
                self.screen.focus_next()
            case "app.focus_previous":
                self.screen.focus_previous()
            case "left":
                self._move(self._at - 1)
            case "right":
                self._move(self._at + 1)
            case "home" | "ctrl+a":
                self._move(0)
            case "end" | "ctrl+e":
                self._move(self._length)
            case "backspace":
                self._put(_NOTHING, self._at - 1, self._at)
            case "delete":
                self._put(_NOTHING, self._at, self._at + 1)
            case "ctrl+u" | "ctrl+w" | "ctrl+backspace":
                self._put(_NOTHING, 0, self._at)
            case "ctrl+k":
                self._put(_NOTHING, self._at, self._length)
            case _ if event.is_printable and event.character:
                self._put(Secret(event.character), self._at, self._at)
            case _:
                return False
        return True

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        pasted, event.text = Secret(event.text), ""
        self._put(pasted, self._at, self._at)

    @property
    def _length(self) -> int:
        return len(self._entered.reveal())

    def _move(self, at: int) -> None:
        self._at = min(max(at, 0), self._length)
        self.refresh()

    def _put(self, new: Secret, start: int, end: int) -> None:
        """Put `new` in the place of the characters from `start` to `end`."""
        start = max(0, start)
        self._entered = _spliced(self._entered, new, start, end)
        self._move(start + len(new.reveal()))
        self.post_message(self.Changed())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


_NOTHING = Secret("")


def _spliced(whole: Secret, new: Secret, start: int, end: int) -> Secret:
    return Secret((whole.reveal()[:start] + new.reveal() + whole.reveal()[end:])[:LONGEST])
