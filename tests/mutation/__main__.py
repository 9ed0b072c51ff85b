"""Changes the pure hearts of the core in thousands of small ways, and counts the changes that no test notices.

mutmut does the work, in a copy of the tree, so that no changed file is ever seen by anybody else. pyproject.toml says
which files are changed (`[tool.mutmut]`), and which tests are run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "build" / "mutation"
COPIED = ("phoenix_tui", "styles", "tests", "pyproject.toml", "README.md", "LICENSE")
WANTED = 90.0
"""Per cent of mutants that the tests have to notice."""
_KILLED, _SURVIVED, _UNREACHED, _UNCHECKED = {1, 3}, {0}, {5, 33}, {None}
"""What mutmut keeps of each mutant: the exit code of its tests. Anything else is a run that came to no end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when fewer mutants than wanted were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules to change, as in core.offline (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--again", action="store_true", help="no run: the figures of the last one")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    if not chosen.again:
        _copy()
        names = [f"phoenix_tui.{module}.*" for module in chosen.modules]
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(chosen.jobs), *names]
        subprocess.run(command, cwd=PLACE, check=True)
    by_module = {name: counted for name, counted in _results().items() if counted.total()}
    _print(by_module)
    _say(f"{time.monotonic() - began:.0f} s; `mutmut show NAME` in {PLACE.relative_to(ROOT)} shows a survivor")
    return 0 if _share(sum(by_module.values(), Counter())) >= WANTED else 1


def _copy() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, PLACE / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, PLACE / name)


def _results() -> dict[str, Counter[str]]:
    """By module, how many of its mutants came to which end; survivors are printed on the way."""
    found: dict[str, Counter[str]] = {}
    for path in sorted((PLACE / "mutants" / "phoenix_tui").rglob("*.meta")):
        codes: Mapping[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        module = ".".join(path.relative_to(PLACE / "mutants" / "phoenix_tui").with_suffix("").with_suffix("").parts)
        ends = {name: _end(code) for name, code in codes.items()}
        found[module] = Counter(end for end in ends.values() if end is not None)
        for name, end in ends.items():
            if end in {"survived", "unreached"}:
                _say(f"{end} {name}")
    return found


def _end(code: int | None) -> str | None:
    if code in _UNCHECKED:
        return None
    if code in _UNREACHED:
        return "unreached"
    return "killed" if code in _KILLED else "survived" if code in _SURVIVED else "timeout"


def _print(by_module: Mapping[str, Counter[str]]) -> None:
    _say(f"\n{'':30}{'mutants':>8}{'killed':>8}{'timeout':>8}{'survived':>9}{'noticed':>9}")
    for name, counted in (*by_module.items(), ("in all", sum(by_module.values(), Counter()))):
        survived = counted["survived"] + counted["unreached"]
        figures = f"{counted.total():8}{counted['killed']:8}{counted['timeout']:8}{survived:9}"
        _say(f"{name:30}{figures}{_share(counted):8.1f}%")


def _share(counted: Counter[str]) -> float:
    """Per cent of mutants that were noticed; a mutant that never ends is."""
    return 100 * (counted["killed"] + counted["timeout"]) / max(1, counted.total())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
