"""The cells of the matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.matrix.fault import Fault
from tests.matrix.faults import FAULTS
from tests.matrix.outcomes import Again, Cannot, Fails, Outcome, again_after, shows_text
from tests.matrix.phases import Mode, Phase, Variant
from tests.matrix.replies import Stage
from tests.matrix.speakers import SPEAKERS, Speaker


@dataclass(frozen=True)
class Cell:
    """One fault, at one phase, with one provider, in one mode."""

    fault: Fault
    speaker: Speaker
    phase: Phase
    mode: Mode

    def __str__(self) -> str:
        return f"{self.fault.name} / {self.phase.value} / {self.speaker.provider} / {self.mode.value}"

    @property
    def outcome(self) -> Outcome:
        return self.fault.outcome(self.speaker, self.phase, self.mode)

    @property
    def occurs(self) -> bool:
        return not isinstance(self.outcome, Cannot)

    def stage(self, now: float) -> Stage:
        """What the faulty provider plays; `now` is its wall time, in seconds since the epoch."""
        return Stage(self.speaker, self.phase, self.mode, now)

    @property
    def is_asked_again(self) -> bool:
        """Whether the same provider gets a second request."""
        outcome = self.outcome
        if not isinstance(outcome, Fails) or shows_text(self.phase, self.mode):
            return False
        return again_after(outcome) is not Again.NONE

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The ways in which it is run. Where nothing is asked twice, a fault that passes is like one that lasts; where
        nothing fails, it does not matter who else there is."""
        wanted = [Variant.LASTING]
        if self.is_asked_again:
            wanted.append(Variant.PASSING)
        if isinstance(self.outcome, Fails):
            wanted.append(Variant.ALONE)
        return tuple(variant for variant in wanted if variant in self.fault.variants)


def played(fault: Fault, speaker: Speaker) -> bool:
    """Whether `fault` is played with `speaker` at all."""
    return not fault.providers or speaker.provider in fault.providers


def cells_of(fault: Fault, speaker: Speaker) -> Iterator[Cell]:
    """All cells of a fault with one provider, those that cannot occur among them."""
    for phase in Phase:
        for mode in Mode:
            yield Cell(fault, speaker, phase, mode)


def all_cells() -> Iterator[Cell]:
    for fault in FAULTS:
        for speaker in SPEAKERS:
            if played(fault, speaker):
                yield from cells_of(fault, speaker)
