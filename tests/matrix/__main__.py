"""Prints the matrix as Markdown."""

from __future__ import annotations

import sys

from tests.matrix.printing import table

if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table())
