"""`make bench`: measure all topics, or those that are named, and print their tables; `--write` puts them into
docs/PERFORMANCE.md, each between its marks."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.measure import table

TOPICS = ("core", "footprint", "health", "screen", "answers", "history", "slow", "hostile")
"""Modules of this package, in the order of the document."""
ON_DEMAND = ("peers", "screen_peers")
"""Those that install something first, and so are only measured when they are named."""
DOCUMENT = Path(__file__).parents[1] / "docs" / "PERFORMANCE.md"


def machine() -> str:
    """Where and with what it was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "textual", "rich"))
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{datetime.now(UTC).date()}, {system}, Python {platform.python_version()}, {packages}"


def measured(topic: str) -> str:
    """The table of a topic, printed while it comes."""
    module = importlib.import_module(f"bench.{topic}")
    print(f"\n## {module.TITLE}\n", flush=True)
    lines = []
    for line in table(module.rows()):
        print(line, flush=True)
        lines.append(line)
    return "\n".join(lines)


def put(document: str, topic: str, text: str) -> str:
    """`document` with `text` between the marks of `topic`."""
    mark = re.escape(topic)
    marked = re.compile(rf"(<!-- bench: {mark} -->\n).*?(<!-- /bench: {mark} -->)", re.DOTALL)
    if not marked.search(document):
        sys.exit(f"{DOCUMENT.name} has no place for {topic}.")
    return marked.sub(lambda found: f"{found[1]}{text}\n{found[2]}", document)


def main() -> None:
    """Measure, print, and write if that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("topics", nargs="*", choices=[*TOPICS, *ON_DEMAND, []], default=[])
    parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCUMENT.name}")
    wanted = parser.parse_args()
    print(machine())
    for topic in wanted.topics or TOPICS:
        text = f"{machine()}\n\n{measured(topic)}"
        if wanted.write:
            DOCUMENT.write_text(put(DOCUMENT.read_text("utf-8"), topic, text), "utf-8")


if __name__ == "__main__":
    main()
