"""Copying and opening from the screen: what was done is said, and nothing but web and mail addresses is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_tui.tui.addresses import is_openable
from phoenix_tui.tui.links import browser
from phoenix_tui.tui.widgets.transcript import Transcript
from tests.tui.conftest import OpenScreen


async def test_c_copies_the_last_answer_and_says_how(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(own_files=tmp_path) as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.pilot.press("escape", "c")
        await ui.until(lambda: ui.told)
        assert ui.told[-1].startswith("Sent the answer (22 characters) to the terminal's clipboard (OSC 52); if it")
        assert (tmp_path / "copied.txt").read_text("utf-8") == "Because of scattering."
        assert len(ui.sent) == 1
        assert ui.app.clipboard == "Because of scattering."


async def test_what_is_selected_in_the_prompt_is_copied_in_the_same_way(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("half a thought")
        ui.screen.prompt.select_all()
        await ui.pilot.press("ctrl+c")
        await ui.until(lambda: ui.told)
        assert ui.told[-1].startswith("Sent the text (14 characters)")


async def test_a_link_is_opened_or_else_its_address_copied(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:

        async def click(url: str, told: str) -> None:
            ui.screen.transcript.post_message(Transcript.LinkOpened(url))
            await ui.until(lambda: any(it.startswith(told) for it in ui.told))

        await click("https://example.org/a", "Opened https://example.org/a.")
        ui.app.open_link = lambda url: None
        await click("https://example.org/b", "There is no browser here. Sent the address (21 characters)")
        await click("file:///etc/passwd", "Only web and mail addresses are opened")


@pytest.mark.parametrize("url", ["https://example.org/?q=a%20b", "http://[::1]:8080/", "mailto:somebody@example.org"])
def test_web_and_mail_addresses_are_opened(url: str) -> None:
    assert is_openable(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "vscode://file/x",
        "https://",
        "//example.org",
        "example.org",
        "https://example.org/ --new-window",
        "https://example.org/\x1b[2J",
        "https://[broken",
        "https://example.org/" + "x" * 5_000,
        "-h",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not is_openable(url)


@pytest.mark.parametrize(
    ("environ", "platform", "program"),
    [
        ({"DISPLAY": ":0"}, "linux", "xdg-open"),
        ({}, "linux", None),
        ({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, "linux", None),
        ({}, "darwin", "open"),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", "rundll32.exe"),
        ({}, "win32", "rundll32.exe"),
    ],
)
def test_the_browser_is_that_of_the_desktop_in_front_of_the_person(
    environ: dict[str, str], platform: str, program: str | None
) -> None:
    found = browser("https://example.org", environ, find=lambda name: name, platform=platform)
    assert (found[0] if found else None) == program
    assert browser("https://example.org", environ, find=lambda _: None, platform=platform) is None
    assert found is None or found[-1] == "https://example.org"
