"""What the health panel shows of each provider: more with more room, in columns, in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.snapshot import HealthState, ModelHealth, ProviderHealth, Snapshot
from phoenix_tui.core.types import RateLimit
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.health_rows import health_lines
from phoenix_tui.tui.health_words import first_token, last_error
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import NOW, FakeClient, at, make_snapshot

SEEN = ModelHealth("openrouter-model", samples=9, ttft_median=0.84, ttft_p95=2.1)
BUSY = ProviderHealth(
    "openrouter",
    HealthState.HEALTHY,
    total_requests=1_204,
    successful_requests=1_180,
    failed_requests=24,
    ttft_average=1.2,
    ttft_last=0.92,
    last_failure=at(-600),
    last_error=ErrorInfo(ErrorClass.OVERLOADED, "Overloaded", status=529),
    last_error_at=at(-600),
    models=(ModelHealth("another", ttft_median=7.0), SEEN),
    headroom=(RateLimit("requests", 60, 41, NOW + 40), RateLimit("tokens", 1_000, 999)),
    recent=(0.5, 0.9),
    recent_at=(NOW - 100, NOW - 10),
)


def shown(health: ProviderHealth, width: int, lines: int, snapshot: Snapshot | None = None) -> list[str]:
    snapshot = snapshot or make_snapshot(health.name, "ollama", **{health.name: health})
    return [
        "".join(text for text, _ in line) for line in health_lines(snapshot, NOW, width, lines, UNICODE)[health.name]
    ]


def test_the_median_is_that_of_the_model_that_would_be_asked() -> None:
    assert first_token(BUSY, "openrouter-model") == 0.84
    assert first_token(BUSY, "never asked") == 1.2, "the average of all, until there is a median"
    assert first_token(replace(BUSY, ttft_average=None), "never asked") is None


def test_the_more_width_the_more_figures_in_columns() -> None:
    said = {width: " ".join(shown(BUSY, width, 1)[0].split()) for width in (26, 31, 36, 48, 64, 76)}
    assert said == {
        26: "★1 ● openrouter healthy",
        31: "★1 ● openrouter healthy 0.84s",
        36: "★1 ● openrouter healthy 0.84s 98%",
        48: "★1 ● openrouter healthy 0.84s 98% last 0.92s",
        64: "★1 ● openrouter healthy 0.84s 98% last 0.92s 1,204 requests",
        76: "★1 ● openrouter healthy 0.84s 98% last 0.92s 1,204 requests",
    }


def test_the_more_lines_the_more_is_said() -> None:
    def said(lines: int) -> list[str]:
        return [" ".join(line.split()) for line in shown(BUSY, 36, lines)[1:]]

    assert said(1) == []
    assert said(2) == ["#1 ▃▄ openrouter-model"]
    assert said(3) == ["#1 ▃▄ last 0.92s", "openrouter-model"]
    assert said(4) == ["#1 ▃▄ last 0.92s", "openrouter-model", "41 of 60 requests left"]
    assert " ".join(shown(BUSY, 76, 4)[3].split()).startswith("41 of 60 requests left; last error ")


def test_where_no_column_has_room_time_and_rate_stand_beside_the_graph() -> None:
    assert [" ".join(line.split()) for line in shown(BUSY, 26, 2)] == ["★1 ● openrouter healthy", "#1 ▃▄ 0.84s"]


def test_a_countdown_is_shown_whatever_the_width() -> None:
    down = replace(BUSY, state=HealthState.UNAVAILABLE, reason="3 failures in a row", retry_at=at(12))
    assert "down 12s" in shown(down, 26, 1)[0]
    assert shown(down, 36, 1)[0].endswith("try in 12s")
    assert "try in 12s  last 0.92s" in shown(down, 48, 1)[0]


def test_one_that_is_shaky_says_its_last_error_and_when() -> None:
    shaky = replace(BUSY, state=HealthState.SUSPECT, reason="overloaded", headroom=())
    assert " ".join(shown(shaky, 36, 2)[1].split()) == "#1 ▃▄ overloaded"
    assert "last error" in shown(shaky, 76, 3)[2]
    assert shown(shaky, 76, 3)[2].endswith(": has no capacity just now")
    assert last_error(replace(shaky, last_error_at=None), NOW)[0] == "last error: has no capacity just now"
    assert last_error(replace(shaky, last_error=None), NOW) == ()


STATES = st.builds(
    lambda state, waits, ran, word: replace(
        BUSY,
        state=state,
        retry_at=at(waits),
        reason=word,
        recent=(0.4, None, 60.0)[:ran],
        recent_at=(NOW - 70, NOW - 40, NOW)[:ran],
        last_error=ErrorInfo(ErrorClass.SERVER, word, 500) if ran else None,
        headroom=(RateLimit(word, 10**9, 5, NOW + 40),),
    ),
    st.sampled_from(HealthState),
    st.sampled_from([-5, 7, 900, 90_000]),
    st.integers(0, 3),
    st.text(max_size=80),
)


@settings(max_examples=60)
@given(STATES, st.integers(26, 96), st.integers(1, 4))
def test_every_row_keeps_to_its_lines_and_its_width(health: ProviderHealth, width: int, lines: int) -> None:
    snapshot = make_snapshot(openrouter=health)
    for those in health_lines(snapshot, NOW, width, lines, UNICODE).values():
        assert len(those) == lines
        for line in those:
            assert cell_len("".join(text for text, _ in line)) <= width


@pytest.mark.parametrize(("height", "lines"), [(24, 1), (36, 2), (50, 3), (70, 4)])
async def test_a_taller_terminal_has_more_lines_and_the_cursor_stays(
    open_screen: OpenScreen, height: int, lines: int
) -> None:
    async with open_screen(FakeClient(make_snapshot(openrouter=BUSY)), size=(120, 36)) as ui:
        panel = ui.screen.query_one(HealthSidebar)
        await ui.pilot.press("tab", "down", "down")
        await ui.pilot.resize_terminal(120, height)
        await ui.until(lambda: len(panel.plain_text.split("\n")) == 7 * lines)
        assert panel.chosen == "anthropic"
        order = [line.split()[2] for line in panel.plain_text.split("\n")[::lines]]
        assert order == ["openrouter", "openai", "anthropic", "gemini", "grok", "ollama", "lmstudio"]


async def test_the_panel_says_what_its_columns_are(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        panel = ui.screen.query_one(HealthSidebar)
        assert str(panel.border_subtitle) == "time to first token, success rate"
