"""Where the person writes."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui import keys
from phoenix_tui.tui.bindings import Group

TALLEST = 8
"""Lines to which the prompt grows before it scrolls."""
FOLD_CHARS = 20_000
FOLD_LINES = 400
"""A paste larger than either is kept beside the text, which shows a short mark in its place: laying out a megabyte on
each key would make typing lag."""
LARGEST_PASTE = 8_000_000
"""Characters; of a still larger paste the beginning is kept, and the person is told."""
_MARK = re.compile(r"\[paste \d+: [\d,]+ lines?, [\d,]+ characters\]")


class Prompt(TextArea):
    """A text area that sends on Enter, grows with its text and remembers what was sent."""

    HELP = (
        "Write here. {send} sends, {newline} begins a new line. {history.back} in the first line and "
        "{history.forward} in the last one walk through what you sent before. A large paste is shown as a short mark "
        "and sent in full. Lines that begin with / are commands; begin with // to send a slash."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "copy_or_hint", "Copy", show=False),
    ]

    class Submitted(Message):
        """The person pressed Enter; `text` is the whole text, pastes unfolded. The prompt is empty now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class EmptyEntered(Message):
        """The person pressed Enter with nothing to send."""

    class DraftChanged(Message):
        """The text is now `text` (pastes unfolded)."""

        def __init__(self, prompt: Prompt) -> None:
            super().__init__()
            self.prompt = prompt

    class Hinted(Message):
        """Something about writing that the person should know: `hint` is a sentence."""

        def __init__(self, hint: str) -> None:
            super().__init__()
            self.hint = hint

    def __init__(self, *, placeholder: str = "Write a message", blinks: bool = True, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            soft_wrap=True, show_line_numbers=False, compact=True, highlight_cursor_line=False,
            placeholder=placeholder, id=id,
        )  # fmt: skip
        self.cursor_blink = blinks
        self._pastes: dict[str, str] = {}
        self._sent: list[str] = []
        self._at: int | None = None
        self._draft = ""
        self._lines = 1

    @property
    def value(self) -> str:
        """The whole text, pastes unfolded."""
        return _MARK.sub(lambda mark: self._pastes.get(mark[0], mark[0]), self.text)

    @value.setter
    def value(self, text: str) -> None:
        self.load_text(self._folded(text))
        self.move_cursor(self.document.end)
        self._fit()

    def remember(self, text: str) -> None:
        """Add `text` to what up and down walk through."""
        if not self._sent or self._sent[-1] != text:
            self._sent.append(text)
        self._at = None

    def empty(self) -> None:
        """Start with no text."""
        self._at = None
        self.value = ""

    def insert_text(self, text: str) -> None:
        """Insert `text` at the cursor, as if it had been typed."""
        self.insert(self._folded(text), maintain_selection_offset=False)

    async def _on_key(self, event: events.Key) -> None:
        """Every key of the prompt's own acts here, in the order in which keys come. As priority bindings they would
        overtake characters typed just before them; as plain ones, which act only when the key has gone up to the app,
        characters that came with them would overtake them: over a slow line many keys come at once. What the person
        moved to another key leaves the old one to the text area."""
        own = keys.in_force().action_at(Group.PROMPT, event.key)
        editing = [binding.action for binding in self._bindings.key_to_bindings.get(event.key, ())]
        for action in [own] if own else editing:
            if await self.app.run_action(action, self):
                event.stop()
                event.prevent_default()
                return

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text = strip_controls(event.text)
        if len(text) > LARGEST_PASTE:
            self.post_message(self.Hinted(f"Only the first {LARGEST_PASTE:,} characters of the paste were kept."))
            text = text[:LARGEST_PASTE]
        start, end = self.selection
        result = self.replace(self._folded(text), min(start, end), max(start, end), maintain_selection_offset=False)
        self.move_cursor(result.end_location)

    def _folded(self, text: str) -> str:
        lines = len(text.splitlines())
        if len(text) <= FOLD_CHARS and lines <= FOLD_LINES:
            return text
        noun = "line" if lines == 1 else "lines"
        mark = f"[paste {len(self._pastes) + 1}: {lines:,} {noun}, {len(text):,} characters]"
        self._pastes[mark] = text
        return mark

    def action_submit(self) -> None:
        text = self.value
        if text.strip():
            # Emptied here and not by whoever hears of it: what is typed in between belongs to the next message.
            self.empty()
            self.post_message(self.Submitted(text))
        else:
            self.post_message(self.EmptyEntered())

    def take_back(self, text: str) -> None:
        """`text` was not sent after all: it stands there again, before what was typed since."""
        self.value = text + self.value

    def action_newline(self) -> None:
        start, end = self.selection
        self.replace("\n", min(start, end), max(start, end), maintain_selection_offset=False)
        self.scroll_cursor_visible()

    def action_copy_or_hint(self) -> None:
        if self.selected_text:
            self.action_copy()
        else:
            self.post_message(self.Hinted(f"{keys.label('stop')} stops an answer, {keys.label('quit')} leaves."))

    def action_history_back(self) -> None:
        if not (self.navigator.is_first_wrapped_line(self.cursor_location) and self._walk(-1)):
            self.action_cursor_up()

    def action_history_forward(self) -> None:
        if not (self.navigator.is_last_wrapped_line(self.cursor_location) and self._walk(1)):
            self.action_cursor_down()

    def _walk(self, step: int) -> bool:
        """Go through what was sent; below the newest stands the draft. False at either end."""
        if self._at is None:
            if step > 0 or not self._sent:
                return False
            self._draft = self.value
            at = len(self._sent) - 1
        else:
            at = self._at + step
        if at < 0:
            return False
        if at >= len(self._sent):
            self._at = None
            self.value = self._draft
        else:
            self.value = self._sent[at]
            self._at = at
        return True

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._fit()
        self.post_message(self.DraftChanged(self))

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Take as many lines as the text needs. The height is fixed between changes, so a key costs no layout."""
        lines = min(max(self.wrapped_document.height, 1), TALLEST)
        if lines != self._lines:
            self._lines = lines
            self.styles.height = lines
            self.call_after_refresh(self._keep_cursor_visible)

    def _keep_cursor_visible(self) -> None:
        self.scroll_cursor_visible()
