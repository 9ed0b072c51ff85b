"""What happened in a day, line by line, and what should not have."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field


@dataclass
class Trace:
    """Lines with their virtual time in seconds. The same seed gives the same lines."""

    lines: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(f"{asyncio.get_running_loop().time():10.3f}  {line}")

    def hold(self, invariant: int, condition: bool, what: str) -> None:
        """The invariant of this number holds only if `condition` does; `what` is said where it does not."""
        if not condition:
            self.say(f"INVARIANT {invariant} VIOLATED: {what}")
            self.violations.append(self.lines[-1].strip())

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
