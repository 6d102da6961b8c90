"""FIT: scan the bytes, turn runs of messages into columns, make an Activity of them."""

from riskfit.activity import Activity
from riskfit.errors import DamagedFileError, NotAnActivityError, RiskfitError
from riskfit.readers.assemble import assemble
from riskfit.readers.fit.chain import joined, related
from riskfit.readers.fit.messages import recording_of
from riskfit.readers.fit.parts import Part, tables_of
from riskfit.readers.fit.recover import read_parts

__all__ = ["read_fit", "read_fit_activities", "read_fit_by_fitparse"]


def read_fit(data: bytes) -> Activity:
    """Read every record of a FIT file, chained parts too, as one activity.

    Parameters
    ----------
    data : bytes
        The file.

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
    return joined(read_fit_activities(data))


def read_fit_by_fitparse(data: bytes) -> Activity:
    """Do what `read_fit` does with fitparse as the decoder, slowly; the assembly is the same."""
    from riskfit.readers.fit.reference import reference_tables

    return joined(
        [assemble(recording_of(tables, notes)) for tables, notes in reference_tables(data)]
    )


def read_fit_activities(data: bytes) -> list[Activity]:
    """Read a FIT file whose chained parts may be unrelated activities, each apart.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    list of Activity
        In file order, at least one.

    Raises
    ------
    NotAnActivityError
        When the file is sound and holds no timed record.
    DamagedFileError
        When nothing timed could be kept of a damaged file.
    """
    parts = read_parts(data)
    if not parts:
        raise DamagedFileError(
            "the file header at byte 0 is not FIT's (.FIT at byte 8): export the file once more"
        )
    activities: list[Activity] = []
    refusals: list[RiskfitError] = []
    for group in related(parts):
        try:
            activities.append(_read_group(group))
        except (NotAnActivityError, DamagedFileError) as error:
            refusals.append(error)
    if not activities:
        raise refusals[0]
    return activities


def _read_group(parts: list[Part]) -> Activity:
    notes = [note for part in parts for note in part.notes]
    damaged = any(part.damaged for part in parts)
    return assemble(recording_of(tables_of(parts), notes, damaged=damaged))
