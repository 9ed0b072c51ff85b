"""Any value of a type of ours, for hypothesis: records, enumerations, unions, tuples, and the plain types in them."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorInfo
from phoenix_tui.core.moment import Moment

_TEXT = st.text(alphabet="abcXYZ 019.:/<>[]\"'\\éß漢🙂\n\t", max_size=20)
_SECONDS = st.floats(0, 4e9, allow_nan=False)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    bool: st.booleans(),
    int: st.integers(-(10**12), 10**12),
    float: st.floats(-1e12, 1e12, allow_nan=False),
    type(None): st.none(),
    datetime: st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    Moment: st.builds(Moment, _SECONDS, _SECONDS),
}
_CERTAIN: dict[tuple[Any, str], st.SearchStrategy[Any]] = {(ErrorInfo, "quotes"): st.just(False)}
"""What changes the value that it belongs to when that is written."""


def values(of: Any) -> st.SearchStrategy[Any]:
    """Any value of the type `of`."""
    if of in _PLAIN:
        return _PLAIN[of]
    origin, arguments = get_origin(of), get_args(of)
    if origin in (types.UnionType, Union):
        return st.one_of(*map(values, arguments))
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=3).map(tuple)
        return st.tuples(*map(values, arguments))
    if isinstance(of, type) and issubclass(of, Enum):
        return st.sampled_from(list(of))
    if isinstance(of, type) and is_dataclass(of):
        hints = get_type_hints(of)
        kinds = {field.name: _CERTAIN.get((of, field.name), values(hints[field.name])) for field in fields(of)}
        return st.builds(of, **kinds)
    raise TypeError(f"values of {of} cannot be made")
