"""The half of the main screen that has to do with writing: what the prompt can offer, and what goes with a message."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from textual import on
from textual.app import SuspendNotSupported
from textual.reactive import reactive

from phoenix_tui.core.errors import ProviderError
from phoenix_tui.tui.attachments import Attachment, NotAttached, plain, read_attachments, written_references
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
from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.editor import NotEdited, edited, editor_command
from phoenix_tui.tui.file_completion import FileSlot, Listing, file_slot, files, list_folder
from phoenix_tui.tui.screens.asking_screen import still_coming
from phoenix_tui.tui.screens.provider_screen import ClientNotOpen
from phoenix_tui.tui.screens.reading_screen import ReadingScreen
from phoenix_tui.tui.slash import Argument
from phoenix_tui.tui.start import Start
from phoenix_tui.tui.widgets.completion_list import CompletionList
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.wording import what_happened

T = TypeVar("T")


class WritingScreen(ReadingScreen):
    """Fetches, beside everything else, what the prompt can offer, and reads the files that a message refers to."""

    completion: reactive[Completion | None] = reactive(None, repaint=False)
    """What can be taken at the cursor of the prompt; None while there is nothing."""
    group: reactive[Group] = reactive(Group.PROMPT, repaint=False)
    """What the keys mean now."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.prompt.completer = self._completer
        self.terminal_is_lent = False
        self._model_lists: dict[str, ModelList] = {}
        self._listing: Listing | None = None
        self._listed: str | None = None
        """The folder that is being listed, or was."""

    def on_resize(self) -> None:
        self.prompt.fit()

    # What is sent

    def send_written(self, written: Draft, meant: Draft) -> None:
        """Ask what is `meant`, with the files that it refers to. `written` is how it stood in the prompt, where it
        comes back when it cannot be sent."""
        self.is_answering = True
        self.work(partial(self._attach_and_send, written, meant), "turn")

    async def _attach_and_send(self, written: Draft, meant: Draft) -> None:
        try:
            attachments = await self._attachments(meant)
        except NotAttached as refused:
            self._keep_back(written)
            self.tell(f"{refused} Nothing was sent; your text stays here.", "warning")
        except asyncio.CancelledError:
            self._keep_back(written)
            raise
        else:
            self.prompt.remember(written)
            await self.turn(plain(meant), attachments, written)

    async def _attachments(self, meant: Draft) -> tuple[Attachment, ...]:
        if not written_references(meant):
            return ()
        self.show_activity("reading what is attached", None)
        return await asyncio.to_thread(read_attachments, meant, self.begin.folder)

    def _keep_back(self, written: Draft) -> None:
        self.show_activity("", None)
        self.is_answering = False
        self.prompt.take_back(written)

    # The person's own editor

    async def action_edit(self) -> None:
        """Have the message written in the person's editor, which has the terminal until it ends."""
        if self.is_answering:  # nothing of ours runs meanwhile, and the answer would miss its deadlines
            self.tell(still_coming())
            return
        before = self.prompt.value
        try:
            after = await self._lend_terminal(partial(edited, editor_command(self.begin.editor), before))
        except NotEdited as problem:
            self.tell(f"{problem} Your message is as it was.", "warning")
        except SuspendNotSupported:
            self.tell("An editor needs a terminal, and there is none to be lent here.", "warning")
        else:
            if after == before:
                self.tell("The message is unchanged. An editor with a window of its own must wait: code --wait.")
            else:
                self.prompt.rewrite(after)
        self.set_focus(self.prompt)

    async def _lend_terminal(self, use: Callable[[], T]) -> T:
        """Let `use` have the terminal. Raises SuspendNotSupported, and what `use` raises."""
        self.save_now()
        self.terminal_is_lent = True
        try:
            with self.app.suspend(), ThreadPoolExecutor(1) as pool:
                # What it raises comes out below: passing through here it would keep the screen from coming back.
                using = pool.submit(use)
        finally:
            for _ in range(5):  # the loop hears now of signals that came meanwhile: after three rounds at the latest
                await asyncio.sleep(0)
            self.terminal_is_lent = False
        return using.result()

    @abstractmethod
    def save_now(self) -> None:
        """Write the session before returning."""

    # What can be taken

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
