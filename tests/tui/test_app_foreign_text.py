"""Text from servers and models is shown as it is: never markup, never an escape sequence, never unbounded."""

from __future__ import annotations

from dataclasses import replace

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.events import AttemptFailed, Completed, Notice, Skipped, TextDelta, Waiting
from phoenix_tui.core.snapshot import HealthState, Placement, ProviderHealth
from phoenix_tui.core.types import Target
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import NOW, FakeClient, answer, at, attempt, make_snapshot, nobody, started

EVIL = "[/x] [bold red]boo[/] \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202egnp.exe [@click=app.bell]x[/]"
SHOWN = "[/x] [bold red]boo[/] red"


def screen_text(ui: Opened) -> str:
    """Everything on the screen as it is painted."""
    lines = ui.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


def assert_harmless(text: str) -> None:
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


async def test_hostile_words_everywhere(open_screen: OpenScreen) -> None:
    hostile = ProviderHealth(
        "anthropic",
        HealthState.UNAVAILABLE,
        reason=EVIL,
        retry_at=at(9),
        last_error=ErrorInfo(ErrorClass.SERVER, EVIL, status=500),
        total_requests=3,
        failed_requests=3,
    )
    snapshot = make_snapshot("openrouter", "anthropic", anthropic=hostile)
    snapshot = replace(
        snapshot,
        providers=tuple(
            replace(info, model=EVIL, fix=info.fix and EVIL, label=info.label) for info in snapshot.providers
        ),
        order=(
            Placement(Target("openrouter", EVIL), 1, 1, eligible=True, is_primary=True),
            Placement(Target("anthropic", EVIL), 2, 2, eligible=False, reason=EVIL),
        ),
    )
    error = ErrorInfo(ErrorClass.BAD_REQUEST, EVIL, param=EVIL)
    script = [
        started("openrouter"),
        Skipped(Target("anthropic", EVIL), EVIL),
        Notice(EVIL),
        AttemptFailed(attempt("openrouter"), error, Target("openrouter", EVIL)),
        Waiting(Target("openrouter", EVIL), 1.0, NOW + 1, EVIL),
        started("openrouter", 2),
        TextDelta(EVIL),
        Completed(replace(answer(EVIL), model=EVIL)),
    ]
    client = FakeClient(snapshot, script, [nobody(ErrorClass.SERVER, EVIL)])
    async with open_screen(client, notices=(EVIL,), size=(140, 50)) as ui:
        await ui.until(lambda: SHOWN in ui.said)
        await ui.send("one")
        await ui.answered()
        await ui.send("two")
        await ui.answered(2)
        ui.screen.tell(EVIL)
        for _ in range(3):
            await ui.pilot.pause()
        painted = screen_text(ui)
        assert painted.count("[/x]") >= 5
        assert_harmless(painted)
        assert_harmless(ui.said)
        assert "[/x]" in ui.screen.query_one(HealthSidebar).plain_text
        assert "[/x]" in ui.screen.query_one(FallbackPanel).plain_text
        for line in ("/use [/x]", "/[/x]"):
            ui.screen.prompt.value = ""
            await ui.send(line)
        ui.screen.prompt.value = ""
        await ui.send("/health")
        await ui.until(lambda: "Current provider: openrouter ([/x]" in ui.said)
        assert_harmless(screen_text(ui))


async def test_an_answer_of_megabytes_and_a_line_of_a_million_characters(open_screen: OpenScreen) -> None:
    whole = "word " * 600_000 + "\n\n" + "x" * 1_000_000
    pieces = [whole[at : at + 50_000] for at in range(0, len(whole), 50_000)]
    script = [started("openrouter"), *(TextDelta(piece) for piece in pieces), Completed(answer(whole))]
    async with open_screen(FakeClient(make_snapshot(), script)) as ui:
        await ui.send("much")
        await ui.answered()
        await ui.type("still here")
        assert ui.screen.prompt.value == "still here"
        assert ui.screen.conversation.exchanges[0].answer == whole


async def test_a_long_error_is_cut_to_a_few_lines(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [nobody(ErrorClass.SERVER, "<html>" + "spam " * 100_000)])
    async with open_screen(client) as ui:
        await ui.send("one")
        await ui.answered()
        assert len(ui.said) < 2_000
