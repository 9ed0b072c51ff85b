"""What is written down comes back as it was, whatever it is; what was never written here does not come in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.health_events import Ended, Event
from phoenix_tui.core.health_state import ProviderState, new_state
from phoenix_tui.core.journal import HealthChanged, Record, TurnEnded
from phoenix_tui.core.moment import Moment
from phoenix_tui.core.snapshot import HealthState
from phoenix_tui.core.types import Outcome, OutcomeKind, Target
from phoenix_tui.store.codec import (
    LONGEST_TEXT,
    Unreadable,
    dump_state,
    dumps,
    kind_of,
    load_state,
    loads,
    record_data,
    record_from,
)
from tests.helpers.kept import began
from tests.helpers.values import values

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOW = Moment(1000.0, 1_800_000_000.0)


def there_and_back(record: Record) -> Record:
    return record_from(kind_of(record), loads(dumps(record_data(record))))


@pytest.mark.parametrize("kind", get_args(Record), ids=lambda kind: kind.__name__)
def test_every_record_comes_back_as_it_was(kind: type[Any]) -> None:
    @thorough
    @given(values(kind))
    def check(record: Record) -> None:
        assert there_and_back(record) == record

    check()


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_keeps_its_kind(kind: type[Any]) -> None:
    @settings(thorough, max_examples=20)
    @given(values(kind))
    def check(event: Event) -> None:
        record = HealthChanged(NOW, "openai", event, HealthState.HEALTHY, HealthState.SUSPECT)
        back = there_and_back(record)
        assert isinstance(back, HealthChanged)
        assert type(back.event) is kind
        assert back == record

    check()


@thorough
@given(values(ProviderState))
def test_every_state_comes_back_as_it_was(state: ProviderState) -> None:
    assert load_state(dump_state(state)) == state


def test_a_state_without_what_is_new_gets_its_default() -> None:
    """A later version adds a field; what an earlier one kept is still worth having."""
    state = replace(new_state("openai", NOW), successes=7)
    data = json.loads(dump_state(state))
    del data["failed_probes"]
    data["of_another_version"] = 1
    assert load_state(json.dumps(data)) == state


def ended(message: str, **fields: Any) -> HealthChanged:
    error = ErrorInfo(ErrorClass.SERVER, message, **fields)
    event = Ended("a", Outcome(OutcomeKind.FAILED, 1.0, error=error))
    return HealthChanged(NOW, "openai", event, HealthState.HEALTHY, HealthState.SUSPECT)


def test_what_is_written_is_bounded_and_has_neither_keys_nor_controls() -> None:
    record = ended("\x1b[31mred\x07 sk-canary-4f1dc0ffee " + "x" * 5_000, detail="\x9b2J?key=verysecretvalue")
    text = dumps(record_data(record))
    assert "canary" not in text
    assert "verysecret" not in text
    assert "\\u001b" not in text
    assert "\\u009b" not in text
    message = record_data(record)["event"]["outcome"]["error"]["message"]
    assert message.startswith("red [redacted] xxx")
    assert len(message) == LONGEST_TEXT


def test_the_words_of_an_error_that_quotes_the_conversation_are_not_written() -> None:
    record = ended("you said: my secret", detail="said: my secret", param="my secret", code="bad_words", quotes=True)
    assert "my secret" not in dumps(record_data(record))
    assert "bad_words" in dumps(record_data(record))


def test_a_number_beyond_all_bounds_is_cut_to_one_that_can_be_read_back() -> None:
    back = there_and_back(ended("later", retry_after=float("inf")))
    assert isinstance(back, HealthChanged)
    assert isinstance(back.event, Ended)
    assert back.event.outcome.error is not None
    assert back.event.outcome.error.retry_after == 2.0**64


def test_a_seed_comes_back_to_the_last_bit() -> None:
    record = began(seed=2**64 - 1)
    assert there_and_back(record) == record


def test_what_is_no_number_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps(record_data(TurnEnded(NOW, "t", Target("openai"), None, "why", duration=float("nan"))))


def good() -> Any:
    return json.loads(json.dumps(record_data(ended("it failed"))))


def changed(**changes: Any) -> Any:
    return {**good(), **changes}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("Nobody", good()),
        ("HealthChanged", None),
        ("HealthChanged", []),
        ("HealthChanged", {}),
        ("HealthChanged", changed(event=None)),
        ("HealthChanged", changed(event={"kind": "Exploded"})),
        ("HealthChanged", changed(event={"kind": ["Ended"]})),
        ("HealthChanged", changed(event={"kind": "Ended", "attempt": "a"})),
        ("HealthChanged", changed(before="splendid")),
        ("HealthChanged", changed(at={"monotonic": 1.0, "wall": 1e300})),
        ("HealthChanged", changed(at={"monotonic": 1.0, "wall": 1e12})),
        ("HealthChanged", changed(at={"monotonic": 1.0, "wall": -1.0})),
        ("HealthChanged", changed(at={"monotonic": float("nan"), "wall": 1.0})),
        ("HealthChanged", changed(at={"monotonic": float("inf"), "wall": 1.0})),
        ("HealthChanged", changed(at={"monotonic": 10**400, "wall": 1.0})),
        ("HealthChanged", changed(provider=7)),
    ],
)
def test_what_was_never_written_here_is_refused_in_words(kind: str, data: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        record_from(kind, data)
    assert 3 < len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nonsense", '{"a": }'])
def test_what_is_no_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable):
        load_state(text)
