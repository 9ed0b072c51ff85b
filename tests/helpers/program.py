"""The real program, run as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 60.0
"""After which a program that does not end is a failed test."""


@dataclass(frozen=True)
class Ran:
    """How it ended, and all that it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, which must be one JSON object."""
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        """Its output, which must be a JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def everything(self) -> str:
        return self.out + self.err


async def phoenix(
    *arguments: str, env: Mapping[str, str] | None = None, stdin: str | bytes | None = "", cwd: Path | None = None
) -> Ran:
    """Run `phoenix-tui` with `arguments` and, of the environment, only what it needs and `env`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "phoenix_tui",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(env or {}),
        cwd=cwd or os.environ["PHOENIX_TUI_STATE_DIR"].removesuffix("state"),
    )
    given = stdin.encode() if isinstance(stdin, str) else stdin
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate(given)
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program under test: nobody's settings but `extra`."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "PHOENIX_TUI_CONFIG_DIR", "PHOENIX_TUI_STATE_DIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONWARNINGS": "error",
        "PYTHONUTF8": "1",
        **extra,
    }
