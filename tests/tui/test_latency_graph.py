"""Graphs of latency: fixed spans of time, which move only when time has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.health_rows import health_lines
from phoenix_tui.tui.latency_graph import (
    LONGEST,
    STEP,
    Line,
    Span,
    chart,
    height,
    moves_in,
    spans,
    sparkline,
    summary,
)
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import NOW, FakeClient, make_snapshot


def sampled(*samples: tuple[float, float | None]) -> ProviderHealth:
    """A provider with samples as (seconds before NOW, time to first token or None for a failure), oldest first."""
    return ProviderHealth(
        "openrouter",
        HealthState.HEALTHY,
        recent=tuple(ttft for _, ttft in samples),
        recent_at=tuple(NOW - age for age, _ in samples),
    )


END = NOW - 1
"""In the last second of a minute, and of everything that is longer."""


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def test_a_cell_is_a_span_of_time_with_its_slowest_answer() -> None:
    health = sampled((185, 0.2), (130, 9.0), (125, 1.0), (70, None), (10, 0.4))
    assert spans(health, END, 60.0, 5) == (Span(), Span(0.2), Span(9.0), Span(failed=True), Span(0.4))


def test_a_failure_beside_an_answer_is_a_gap_with_a_mark_and_nothing_is_nothing() -> None:
    line = sparkline(spans(sampled((70, 0.4), (65, None), (10, 1.0)), END, 60.0, 4), UNICODE)
    assert plain(line) == "  ×▄"
    assert [style for text, style in line if text == "×"] == ["$health-down bold"]


def test_a_graph_moves_when_a_span_is_over_and_not_before() -> None:
    health = sampled((10, 1.0))
    shown = [
        plain(sparkline(spans(health, NOW + later, 60.0, 3), UNICODE)) for later in (0, 49, 50, 109, 110, 170, 230)
    ]
    beginning = NOW % 60
    assert beginning == 0, "the spans of these tests begin at the minute"
    assert shown == [" ▄ ", " ▄ ", " ▄ ", "▄  ", "▄  ", "   ", "   "]


def test_samples_without_a_moment_and_samples_to_come_do_no_harm() -> None:
    unknown = replace(sampled((10, 1.0)), recent_at=(0.0,))
    assert all(span.is_empty for span in spans(unknown, NOW, 60.0, 12))
    ahead = sampled((-500, 1.0))
    assert spans(ahead, NOW, 60.0, 2) == (Span(), Span(1.0))


def test_height_is_the_logarithm_of_the_time() -> None:
    heights = [height(ttft) for ttft in (0.1, 0.4, 1.0, 3.0, 60.0)]
    assert heights == sorted(set(heights))
    assert (heights[0], heights[-1]) == (0, 1)


@given(
    st.lists(st.tuples(st.floats(-100, 5_000), st.none() | st.floats(0, 1e6)), max_size=60),
    st.sampled_from([30.0, 60.0, 300.0]),
    st.integers(1, 120),
)
def test_a_graph_has_exactly_its_cells_whatever_comes(
    samples: list[tuple[float, float | None]], length: float, number: int
) -> None:
    found = spans(sampled(*samples), NOW, length, number)
    assert len(found) == number
    assert len(plain(sparkline(found, UNICODE))) == number


@pytest.mark.parametrize("width", [20, 52, 73, 160])
@pytest.mark.parametrize("rows", [4, 8])
def test_a_chart_has_a_scale_an_hour_and_keeps_to_its_width(width: int, rows: int) -> None:
    health = sampled((3_500, 12.0), (1_800, None), (10, 0.15))
    lines = [plain(line) for line in chart(health, END, width, rows, UNICODE)]
    assert len(lines) == rows + 2
    assert max(map(len, lines)) <= max(width, 24)
    assert lines[0].lstrip().startswith("12.0s │")
    assert "█" in lines[0], "the slowest reaches the top"
    assert lines[rows - 1].endswith("▁"), "the fastest is seen"
    assert "×" in lines[rows - 1]
    assert lines[-1].rstrip().endswith("now")
    assert "60 min ago" in lines[-1]


def test_an_empty_hour_is_a_sentence() -> None:
    assert [plain(line) for line in chart(sampled((4_000, 1.0)), NOW, 80, 4, UNICODE)] == [
        "nothing was asked in the last hour"
    ]


def test_the_last_hour_in_words() -> None:
    health = sampled((4_000, 60.0), (100, 8.2), (50, 1.0), (40, None))
    assert summary(health, NOW) == "2 answers, the slowest after 8.2s; 1 failure"
    assert summary(sampled((40, None)), NOW) == "0 answers; 1 failure"


def test_it_is_known_when_graphs_move_next() -> None:
    def wait(*samples: tuple[float, float | None]) -> float | None:
        return moves_in(make_snapshot(openrouter=sampled(*samples)), NOW + 12)

    assert wait() is None
    assert wait((LONGEST, 1.0)) is None
    assert wait((0, None)) == STEP - (NOW + 12) % STEP


async def test_an_idle_screen_with_empty_graphs_waits_for_nothing(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(openrouter=sampled((4_000, 1.0))))) as ui:
        assert ui.screen._tick is None
        assert ui.screen._graph_move is None


async def test_a_graph_that_has_moved_is_painted_and_nothing_else(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [NOW]
    client = FakeClient(make_snapshot(openrouter=sampled((10, 1.0))))
    async with open_screen(client, wall=lambda: clock[0]) as ui:
        assert ui.screen._tick is None, "nothing counts"
        assert ui.screen._graph_move is not None
        panel = ui.screen.query("#health").first()
        painted: list[int] = []
        monkeypatch.setattr(panel, "_repaint", painted.append)
        clock[0] += STEP
        ui.screen._graphs_move()
        await ui.pilot.pause()
        assert painted == [], "a cell is a minute here"
        clock[0] += STEP
        ui.screen._graphs_move()
        await ui.until(lambda: painted)
        assert painted == [1]
        clock[0] += LONGEST
        ui.screen._graphs_move()
        assert ui.screen._graph_move is None, "it is empty again"


@pytest.mark.parametrize("lines", [2, 3, 4])
def test_the_panel_shows_the_last_minutes(lines: int) -> None:
    asked = replace(sampled((130, 0.3), (70, None), (10, 1.0)), total_requests=3, ttft_average=0.7)
    snapshot = make_snapshot(openrouter=asked)
    for width in (26, 36, 48, 76):
        shown = health_lines(snapshot, END, width, lines, UNICODE)["openrouter"]
        assert "×" in plain(shown[1]), width
