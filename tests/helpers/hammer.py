"""One of several programs that keep things in the same folder: `python -m tests.helpers.hammer FOLDER NAME ROUNDS`.

Says how it went as a JSON object, when standard input has been closed to let all begin at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from phoenix_tui.store import Store, Wanted
from tests.helpers.kept import DAWN, began, failed, kept

RECORDS_A_ROUND = 20


async def hammer(folder: Path, name: str, rounds: int) -> dict[str, object]:
    loaded = 0
    notices: list[str] = []
    for session in range(2):
        store = Store(folder, wall=lambda: DAWN)
        loaded = len(await store.health.load())
        store.incidents.write(began())
        for number in range(1, rounds + 1):
            for _ in range(RECORDS_A_ROUND):
                store.incidents.write(failed(number, name))
            await store.health.save([kept(name, 1_000 * session + number), kept("shared", 1_000 * session + number)])
            if number % 10 == 0:
                await store.incidents.read(Wanted(limit=5))
        await store.close()
        notices += store.notices
    return {"notices": notices, "loaded": loaded}


if __name__ == "__main__":
    sys.stdin.read()
    sys.stdout.write(json.dumps(asyncio.run(hammer(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))
