"""What a simulated provider may do wrong, as makers of faults: each time with other numbers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim import faults
from phoenix_tui.sim.faults import Death, Fault

Maker = Callable[[Random], Fault]

UNUSABLE: tuple[Maker, ...] = (
    lambda dice: faults.Error(error=ErrorClass.SERVER, everywhere=dice.random() < 0.5),
    lambda dice: faults.Error(error=ErrorClass.SERVER, status=dice.choice((500, 502, 504, 408))),
    lambda dice: faults.Error(error=ErrorClass.OVERLOADED, everywhere=dice.random() < 0.5),
    lambda dice: faults.Error(error=ErrorClass.OVERLOADED, status=dice.choice((503, 529)), body=b""),
    lambda dice: faults.Error(error=ErrorClass.OVERLOADED, retry_after=dice.choice((1, 1.5, 20))),
    lambda dice: faults.BlackHole(seconds=dice.choice((None, 5.0, 400.0))),
    lambda dice: faults.BlackHole(everywhere=True),
    lambda dice: faults.SlowHeaders(seconds=dice.choice((0.05, 1.0))),
    lambda dice: faults.SlowFirstToken(seconds=dice.choice((8.0, 20.0, 100.0, 2000.0))),
    lambda dice: faults.HeartbeatsOnly(seconds=3.0),
    lambda dice: faults.Cut(after=dice.randint(0, 4), how=dice.choice(list(Death))),
    lambda dice: faults.Stall(after=dice.randint(0, 4), seconds=dice.choice((None, 30.0))),
    lambda dice: faults.ErrorInStream(error=ErrorClass.OVERLOADED, after=dice.randint(0, 4)),
    lambda dice: faults.ErrorInBody(),
    lambda dice: faults.NoFinish(),
    lambda dice: faults.ResetBeforeHeaders(),
    lambda dice: faults.CloseBeforeHeaders(),
    lambda dice: faults.Html(status=dice.choice((200, 502)), everywhere=dice.random() < 0.5),
    lambda dice: faults.NoContent(),
    lambda dice: faults.Redirect(),
    lambda dice: faults.Error(error=ErrorClass.PERMISSION),
    lambda dice: faults.Error(error=ErrorClass.QUOTA),
    lambda dice: faults.Error(error=ErrorClass.MODEL_NOT_FOUND),
)
HARMLESS: tuple[Maker, ...] = (
    lambda dice: faults.SlowFirstToken(seconds=dice.uniform(0.1, 4.0)),
    lambda dice: faults.SlowTokens(seconds=dice.uniform(0.01, 3.0)),
    lambda dice: faults.InvalidEvent(at=dice.randint(2, 4)),
    lambda dice: faults.SingleJson(),
    lambda dice: faults.Gzip(),
    lambda dice: faults.NoDone(stays_open=dice.random() < 0.5),
    lambda dice: faults.ByteByByte(seconds=0.0005),
)
OF_THE_QUESTION: tuple[Maker, ...] = (
    lambda dice: faults.Error(error=ErrorClass.CONTENT_FILTER),
    lambda dice: faults.Error(error=ErrorClass.CONTEXT_LENGTH),
    lambda dice: faults.Error(error=ErrorClass.BAD_REQUEST),
    lambda dice: faults.CallsTool(after=dice.randint(0, 2)),
    lambda dice: faults.Refusal(),
    lambda dice: faults.EmptyAnswer(),
    lambda dice: faults.ReasoningOnly(),
)
