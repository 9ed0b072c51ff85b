"""What a shell, a disk and an impatient person do to a program: closed and full streams, odd bytes, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.helpers.chat_stream import answer
from tests.helpers.program import SECONDS, environment, phoenix
from tests.helpers.raw_server import NOT_FOUND, Reply, Seen, raw_server

KEY = "sk-canary-4f1dc0ffee"
HAS_FULL_DISK = Path("/dev/full").exists()
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors as POSIX has them")


def settings(url: str, **more: str) -> dict[str, str]:
    return {"OPENROUTER_API_KEY": KEY, "OPENROUTER_BASE_URL": url, "LLM_FALLBACK_ORDER": "openrouter", **more}


def hello(request: Seen) -> Reply:
    return answer("Grüße") if request.method == "POST" else NOT_FOUND


async def in_shell(line: str, env: Mapping[str, str], cwd: Path | None = None) -> tuple[int, bytes, bytes]:
    """Run `line` with `$PHOENIX` standing for the program."""
    program = f"{sys.executable} -m phoenix_tui"
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", line, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, cwd=cwd,
        env=environment({**env, "PHOENIX": program}),
    )  # fmt: skip
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    return process.returncode or 0, out, err


async def test_a_character_that_the_terminal_lacks_is_written_in_another_way() -> None:
    async with raw_server(hello) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url, PYTHONUTF8="0", PYTHONIOENCODING="ascii"))
    assert (ran.status, ran.out, ran.err) == (0, "Gr\\xfc\\xdfe\n", "")


async def test_bytes_that_are_no_text_are_read_as_far_as_they_go() -> None:
    async with raw_server(hello) as server:
        strict = settings(server.url, PYTHONUTF8="0", PYTHONIOENCODING="utf-8:strict")
        ran = await phoenix("ask", "hi", env=strict, stdin=b"caf\xe9 ole")
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(server.posts[0].body)["messages"][0]["content"] == "hi\n\ncaf\ufffd ole"


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        pytest.param("$PHOENIX ask hi > /dev/full", 2, b"could not be written: No space left", id="full disk"),
        pytest.param("$PHOENIX ask --json hi > /dev/full", 2, b"could not be written: No space left", id="full, json"),
        pytest.param("$PHOENIX health > /dev/full", 2, b"could not be written: No space left", id="full, table"),
        pytest.param("$PHOENIX ask hi >&-", 0, b"", id="stdout closed"),
        pytest.param("$PHOENIX ask hi 2>&-", 0, b"", id="stderr closed"),
        pytest.param("$PHOENIX ask hi 2>/dev/full", 0, b"", id="stderr full"),
        pytest.param("$PHOENIX ask hi <&-", 0, b"", id="stdin closed"),
    ],
)
async def test_streams_that_are_closed_or_full(line: str, status: int, words: bytes) -> None:
    if "/dev/full" in line and not HAS_FULL_DISK:
        pytest.skip("this system has no /dev/full")
    async with raw_server(hello) as server:
        # The misspelt name makes a notice, so that stderr is written to.
        ended, _, err = await in_shell(line, settings(server.url, OPENAI_API_KY="x"))
    assert ended == status
    assert words in err
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


async def test_a_folder_that_is_gone_is_no_reason_to_stop(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    async with raw_server(hello) as server:
        ended, out, err = await in_shell(f"rmdir {gone} && $PHOENIX ask hi", settings(server.url), cwd=gone)
    assert (ended, out.decode(), err) == (0, "Grüße\n", b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "--json", "--max-tokens", "0", "hi"),
        ("ask", "--json", "--frobnicate"),
        ("ask", "--json"),
        ("health", "--json", "--frobnicate"),
        ("health", "--json", "--env-file", "nowhere"),
        ("models", "--json", "--provider", "opnai"),
    ],
    ids=" ".join,
)
async def test_with_json_wrong_use_is_one_object_too(arguments: tuple[str, ...]) -> None:
    ran = await phoenix(*arguments, env={"OPENROUTER_API_KEY": KEY})
    assert ran.status == 2
    assert ran.json["error"]["class"] == "bad_request"
    assert ran.json["error"]["message"].splitlines()[-1] in ran.err


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Takes requests and never answers; tells when one has come."""
    asked = asyncio.Event()
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.readline()
        asked.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()
        for writer in held:
            writer.close()


async def start(*arguments: str, env: Mapping[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "phoenix_tui", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment(env)
    )


async def interrupted(process: Process) -> tuple[int | None, bytes, bytes]:
    """Press Ctrl-C; standard input stays open until the program has ended."""
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(SECONDS):
        out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
        await process.wait()
    return process.returncode, out, err


@pytest.mark.parametrize(
    "arguments", [("ask", "--json", "hi"), ("health", "--probe", "--json"), ("models", "--json")], ids=" ".join
)
async def test_ctrl_c_with_json_leaves_one_object(arguments: tuple[str, ...]) -> None:
    async with silent_server() as (url, asked):
        process = await start(*arguments, env=settings(url))
        if "ask" in arguments:
            assert process.stdin is not None
            process.stdin.close()
        async with asyncio.timeout(SECONDS):
            await asked.wait()
        status, out, err = await interrupted(process)
    assert (status, err) == (130, b"")
    assert json.loads(out)["error"]["class"] == "cancelled"


async def test_ctrl_c_while_lines_may_still_come_ends_quietly() -> None:
    async with raw_server(hello) as server:
        process = await start("ask", "--jsonl", env=settings(server.url))
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"prompt": "x"}\n')
        async with asyncio.timeout(SECONDS):
            first = await process.stdout.readline()
        status, out, err = await interrupted(process)
    assert json.loads(first)["text"] == "Grüße"
    assert (status, out, err) == (130, b"", b"")


_STUCK_RESOLVER = """
import os, socket, sys, threading
resolve = socket.getaddrinfo
def stuck(host, *rest, **more):
    if "stuck" in str(host):
        threading.Event().wait()
    return resolve(host, *rest, **more)
socket.getaddrinfo = stuck
from phoenix_tui.cli import main
sys.exit(main())
"""


async def test_a_name_that_is_never_resolved_does_not_hold_up_the_end() -> None:
    env = environment(settings("https://stuck.invalid"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STUCK_RESOLVER, "models", "--json", stdout=PIPE, stderr=PIPE, env=env
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 3
    assert json.loads(out)["errors"]["openrouter"]["class"] == "timeout"
    assert b"openrouter: no " in err


async def test_a_missing_key_is_a_matter_of_configuration_wherever_it_shows() -> None:
    env = {"OPENROUTER_API_KEY": KEY, "LLM_PROVIDER": "openai", "LLM_FALLBACK": "never"}
    ran = await phoenix("ask", "--json", "hi", env=env)
    assert (ran.status, ran.json["error"]["class"]) == (2, "auth")
    assert "OPENAI_API_KEY" in ran.err
    lines = await phoenix("ask", "--jsonl", env=env, stdin='{"prompt": "hi"}\n')
    assert (lines.status, lines.json["error"]["class"]) == (0, "auth")
    assert "OPENAI_API_KEY" in lines.json["error"]["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1"])
async def test_a_number_that_no_json_has_is_a_bad_line(number: str) -> None:
    async with raw_server(hello) as server:
        line = f'{{"prompt": "hi", "temperature": {number}}}\n'
        ran = await phoenix("ask", "--jsonl", env=settings(server.url), stdin=line)
    assert ran.json["error"]["class"] == "bad_request"
    assert not server.posts


async def test_health_after_a_check_that_failed_is_not_well() -> None:
    page = Reply(200, {"content-type": "text/html"}, [b"<html><title>Hotel</title></html>"])
    async with raw_server(lambda request: page) as server:
        assert (await phoenix("health", "--probe", env=settings(server.url))).status == 3
        assert (await phoenix("health", env=settings(server.url))).status == 0
    good = Reply(200, {"content-type": "application/json"}, [b'{"data": {"limit_remaining": 3}}'])
    async with raw_server(lambda request: good) as server:
        assert (await phoenix("health", "--probe", env=settings(server.url))).status == 0


@pytest.mark.parametrize("command", ["models", "health --probe"])
async def test_an_answer_nested_without_end_is_no_answer(command: str) -> None:
    deep = Reply(200, {"content-type": "application/json"}, [b"[" * 100_000])
    async with raw_server(lambda request: deep) as server:
        ran = await phoenix(*command.split(), "--json", env=settings(server.url))
    assert ran.status == 3
    assert "not JSON" in ran.out
    assert "Traceback" not in ran.err


async def test_a_list_that_goes_in_circles_is_read_once() -> None:
    page = b'{"data": [{"id": "a"}], "has_more": true, "last_id": "a"}'
    reply = Reply(200, {"content-type": "application/json"}, [page])
    async with raw_server(lambda request: reply) as server:
        env = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url, "LLM_PROVIDER": "anthropic"}
        ran = await phoenix("models", "--provider", "anthropic", "--json", env=env)
    assert ran.status == 0
    assert len(server.seen) == 2
