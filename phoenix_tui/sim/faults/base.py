"""What a fault is, and what it may know.

A `Fault` changes one of four things about a request to a provider: whether a connection is taken at all, the whole
reply, the answer (what the model says), or the stream of chunks that carries it. Each of these is a method that
returns what it was given unless the fault is about it, so that faults can be put together: a slow start and a cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.actions import Action, Head
from phoenix_tui.sim.model import Answer, Chunk, Envelope, Failure, Format

Step = Chunk | Action
"""A chunk that still means something, or something else that is done to the connection."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may need to know: who answers, and in which format (None outside of generation)."""

    provider: str
    fail: Callable[[ErrorClass, float | str | None, int | None], tuple[Failure, bytes]]
    format: Format | None = None
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Base of all faults; by itself it changes nothing.

    `times`: only the next so many requests, None for all. `models`: only requests for these models, empty for all.
    `everywhere`: model lists and probes suffer too, not only generation.
    """

    times: int | None = None
    models: frozenset[str] = frozenset()
    everywhere: bool = False

    @property
    def refuses(self) -> bool:
        """Connections are not even taken."""
        return False

    @property
    def forces_single(self) -> bool:
        """One JSON value is sent although a stream was asked for."""
        return False

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        """A reply in place of any other; None leaves it alone."""
        del scene
        return None

    def answer(self, answer: Answer) -> Answer:
        """What the model says."""
        return answer

    def head(self, head: Head) -> Head:
        """The head of a reply that is otherwise in order."""
        return head

    def stream(self, steps: Iterator[Step], scene: Scene) -> Iterator[Step]:
        """The chunks of an answer, in order; one chunk of kind WHOLE when it is not streamed."""
        del scene
        return steps
