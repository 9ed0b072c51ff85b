"""Two attempts at one question, side by side: whoever speaks first answers.

The second is started only when the first is late for what it usually does, or its provider is in doubt. What the loser
has cost is lost, so it is off unless the person wants it, and rare then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack

from phoenix_tui.core.attempt import AttemptStream
from phoenix_tui.core.clock import Clock, set_within
from phoenix_tui.core.snapshot import HealthState, ModelHealth

_IN_DOUBT = frozenset({HealthState.SUSPECT, HealthState.PROBATION})
_DOUBTFUL_HEAD_START = 1.0
"""Seconds that a provider in doubt is given where nothing better is known."""
_SHORTEST_HEAD_START = 0.5
"""Seconds; a wait that is shorter than this is not worth another provider's tokens."""


def head_start(before: HealthState, known: ModelHealth | None) -> float | None:
    """Seconds without a word after which a second provider may be asked beside one that was in the state `before`;
    None for never. One in doubt gets its usual time (the median), any other the time that it rarely exceeds (p95).
    `known` is None while too little is."""
    if before in _IN_DOUBT:
        usual = known.ttft_median if known and known.ttft_median else _DOUBTFUL_HEAD_START
    elif known is None or known.ttft_p95 is None:
        return None
    else:
        usual = known.ttft_p95
    return max(usual, _SHORTEST_HEAD_START)


class Race:
    """`first` is under way. After `head_start` seconds without a word of it, what `rival` makes of it (None when
    there is nobody) is started beside it.

    `run` ends when one of them has its first delta, or both have ended; it yields the rival when that starts.
    Afterwards `winner` is to be read on, and `loser`, if there was a rival, has ended. Both are entered into `exits`,
    whoever leaves them.
    """

    def __init__(
        self,
        first: AttemptStream,
        rival: Callable[[AttemptStream], AttemptStream | None],
        *,
        head_start: float,
        clock: Clock,
        exits: AsyncExitStack,
    ) -> None:
        self.winner = first
        self.loser: AttemptStream | None = None
        self._rival = rival
        self._head_start = head_start
        self._clock = clock
        self._exits = exits

    async def run(self) -> AsyncGenerator[AttemptStream, None]:
        first = self.winner
        heads = {first: asyncio.ensure_future(first.speaks())}
        some_word = asyncio.Event()
        heads[first].add_done_callback(lambda _: some_word.set())
        try:
            if await set_within(some_word, self._head_start, self._clock):
                return
            rival = self._rival(first)
            if rival is None:
                await heads[first]
                return
            await self._exits.enter_async_context(rival)
            yield rival
            heads[rival] = asyncio.ensure_future(rival.speaks())
            left = dict(heads)
            while left:
                await asyncio.wait(left.values(), return_when=asyncio.FIRST_COMPLETED)
                for stream in [stream for stream in left if left[stream].done()]:
                    if left.pop(stream).result():
                        self._decide(stream, rival if stream is first else first)
                        return
            self._decide(first, rival)
        finally:
            for head in heads.values():
                head.cancel()
            # Not suppressing anything: a cancellation that comes just here is for the caller.
            await asyncio.gather(*heads.values(), return_exceptions=True)

    def _decide(self, winner: AttemptStream, loser: AttemptStream) -> None:
        self.winner, self.loser = winner, loser
