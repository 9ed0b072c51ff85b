"""`python -m phoenix_tui` is `phoenix-tui`."""

from __future__ import annotations

import sys

from phoenix_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
