"""`phoenix-tui incidents`, as a person and as a script sees it."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.journal import Record, Switched
from phoenix_tui.sim import Simulator
from phoenix_tui.sim.faults import Error
from phoenix_tui.store.database import FILE
from phoenix_tui.store.store import Store
from tests.helpers.kept import DAWN, at, began, failed, switched
from tests.helpers.program import phoenix

DAY: Sequence[Record] = (began(), failed(60), switched(61), failed(7_200, "gemini"))
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ")


async def keep(*records: Record) -> Path:
    """`records` in the log of the state folder that the programs under test have."""
    store = Store(Path(os.environ["PHOENIX_TUI_STATE_DIR"]), wall=lambda: DAWN)
    for record in records:
        store.incidents.write(record)
    await store.close()
    return store.path


def kinds(shape: dict[str, list[dict[str, object]]]) -> list[object]:
    return [incident["kind"] for incident in shape["incidents"]]


async def test_the_timeline_says_what_happened_to_whom_newest_last() -> None:
    await keep(*DAY)
    ran = await phoenix("incidents")
    assert (ran.status, ran.err) == (0, "")
    header, *lines = ran.out.splitlines()
    assert header.split() == ["time", "provider", "what", "happened"]
    assert all(LINE.match(line) for line in lines)
    assert [line[21:] for line in lines] == [
        "openrouter  healthy -> shaky: rate limit (HTTP 429), asked for 12 s",
        "anthropic   switched from openrouter to anthropic after 340 characters: connection reset",
        "gemini      healthy -> shaky: rate limit (HTTP 429), asked for 12 s",
    ]


async def test_json_has_every_record_and_its_session() -> None:
    await keep(*DAY)
    ran = await phoenix("incidents", "--json")
    shape = ran.json
    assert (ran.status, ran.err, shape["version"]) == (0, "", 1)
    assert kinds(shape) == ["SessionBegan", "HealthChanged", "Switched", "HealthChanged"]
    assert [incident["sequence"] for incident in shape["incidents"]] == [0, 1, 2, 3]
    (session,) = shape["sessions"]
    assert {incident["session"] for incident in shape["incidents"]} == {session["id"]}
    assert (session["records"], session["whole"]) == (4, True)
    assert session["first_at"] == shape["incidents"][0]["time"] == "2027-01-15T08:00:00.000+00:00"
    assert shape["incidents"][0]["record"]["seed"] == 7
    assert shape["incidents"][2]["providers"] == ["openrouter", "anthropic"]
    assert shape["incidents"][2]["text"].startswith("switched from openrouter")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--provider", "anthropic"), ["Switched"]),
        (("--since", "2027-01-15T09:00:00+00:00"), ["HealthChanged"]),
        (("--limit", "2"), ["Switched", "HealthChanged"]),
        (("--session", "nobody"), []),
        (("--provider", "openrouter", "--limit", "1"), ["Switched"]),
    ],
)
async def test_less_can_be_asked_for(arguments: Sequence[str], found: list[str]) -> None:
    await keep(*DAY)
    ran = await phoenix("incidents", "--json", *arguments)
    assert kinds(ran.json) == found
    plain = await phoenix("incidents", *arguments)
    assert plain.status == 0
    assert len(plain.out.splitlines()) == (len(found) + 1 if found else 0)


async def test_where_nothing_has_happened_it_says_what_will_be_there() -> None:
    ran = await phoenix("incidents")
    assert (ran.status, ran.out) == (0, "")
    assert "Nothing has happened yet" in ran.err
    assert str(Path(os.environ["PHOENIX_TUI_STATE_DIR"]) / FILE) in ran.err
    assert (await phoenix("incidents", "--json")).json == {"version": 1, "incidents": [], "sessions": []}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterday"), "no time"),
        (("--since", "99999999999999999999d"), "no time"),
        (("--provider", "claude"), "Did you mean anthropic?"),
        (("--limit", "0"), "1 or more"),
    ],
)
async def test_what_makes_no_sense_is_told(arguments: Sequence[str], words: str) -> None:
    ran = await phoenix("incidents", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


async def test_hostile_words_reach_no_terminal() -> None:
    left, taken = switched(0).left, switched(0).taken
    await keep(Switched(at(1), "t", left, taken, "\x1b[2J\x1b]0;owned\x07\nfake line\x9b31m"))
    ran = await phoenix("incidents")
    assert ran.out.isascii()
    assert len(ran.out.splitlines()) == 2
    assert "\x1b" not in ran.out + (await phoenix("incidents", "--json")).out


async def test_a_broken_log_is_told_and_set_aside() -> None:
    path = await keep(*DAY)
    path.write_bytes(b"broken" * 1000)
    ran = await phoenix("incidents")
    assert ran.status == 0
    assert "set aside" in ran.err
    assert "Traceback" not in ran.err


async def test_rows_that_cannot_be_read_are_counted() -> None:
    path = await keep(*DAY)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE incidents SET record = 'x' WHERE sequence = 1")
        connection.commit()
    ran = await phoenix("incidents")
    assert ran.status == 0
    assert "1 records" in ran.err
    assert len(ran.out.splitlines()) == 3


async def test_what_one_program_went_through_another_one_tells() -> None:
    async with Simulator(("openai", "anthropic")) as simulator:
        simulator["openai"].set_fault(Error(error=ErrorClass.QUOTA))
        env = simulator.environment() | {"LLM_PROVIDER": "openai", "LLM_FALLBACK_ORDER": "openai,anthropic"}
        asked = await phoenix("ask", "canaryquestion", env=env)
        assert asked.status == 0
        told = await phoenix("incidents")
        assert "blocked: out of credit or quota" in told.out
        assert "switched from openai to anthropic" in told.out
        recorded = await phoenix("incidents", "--json")
        assert "canaryquestion" not in recorded.out
        assert recorded.json["sessions"][0]["whole"]
        again = await phoenix("replay", "-", stdin=recorded.out)
        assert (again.status, again.out.count("DIFFERS")) == (0, 0)
        health = await phoenix("health", "--json", env=env)
    blocked = {provider["name"]: provider["state"] for provider in health.json["providers"]}
    assert blocked["openai"] == "blocked"
