"""What the exit status of every command means."""

from __future__ import annotations

OK = 0
"""Answered; an answer without text too."""
DEFECT = 1
"""phoenix-tui itself failed; a sentence says where that is written down."""
USAGE = 2
"""Usage or configuration is wrong; a missing key too."""
NO_ANSWER = 3
"""No provider answered; a key, model or request that the provider refuses too."""
INTERRUPTED = 130
"""Ctrl-C."""
