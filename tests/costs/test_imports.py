"""What is loaded before anything is done, by name and by number: why it takes the time that it takes."""

from __future__ import annotations

import subprocess
import sys

VERSION = """
from phoenix_tui.cli import main
try:
    main(["--version"])
except SystemExit:
    pass
"""


def loaded_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after `code`."""
    script = f"import sys\n{code}\nsys.stdout.write('\\n' + ' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(ran.stdout.rsplit("\n", 1)[1].split())


def test_the_core_loads_hardly_more_than_httpx_and_itself() -> None:
    more = loaded_after("import phoenix_tui.core.client") - loaded_after("import httpx, asyncio")
    ours = {name for name in more if name.partition(".")[0] == "phoenix_tui"}
    with_random = {"_random", "_sha512", "bisect", "_bisect", "math", "random"}  # httpx loads it in most installations
    assert more - ours <= with_random
    assert len(ours) <= 80


def test_no_wire_format_is_loaded_before_it_is_spoken() -> None:
    loaded = loaded_after("import phoenix_tui.core.client")
    formats = {"openai_chat", "openai_responses", "anthropic_messages", "gemini_generate", "ollama_chat"}
    assert not {f"phoenix_tui.core.adapters.{name}" for name in formats} & loaded


def test_the_version_loads_next_to_nothing() -> None:
    more = loaded_after(VERSION) - loaded_after("pass")
    heavy = {"typing", "dataclasses", "inspect", "pathlib", "importlib.metadata", "email", "json", "asyncio"}
    assert not more & heavy
    assert len(more) <= 50
