"""The program under test: `phoenix-tui ask --jsonl`, a process that is asked line by line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LINE_BYTES = 2**22
_ENDS_WITHIN = 15.0
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG")


@dataclass(frozen=True, slots=True)
class Program:
    """How the program is started, and how many seconds pass for it, and for the servers, in one of ours.

    At any other speed than 1 the program's own times count, its start does not, and the machine may cost `slack`
    seconds of the scenario: what it loses to other work is not to be multiplied.
    """

    command: tuple[str, ...] = (sys.executable, "-m", "phoenix_tui")
    speed: float = 1.0

    @property
    def is_hastened(self) -> bool:
        return self.speed != 1

    @property
    def slack(self) -> float:
        """One second of ours when time runs faster."""
        return self.speed if self.is_hastened else 0.0

    def patience(self, limit: float) -> float:
        """Our seconds after which a request that may take `limit` of the scenario's is given up."""
        return limit / self.speed + 30 if self.is_hastened else limit + 1


@dataclass(frozen=True, slots=True)
class Words:
    """What a program left behind. `mess` says what it should not have done, "" for nothing."""

    mess: str
    stderr: str


class Talk:
    """One process. Nobody's settings reach it but `variables`; it runs in `folder`."""

    def __init__(self, program: Program, variables: Mapping[str, str], folder: str) -> None:
        self._program = program
        self._folder = folder
        self._variables = {
            **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "error",
            **variables,
        }
        self._process: Process | None = None
        self._gave_up = False

    async def ready(self) -> None:
        """Start it, and wait until it reads: a line that is no request is refused at once, and nobody is asked."""
        await self._exchange(b"{}", self._program.patience(0.0))

    async def ask(self, prompt: str, limit: float) -> dict[str, Any] | None:
        """What is answered to `prompt`, after a start where it has not started; None when no line of JSON came within
        `limit` seconds of the scenario. After that nothing is heard any more."""
        return await self._exchange(json.dumps({"prompt": prompt}).encode(), self._program.patience(limit))

    async def _exchange(self, line: bytes, seconds: float) -> dict[str, Any] | None:
        process = self._process or await self._start()
        if self._gave_up or process.stdin is None or process.stdout is None:
            return None
        with contextlib.suppress(TimeoutError, ConnectionError, ValueError):
            async with asyncio.timeout(seconds):
                process.stdin.write(line + b"\n")
                await process.stdin.drain()
                shape = json.loads(await process.stdout.readline())
                if isinstance(shape, dict):
                    return shape
        self._gave_up = True
        return None

    async def _start(self) -> Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._program.command,
            "ask",
            "--jsonl",
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._variables,
            cwd=self._folder,
            limit=_LINE_BYTES,
        )
        self._stderr = asyncio.create_task(self._read(self._process.stderr))
        return self._process

    async def end(self) -> Words:
        """Ends its input, and waits for its end."""
        process = self._process
        if process is None or process.stdin is None:
            return Words("it was not started", "")
        process.stdin.close()
        mess = ""
        try:
            async with asyncio.timeout(_ENDS_WITHIN):
                more = await self._read(process.stdout)
                status = await process.wait()
            if status:
                mess = f"it ended with status {status}"
            elif more:
                mess = "it wrote more lines than it was asked"
        except TimeoutError:
            mess = "it did not end by itself"
            self.kill()
        stderr = await self._stderr
        if "Traceback" in stderr:
            mess = mess or "it wrote a traceback"
        return Words(mess, stderr)

    def kill(self) -> None:
        """End it whatever it does, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    @staticmethod
    async def _read(stream: asyncio.StreamReader | None) -> str:
        return "" if stream is None else (await stream.read()).decode(errors="replace")
