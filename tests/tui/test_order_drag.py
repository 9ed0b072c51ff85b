"""Where a row that is dragged would land, and what that moves in the person's own order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth, Snapshot
from phoenix_tui.tui.order_drag import OrderDrag
from tests.tui.fakes import make_snapshot, target


def snapshot_of(*own_places: tuple[str, int]) -> Snapshot:
    """Providers in their effective order, each with the place that the person gave it."""
    order = tuple(
        Placement(target(name), position, own, eligible=True) for position, (name, own) in enumerate(own_places, 1)
    )
    return replace(make_snapshot(*(name for name, _ in own_places)), order=order)


AS_PUT = snapshot_of(("openrouter", 1), ("openai", 2), ("anthropic", 3), ("gemini", 4))
CHANGED = snapshot_of(("anthropic", 3), ("gemini", 4), ("openrouter", 1), ("openai", 2))


@pytest.mark.parametrize(
    ("snapshot", "name", "place", "by", "own_place"),
    [
        (AS_PUT, "gemini", 0, -3, 1),
        (AS_PUT, "openrouter", 3, 3, 4),
        (AS_PUT, "openai", 2, 1, 3),
        (AS_PUT, "anthropic", 1, -1, 2),
        (CHANGED, "gemini", 0, -1, 3),
        (CHANGED, "openrouter", 0, 0, 1),  # the person has it before the other already
        (CHANGED, "anthropic", 3, 0, 3),
    ],
)
def test_it_lands_beside_whom_it_was_put(snapshot: Snapshot, name: str, place: int, by: int, own_place: int) -> None:
    drag = OrderDrag(snapshot, name)
    assert drag.over(place)
    assert (drag.moved_by, drag.landing and drag.landing.own_place) == (by, own_place)
    assert drag.landing is not None
    assert drag.landing.names[place] == name


def shown(drag: OrderDrag) -> tuple[str, ...] | None:
    """The list as it looks, None as it was."""
    return drag.landing.names if drag.landing else None


def test_what_comes_back_or_leaves_the_list_moves_nothing() -> None:
    drag = OrderDrag(AS_PUT, "openai")
    assert shown(drag) is None
    assert not drag.over(1), "it is there"
    assert not drag.is_moving
    assert drag.over(3)
    assert drag.over(1)
    assert drag.moved_by is None
    assert shown(drag) == ("openrouter", "openai", "anthropic", "gemini")
    assert drag.over(None)
    assert drag.moved_by is None
    assert shown(drag) is None
    assert drag.is_moving


def test_the_list_stands_still_while_health_changes_and_lets_go_when_it_is_another() -> None:
    drag = OrderDrag(AS_PUT, "gemini")
    drag.over(1)
    assert drag.follow(replace(AS_PUT, order=CHANGED.order))
    assert shown(drag) == ("openrouter", "gemini", "openai", "anthropic")
    assert drag.moved_by == -2
    assert not drag.follow(make_snapshot("openrouter"))


def test_the_place_is_counted_among_those_that_can_be_asked_at_all() -> None:
    off = ProviderHealth("openai", HealthState.DISABLED)
    snapshot = replace(make_snapshot("openrouter", "openai", "anthropic", "gemini", openai=off), order=AS_PUT.order)
    drag = OrderDrag(snapshot, "gemini")
    drag.over(2)
    assert drag.landing is not None
    assert drag.landing.own_place == 2
    assert drag.moved_by == -1
