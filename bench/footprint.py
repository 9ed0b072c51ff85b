"""What the core costs before it does anything: importing it, asking for the version, an open client that waits."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import Contestant, Line, Row, in_turn, wall_of

TITLE = "Before the first request"
ROUNDS = 21
PROGRAM = Path(sys.executable).with_name("phoenix-tui")

_RESIDENT = """
import os
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * os.sysconf("SC_PAGE_SIZE"))
"""
IDLE_HTTPX = f"""
import asyncio, ssl, httpx
async def main():
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):
        exec({_RESIDENT!r})
asyncio.run(main())
"""
IDLE_CLIENT = f"""
import asyncio
from phoenix_tui import Client, ClientConfig, ProviderConfig, Secret
async def main():
    config = ClientConfig((ProviderConfig("openrouter", True, Secret("bench")),), probes=False)
    async with Client(config):
        exec({_RESIDENT!r})
asyncio.run(main())
"""


def printed(code: str, env: Mapping[str, str]) -> Contestant:
    """The number that a fresh interpreter prints for `code`."""

    def run() -> float:
        command = [sys.executable, "-c", code]
        return float(subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout)  # noqa: S603 - ours

    return run


def python(code: str, env: Mapping[str, str]) -> Contestant:
    """Seconds of a fresh interpreter that runs `code`."""
    return wall_of([sys.executable, "-c", code], env)


def rows() -> Iterator[Line]:
    """Measure, with everything compiled: a checkout may have no bytecode, what is installed has."""
    with tempfile.TemporaryDirectory() as compiled:
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = compiled
        ours = python("import phoenix_tui.core.client", env)
        theirs = python("import httpx", env)
        what = "a process that imports phoenix_tui.core.client"
        yield beside(what, "that imports httpx", ours, theirs, most=1.5)
        ours, theirs = wall_of([str(PROGRAM), "--version"], env), python("pass", env)
        yield beside("phoenix-tui --version", "python -c pass", ours, theirs, most=3)
        idle = in_turn({"theirs": printed(IDLE_HTTPX, env), "ours": printed(IDLE_CLIENT, env)}, 7, warm_up=2)
        what, against = "memory of an open, idle Client", "of an httpx.AsyncClient"
        yield Row(what, against, idle["theirs"], idle["ours"], most=1.4, scale=2**-20, unit="MiB", digits=1)


def beside(what: str, against: str, ours: Contestant, theirs: Contestant, *, most: float) -> Row:
    """Two kinds of process, in turn."""
    samples = in_turn({"theirs": theirs, "ours": ours}, ROUNDS, warm_up=2)
    return Row(what, against, samples["theirs"], samples["ours"], most=most, scale=1e3, unit="ms", digits=0)
