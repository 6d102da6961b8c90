"""What the texts share: bars, grids with numbers, colours of bands."""

from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

BAND_STYLE: Final = {"low": "green", "ordinary": "cyan", "raised": "yellow", "high": "bold red"}


def apart(parts: Iterable[RenderableType]) -> RenderableType:
    """Return parts below each other with a blank line after each."""
    return Padding(Group(*(piece for part in parts for piece in (part, Text("")))), (0, 1))


def bar(share: float, cells: int, style: str = "cyan") -> Text:
    """Draw a share of a whole [fraction]."""
    filled = round(cells * share)
    text = Text("█" * filled, style=style)
    text.append("░" * (cells - filled), style="dim")
    return text


def numbered() -> Table:
    """Return a grid with numbers on the left and sentences that take the room there is."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    return table


def and_more(count: int) -> list[Text]:
    """Say that there is more, where there is."""
    return [Text(f"  and {count} more (--full)", style="dim")] if count else []
