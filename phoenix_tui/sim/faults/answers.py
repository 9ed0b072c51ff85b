"""Faults, and oddities, of what the model says. The reply that carries it is in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from phoenix_tui.sim.faults.base import Fault
from phoenix_tui.sim.model import Answer, FinishReason, ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyAnswer(Fault):
    """The model ends at once."""

    finish: FinishReason = "stop"

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, text=(), reasoning=(), finish=self.finish)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningOnly(Fault):
    """The model thinks, and the output limit ends it there."""

    finish: FinishReason = "length"

    def answer(self, answer: Answer) -> Answer:
        thoughts = answer.reasoning or ("Let", " me", " think", " about", " this", ".")
        return replace(answer, text=(), reasoning=thoughts, finish=self.finish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Fault):
    """The model refuses, with these words where the format has a place for them."""

    words: str = "I'm sorry, but I can't assist with that request."

    def answer(self, answer: Answer) -> Answer:
        refusal = tuple(f"{word} " for word in self.words.split())
        return replace(answer, text=(), reasoning=(), refusal=(*refusal[:-1], refusal[-1].strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsTool(Fault):
    """The model wants a tool called, after the first `after` tokens of text."""

    name: str = "get_weather"
    arguments: str = '{"city":"Lisbon"}'
    after: int = 0

    def answer(self, answer: Answer) -> Answer:
        tool = ToolCall(self.name, self.arguments)
        return replace(answer, text=answer.text[: self.after], tool=tool, finish="tool_calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Says(Fault):
    """The model says exactly these tokens."""

    text: tuple[str, ...] = ()
    finish: FinishReason = "stop"

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, text=self.text, finish=self.finish)


def huge_answer(size: int = 5 * 10**6, piece: int = 2000, times: int | None = None) -> Says:
    """An answer of `size` characters in lines, `piece` of them a token."""
    line = "The quick brown phoenix rises from the ashes of the lazy provider, again and again and again.\n"
    text = (line * (size // len(line) + 1))[:size]
    return Says(text=tuple(text[at : at + piece] for at in range(0, size, piece)), times=times)


def long_line(size: int = 10**6, piece: int = 4000, times: int | None = None) -> Says:
    """One line of `size` characters without a space, `piece` of them a token."""
    return Says(text=tuple("x" * min(piece, size - at) for at in range(0, size, piece)), times=times)


HOSTILE_TOKENS = (
    "\x1b[2J\x1b[1;1H",
    "cleared? ",
    "\x1b]0;owned\x07",
    "\x1b]52;c;b3duZWQ=\x1b\\",
    "[/x] [bold red]markup[/] [@click=app.quit]press[/] ",
    "\u202eright to left\u202c ",
    "nul \x00 bell \x07 backspace \x08\x08\x08 ",
    "c1 \x9b31m ",
    "split \x1b",
    "[31mred\x1b[0m ",
    "\r\noverwrite\rme\u2028line\u0085next\ufeff ",
    "\U0001f469\u200d\U0001f4bb done",
)
"""Text that must reach nobody's terminal as it is: escapes (one cut in two), Rich markup, bidi, C1, NUL."""


def hostile_text(times: int | None = None) -> Says:
    """An answer of `HOSTILE_TOKENS`."""
    return Says(text=HOSTILE_TOKENS, times=times)
