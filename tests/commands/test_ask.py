"""`phoenix-tui ask`, the real program against real servers: text, JSON, lines, and the half that goes wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from phoenix_tui.cli import main
from phoenix_tui.commands.opening import Opened
from phoenix_tui.core.events import Completed, TextDelta, TurnEvent
from phoenix_tui.core.types import Answer, ChatRequest, FinishReason, Target, Usage
from tests.helpers.chat_stream import JSON, SSE, answer, cut, error, event
from tests.helpers.program import phoenix
from tests.helpers.raw_server import NOT_FOUND, Reply, Seen, raw_server

CANARY = "sk-canary-4f1dc0ffee"


def settings(url: str, **more: str) -> dict[str, str]:
    """OpenRouter as the only provider, at `url`."""
    return {
        "OPENROUTER_API_KEY": CANARY,
        "OPENROUTER_BASE_URL": url,
        "LLM_FALLBACK_ORDER": "openrouter",
        **more,
    }


def two(first: str, second: str) -> dict[str, str]:
    """OpenRouter, and LM Studio behind it."""
    return {
        "OPENROUTER_API_KEY": CANARY,
        "OPENROUTER_BASE_URL": first,
        "LMSTUDIO_BASE_URL": second,
        "LMSTUDIO_MODEL": "local-1",
        "LLM_FALLBACK_ORDER": "openrouter,lmstudio",
    }


def saying(reply: Reply) -> Callable[[Seen], Reply]:
    """A server that gives every POST the same reply, and knows nothing else."""
    return lambda request: reply if request.method == "POST" else NOT_FOUND


async def test_the_answer_is_all_that_stands_on_stdout() -> None:
    async with raw_server(saying(answer("Hello, ", "world"))) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url))
    assert (ran.status, ran.out, ran.err) == (0, "Hello, world\n", "")
    (request,) = server.posts
    body = json.loads(request.body)
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert body["messages"] == [{"role": "user", "content": "hi"}]
    assert body["stream"] is True


async def test_what_is_piped_in_is_part_of_the_question() -> None:
    async with raw_server(saying(answer("ok"))) as server:
        await phoenix("ask", "summarise this", "--system", "be brief", env=settings(server.url), stdin="the text\n")
    assert json.loads(server.posts[0].body)["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "summarise this\n\nthe text\n"},
    ]


async def test_json_is_one_object_with_everything() -> None:
    async with raw_server(saying(answer("a ", "b"))) as server:
        ran = await phoenix(
            "ask", "--json", "--max-tokens", "50", "hi", env=settings(server.url, OPENROUTER_MODEL="m1")
        )
    shape = ran.json
    assert (shape["text"], shape["provider"], shape["model"]) == ("a b", "openrouter", "served-1")
    assert shape["requested"] == {"provider": "openrouter", "model": "m1"}
    assert shape["finish_reason"] == "stop"
    assert shape["usage"]["input_tokens"] == 3
    assert shape["usage"]["cost_usd"] is None
    assert shape["error"] is None
    (attempt,) = shape["attempts"]
    assert (attempt["outcome"], attempt["chars"], attempt["error"]) == ("ok", 3, None)
    assert 0 < shape["ttft_ms"] <= shape["duration_ms"]
    assert json.loads(server.posts[0].body)["max_completion_tokens"] == 50


async def test_a_cut_answer_into_a_pipe_is_never_written() -> None:
    async with raw_server(saying(cut("half an ans"))) as first, raw_server(saying(answer("whole"))) as second:
        ran = await phoenix("ask", "hi", env=two(first.url, second.url))
    assert (ran.status, ran.out) == (0, "whole\n")
    assert "openrouter stopped after 11 characters" in ran.err
    assert "asking lmstudio (local-1)" in ran.err


async def test_with_stream_a_cut_ends_it() -> None:
    async with raw_server(saying(cut("half an ans"))) as first, raw_server(saying(answer("whole"))) as second:
        ran = await phoenix("ask", "--stream", "hi", env=two(first.url, second.url))
    assert (ran.status, ran.out) == (3, "half an ans\n")


def test_the_answer_is_written_before_the_disk_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that hangs at the end keeps nobody from an answer that is there."""
    target = Target("openrouter", "m1")
    answer = Answer("whole", target, target, "m1", FinishReason.STOP, Usage(), (), 0.1, 0.2)
    written: list[str] = []

    @asynccontextmanager
    async def stream(request: ChatRequest) -> AsyncIterator[AsyncIterator[TurnEvent]]:
        async def events() -> AsyncIterator[TurnEvent]:
            yield TextDelta("whole")
            yield Completed(answer)

        yield events()

    @asynccontextmanager
    async def client(self: Opened) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(stream=stream)
        written.append(capsys.readouterr().out)

    monkeypatch.setattr(Opened, "client", client)
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setenv("OPENROUTER_API_KEY", CANARY)
    assert main(["ask", "hi"]) == 0
    assert written == ["whole\n"]


@pytest.mark.parametrize("budget", ["", "1.00"])
async def test_a_price_list_is_loaded_only_where_a_budget_is_kept(budget: str) -> None:
    """It takes longer to load than all else that a run does at an answer's end."""
    async with raw_server(saying(answer("whole"))) as server:
        env = settings(server.url, LLM_DAILY_BUDGET_USD=budget, PYTHONPROFILEIMPORTTIME="1")
        ran = await phoenix("ask", "hi", env=env)
    assert ran.out == "whole\n"
    assert ("genai_prices" in ran.err) is bool(budget)


async def test_a_cut_answer_that_is_gone_on_with_reads_as_one() -> None:
    """The white space at the cut comes from the continuation, and not a second time."""
    said = "one sentence that is long enough to be gone on with,"
    replies = {"openrouter": cut(f"{said}   \n"), "lmstudio": answer(f"{said} \n\n", "and its ", "end.", " \n\n")}
    async with raw_server(saying(replies["openrouter"])) as first, raw_server(saying(replies["lmstudio"])) as second:
        env = {**two(first.url, second.url), "LLM_ON_CUT": "continue"}
        streamed = await phoenix("ask", "--stream", "hi", env=env)
        whole = await phoenix("ask", "hi", env=env)
    assert streamed.out == whole.out == f"{said} \n\nand its end. \n\n"
    assert "openrouter stopped after" in streamed.err


async def test_no_fallback_asks_nobody_else() -> None:
    failing = saying(error(500, "it broke"))
    async with raw_server(failing) as first, raw_server(saying(answer("whole"))) as second:
        ran = await phoenix("ask", "--no-fallback", "--json", "hi", env=two(first.url, second.url))
    assert ran.status == 3
    assert ran.json["error"] == {
        "class": "server",
        "status": 500,
        "code": None,
        "message": "it broke",
        "detail": "",
        "provider": "openrouter",
    }
    assert (len(first.posts), len(second.posts)) == (2, 0)  # the one retry that the policy grants


async def test_an_answer_from_elsewhere_never_comes_without_a_word() -> None:
    """Also where it was an earlier run that learned why the primary cannot be asked."""
    refusing = saying(error(401, "bad key", "invalid_api_key"))
    async with raw_server(refusing) as first, raw_server(saying(answer("whole"))) as second:
        env = two(first.url, second.url)
        await phoenix("ask", "hi", env=env)
        ran = await phoenix("ask", "hi", env=env)
    assert len(first.posts) == 1
    assert (ran.status, ran.out) == (0, "whole\n")
    assert ran.err == "openrouter: the key was refused -> asking lmstudio (local-1).\n"


async def test_a_primary_without_a_key_is_not_replaced_without_a_word() -> None:
    async with raw_server(saying(answer("whole"))) as server:
        env = {**settings(server.url), "LLM_PROVIDER": "openai", "LLM_FALLBACK_ORDER": "openai,openrouter"}
        ran = await phoenix("ask", "hi", env=env)
    assert (ran.status, ran.out) == (0, "whole\n")
    assert ran.err.startswith("openai: ")
    assert "asking openrouter (" in ran.err


async def test_lines_are_answered_in_order_by_one_process() -> None:
    lines = [
        {"prompt": "one"},
        {"prompt": "two", "system": "s", "max_tokens": 7},
        {
            "messages": [
                {"role": "user", "content": "q"},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "r"},
            ]
        },
    ]
    async with raw_server(saying(answer("yes"))) as server:
        text = "\n".join(map(json.dumps, lines)) + "\n\n"
        ran = await phoenix("ask", "--jsonl", env=settings(server.url), stdin=text)
    assert ran.status == 0
    assert [shape["text"] for shape in ran.json_lines] == ["yes"] * 3
    sent = [json.loads(request.body)["messages"] for request in server.posts]
    assert [message["content"] for message in sent[1]] == ["s", "two"]
    assert [message["role"] for message in sent[2]] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "no prompt"),
        ('{"prompt": 3}', "prompt must be a string"),
        ('{"prompt": "a", "messages": []}', "not both"),
        ('{"messages": [{"role": "robot", "content": "x"}]}', "role"),
        ('{"prompt": "a", "provider": "opnai"}', "no provider"),
        ('{"prompt": "a", "temperature": "hot"}', "temperature must be a number"),
        pytest.param("[" * 100_000, "not JSON", id="deep"),
    ],
)
async def test_a_bad_line_is_told_and_the_next_is_read(line: str, words: str) -> None:
    async with raw_server(saying(answer("yes"))) as server:
        ran = await phoenix("ask", "--jsonl", env=settings(server.url), stdin=f'{line}\n{{"prompt": "next"}}\n')
    bad, good = ran.json_lines
    assert bad["error"]["class"] == "bad_request"
    assert words in bad["error"]["message"]
    assert good["text"] == "yes"


async def test_health_carries_over_from_line_to_line() -> None:
    failing = saying(error(500, "it broke"))
    async with raw_server(failing) as first, raw_server(saying(answer("yes"))) as second:
        text = '{"prompt": "x"}\n' * 6
        ran = await phoenix("ask", "--jsonl", env=two(first.url, second.url), stdin=text)
    assert [shape["provider"] for shape in ran.json_lines] == ["lmstudio"] * 6
    assert len(first.posts) == 3  # three failures in a row, then it is left alone
    assert ran.json_lines[-1]["attempts"][0]["outcome"] == "skipped"


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(200, SSE, [event({"refusal": "I will not."}), event({}, "stop")]), "the model refused: I will not"),
        (Reply(200, SSE, [event({}, "content_filter")]), "content filter"),
        (Reply(200, SSE, [event({"reasoning": "hm"}), event({}, "length")]), "output limit"),
        (
            Reply(
                200, SSE, [event({"tool_calls": [{"index": 0, "function": {"name": "f"}}]}), event({}, "tool_calls")]
            ),
            "call a tool (f)",
        ),
        (Reply(200, SSE, [event({}, "stop")]), "without any text"),
    ],
)
async def test_an_answer_without_text_is_an_answer_and_says_why(reply: Reply, sentence: str) -> None:
    async with raw_server(saying(reply)) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url))
        shaped = await phoenix("ask", "--json", "hi", env=settings(server.url))
    assert (ran.status, ran.out) == (0, "")
    assert sentence in ran.err
    assert (shaped.status, shaped.json["text"]) == (0, "")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (answer("half", finish="length"), "stops at the output limit"),
        (answer("half", finish="content_filter"), "content filter ended the answer"),
        (
            Reply(200, SSE, [event({"content": "half"}), event({"refusal": "No more."}), event({}, "stop")]),
            "then refused: No more.",
        ),
    ],
)
async def test_a_text_that_is_no_whole_answer_says_so(reply: Reply, sentence: str) -> None:
    async with raw_server(saying(reply)) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url))
    assert (ran.status, ran.out) == (0, "half\n")
    assert sentence in ran.err


async def test_hostile_text_does_nothing_to_a_terminal_and_stays_exact_in_json() -> None:
    hostile = "\x1b[2Jcleared \x1b]0;ow", "ned\x07 \u202eback\x9b1m [/x]"
    async with raw_server(saying(answer(*hostile))) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url))
        shaped = await phoenix("ask", "--json", "hi", env=settings(server.url))
    assert ran.out == "cleared  back [/x]\n"
    assert shaped.json["text"] == "".join(hostile)
    assert "\x1b" not in shaped.out


async def test_five_megabytes_and_a_million_characters_in_a_line_come_whole() -> None:
    line = "x" * 1_000_000
    async with raw_server(saying(answer(*[line] * 5))) as server:
        ran = await phoenix("ask", "hi", env=settings(server.url))
    assert ran.out == line * 5 + "\n"


@pytest.mark.parametrize(
    ("reply", "error_class", "words"),
    [
        (error(401, f"Incorrect API key provided: {CANARY}", "invalid_api_key"), "auth", "Check OPENROUTER_API_KEY"),
        (error(402, "no credit"), "quota", "Add credit"),
        (Reply(200, {"content-type": "text/html"}, [b"<html><title>Hotel Wi-Fi</title></html>"]), "protocol", "Hotel"),
        (Reply(200, JSON, [b'{"error":{"message":"upstream died","code":502}}']), "server", "upstream died"),
        (Reply(200, SSE, []), "protocol", "without sending anything"),
        (Reply(307, {"location": "https://elsewhere.invalid/"}), "protocol", "redirect"),
        (error(400, "unknown model", "model_not_found"), "model_not_found", "phoenix-tui models"),
    ],
)
async def test_each_failure_is_a_sentence_with_a_next_step(reply: Reply, error_class: str, words: str) -> None:
    async with raw_server(saying(reply)) as server:
        ran = await phoenix("ask", "--json", "hi", env=settings(server.url, OPENROUTER_MODEL="m1"))
    assert (ran.status, ran.json["error"]["class"]) == (3, error_class)
    assert words in ran.everything
    assert "Traceback" not in ran.err
    assert CANARY not in ran.everything


async def test_a_refused_connection_names_the_variable_that_may_be_wrong() -> None:
    async with raw_server(saying(answer())) as server:
        gone = server.url
    ran = await phoenix("ask", "hi", env=settings(gone))
    assert ran.status == 3
    assert f"nothing answers at {urlsplit(gone).netloc}" in ran.err
    assert "OPENROUTER_BASE_URL" in ran.err


async def test_without_any_key_it_says_what_would_mend_it() -> None:
    ran = await phoenix("ask", "hi", env={"OLLAMA_HOST": "127.0.0.1:1", "LMSTUDIO_BASE_URL": "http://127.0.0.1:1"})
    assert ran.status in (2, 3)
    ran = await phoenix("ask", "--provider", "openai", "--json", "hi")
    assert ran.status == 2
    assert ran.json["error"]["class"] == "auth"
    assert "OPENAI_API_KEY" in ran.err


@pytest.mark.parametrize(
    ("arguments", "env", "words"),
    [
        (("ask",), {}, "Nothing was asked"),
        (("ask", "hi"), {"LLM_PROVIDER": "opnai"}, "openai"),
        (("ask", "--max-tokens", "0", "hi"), {}, "1 or more"),
        (("ask", "--jsonl", "hi"), {}, "standard input"),
        (("ask", "--json", "--jsonl"), {}, "not allowed with"),
        (("frobnicate",), {}, "invalid choice"),
    ],
)
async def test_wrong_use_ends_with_two_and_a_sentence(
    arguments: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    ran = await phoenix(*arguments, env={"OPENROUTER_API_KEY": CANARY, **env})
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


def kept_in(folder: Path) -> bytes:
    """Everything that was written below `folder`."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_the_key_appears_nowhere(tmp_path: Path) -> None:
    def echo(request: Seen) -> Reply:
        return error(400, f"bad header {request.headers.get('authorization')} and {CANARY}")

    async with raw_server(echo) as server:
        runs = [
            await phoenix("ask", "hi", env=settings(server.url)),
            await phoenix("ask", "--json", "hi", env=settings(server.url)),
            await phoenix("ask", "--jsonl", env=settings(server.url), stdin='{"prompt": "x"}\n'),
            await phoenix("health", "--probe", "--json", env=settings(server.url)),
            await phoenix("models", env=settings(server.url)),
        ]
    assert all(CANARY not in ran.everything for ran in runs)
    assert "[redacted]" in runs[0].err
    assert CANARY.encode() not in kept_in(tmp_path)


async def test_the_screen_says_what_to_use_in_a_pipe() -> None:
    ran = await phoenix()
    assert (ran.status, ran.out) == (2, "")
    assert "phoenix-tui ask" in ran.err
