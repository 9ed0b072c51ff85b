"""`phoenix-tui replay`: a recorded day that is whole agrees with itself, one that was touched does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phoenix_tui.cli import main
from phoenix_tui.commands.recording import recording_shape
from phoenix_tui.core.journal import Incident
from phoenix_tui.store.incidents import Found, sessions_of
from tests.helpers.bad_day import bad_day
from tests.helpers.program import Ran, phoenix


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """What `incidents --json` prints of a bad day."""
    incidents = tuple(Incident("day", number, record) for number, record in enumerate(bad_day(questions=25)))
    shape: dict[str, Any] = json.loads(json.dumps(recording_shape(Found(incidents, sessions_of(incidents)))))
    return shape


@pytest.fixture
def day(recorded: dict[str, Any]) -> dict[str, Any]:
    """A recording that a test may spoil."""
    return copy.deepcopy(recorded)


async def replay(day: Any, *options: str) -> Ran:
    """In a process of its own, through a pipe."""
    return await phoenix("replay", "-", *options, stdin=json.dumps(day))


def replay_here(content: bytes, folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Ran:
    """In this process, which is faster, from a file."""
    file = folder / "recording"
    file.write_bytes(content)
    status = main(["replay", str(file), *options])
    return Ran(status, *capsys.readouterr())


def first(day: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    found: dict[str, Any] = next(incident for incident in day["incidents"] if wanted(incident))
    return found


def is_fall(incident: dict[str, Any]) -> bool:
    return (incident["kind"], incident["record"].get("after")) == ("HealthChanged", "unavailable")


async def test_a_day_agrees_with_itself(day: dict[str, Any]) -> None:
    ran = await replay(day)
    compared = sum(incident["kind"] == "HealthChanged" for incident in day["incidents"])
    assert ran.status == 0
    assert ran.err == f"All {compared} records of health lead to the states that were recorded.\n"
    changes = [line for line in ran.out.splitlines() if " -> " in line]
    assert len(changes) > 20
    assert all("  same  " in line for line in changes)
    assert "DIFFERS" not in ran.out


async def test_a_file_and_a_record_a_line_are_read_too(day: dict[str, Any], tmp_path: Path) -> None:
    lines = tmp_path / "day.jsonl"
    lines.write_text("\n".join(json.dumps(incident) for incident in day["incidents"]) + "\n")
    ran = await phoenix("replay", str(lines))
    assert (ran.status, ran.err.startswith("All ")) == (0, True)
    lines.write_text(json.dumps(day["incidents"][0]))
    assert (await phoenix("replay", str(lines))).status == 0


async def test_a_state_that_was_touched_is_found_and_shown(day: dict[str, Any]) -> None:
    touched = first(day, is_fall)
    touched["record"]["after"] = "healthy"
    ran = await replay(day)
    assert ran.status == 1
    assert f"Session day, record {touched['sequence']}: {touched['record']['provider']} was recorded as" in ran.err
    assert "-> healthy, and is" in ran.err
    assert "-> down when lived through again" in ran.err
    assert ran.out.splitlines()[-1].count("DIFFERS") == 1


async def test_an_event_that_was_taken_out_by_hand_is_found(day: dict[str, Any]) -> None:
    """Renumbered, so that nothing seems to be missing."""
    day["incidents"].remove(
        first(day, lambda it: it["kind"] == "HealthChanged" and it["record"]["event"]["kind"] == "Begun")
    )
    for number, incident in enumerate(day["incidents"]):
        incident["sequence"] = number
    ran = await replay(day)
    assert ran.status == 1
    assert "cannot follow" in ran.err


async def test_a_gap_is_told_and_what_follows_is_not_compared(day: dict[str, Any]) -> None:
    del day["incidents"][30:40]
    ran = await replay(day)
    assert ran.status == 0
    assert "10 records of this session are missing here" in ran.out
    assert ran.err.startswith("All ")
    del day["incidents"][0]
    ran = await replay(day)
    assert ran.status == 0
    assert "Nothing was compared" in ran.err


async def test_health_is_shown_at_any_moment(day: dict[str, Any]) -> None:
    fall = first(day, is_fall)
    ran = await replay(day, "--at", fall["time"].replace("+00:00", "999+00:00"))
    assert ran.status == 0
    rows = {line.split()[0]: line.split()[1] for line in ran.out.splitlines()[2:]}
    assert len(rows) == 7
    assert rows[fall["record"]["provider"]] == "down"
    early = await replay(day, "--at", "2001-01-01")
    assert (early.status, "Nothing was recorded at 2001-01-01" in early.err) == (2, True)
    assert (await replay(day, "--at", "noon")).status == 2


HOSTILE = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00" * 10,
    "no JSON": b"hello\nthere",
    "a list": b"[1, 2]",
    "a number": b"7",
    "deep": b"[" * 100_000,
    "another object": b'{"answer": 42}',
    "a newer version": b'{"version": 2, "incidents": []}',
    "odd incidents": b'{"version": 1, "incidents": {"a": 1}}',
    "an incident that is none": b'{"version": 1, "incidents": [7]}',
    "no session": b'{"version": 1, "incidents": [{"record": {}}]}',
    "no number": b'{"version": 1, "incidents": [{"session": "s", "sequence": -1}]}',
    "an unknown kind": b'{"session": "s", "sequence": 0, "kind": "\\u001b[2J", "record": {}}',
    "a time beyond": json.dumps(
        {
            "session": "s",
            "sequence": 0,
            "kind": "RecordsLost",
            "record": {"at": {"monotonic": 0, "wall": 1e18}, "count": 1},
        }
    ).encode(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_recording_is_refused_in_words(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = replay_here(content, tmp_path, capsys)
    assert (ran.status, ran.out) == (2, "")
    assert "is no recording" in ran.err
    assert "\x1b" not in ran.err
    assert len(ran.err) < 1_000


def names_that_are_odd(day: dict[str, Any]) -> None:
    day["incidents"][0]["record"]["names"] = ["\x1b[2J", "", "x" * 10_000]


def nobody(day: dict[str, Any]) -> None:
    first(day, is_fall)["record"]["provider"] = "nobody\x1b[2J"


def huge_numbers(day: dict[str, Any]) -> None:
    for incident in day["incidents"]:
        if incident["kind"] == "HealthChanged" and incident["record"]["event"]["kind"] == "Ended":
            incident["record"]["event"]["outcome"]["duration"] = 1e19


def backwards(day: dict[str, Any]) -> None:
    for incident in day["incidents"]:
        incident["record"]["at"]["monotonic"] *= -1


def a_restored_state_from_nowhere(day: dict[str, Any]) -> None:
    moment = {"monotonic": 1e11, "wall": 1e11}
    band = {"at": moment, "entered": moment, "successes": -5.0, "failures": 1e19}
    state = {
        "name": "x" * 5_000,
        "reliability": band,
        "before_failures": band,
        "phase": "blocked",
        "recent": [1e18] * 99,
    }
    record = copy.deepcopy(first(day, is_fall)["record"])
    record["event"] = {"kind": "Restored", "state": state, "kept_at": -1e18, "same_key": True}
    record["at"] = day["incidents"][0]["record"]["at"]
    day["incidents"].insert(1, {"session": "day", "sequence": 1, "kind": "HealthChanged", "record": record})
    for number, incident in enumerate(day["incidents"]):
        incident["sequence"] = number


@pytest.mark.parametrize(
    "harm",
    [names_that_are_odd, nobody, huge_numbers, backwards, a_restored_state_from_nowhere],
    ids=lambda it: it.__name__,
)
def test_a_recording_full_of_nonsense_does_no_harm(
    day: dict[str, Any],
    harm: Callable[[dict[str, Any]], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm(day)
    for options in ((), ("--at", day["incidents"][-1]["time"])):
        ran = replay_here(json.dumps(day).encode(), tmp_path, capsys, *options)
        assert ran.status in (0, 1, 2)
        assert ran.everything
        assert "\x1b" not in ran.everything


async def test_a_file_that_is_not_there_is_told() -> None:
    ran = await phoenix("replay", "/nowhere/at/all")
    assert (ran.status, ran.err) == (2, "/nowhere/at/all cannot be read: No such file or directory.\n")
