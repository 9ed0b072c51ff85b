"""Frozen values as `dataclasses` makes them, at a fraction of its price.

The program is made of values: two hundred kinds of them, one for every piece of text, and one of 35 fields for
whatever happens to a provider. `dataclasses` compiles seven functions for each kind, which was half of what importing
the core cost and a tenth of what opening the screen does, and sets each field of a frozen value through a call, which
was most of what health cost. Here a kind has one compiled function, and the others are shared. A value of many fields
is one of a twin kind, whose fields can be set, while it is made: with 35 fields that is four times as fast. To a
reader, to `match`, to `dataclasses.fields` and to a type checker it is a dataclass.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(*, frozen: bool, slots: bool, order: bool = False) -> Callable[[type[_T]], type[_T]]:
        """As the one of that name, for what is frozen and has slots, and no field that `__init__` or a comparison
        leaves out."""
        assert frozen, "what changes is none of these values"  # noqa: S101 - seen as soon as the module is imported
        assert slots, "a value without slots is none of these"  # noqa: S101 - as above
        return lambda cls: _made(cls, order=order)

    def replace(value: _T, /, **changes: Any) -> _T:
        """`value`, which must be one of these, with other fields. Raises TypeError for a name that it does not have."""
        kind = type(value)
        contents, places = [*kind._contents(value)], kind._places
        try:
            for name, its in changes.items():
                contents[places[name]] = its
        except KeyError as error:
            raise TypeError(f"{kind.__name__} has no field {error.args[0]}") from None
        return kind(*contents)


_T = TypeVar("_T")
_FEW = 2
"""Fields for which a twin does not pay."""
_become = vars(object)["__class__"].__set__
_NOT_GIVEN: Any = object()


def _made(cls: type[_T], *, order: bool) -> type[_T]:
    kind: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    kind.__dataclass_params__.frozen = True
    fields = dataclasses.fields(kind)
    names = tuple(field.name for field in fields)
    own = {name: its for name, its in vars(kind).items() if name not in {*names, "__dict__", "__weakref__"}}
    body = {**_SHARED, **(_ORDER if order else {}), **own}
    body["__slots__"] = names
    body["__qualname__"] = kind.__qualname__
    body["_contents"] = staticmethod(_contents_of(names))
    body["_places"] = {name: place for place, name in enumerate(names)}
    kind = type(kind)(kind.__name__, kind.__bases__, body)

    def first_time(self: Any, *args: Any, **given: Any) -> None:
        kind.__init__ = _init(kind, fields)
        kind.__init__(self, *args, **given)

    kind.__init__ = first_time
    return kind  # type: ignore[no-any-return]  # the same class, with slots


def _contents_of(names: tuple[str, ...]) -> Any:
    """From a value to the tuple of its fields, which are called `names`."""
    match names:
        case ():
            return lambda value: ()
        case (name,):
            get = operator.attrgetter(name)
            return lambda value: (get(value),)
        case _:
            return operator.attrgetter(*names)


def _init(kind: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    """`__init__`, compiled: nothing else takes arguments by name as fast. It is when the first value is made: of many
    kinds a program makes none."""
    has_few = len(fields) <= _FEW
    given: dict[str, Any] = {"_NOT_GIVEN": _NOT_GIVEN}
    parameters, lines = ["self"], []
    if not has_few:
        given |= {"_become": _become, "_twin": type(kind.__name__, (), {"__slots__": kind.__slots__})}
        lines = ["_kind = self.__class__", "_become(self, _twin)"]
    for field in fields:
        name = its = field.name
        if field.default is not dataclasses.MISSING:
            given[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            given[f"_make_{name}"] = field.default_factory
            parameters.append(f"{name}=_NOT_GIVEN")
            its = f"_make_{name}() if {name} is _NOT_GIVEN else {name}"
        else:
            parameters.append(name)
        given[f"_set_{name}"] = getattr(kind, name).__set__
        lines.append(f"_set_{name}(self, {its})" if has_few else f"self.{name} = {its}")
    if not has_few:
        lines.append("self.__class__ = _kind")
    if hasattr(kind, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), given)  # noqa: S102 - names only
    init = given["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _compared(by: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """A comparison of two values of one kind, field by field."""

    def compare(self: Any, other: Any) -> bool:
        kind = type(self)
        return by(kind._contents(self), kind._contents(other)) if type(other) is kind else NotImplemented

    return compare


def _hash(self: Any) -> int:
    return hash(type(self)._contents(self))


def _setattr(self: Any, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    """How it is copied: by being made anew."""
    return type(self), type(self)._contents(self)


_SHARED = {
    "__repr__": _repr,
    "__eq__": _compared(operator.eq),
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__reduce__": _reduce,
}
_ORDER = {f"__{by.__name__}__": _compared(by) for by in (operator.lt, operator.le, operator.gt, operator.ge)}
