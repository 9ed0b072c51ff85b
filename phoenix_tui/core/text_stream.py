"""An answer as plain pieces of text, for programs that do not want events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from enum import StrEnum
from types import TracebackType
from typing import Self

from phoenix_tui.core.errors import StreamInterrupted, provider_error
from phoenix_tui.core.events import AttemptAborted, AttemptCut, Completed, TextDelta
from phoenix_tui.core.turn import Turn
from phoenix_tui.core.types import Answer


class OnInterrupt(StrEnum):
    """What a reader of plain text wants when an answer is cut after some of it was read.

    `raise`: to be told, by StreamInterrupted; nothing more is asked. `buffer`: not to be troubled; it gets the text in
    one piece once it is whole.
    """

    RAISE = "raise"
    BUFFER = "buffer"


class TextStream:
    """The text of one answer, as an async context manager and iterator of `str`.

    What was handed out cannot be taken back, so text of two attempts never comes out of one stream. Iterating raises
    NoProviderAnswered, or StreamInterrupted. Afterwards `answer` has the rest: usage, target, attempts.
    """

    def __init__(self, turn: Turn, on_interrupt: OnInterrupt | str) -> None:
        self.answer: Answer | None = None
        self._turn = turn
        self._on_interrupt = OnInterrupt(on_interrupt)
        self._texts = self._run()

    async def __aenter__(self) -> Self:
        await self._turn.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._texts.aclose()
        await self._turn.__aexit__(kind, error, trace)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts

    async def _run(self) -> AsyncGenerator[str, None]:
        shown: list[str] = []
        async for event in self._turn:
            match event:
                case TextDelta(text) if self._on_interrupt is OnInterrupt.RAISE:
                    shown.append(text)
                    yield text
                case AttemptAborted(attempt, error) | AttemptCut(attempt, error) if shown:
                    target = attempt.target
                    cause = provider_error(error, provider=target.provider, model=target.model)
                    raise StreamInterrupted("".join(shown), cause)
                case Completed(answer):
                    self.answer = answer
                    if self._on_interrupt is OnInterrupt.BUFFER and answer.text:
                        yield answer.text
