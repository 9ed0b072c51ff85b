"""The half of the main screen that knows what can be taken at the cursor of the prompt."""

from __future__ import annotations

import asyncio
from functools import partial

from textual import on
from textual.reactive import reactive

from phoenix_tui.core.errors import ProviderError
from phoenix_tui.tui.bindings import Group
from phoenix_tui.tui.completion import (
    ArgumentSlot,
    CommandSlot,
    Completion,
    ModelList,
    arguments,
    command_slot,
    commands,
)
from phoenix_tui.tui.file_completion import FileSlot, Listing, file_slot, files, list_folder
from phoenix_tui.tui.screens.provider_screen import ClientNotOpen
from phoenix_tui.tui.screens.reading_screen import ReadingScreen
from phoenix_tui.tui.slash import Argument
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.widgets.completion_list import CompletionList
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.wording import what_happened


class CompletingScreen(ReadingScreen):
    """Fetches, beside everything else, what the prompt can offer."""

    completion: reactive[Completion | None] = reactive(None, repaint=False)
    """What can be taken at the cursor of the prompt; None while there is nothing."""
    group: reactive[Group] = reactive(Group.PROMPT, repaint=False)
    """What the keys mean now."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.prompt.completer = self._completer
        self._model_lists: dict[str, ModelList] = {}
        self._listing: Listing | None = None
        self._listed: str | None = None
        """The folder that is being listed, or was."""

    def _completer(self, line: str, column: int, is_all: bool) -> Completion | None:
        slot = (command_slot(line, column) if is_all else None) or file_slot(line, column)
        match slot:
            case CommandSlot():
                return commands(slot)
            case ArgumentSlot():
                return arguments(slot, self.snapshot, self._models_for(slot))
            case FileSlot():
                self._list(slot.folder)
                return files(slot, self._listing)
            case None:
                return None

    @on(Prompt.Completing)
    def _completing(self, event: Prompt.Completing) -> None:
        self.completion = event.completion
        if self.focused is self.prompt:
            self.group = Group.PROMPT if event.completion is None else Group.COMPLETING
        if self.prompt.completion is None:
            # The next list is made of what is there then, and tries again what could not be had.
            self._listing = self._listed = None
            self._model_lists = {name: known for name, known in self._model_lists.items() if not known.problem}

    @on(CompletionList.Clicked)
    async def _option_clicked(self, event: CompletionList.Clicked) -> None:
        self.prompt.choose(event.number)
        await self.app.run_action("take_or_run", self.prompt)

    def _models_for(self, slot: ArgumentSlot) -> ModelList | None:
        """The models of the primary, asked for when they are first wanted."""
        if slot.command.argument is not Argument.MODEL or self.snapshot is None:
            return None
        name = self.snapshot.primary
        if name not in self._model_lists:
            self._model_lists[name] = ModelList(name, is_coming=True)
            self.work(partial(self._fetch_models, name), f"models-{name}")
        return self._model_lists[name]

    async def _fetch_models(self, name: str) -> None:
        self._model_lists[name] = await self._model_list(name)
        self.prompt.refresh_completion()

    async def _model_list(self, name: str) -> ModelList:
        try:
            client = await self.client()
            return ModelList(name, await client.list_models(name))
        except ProviderError as error:
            why = f"{name} {what_happened(error.info)}"
        except ClientNotOpen as problem:
            why = str(problem).rstrip(".")
        return ModelList(name, problem=f"{why}; its models are not known, any name can be typed.")

    def _list(self, folder: str) -> None:
        """Have `folder` listed, once for as long as the list stands."""
        if folder != self._listed:
            self._listed = folder
            self.work(partial(self._fetch_listing, folder), "folder", exclusive=True)

    async def _fetch_listing(self, folder: str) -> None:
        listing = await asyncio.to_thread(list_folder, self.begin.folder, folder)
        if folder == self._listed:  # else something else is wanted by now
            self._listing = listing
            self.prompt.refresh_completion()
