"""Peers in environments of their own under `.bench/`, so that what they depend on is none of our business."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[1] / ".bench"


def interpreter(name: str, wanted: str = "") -> Path | None:
    """The interpreter of the environment that has the distribution `name`, made where there is none; None when it
    cannot be. `wanted`: what is installed, when that is more than the name."""
    folder = ENVIRONMENTS / name
    program = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = folder / ".installed"
    if not mark.exists():
        wanted = wanted or name
        print(f"Installing {wanted} into {folder} ...", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True)
        command = [str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - ours
            print(f"{wanted} cannot be installed here; going on without it.", file=sys.stderr, flush=True)
            return None
        mark.touch()
    return program


def version_of(name: str, program: Path) -> str:
    """The version that is installed there."""
    code = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([str(program), "-c", code], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - ours
