"""Plain text for programs: what was handed out is never taken back, and never mixed."""

from __future__ import annotations

import pytest

from phoenix_tui.core.errors import ErrorClass, NoProviderAnswered, StreamInterrupted
from phoenix_tui.core.text_stream import OnInterrupt
from phoenix_tui.sim.faults import Cut, Error, Says
from tests.core.conftest import World, WorldMaker

WORDS = ("one ", "two ", "three ")
PLAIN = {"OPENROUTER_MODEL": "meta-llama/llama-3.3-70b-instruct"}
"""A model that does not reason, so that the first token is text."""


async def read(it: World, into: list[str], on_interrupt: OnInterrupt = OnInterrupt.RAISE) -> None:
    async with it.client.text("count", on_interrupt=on_interrupt) as text:
        async for piece in text:
            into.append(piece)  # noqa: PERF401 - a comprehension would lose them all


async def test_the_text_comes_as_it_comes(world: WorldMaker) -> None:
    async with world("openrouter", variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=WORDS))
        async with it.client.text("count") as text:
            pieces = [piece async for piece in text]
    assert "".join(pieces) == "one two three "
    assert len(pieces) > 1
    assert text.answer is not None
    assert text.answer.target.provider == "openrouter"


async def test_a_cut_is_told_with_what_was_handed_out_and_nobody_else_is_asked(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=WORDS), Cut(after=2))
        got: list[str] = []
        with pytest.raises(StreamInterrupted) as cut:
            await read(it, got)
        assert it["anthropic"].attempts == []
    assert cut.value.partial == "".join(got) == "one two "
    assert cut.value.cause.provider == "openrouter"
    assert cut.value.cause.error_class in (ErrorClass.NETWORK, ErrorClass.PROTOCOL)


async def test_a_fault_before_any_text_troubles_nobody(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", variables=PLAIN) as it:
        it["openrouter"].set_fault(Error(error=ErrorClass.QUOTA))
        async with it.client.text("count") as text:
            assert "".join([piece async for piece in text]) == "anthropic says so"


async def test_buffered_text_comes_whole_from_whoever_finished(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=WORDS), Cut(after=2))
        async with it.client.text("count", on_interrupt=OnInterrupt.BUFFER) as text:
            assert [piece async for piece in text] == ["anthropic says so"]


@pytest.mark.parametrize("on_interrupt", list(OnInterrupt))
async def test_nobody_answering_is_told_as_everywhere(world: WorldMaker, on_interrupt: OnInterrupt) -> None:
    async with world("openrouter", variables=PLAIN) as it:
        it["openrouter"].set_fault(Error(error=ErrorClass.QUOTA))
        with pytest.raises(NoProviderAnswered):
            await read(it, [], on_interrupt)


async def test_leaving_early_closes_the_connection(world: WorldMaker) -> None:
    async with world("openrouter", variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=WORDS * 50))
        async with it.client.text("count") as text:
            async for _ in text:
                break
        assert it.client.get_provider_health("openrouter").in_flight == 0


async def test_the_words_themselves_do_as_well(world: WorldMaker) -> None:
    async with world("openrouter", "anthropic", variables=PLAIN) as it:
        it["openrouter"].set_fault(Says(text=WORDS), Cut(after=2))
        async with it.client.text("count", on_interrupt="buffer") as text:
            assert "".join([piece async for piece in text]) == "anthropic says so"
        with pytest.raises(ValueError, match="buffered"):
            it.client.text("count", on_interrupt="buffered")
