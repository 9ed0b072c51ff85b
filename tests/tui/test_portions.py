"""A picture in portions is the whole picture in the end, what has the focus first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from phoenix_tui.tui.portions import LEAST, MOST, adapted, portion

REGIONS = st.sets(
    st.builds(Region, st.integers(0, 20), st.integers(0, 20), st.integers(1, 40), st.integers(1, 10)), max_size=6
)


def cells(regions: set[Region]) -> set[tuple[int, int]]:
    return {(x, y) for it in regions for y in range(it.y, it.bottom) for x in range(it.x, it.right)}


@given(regions=REGIONS, wanted=st.integers(1, 400))
def test_portions_are_the_whole_picture_in_the_end(regions: set[Region], wanted: int) -> None:
    first, left, painted = Region(3, 5, 10, 2), regions, set[tuple[int, int]]()
    for _ in range(2_000):
        now, left = portion(left, first, wanted)
        assert sum(it.area for it in now) <= max(wanted, max((it.width for it in now), default=0))
        assert bool(now) is bool(now | left)
        painted |= cells(now)
        if not left:
            break
    assert not left
    assert painted == cells(regions)


def test_what_has_the_focus_comes_first() -> None:
    now, later = portion({Region(0, 0, 80, 30)}, Region(2, 20, 70, 1), 100)
    assert now == {Region(0, 20, 80, 1)}
    assert len(later) == 29


def test_a_portion_becomes_what_the_line_can_take() -> None:
    cells = 400
    for _ in range(12):
        cells = adapted(cells, cells, took=cells / 50)  # fifty cells a second
    assert cells == LEAST
    assert adapted(cells, 1, took=0.001) == LEAST, "a small one says nothing"
    for _ in range(12):
        cells = adapted(cells, cells, took=0.001)
    assert cells == MOST
