"""A row of the fallback order on its way to another place: where it would land, and by how many places of the person's
own order that would move it. Pure."""

from __future__ import annotations

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.order_words import own_places


@dataclass(frozen=True, slots=True)
class Landing:
    """How the list looks with `name` where it would land: `names` from top to bottom, and the place that it would have
    in the person's own order, counted among those that can be asked at all."""

    name: str
    names: tuple[str, ...]
    own_place: int


class OrderDrag:
    """One row that the mouse holds. The list stands still under it: whatever health does meanwhile, only the row that
    is dragged moves."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self.name = name
        self._names = [place.target.provider for place in snapshot.order]
        self._start = self._names.index(name)
        self._at: int | None = self._start
        self._own: list[str] = []
        self._asked: dict[str, int] = {}
        self.is_moving = False
        """Whether it has been anywhere else than where it was."""
        self.follow(snapshot)

    def follow(self, snapshot: Snapshot) -> bool:
        """There is a new snapshot. Says whether it still has the same providers in its order."""
        placements = sorted(snapshot.order, key=lambda place: place.own_position)
        self._own = [place.target.provider for place in placements]
        self._asked = own_places(snapshot)
        return set(self._own) == set(self._names)

    def over(self, place: int | None) -> bool:
        """The mouse is over `place` of the list (from 0; None: nowhere in it). Says whether that looks different."""
        if place == self._at:
            return False
        self._at = place
        self.is_moving = True
        return True

    @property
    def landing(self) -> Landing | None:
        """How it would land now; None while it would not go anywhere."""
        if not self.is_moving or self._at is None:
            return None
        names = [name for name in self._names if name != self.name]
        before = self._others[: self._own_index(names, self._at)]
        own_place = 1 + sum(name in self._asked for name in before)
        names.insert(self._at, self.name)
        return Landing(self.name, tuple(names), own_place)

    @property
    def moved_by(self) -> int | None:
        """By how many places of the person's own order it would be moved, up where negative; None where it was only
        held, or would be dropped where it came from. 0: it stands there in their own order already."""
        if self._at is None or self._at == self._start:
            return None
        names = [name for name in self._names if name != self.name]
        return self._own_index(names, self._at) - self._own.index(self.name)

    @property
    def _others(self) -> list[str]:
        return [name for name in self._own if name != self.name]

    def _own_index(self, names: list[str], at: int) -> int:
        """Its index in the person's own order where it stands before `names[at]` in the list: behind the one above it
        when it was moved down, before the one below it when it was moved up. Where health has turned these two round,
        it stays: what is dragged up never goes down."""
        now = self._own.index(self.name)
        if at == self._start:
            return now
        if at > self._start:
            return max(now, self._others.index(names[at - 1]) + 1)
        return min(now, self._others.index(names[at]))
