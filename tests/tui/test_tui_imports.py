"""What must not be loaded before the first picture, and what must be there before the first answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.helpers.program import environment
from tests.tui.conftest import OpenScreen

HEAVY = ("httpx", "pydantic", "dotenv", "phoenix_tui.core.client", "phoenix_tui.config", "phoenix_tui.sim")
LATER = (
    "httpx",
    "phoenix_tui.core.client",
    "phoenix_tui.sim",
    "phoenix_tui.store",
    "sqlite3",
    "markdown_it",
    "pygments",
)
"""What the program as a whole need not have loaded when the screen begins, settings read."""
MOST_MODULES = 719
"""All that are loaded then, of which an empty Textual app is about 380 and pydantic 50."""
PROGRAM = """
import json, sys
from phoenix_tui.tui import app
for stream in (sys.stdin, sys.stdout, sys.stderr):
    stream.isatty = lambda: True
app.run_screen = lambda opened: print(json.dumps(sorted(sys.modules))) or 0
from phoenix_tui.cli import main
sys.exit(main([]))
"""


def modules_after(code: str, folder: Path) -> set[str]:
    """The modules that are loaded once `code`, which prints them, has run in a process of its own."""
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, capture_output=True, check=True, text=True, env=environment({"TERM": "xterm"}), cwd=folder
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_the_first_picture_needs_no_http_and_no_settings(tmp_path: Path) -> None:
    loaded = modules_after("import json, sys, phoenix_tui.tui.app; print(json.dumps(sorted(sys.modules)))", tmp_path)
    assert not loaded & set(HEAVY)
    assert "textual.app" in loaded


def test_the_program_begins_its_screen_with_few_modules(tmp_path: Path) -> None:
    loaded = modules_after(PROGRAM, tmp_path)
    assert not loaded & set(LATER)
    assert len(loaded) <= MOST_MODULES, "each costs the person who waits for the first picture"
    assert "phoenix_tui.config.settings" in loaded


async def test_what_shows_an_answer_is_loaded_before_one_comes(open_screen: OpenScreen) -> None:
    from phoenix_tui.tui.markdown.parser import _parser
    from phoenix_tui.tui.markdown.syntax import _lexer

    _parser.cache_clear()
    _lexer.cache_clear()
    async with open_screen() as ui:
        await ui.until(lambda: _parser.cache_info().currsize == 2 and _lexer.cache_info().currsize == 1)
