"""Where the person writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.widgets import TextArea

from phoenix_tui.tui import keys
from phoenix_tui.tui.attachments import names_files
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.completion import Completion
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.prompt_history import PromptHistory
from phoenix_tui.tui.widgets.chip_area import ChipArea

PLACEHOLDER = "Write a message; / for commands, @ for files"
TALLEST = 0.3
"""The share of the screen's height to which the prompt grows before it scrolls."""
LEAST_TALLEST = 3
"""Lines to which it grows on the smallest screen."""
Completer = Callable[[str, int, bool], Completion | None]
"""What can be taken in a line, at a column of it; the last says whether the line is all that is written."""
_EDITING = ("delete_", "cut", "paste")


class Prompt(ChipArea):
    """A text area that sends on Enter, grows with its text, remembers what was sent, and takes from a list of what may
    be meant at its cursor. What is in that list `completer` says; somebody else shows it."""

    HELP = (
        "Write here. {send} sends, {newline} begins a new line. {history.back} in the first line and "
        "{history.forward} in the last one walk through what you sent before. A line that begins with / is a command, "
        "@ and a path attach a text file; begin with //, or write @@, to mean the sign itself. {complete.take} takes "
        "from the list that opens, {complete.close} closes it. A large paste is folded and sent in full; {unfold} "
        "unfolds it, ctrl+z takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "copy_or_hint", "Copy", show=False),
    ]

    class Submitted(Message):
        """The person pressed Enter; `draft` is what was written. The prompt is empty now."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

    class EmptyEntered(Message):
        """The person pressed Enter with nothing to send."""

    class DraftChanged(Message):
        """What is written has changed."""

    class Completing(Message):
        """What can be taken now is `completion`; None when nothing can."""

        def __init__(self, completion: Completion | None) -> None:
            super().__init__()
            self.completion = completion

    def __init__(self, *, placeholder: str = PLACEHOLDER, id: str | None = None) -> None:  # noqa: A002
        self.completer: Completer | None = None
        self.completion: Completion | None = None
        """What can be taken now; it may still be empty, and is not shown then."""
        super().__init__(placeholder=placeholder, id=id)
        self.cursor_blink = False
        self.sent = PromptHistory()
        self._dismissed: int | None = None
        """Where the word begins for which the person has closed the list."""
        self._lines = 1

    def folds_anyway(self, text: str) -> bool:
        return names_files(text)

    def empty(self) -> None:
        """Start with no text."""
        self.sent.leave()
        self.draft = Draft()

    @property
    def field(self) -> Region:
        """Where on the screen its first line is."""
        return self.content_region._replace(height=1)

    def insert_text(self, text: str) -> None:
        """Insert `text` at the cursor, as if it had been typed."""
        self.insert(text, maintain_selection_offset=False)
        self.complete(opens=True)

    async def _on_key(self, event: events.Key) -> None:
        """Every key of the prompt's own acts here, in the order in which keys come. As priority bindings they would
        overtake characters typed just before them; as plain ones, which act only when the key has gone up to the app,
        characters that came with them would overtake them: over a slow line many keys come at once. What the person
        moved to another key leaves the old one to the text area."""
        here = keys.in_force()
        taking = here.action_at(Group.COMPLETING, event.key) if self.completion is not None else None
        own = here.action_at(Group.PROMPT, event.key)
        editing = [binding.action for binding in self._bindings.key_to_bindings.get(event.key, ())]
        for action in (*([taking] if taking else ()), *([own] if own else editing)):
            if await self.app.run_action(action, self):
                event.stop()
                event.prevent_default()
                if action != taking:
                    self.complete(opens=action.startswith(_EDITING))
                return
        if event.key.startswith("alt+"):
            event.prevent_default()  # no letter is meant; the key may mean something further up
            return
        await super()._on_key(event)
        event.prevent_default()
        self.complete(opens=event.is_printable)

    # What can be taken

    def complete(self, *, opens: bool = False) -> None:
        """Look again at what can be taken at the cursor. Only with `opens` a list that is closed opens."""
        if self.completion is None and not opens:
            return
        now = self._look()
        if now is None or now.start != self._dismissed:
            self._dismissed = None
            self._show(now)

    def refresh_completion(self) -> None:
        """More is known than before of what can be taken; what was chosen stays chosen."""
        before = self.completion
        if before is None or (now := self._look()) is None:
            return
        if before.chosen is not None:
            labels = [option.label for option in now.options]
            label = before.options[before.chosen].label
            now = replace(now, chosen=labels.index(label) if label in labels else now.chosen)
        self._show(now)

    def choose(self, number: int) -> None:
        """Choose an option of the list; the first is number 0."""
        if self.completion is not None and number < len(self.completion.options):
            self._show(replace(self.completion, chosen=number))

    def _look(self) -> Completion | None:
        if self.completer is None or not self.has_focus or not self.selection.is_empty:
            return None
        row, column = self.cursor_location
        return self.completer(self.document.get_line(row), column, self.document.line_count == 1)

    def _show(self, completion: Completion | None) -> None:
        if completion != self.completion:
            self.completion = completion
            self.post_message(self.Completing(completion if completion and completion.is_shown else None))

    def _close(self) -> None:
        self._dismissed = None
        self._show(None)

    def action_take(self) -> None:
        """Take what is chosen, or the first."""
        completion = self._open()
        if completion.options:
            option = completion.options[completion.chosen or 0]
            self._put(completion, option.text + option.more)
        # Else the list is on its way, and this is not the time to go elsewhere.

    def action_take_or_run(self) -> None:
        """Take what is chosen, and carry out a whole command. What stands there already is not taken again."""
        completion = self._open()
        if completion.chosen is None:
            raise SkipAction
        option = completion.options[completion.chosen]
        row, _ = self.cursor_location
        if option.runs:
            self._put(completion, option.text)
            self.action_submit()
        elif self.document.get_line(row)[completion.start : completion.end] == option.text:
            raise SkipAction
        else:
            self._put(completion, option.text + option.more)

    def action_choose(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) of the list."""
        completion = self._open()
        count = len(completion.options)
        if not count:
            raise SkipAction
        at = (-1 if by > 0 else 0) if completion.chosen is None else completion.chosen
        self._show(replace(completion, chosen=(at + by) % count))

    def action_close(self) -> None:
        """Close the list; it stays closed for this word."""
        completion = self._open()
        self._show(None)
        if not completion.is_shown:
            raise SkipAction  # nobody has seen it, so something else was meant
        self._dismissed = completion.start

    def _open(self) -> Completion:
        if self.completion is None:
            raise SkipAction
        return self.completion

    def _put(self, completion: Completion, text: str) -> None:
        row, _ = self.cursor_location
        if text.endswith(" ") and self.document.get_line(row)[completion.end :].startswith(" "):
            text = text[:-1]
        self.replace(text, (row, completion.start), (row, completion.end), maintain_selection_offset=False)
        self.complete(opens=True)

    def watch_selection(self) -> None:
        self.complete()

    def on_blur(self) -> None:
        self._close()

    def load_text(self, text: str) -> None:
        """As `TextArea` has it. What is put there whole is complete."""
        super().load_text(text)
        self._close()

    # Sending

    def action_submit(self) -> None:
        draft = self.draft
        if draft:
            # Emptied here and not by whoever hears of it: what is typed in between belongs to the next message.
            self.empty()
            self.post_message(self.Submitted(draft))
        else:
            self.post_message(self.EmptyEntered())

    def take_back(self, draft: Draft) -> None:
        """`draft` was not sent after all: it stands there again, before what was typed since."""
        self.draft = draft + self.draft

    def action_newline(self) -> None:
        start, end = sorted(self.selection)
        self.replace("\n", start, end, maintain_selection_offset=False)
        self.scroll_cursor_visible()

    def action_copy_or_hint(self) -> None:
        if self.selected_text:
            self.action_copy()
        else:
            self.post_message(self.Hinted(f"{keys.label('stop')} stops an answer, {keys.label('quit')} leaves."))

    # What was sent before

    def remember(self, draft: Draft) -> None:
        """Add `draft` to what up and down walk through."""
        self.sent.remember(draft)

    def action_history_back(self) -> None:
        if not (self.navigator.is_first_wrapped_line(self.cursor_location) and self._walk(-1)):
            self.action_cursor_up()

    def action_history_forward(self) -> None:
        if not (self.navigator.is_last_wrapped_line(self.cursor_location) and self._walk(1)):
            self.action_cursor_down()

    def _walk(self, by: int) -> bool:
        entry = self.sent.step(by, self.draft)
        if entry is not None:
            self.draft = entry
        return entry is not None

    # Its height

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.fit()
        self.post_message(self.DraftChanged())

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Take as many lines as the text needs, as far as the screen has them. The height is fixed between changes, so
        a key costs no layout."""
        tallest = max(LEAST_TALLEST, int(self.app.size.height * TALLEST))
        lines = min(max(self.wrapped_document.height, 1), tallest)
        if lines != self._lines:
            self._lines = lines
            self.styles.height = lines
            self.call_after_refresh(self._keep_cursor_visible)

    def _keep_cursor_visible(self) -> None:
        self.scroll_cursor_visible()
