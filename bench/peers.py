"""The core beside other client libraries, each in an environment of its own: `make bench-peers`.

What cannot be installed is said, and the others go on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.environments import interpreter, version_of
from bench.measure import Contestant, Line, Row, in_turn
from bench.peer_program import AT_ONCE
from bench.server import server, url_path
from phoenix_tui.core.adapters.base import WireFormat

TITLE = "Beside other libraries"
PROGRAM = Path(__file__).with_name("peer_program.py")
PEERS = {
    "openai": ("openai", "openai SDK", 1 / 2),
    "pydantic-ai-slim": ("pydantic-ai-slim[openai]", "pydantic-ai FallbackModel", 1 / 5),
    "litellm": ("litellm", "LiteLLM Router", 1 / 10),
}
"""By distribution: what is installed, what is measured, and the highest ratio that we want."""
OURS, FLOOR = "phoenix-tui", "httpx"
PIECES = 2_000


class Peer:
    """A library under measurement, in a process of its own that waits for commands."""

    def __init__(self, name: str, program: Path, exits: ExitStack) -> None:
        command = [str(program), "-P", str(PROGRAM), name]  # -P: our modules' names are none of its business
        self._process = exits.enter_context(
            subprocess.Popen(  # noqa: S603 - ours
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        )
        exits.callback(self._process.terminate)

    def measuring(self, command: str, url: str) -> Contestant:
        """Seconds that it says it took."""

        def run() -> float:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{command} {url}\n")
            self._process.stdin.flush()
            return float(self._process.stdout.readline())

        return run


def rows() -> Iterator[Line]:
    """Measure all of them in turn, in each of three ways."""
    programs = {name: program for name in PEERS if (program := interpreter(name, PEERS[name][0]))}
    words = {name: f"{PEERS[name][1]} {version_of(name, program)}" for name, program in programs.items()}
    words[FLOOR] = "raw httpx, by hand"
    with server() as port, ExitStack() as exits:
        root = f"http://127.0.0.1:{port}"
        here = Path(sys.executable)
        everybody = {FLOOR: here, **programs, OURS: here}
        peers = {name: Peer(name, program, exits) for name, program in everybody.items()}
        short, long, whole = (
            root + url_path(WireFormat.OPENAI_CHAT, kind, pieces)
            for kind, pieces in (("stream", 20), ("stream", PIECES), ("whole", 20))
        )
        for what, command, url, rounds, shared, scale, unit in (
            ("time to first token", "first", short, 60, 1, 1e3, "ms"),
            (f"CPU a chunk, {PIECES:,} chunks", "stream", long, 7, PIECES, 1e6, "us"),
            (f"CPU a request, {AT_ONCE} at once, answered in one piece", "ask", whole, 7, 1, 1e3, "ms"),
        ):
            contestants = {name: peer.measuring(command, url) for name, peer in peers.items()}
            samples = {
                name: [taken / shared for taken in all_taken]
                for name, all_taken in in_turn(contestants, rounds, warm_up=3).items()
            }
            for name in (FLOOR, *programs):
                most = PEERS[name][2] if name in PEERS else None
                yield Row(what, words[name], samples[name], samples[OURS], most=most, scale=scale, unit=unit)
