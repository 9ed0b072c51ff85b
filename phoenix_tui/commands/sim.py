"""`phoenix-tui sim`: the simulated providers alone, for tests and scripts of other people."""

from __future__ import annotations

import argparse
import asyncio
import sys

from phoenix_tui.commands import exit_status
from phoenix_tui.commands.output import say
from phoenix_tui.sim.serve import serve


def run_sim(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C; returns the exit status."""
    try:
        asyncio.run(serve(_write, port=options.port, story=options.story))
    except OSError as error:
        say(f"The simulated providers cannot listen on ports {options.port} to {options.port + 6}: {error.strerror}.")
        return exit_status.USAGE
    except KeyboardInterrupt:
        pass
    return exit_status.INTERRUPTED


def _write(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
