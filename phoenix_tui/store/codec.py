"""Core values as JSON and back, by their types: no field is named here but the one that holds an event.

What is written is fit to be kept: keys and control characters are out of every text, no text is longer than 1,000
characters, and an error that quotes the conversation leaves its words behind. What is read may come from anybody.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.health_events import Event
from phoenix_tui.core.health_state import ProviderState
from phoenix_tui.core.journal import HealthChanged, Record
from phoenix_tui.core.text import redact, strip_controls

T = TypeVar("T")

LONGEST_TEXT = 1_000
"""Characters of one text; more is cut off."""
_SHORTEST_KEY = 5
"""Characters; nothing shorter is shaped like a key."""
_LARGEST = 2.0**64
"""Of a number: more than any counter, seed or duration has."""
_LATEST_WALL = 10**11
"""Seconds since the epoch: beyond what any calendar here can show."""
_RECORDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Record)}
_EVENTS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


class Unreadable(ValueError):
    """It is not what it should be; the message is a phrase that says what is wrong."""


def kind_of(record: Record) -> str:
    """The name of what `record` is, as it is written."""
    return type(record).__name__


def record_data(record: Record) -> dict[str, Any]:
    """`record` as plain JSON values. Raises ValueError for one that JSON cannot hold."""
    data: dict[str, Any] = _plain(record)
    if isinstance(record, HealthChanged):
        # Events of the same shape differ only in kind.
        data["event"] = {"kind": type(record.event).__name__, **data["event"]}
    return data


def record_from(kind: str, data: Any) -> Record:
    """The record of the type named `kind`. Raises Unreadable."""
    record_type = _RECORDS.get(kind)
    if record_type is None:
        raise Unreadable(f"there is no record called {strip_controls(kind)[:40]!r}")
    _look_over(data)
    if record_type is HealthChanged and isinstance(data, dict):
        data = {**data, "event": _event_from(data.get("event"))}
    record: Record = _value(record_type, data)
    return record


def dumps(data: Any) -> str:
    """JSON in ASCII. Raises ValueError for what is no number."""
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def loads(text: str) -> Any:
    """What `text` says. Raises Unreadable."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no JSON") from error


def dump_state(state: ProviderState) -> str:
    """`state` as JSON. Raises ValueError for one that JSON cannot hold."""
    return dumps(_plain(state))


def load_state(text: str) -> ProviderState:
    """The state that `dump_state` wrote, with the present defaults for what was not known then. Raises Unreadable."""
    data = loads(text)
    _look_over(data)
    return _value(ProviderState, data)


def _event_from(data: Any) -> Event:
    if not isinstance(data, dict):
        raise Unreadable("its event is no object")
    event_type = _EVENTS.get(str(data.get("kind")))
    if event_type is None:
        raise Unreadable("its event is of no known kind")
    event: Event = _value(event_type, {name: value for name, value in data.items() if name != "kind"})
    return event


def _adapter(of: type[Any]) -> TypeAdapter[Any]:
    if of not in _ADAPTERS:  # making one takes milliseconds
        _ADAPTERS[of] = TypeAdapter(of)
    return _ADAPTERS[of]


def _plain(value: object) -> Any:
    """`value` as JSON has it. Written out here, since a schema for writing takes longer to make than most runs last."""
    match value:
        case str():
            return _clean(value)
        case bool() | None:
            return value
        case int() | float():
            if value != value:
                raise ValueError("JSON has no word for what is no number")
            return value if -_LARGEST <= value <= _LARGEST else _LARGEST if value > 0 else -_LARGEST
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return [_plain(each) for each in value]
        case ErrorInfo(quotes=True):
            return _by_field(replace(value, message="", detail="", param=None))
        case _ if is_dataclass(value):
            return _by_field(value)
        case _:
            raise ValueError(f"JSON has no word for {type(value).__name__}")


def _by_field(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _clean(text: str) -> str:
    return redact(strip_controls(text))[:LONGEST_TEXT] if len(text) >= _SHORTEST_KEY else strip_controls(text)


def _value(of: type[T], data: Any) -> T:
    try:
        value: T = _adapter(of).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:100]
        raise Unreadable(f"{strip_controls(where)}: {first['msg']}" if where else str(first["msg"])) from error
    return value


def _look_over(data: Any) -> None:
    """Raises Unreadable for numbers that no clock and no counter has: sums with them would end in infinity."""
    try:
        _look(data)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def _look(data: Any) -> None:
    match data:
        case bool() | None | str():
            return
        case int() | float():
            if not -_LARGEST <= data <= _LARGEST:  # not a number is neither
                raise Unreadable("a number in it is out of all bounds")
        case dict():
            for value in data.values():
                _look(value)
            if data.keys() == {"monotonic", "wall"} and _is_beyond(data["wall"]):
                raise Unreadable("a time in it is beyond every calendar")
        case list():
            for value in data:
                _look(value)
        case _:
            raise Unreadable("it holds something that is no JSON")


def _is_beyond(wall: Any) -> bool:
    return isinstance(wall, int | float) and not 0 <= wall <= _LATEST_WALL
