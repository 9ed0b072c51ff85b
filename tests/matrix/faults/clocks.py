"""What happens to the machine that asks while an answer is under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from phoenix_tui.sim.actions import Reset
from tests.matrix.fault import BODY, HEADERS, OPENED, TOKENS, WHOLE, Fault, but, everywhere
from tests.matrix.outcomes import Fails
from tests.matrix.replies import LAST_CHUNK, Do, Machine, Stage, Step, chunk

_GROUP = "clock"
_HOUR = 3600.0


def _jump(seconds: float) -> Callable[[Machine], None]:
    def jump(machine: Machine) -> None:
        machine.skew += seconds

    return jump


def _sleep(machine: Machine) -> None:
    machine.suspend(2 * _HOUR)


def _goes_on(action: Callable[[Machine], None]) -> Callable[[Stage], Sequence[Step]]:
    """The reply goes on as if nothing had happened."""

    def play(stage: Stage) -> Sequence[Step]:
        if stage.phase is HEADERS:
            return [Do(action), *stage.good()]
        return [*stage.sent(), Do(action), *map(chunk, stage.after), LAST_CHUNK]

    return play


def _is_gone(stage: Stage) -> Sequence[Step]:
    """While the machine slept, the other side gave the connection up."""
    return [*stage.sent(), Do(_sleep), Reset()]


FAULTS = (
    Fault("wall clock 1 h ahead", _GROUP, everywhere(WHOLE), _goes_on(_jump(_HOUR))),
    Fault("wall clock 1 h back", _GROUP, everywhere(WHOLE), _goes_on(_jump(-_HOUR))),
    Fault("suspended for 2 h", _GROUP, everywhere(WHOLE), _goes_on(_sleep)),
    Fault(
        "suspended for 2 h, and the connection is dead",
        _GROUP,
        everywhere(Fails("after a sleep", "reset"), headers=Fails("reset after a sleep", "reset"), finished=WHOLE),
        _is_gone,
        (
            but(Fails("reset before headers", "reset"), HEADERS, when=lambda speaker: speaker.local),
            but(
                Fails("broken body", "reset"),
                BODY,
                OPENED,
                TOKENS,
                when=lambda speaker: speaker.local,
            ),
        ),
    ),
)
