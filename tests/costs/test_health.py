"""Health is kept in bounds, whatever a day brings."""

from __future__ import annotations

import gc
import tracemalloc

from bench.health import DAY, Traffic


def test_a_second_day_of_traffic_takes_no_more_memory_than_the_first() -> None:
    """With a model in every third request that was never asked before."""
    tracemalloc.start()
    try:
        traffic = Traffic()
        held = []
        for _ in range(2):
            traffic.live(DAY, every=120.0, new_models=True)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[1] <= 1.1 * held[0]
