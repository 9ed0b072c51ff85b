"""The core's values: dataclasses to everybody who looks, made in another way."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field

import pytest

from phoenix_tui.core.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 2
    names: list[str] = field(default_factory=list, repr=False)

    @property
    def sum(self) -> int:
        return self.x + self.y


@dataclass(frozen=True, slots=True)
class Alone:
    value: object


@dataclass(frozen=True, slots=True)
class Nothing:
    """No field at all."""


@dataclass(frozen=True, slots=True, order=True)
class Ranked:
    first: int
    second: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    value: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", abs(self.value))


def test_a_value_is_made_by_place_and_by_name_with_its_defaults() -> None:
    assert (Point(1).x, Point(1).y, Point(1).names) == (1, 2, [])
    assert Point(y=5, x=4).sum == 9
    assert Point(1).names is not Point(1).names
    assert Checked(-3).value == 3
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]  # that it raises is the point
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=1)  # type: ignore[call-arg]  # as above


def test_a_value_is_frozen_and_has_nothing_but_its_fields() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]  # that it raises is the point
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        setattr(point, "z", 2)  # noqa: B010 - a name that it does not have
    assert not hasattr(point, "__dict__")


def test_values_are_equal_field_by_field_and_only_to_their_own_kind() -> None:
    assert Point(1) == Point(1)
    assert Point(1) != Point(2)
    assert Alone(1) == Alone(1)
    assert Alone(1) != Alone(2)
    assert Nothing() == Nothing()
    others: list[object] = [Alone(1), (1, 0)]
    assert Ranked(1, 0) not in others
    assert hash(Ranked(1)) == hash(Ranked(1, 0))
    assert len({Alone(1), Alone(1), Alone(2)}) == 2


def test_ranked_values_compare_in_the_order_of_their_fields() -> None:
    assert Ranked(1, 9) < Ranked(2, 0)
    assert Ranked(1, 9) <= Ranked(1, 9)
    assert max(Ranked(1), Ranked(3), Ranked(2)) == Ranked(3)
    assert Ranked(1, 1) > Ranked(1, 0)
    assert Ranked(1, 1) >= Ranked(1, 1)
    with pytest.raises(TypeError):
        Point(1) < Point(2)  # type: ignore[operator]  # noqa: B015 - that it raises is the point


def test_others_take_it_for_a_dataclass() -> None:
    assert [its.name for its in dataclasses.fields(Point)] == ["x", "y", "names"]
    assert dataclasses.asdict(Point(1, 2, ["a"])) == {"x": 1, "y": 2, "names": ["a"]}
    assert dataclasses.replace(Point(1), y=3) == Point(1, 3)
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"
    assert list(inspect.signature(Point).parameters) == ["x", "y", "names"]
    assert Point.__doc__ == "A place."
    match Point(4, 5):
        case Point(x, y):
            assert (x, y) == (4, 5)


def test_another_value_with_other_fields() -> None:
    assert replace(Point(1, 2), x=7) == Point(7, 2)
    assert replace(Alone(1), value=(2,)) == Alone((2,))
    assert replace(Checked(1), value=-2) == Checked(2)
    assert replace(Nothing()) == Nothing()
    with pytest.raises(TypeError, match="Point has no field z"):
        replace(Point(1), z=1)  # type: ignore[call-arg]  # that it raises is the point


def test_a_value_is_copied_and_pickled() -> None:
    point = Point(1, 2, ["a"])
    assert copy.copy(point) == point
    deep = copy.deepcopy(point)
    assert deep == point
    assert deep.names is not point.names
    assert pickle.loads(pickle.dumps(Ranked(1, 2))) == Ranked(1, 2)  # noqa: S301 - our own
