"""Every state of the screen at three widths, as text that can be read, and what is wanted of all of them. After a
wanted change: pytest tests/tui/test_scenes.py --snapshot-update, and read what changed."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from phoenix_tui.tui.contrast import contrast
from tests.tui.conftest import OpenScreen
from tests.tui.scenes import SCENES, Scene, settled
from tests.tui.test_themes import cells, wanted

SIZES = ((60, 20), (100, 30), (160, 40))
THEMES = ("phoenix-light", "phoenix-dark")


class Picture(SingleFileSnapshotExtension):
    """A screen in a file, as it would be copied out of a terminal."""

    _file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name.replace(" ", "-"))
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_a_state_at_a_width(
    open_screen: OpenScreen, snapshot: SnapshotAssertion, scene: Scene, size: tuple[int, int]
) -> None:
    """The same words in light and dark, all of them readable, none cut by the edge."""
    async with scene.opened(open_screen, size=size) as ui:
        dark = ui.drawn
        assert dark == snapshot(extension_class=Picture)
        for theme in THEMES:
            ui.screen.prefer(theme=theme)
            await ui.until(lambda: ui.app.theme == theme)  # noqa: B023 - awaited at once
            await settled(ui)
            faint = {text: contrast(front, ground) for text, front, ground in cells(ui)}
            assert len(faint) > 5
            assert {text: ratio for text, ratio in faint.items() if ratio < wanted(theme)} == {}, theme
        assert ui.drawn == dark


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name.replace(" ", "-"))
async def test_a_state_in_ascii(open_screen: OpenScreen, scene: Scene) -> None:
    """What a terminal without other signs is given."""
    async with scene.opened(open_screen, size=(100, 30), is_ascii=True) as ui:
        assert {sign for sign in ui.drawn if not sign.isascii()} == set()
