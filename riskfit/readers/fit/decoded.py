"""What both FIT readers hand to the assembly: a table a message type, a column a field.

The columnar reader (`columns`) and the reference (`reference`) make tables with these methods, so
that one assembly serves both and every column of one can be compared with the other's.
"""

from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray


class DeveloperField(Struct, frozen=True):
    """A field that an app or a sensor brought along, as its description message says.

    ``native_field`` is the number of the profile's field it stands for, if any.
    """

    index: int
    number: int
    name: str
    units: str
    native_field: int | None
    base_type: int
    scale: float | None = None
    offset: float | None = None


class Table(Protocol):
    """All messages of one type, in file order."""

    def __len__(self) -> int:
        """Return the number of messages."""
        ...

    def positions(self) -> NDArray[np.int64]:
        """Return what orders the messages among those of other tables. [byte]."""
        ...

    def times(self) -> FloatArray:
        """Return the time stamps, nan where there is none. [s since the FIT epoch]."""
        ...

    def has(self, number: int) -> bool:
        """Say whether any message can hold this field, its packed forms included."""
        ...

    def column(self, number: int) -> FloatArray:
        """Return a field's first value in each message, scaled, nan where invalid or absent."""
        ...

    def values(self, number: int) -> list[float]:
        """Return what `column` does, as a list: quicker for a few messages."""
        ...

    def matrix(self, number: int) -> FloatArray:
        """Return a field's values as they stand, a row a message, padded with nan."""
        ...

    def strings(self, number: int) -> list[str | None]:
        """Return a text field."""
        ...

    def developer_fields(self) -> list[DeveloperField]:
        """Return the developer fields that any message can hold."""
        ...

    def developer_column(self, described: DeveloperField) -> FloatArray:
        """Return a developer field's numbers, scaled as described."""
        ...
