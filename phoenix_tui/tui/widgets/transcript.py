"""The transcript: one widget over finished rows, however long the conversation is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from phoenix_tui.tui.transcript import stops
from phoenix_tui.tui.transcript.entries import Entry, Kind, State, one_line
from phoenix_tui.tui.transcript.layout import Layout
from phoenix_tui.tui.transcript.stops import Stop
from phoenix_tui.tui.widgets.transcript_view import TranscriptView

__all__ = ["State", "Transcript"]


class Transcript(TranscriptView):
    """Questions and answers, one below the other.

    It is given plain data and says what a person did; it knows nothing of providers. Texts may come from anywhere:
    control characters are taken out, and nothing is ever read as markup. Ids of answers that have ended or were
    cleared away are ignored, so whatever arrives late does no harm.
    """

    HELP = (
        "The chat. Up, down, page and home/end scroll; n and p step from entry to entry and from fold to fold, enter "
        "opens or closes a fold, c copies the selection or the last answer, {retry} asks an unanswered question "
        "again, and {other} asks it of another provider. Typing goes back to the prompt."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False, id="transcript.up"),
        Binding("down", "scroll_down", "Scroll down", show=False, id="transcript.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="transcript.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="transcript.page_down"),
        Binding("home", "scroll_home", "First line", show=False, id="transcript.home"),
        Binding("end", "scroll_end", "Last line", show=False, id="transcript.end"),
        Binding("n,right_square_bracket", "step(1)", "Next entry", show=False, id="transcript.next"),
        Binding("p,left_square_bracket", "step(-1)", "Previous entry", show=False, id="transcript.previous"),
        Binding("enter,space", "toggle_fold", "Open/close", id="transcript.toggle"),
        Binding("c", "copy", "Copy", id="transcript.copy"),
        Binding("r", "retry", "Retry", id="transcript.retry"),
    ]

    class LinkOpened(Message):
        """A link was clicked. `url` begins with http:, https: or mailto:."""

        def __init__(self, url: str) -> None:
            super().__init__()
            self.url = url

    class RetryAsked(Message):
        """The person wants the last question asked again."""

    class Copied(Message):
        """The person wants `text` on the clipboard; `what` says what it is: "selection" or "answer"."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    # -- what is said ----------------------------------------------------------------------------------------------

    def add_user(self, text: str) -> int:
        """A question, as the person wrote it; the view goes to the end."""
        self._follows, self._has_new_below = True, False
        return self._add(Entry(Kind.USER, text))

    def begin_answer(self, title: str) -> int:
        """An answer that will stream in; `title` says who gives it. Gives the id for the calls below."""
        return self._add(Entry(Kind.ANSWER, title=title, state=State.STREAMING))

    def append_text(self, answer: int, delta: str) -> None:
        """More of an answer's text."""
        if (entry := self._conversation.streaming(answer)) is not None:
            entry.text.append(delta)
            self._changed(entry)

    def append_reasoning(self, answer: int, delta: str) -> None:
        """More of an answer's reasoning."""
        if (entry := self._conversation.streaming(answer)) is not None:
            entry.reasoning.append(delta)
            self._changed(entry)

    def rejoin(self, answer: int, text: str, note: str) -> None:
        """The answer was cut, its text so far is `text`, and what is appended from now on goes on with it; a mark says
        `note` there."""
        if (entry := self._conversation.streaming(answer)) is not None:
            entry.rejoin(text, note)
            self._changed(entry)

    def set_title(self, answer: int, title: str) -> None:
        """Another title for an answer: the model is known only now, or what is waited for."""
        if (entry := self._conversation.get(answer)) is not None:
            entry.title = one_line(title)
            self._changed(entry)

    def finish_answer(self, answer: int, header: str = "", state: State = State.DONE) -> None:
        """The answer is whole, or was stopped. `header` replaces the title: who, how fast, what it cost."""
        self._end(answer, state, header=header)

    def retract(self, answer: int, summary: str = "") -> None:
        """The answer was cut and another will take over: fold it behind `summary`."""
        self._end(answer, State.INTERRUPTED, summary=summary)

    def add_switch(self, text: str) -> int:
        """Why another provider takes over; comes before the answer it explains."""
        return self._add(Entry(Kind.SWITCH, text))

    def add_notice(self, text: str) -> int:
        """A remark."""
        return self._add(Entry(Kind.NOTICE, text))

    def add_error(self, text: str, hint: str = "press r to retry") -> int:
        """What went wrong, as a sentence, and in `hint` what the person can do now."""
        return self._add(Entry(Kind.ERROR, text, hint=hint))

    def add_output(self, text: str, title: str = "") -> int:
        """What a command printed; its line breaks and spaces are kept."""
        return self._add(Entry(Kind.OUTPUT, text, title=title))

    def clear(self) -> None:
        """Take everything away."""
        self._conversation.replace()
        self._begin()

    def load(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Show what `dump` gave instead of what is shown now; items that are no entries are left out."""
        self._conversation.load(data)
        self._begin()

    def dump(self) -> list[dict[str, Any]]:
        """Everything as plain data for `load`."""
        return self._conversation.dump()

    def to_messages(self) -> list[dict[str, str]]:
        """Questions and answers as `{"role", "content"}`; nothing else of the transcript, no cut or empty answer."""
        return self._conversation.messages()

    def plain_text(self) -> str:
        """Everything as text."""
        return self._conversation.plain_text()

    # -- changes ---------------------------------------------------------------------------------------------------

    def _add(self, entry: Entry) -> int:
        anchor = self._anchor()
        self._conversation.add(entry)
        self._layout.added()
        self._came(anchor)
        return entry.id

    def _end(self, answer: int, state: State, *, header: str = "", summary: str = "") -> None:
        if (entry := self._conversation.streaming(answer)) is not None:
            self._conversation.end(entry, state, header=header, summary=summary)
            self._changed(entry)
            self._flush()

    def _begin(self) -> None:
        self._layout = Layout(self._conversation.entries, self._layout.width)
        self._dirty.clear()
        self._cursor = None
        self._follows, self._has_new_below = True, False
        self._settle(None)
        self.refresh()

    # -- what a person does ----------------------------------------------------------------------------------------

    async def _on_click(self, event: events.Click) -> None:
        """A click on a fold toggles it, on a link opens it, on the mark below goes to the end."""
        # The base class would select this whole widget at two clicks and everything beside it at three.
        event.prevent_default()
        meta = event.style.meta
        if "link" in meta:
            self.post_message(self.LinkOpened(meta["link"]))
        elif "end" in meta:
            self.action_scroll_end()
        elif "stop" in meta:
            self._cursor = Stop(*meta["stop"])
            self.action_toggle_fold()

    def action_step(self, direction: int) -> None:
        """Put the cursor on the next entry or fold in `direction`, and bring it into view."""
        if self._cursor is None:
            stop = stops.first_in_view(self._layout, self._top, self._rows, direction)
        else:
            stop = stops.beside(self._layout, self._cursor, direction)
        if stop is None:
            return
        self._cursor = stop
        row, top = stops.row_of(self._layout, stop), self._top
        if not top <= row < top + self._rows:
            self.scroll_to(y=row - 1 if row < top else row - self._rows // 2, animate=False)
        self.refresh()

    def action_toggle_fold(self) -> None:
        """Open or close the fold under the cursor; without a cursor, the last one in view."""
        self._cursor = self._cursor or stops.last_fold_in_view(self._layout, self._top, self._rows)
        if self._cursor is None:
            return
        anchor = self._layout.place(self._top)
        if stops.toggle(self._layout, self._cursor):
            self._layout.changed(self._cursor.entry)
            # What was opened is wanted: the row above it stays where it is, also for a reader at the end.
            self._follows = False
            self._settle(anchor)
            self._follows = self._top >= self.max_scroll_y
        self.refresh()

    def action_copy(self) -> None:
        """Copy the selection, or the last answer."""
        selected = self.screen.get_selected_text()
        text = selected or self._conversation.last_answer()
        if text:
            self.post_message(self.Copied(text, "selection" if selected else "answer"))

    def action_retry(self) -> None:
        """Ask for the last question to be sent again."""
        self.post_message(self.RetryAsked())
