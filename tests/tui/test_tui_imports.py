"""What must not be loaded before the first picture."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("httpx", "pydantic", "dotenv", "phoenix_tui.core.client", "phoenix_tui.config", "phoenix_tui.sim")


def test_the_first_picture_needs_no_http_and_no_settings() -> None:
    code = "import json, sys, phoenix_tui.tui.app; print(json.dumps(sorted(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = set(json.loads(shown.stdout))
    assert not loaded & set(HEAVY)
    assert "textual.app" in loaded
