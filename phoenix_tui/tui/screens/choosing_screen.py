"""The half of the main screen that lets choose from lists: who is asked first, and with which model."""

from __future__ import annotations

import asyncio
from functools import partial

from phoenix_tui.core.types import ModelInfo, Target
from phoenix_tui.tui.model_choices import model_choices
from phoenix_tui.tui.provider_choices import provider_choices
from phoenix_tui.tui.screens.picker import Picker
from phoenix_tui.tui.screens.writing_screen import WritingScreen
from phoenix_tui.tui.start import ModelPrice


class ChoosingScreen(WritingScreen):
    """Opens lists over itself, fills them and follows what changes while they are open."""

    def action_pick_primary(self) -> None:
        """Choose from the seven who is asked first."""
        picker = Picker("Who is asked first?", glyphs=self.glyphs, current=self.shown.primary if self.shown else "")

        def fill() -> None:
            if self.shown is not None:
                picker.show(provider_choices(self.shown, self.now, self.glyphs))

        picker.show((), "One moment: the connections are still being opened.")
        fill()
        self.app.push_screen(picker, self._take_primary)
        picker.watch(self, "shown", fill, init=False)
        picker.watch(self, "now", fill, init=False)

    def _take_primary(self, name: str | None) -> None:
        if name and self.snapshot is not None and not self.snapshot.info_of(name).configured:
            self.action_set_key(name)
        elif name:
            self.action_primary(name)

    def action_choose_model(self, name: str = "") -> None:
        """Choose from its live list the model that `name` is asked with; without a name that of the primary."""
        if self.snapshot is None:
            self.tell("One moment: the connections are still being opened.")
            return
        name = name or self.snapshot.primary
        current = self.snapshot.info_of(name).model
        picker = Picker(f"The model of {name}", glyphs=self.glyphs, takes_typed=True, current=current)
        picker.show((), f"{name} is being asked for its models; any name can be typed.")
        self.app.push_screen(picker, partial(self._take_model, name))
        self.work(partial(self._list_models, name, picker), "models", exclusive=True)

    def _take_model(self, name: str, model: str | None) -> None:
        if model:
            self.choose_model(name, model)

    async def _list_models(self, name: str, picker: Picker) -> None:
        known = await self._model_list(name)
        current = self.snapshot.info_of(name).model if self.snapshot else ""
        said = known.problem or f"{name} lists no model; any name can be typed."
        picker.show(model_choices(known.models, current, {}, self.glyphs), said)
        if prices := await asyncio.to_thread(self._prices, name, known.models):
            picker.show(model_choices(known.models, current, prices, self.glyphs))

    def _prices(self, name: str, models: tuple[ModelInfo, ...]) -> dict[str, ModelPrice]:
        """What is known of prices, by the ids of models. Slow: call it in a thread."""
        read = self.begin.price
        if read is None:
            return {}
        found = {model.id: read(Target(name, model.id)) for model in models}
        return {model: price for model, price in found.items() if price is not None}
