"""Which faults hold for the next request: standing ones, and a script that goes before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from phoenix_tui.sim.faults.base import Fault


class FaultBox:
    """The faults of one provider, counted down as they strike."""

    def __init__(self) -> None:
        self._standing: list[tuple[Fault, int | None]] = []
        self._script: deque[tuple[Fault, ...]] = deque()

    @property
    def standing(self) -> tuple[Fault, ...]:
        """The faults that have not struck as often as they should."""
        return tuple(fault for fault, left in self._standing if left is None or left > 0)

    @property
    def refuses(self) -> bool:
        """Whether connections are refused now."""
        return any(fault.refuses for fault in self.standing)

    def stand(self, *faults: Fault) -> None:
        """These from now on, in place of whatever stood, scripts included."""
        self._standing = [(fault, fault.times) for fault in faults]
        self._script.clear()

    def script(self, *faults: Fault | Sequence[Fault] | None) -> None:
        """One entry for each of the next generation requests; None is a request without fault."""
        for entry in faults:
            match entry:
                case None:
                    self._script.append(())
                case Fault():
                    self._script.append((entry,))
                case _:
                    self._script.append(tuple(entry))

    def take(self, *, generation: bool, model: str) -> tuple[Fault, ...]:
        """The faults of a request that has just come."""
        if generation and self._script:
            return self._script.popleft()
        taken: list[Fault] = []
        for at, (fault, left) in enumerate(self._standing):
            strikes = (generation or fault.everywhere) and (not fault.models or model in fault.models)
            if strikes and (left is None or left > 0):
                taken.append(fault)
                self._standing[at] = (fault, None if left is None else left - 1)
        return tuple(taken)
