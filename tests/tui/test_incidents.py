"""`/incidents`: what happened, printed in the chat; and what comes up while the screen is open."""

from __future__ import annotations

from phoenix_tui.core.journal import Record, Switched
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.tui.incident_report import incident_report
from tests.helpers.kept import at, began, failed, switched
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import FakeClient


def plain(records: tuple[Record, ...]) -> list[str]:
    return ["".join(text for text, _ in line) for line in incident_report(records)]


def test_each_day_has_its_date_and_each_line_its_time() -> None:
    day = 86_400
    lines = plain((began(), failed(0), switched(1), failed(3 * day)))
    dates = [line for line in lines if len(line) == 10]
    assert len(dates) == 2
    assert dates[0] < dates[1]
    assert lines[1][10:].startswith("openrouter: healthy -> shaky: rate limit (HTTP 429)")


def test_hostile_words_are_cleaned_and_cut() -> None:
    left, taken = switched(0).left, switched(0).taken
    lines = plain((Switched(at(0), "t", left, taken, "[red]\x1b[2J" + "x" * 5_000),))
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 400


async def test_the_newest_are_printed_in_the_chat(open_screen: OpenScreen) -> None:
    limits: list[int] = []

    async def read(limit: int) -> tuple[Record, ...]:
        limits.append(limit)
        return (failed(0), switched(1))

    async with open_screen(incidents=read) as ui:
        await ui.send("/incidents")
        await ui.until(lambda: "phoenix-tui incidents has them all" in ui.said)
        assert "openrouter: healthy -> shaky" in ui.said
        assert "switched from openrouter to" in ui.said
    assert limits == [30]


async def test_an_empty_log_says_what_will_be_there(open_screen: OpenScreen) -> None:
    async def read(limit: int) -> tuple[Record, ...]:
        return ()

    async with open_screen(incidents=read) as ui:
        await ui.send("/incidents")
        await ui.until(lambda: "Nothing yet" in ui.said)


async def test_a_log_that_cannot_be_read_is_a_notice(open_screen: OpenScreen) -> None:
    async def read(limit: int) -> tuple[Record, ...]:
        raise NotKept("The disk [is] on fire.")

    async with open_screen(incidents=read) as ui:
        await ui.send("/incidents")
        await ui.until(lambda: "The disk [is] on fire." in ui.told)


async def test_without_a_log_it_says_so(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/incidents")
        await ui.until(lambda: any("Nothing is kept here" in sentence for sentence in ui.told))


async def test_what_comes_up_is_told_once(open_screen: OpenScreen) -> None:
    news = ["The file was set aside."]
    client = FakeClient()
    async with open_screen(client, news=lambda: news) as ui:
        await ui.until(lambda: ui.told.count("The file was set aside.") == 1)
        news.append("The disk is full.")
        client.publish(client.current)
        await ui.until(lambda: "The disk is full." in ui.told)
        assert ui.told.count("The file was set aside.") == 1
