"""FIT: scan the bytes, turn runs of messages into columns, make an Activity of them."""

from riskfit.activity import Activity
from riskfit.errors import DamagedFileError
from riskfit.readers.fit.messages import assemble
from riskfit.readers.fit.parts import Part, file_word, tables_of
from riskfit.readers.fit.recover import read_parts

__all__ = ["file_word", "read_fit", "read_fit_activities"]


def read_fit(data: bytes, *, reference: bool = False) -> Activity:
    """Read every record of a FIT file, chained parts too, as one activity.

    Parameters
    ----------
    data : bytes
        The file.
    reference : bool
        Decode with fitparse, slowly; the assembly is the same.

    Returns
    -------
    Activity

    Raises
    ------
    NotAnActivityError
        When the file is sound and holds no timed record.
    DamagedFileError
        When nothing timed could be kept of a damaged file.
    """
    if reference:
        from riskfit.readers.fit.reference import reference_tables

        tables, notes = reference_tables(data)
        return assemble(tables, notes)
    return _assemble_parts(read_parts(data))


def read_fit_activities(data: bytes) -> list[Activity]:
    """Read a FIT file whose chained parts may be unrelated activities, each apart.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    list of Activity
        In file order.
    """
    return [_assemble_parts(group) for group in _related(read_parts(data))]


def _assemble_parts(parts: list[Part]) -> Activity:
    return assemble(tables_of(parts), [note for part in parts for note in part.notes])


def _related(parts: list[Part]) -> list[list[Part]]:
    return [parts]


_ = DamagedFileError
