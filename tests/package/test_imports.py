"""Who loads what, seen by a fresh interpreter: the core no interface, and `--help` next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("httpx", "pydantic", "textual", "rich", "dotenv", "platformdirs", "asyncio", "ssl", "json")


def loaded_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after `code`."""
    script = f"import sys\n{code}\nsys.stdout.write('\\n' + ' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(ran.stdout.rsplit("\n", 1)[1].split())


def test_the_core_loads_no_interface_no_settings_and_no_files() -> None:
    loaded = loaded_after("import phoenix_tui.core.client")
    foreign = {"textual", "pydantic", "dotenv", "platformdirs", "genai_prices", "sqlite3", "argparse"}
    assert loaded & foreign == set()
    ours = {name.split(".")[1] for name in loaded if name.startswith("phoenix_tui.")}
    assert ours == {"core"}


@pytest.mark.parametrize("flag", ["--help", "--version", "ask --help"])
def test_help_and_version_load_nothing_heavy(flag: str) -> None:
    arguments = flag.split()
    lines = ("from phoenix_tui.cli import main", "try:", f"    main({arguments!r})", "except SystemExit as end:")
    loaded = loaded_after("\n".join((*lines, "    assert not end.code")))
    heavy = set(HEAVY)
    if flag == "--version":
        heavy -= {"json"}  # reading the installed version needs it
    assert loaded & heavy == set()


def test_the_price_list_is_loaded_by_the_first_price_and_not_before() -> None:
    importing = "from phoenix_tui.commands import route\nfrom phoenix_tui.prices import PriceBook\nbook = PriceBook()"
    assert loaded_after(importing) & {"genai_prices", "httpx2"} == set()
    asking = "\nfrom phoenix_tui.core.types import Target\nbook.price(Target('openai', 'gpt-6-luna'))"
    assert "genai_prices" in loaded_after(importing + asking)


def test_the_public_names_are_loaded_on_demand() -> None:
    assert "phoenix_tui.core.client" not in loaded_after("import phoenix_tui")
    import phoenix_tui

    for name in phoenix_tui.__all__:
        assert getattr(phoenix_tui, name).__name__ == name
    with pytest.raises(AttributeError):
        phoenix_tui.Nothing  # noqa: B018 - that it raises is the point
