"""Simulated providers: real HTTP on loopback, in all wire formats, with faults by switch.

`Simulator` starts them; each is a `SimProvider`; what can go wrong with one is in `phoenix_tui.sim.faults`. They are
the independent other side of this package: nothing here imports an adapter.
"""

from __future__ import annotations

from phoenix_tui.sim.catalogue import PROVIDER_NAMES
from phoenix_tui.sim.provider import Pace, SimProvider
from phoenix_tui.sim.record import Ending, Record
from phoenix_tui.sim.server import Simulator

__all__ = ["PROVIDER_NAMES", "Ending", "Pace", "Record", "SimProvider", "Simulator"]
