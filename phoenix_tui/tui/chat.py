"""The chat as a turn sees it, written into the transcript widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from phoenix_tui.tui.conversation import Ending, Exchange
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.transcript.entries import Entry, State
from phoenix_tui.tui.widgets.transcript import Transcript

Part = tuple[str, str]


class Chat:
    """Questions, replies and lines of ours, in the order in which they are told. At most one reply is open."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._reply: int | None = None

    def ask(self, text: str) -> None:
        """A question of the person's."""
        self.transcript.add_user(text)

    def begin_reply(self, heading: str) -> None:
        """A reply begins; `heading` says who gives it."""
        self._reply = self.transcript.begin_answer(heading)

    def add_text(self, text: str) -> None:
        """A piece of the reply."""
        if self._reply is not None:
            self.transcript.append_text(self._reply, text)

    def add_reasoning(self, text: str) -> None:
        """A piece of the model's reasoning, shown apart from the reply."""
        if self._reply is not None:
            self.transcript.append_reasoning(self._reply, text)

    def rejoin_reply(self, text: str, note: str) -> None:
        """The reply was cut, its text so far is `text`, and what comes now goes on with it; `note` says so there."""
        if self._reply is not None:
            self.transcript.rejoin(self._reply, text, note)

    def cut_reply(self, label: str) -> None:
        """What the reply has so far is kept, folded, under `label`; it is not the answer."""
        if self._reply is not None:
            self.transcript.retract(self._reply, label)
            self._reply = None

    def end_reply(self, heading: str) -> None:
        """The reply is whole."""
        self._finish(heading, State.DONE)

    def stop_reply(self, heading: str) -> None:
        """The person stopped the reply; what there is stays."""
        self._finish(heading, State.STOPPED)

    def _finish(self, heading: str, state: State) -> None:
        if self._reply is not None:
            self.transcript.finish_answer(self._reply, heading, state)
            self._reply = None

    def say(self, text: str, tone: Tone) -> None:
        """A line of ours."""
        match tone:
            case Tone.SWITCH:
                self.transcript.add_switch(text)
            case Tone.ERROR:
                self.transcript.add_error(text, hint="")
            case Tone.INFO:
                self.transcript.add_notice(text)

    def fail(self, text: str, hint: str) -> None:
        """A failure, and what can be done about it."""
        self.transcript.add_error(text, hint=hint)

    def print(self, title: str, lines: Iterable[Sequence[Part]]) -> None:
        """What a command gives, line by line, shown from its first."""
        said = "\n".join("".join(text for text, _ in line).rstrip() for line in lines)
        self.transcript.show_from(self.transcript.add_output(said, title))

    def clear(self) -> None:
        """Begin with nothing."""
        self._reply = None
        self.transcript.clear()

    def dump(self) -> Sequence[Mapping[str, Any]]:
        """Everything that is shown, as plain data."""
        return self.transcript.dump()

    def restore(self, exchanges: Iterable[Exchange], shown: Sequence[Entry]) -> None:
        """Show an earlier conversation: as it was shown, or made anew from its exchanges where that is not known."""
        self.clear()
        self.transcript.show(shown)
        if shown:
            return
        for exchange in exchanges:
            self.ask(exchange.question)
            for attachment in exchange.attachments:
                self.say(attachment.told, Tone.INFO)
            if exchange.answer:
                self.begin_reply(exchange.attribution)
                self.add_text(exchange.answer)
                self._finish(exchange.attribution, State.DONE if exchange.ending is Ending.WHOLE else State.STOPPED)
            if exchange.note:
                self.say(exchange.note, Tone.INFO)
