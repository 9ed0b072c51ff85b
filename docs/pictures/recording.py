"""Records a session of the demo: an outage survived in a minute, as a terminal recording and as a moving picture.

asciinema records what the program really writes to its terminal, agg draws it; both come with `make recording`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

FOLDER = Path(__file__).parent
COLUMNS, ROWS = 112, 32
SCRIPT: tuple[tuple[float, str], ...] = (
    (1.5, "Why is the sky blue?"),
    (0.8, "\r"),
    (9.0, "And why is it red in the evening?"),
    (0.8, "\r"),
    (14.0, "\x1b3"),  # alt+3: another primary
    (3.0, "\x1bu"),  # alt+u: taken back
    (3.0, "\x11"),  # ctrl+q: leave
)
"""Seconds to wait, then what is typed: at the pace of a person, since that is what is shown."""
OPEN = "If you send now"
"""What is read once the screen stands with its providers."""
SECONDS_A_KEY = 0.06


def record(cast: Path) -> None:
    """Play `SCRIPT` to the program in a recorded terminal."""
    program = [sys.executable, "-m", "phoenix_tui", "--demo"]
    command = ["rec", "--quiet", "--overwrite", "--idle-time-limit", "2", "--command", " ".join(program), str(cast)]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "LANG": "C.UTF-8", "PHOENIX_TUI_STATE_DIR": folder, "PHOENIX_TUI_CONFIG_DIR": folder,
        }  # fmt: skip
        terminal = pexpect.spawn(
            _tool("asciinema"), command, env=environment, dimensions=(ROWS, COLUMNS), encoding="utf-8", timeout=60
        )
        terminal.expect(OPEN)
        for wait, text in SCRIPT:
            _read_for(terminal, wait)
            for key in [text] if text.startswith("\x1b") else text:
                terminal.send(key)
                _read_for(terminal, SECONDS_A_KEY)
        terminal.expect(pexpect.EOF)
        terminal.close()


def _read_for(terminal: pexpect.spawn, seconds: float) -> None:
    """Keep the terminal empty meanwhile: a program whose output nobody reads stands still."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            terminal.read_nonblocking(65_536, timeout=left)
        except pexpect.TIMEOUT:
            return


def draw(cast: Path, gif: Path) -> None:
    """Turn the recording into a moving picture."""
    options = ["--font-size", "13", "--fps-cap", "10", "--speed", "1.3", "--last-frame-duration", "3"]
    command = [_tool("agg"), *options, str(cast), str(gif)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own arguments


def _tool(name: str) -> str:
    """The program `name` of this environment."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not here; `make recording` installs it.")
    return found


def main() -> None:
    cast, gif = FOLDER / "demo.cast", FOLDER / "demo.gif"
    record(cast)
    draw(cast, gif)
    print(cast.relative_to(Path.cwd()), gif.relative_to(Path.cwd()))  # noqa: T201 - says what was made


if __name__ == "__main__":
    main()
