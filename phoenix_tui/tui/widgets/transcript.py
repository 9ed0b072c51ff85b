"""The transcript: one widget over finished rows, however long the conversation is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from textual.reactive import reactive

from phoenix_tui.tui import spoken
from phoenix_tui.tui.transcript.entries import Entry, Kind, Offer, State, load_entries, one_line
from phoenix_tui.tui.transcript.view import BODY, THOUGHT
from phoenix_tui.tui.widgets.transcript_finder import TranscriptFinder

__all__ = ["Offer", "State", "Transcript"]


class Transcript(TranscriptFinder):
    """Questions and answers, one below the other.

    It is given plain data and says what a person did; it knows nothing of providers. Texts may come from anywhere:
    control characters are taken out, and nothing is ever read as markup. Ids of answers that have ended or were
    cleared away are ignored, so whatever arrives late does no harm.
    """

    HELP = (
        "The chat. {transcript.next} and {transcript.previous} go from entry to entry, {transcript.next_code} and "
        "{transcript.previous_code} from code to code, {transcript.next_link} and {transcript.previous_link} from link "
        "to link; {transcript.toggle} does what the thing is for: opens a fold or a link, copies code. "
        "{transcript.copy} copies what the cursor is on, {find} finds words, {transcript.end} goes to the end and "
        "stays there. Typing goes back to the prompt."
    )

    offers: reactive[tuple[Offer, ...]] = reactive((), repaint=False)
    """What can be done now about the newest error, if it came after the newest question; shown with it."""

    _offering: Entry | None = None

    # -- what is said ----------------------------------------------------------------------------------------------

    def add_user(self, text: str) -> int:
        """A question, as the person wrote it; the view goes to the end."""
        self._viewport.go_to_end()
        question = self._add(Entry(Kind.USER, text))
        self.watch_offers()
        return question

    def begin_answer(self, title: str) -> int:
        """An answer that will stream in; `title` says who gives it. Gives the id for the calls below."""
        answer = Entry(Kind.ANSWER, title=title, state=State.STREAMING)
        if spoken.in_force():
            answer.reasoning_open = False  # shown while it comes, it would be read aloud
        return self._add(answer)

    def append_text(self, answer: int, delta: str) -> None:
        """More of an answer's text."""
        if (entry := self._conversation.streaming(answer)) is not None:
            if not entry.text:
                self._keep_reasoning_open(entry)
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

    def add_error(self, text: str, hint: str = "") -> int:
        """What went wrong, as a sentence, and in `hint` what to do about it; what a key can do stands in `offers`."""
        error = self._add(Entry(Kind.ERROR, text, hint=hint))
        self.watch_offers()
        return error

    def add_output(self, text: str, title: str = "") -> int:
        """What a command printed; its line breaks and spaces are kept."""
        return self._add(Entry(Kind.OUTPUT, text, title=title))

    def clear(self) -> None:
        """Take everything away."""
        self._conversation.replace()
        self._begin()

    def load(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Show what `dump` gave instead of what is shown now; items that are no entries are left out."""
        self.show(load_entries(data))

    def show(self, entries: Iterable[Entry]) -> None:
        """Show `entries`, which nobody else has, instead of what is shown now."""
        self._conversation.replace(entries)
        self._begin()
        self.watch_offers()

    def dump(self) -> Sequence[Mapping[str, Any]]:
        """Everything as plain data for `load`."""
        return self._conversation.dump()

    def to_messages(self) -> list[dict[str, str]]:
        """Questions and answers as `{"role", "content"}`; nothing else of the transcript, no cut or empty answer."""
        return self._conversation.messages()

    def plain_text(self) -> str:
        """Everything as text."""
        return self._conversation.plain_text()

    # -- changes ---------------------------------------------------------------------------------------------------

    def _end(self, answer: int, state: State, *, header: str = "", summary: str = "") -> None:
        if (entry := self._conversation.streaming(answer)) is None:
            return
        index = self._conversation.index(entry)
        is_read = any(self._viewport.reads(index, section) for section in (THOUGHT, BODY))
        if not entry.text:
            self._keep_reasoning_open(entry)
        self._conversation.end(entry, state, header=header, summary=summary)
        if is_read:
            entry.folded = False
        self._changed(entry)
        self._wake(waits=False)

    def _keep_reasoning_open(self, entry: Entry) -> None:
        """It would fold by itself now; not under the eyes of somebody who reads back."""
        if entry.reasoning_open is None and self._viewport.reads(self._conversation.index(entry), THOUGHT):
            entry.reasoning_open = True

    def watch_offers(self) -> None:
        """They stand with that error, and with no other."""
        since = takewhile(lambda entry: entry.kind is not Kind.USER, reversed(self._conversation.entries))
        newest = next((entry for entry in since if entry.kind is Kind.ERROR), None)
        for entry in (self._offering, newest):
            offers = self.offers if entry is newest else ()
            if entry is not None and entry.offers != offers:
                entry.offers = offers
                if self._conversation.get(entry.id) is entry:
                    self._changed(entry)
        self._offering = newest
