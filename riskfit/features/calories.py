"""Calories that a device totalled, believed where body and effort bear them out."""

from typing import Final

#: A total this far from our own estimate is one of another effort or another unit: heart rate
#: tells energy to a quarter or so, devices among each other to as much (assumption).
_FITS: Final = (0.4, 2.5)
#: A table value of the sport knows nothing of how hard it was.
_FITS_TABLE: Final = (0.25, 4.0)
#: A unit is recognised when the total comes this close in it.
_UNIT_FITS: Final = (0.6, 1.7)
#: Smaller ones are too round to be compared. [kcal]
_ROUND_KCAL: Final = 20.0
#: What makers write for kilocalories, and what it is divided by.
_UNITS: Final[dict[str, float]] = {
    "calories": 1000.0,
    "kilojoules": 4.184,
    "thousands of kilocalories": 0.001,
}


def believed_kcal(
    total_kcal: float, estimate_kcal: float, by_table: bool, notes: list[str]
) -> float | None:
    """Return a device's total in kilocalories, None where it cannot be.

    Parameters
    ----------
    total_kcal : float
        What the file says. [kcal]
    estimate_kcal : float
        What power, heart rate or the sport's table say of this body and this time. [kcal]
    by_table : bool
        Whether it was the table.
    notes : list of str
        What was converted or left out is added.

    Examples
    --------
    >>> notes = []
    >>> believed_kcal(620, 500, False, notes), round(believed_kcal(2510, 560, False, notes))
    (620, 600)
    >>> believed_kcal(7000, 500, False, notes) is None
    True
    >>> print(*notes, sep=chr(10))
    energy: the device's 2,510 taken as kilojoules: 600 kcal
    energy: the device's 7,000 kcal left out: body, time and effort suggest about 500 kcal
    """
    low, high = _FITS_TABLE if by_table else _FITS
    fits = low * estimate_kcal <= total_kcal <= high * estimate_kcal
    if fits or max(total_kcal, estimate_kcal) < _ROUND_KCAL:
        return total_kcal
    for unit, divisor in _UNITS.items():
        converted = total_kcal / divisor
        if _UNIT_FITS[0] * estimate_kcal <= converted <= _UNIT_FITS[1] * estimate_kcal:
            notes.append(
                f"energy: the device's {total_kcal:,.0f} taken as {unit}: {converted:,.0f} kcal"
            )
            return converted
    notes.append(
        f"energy: the device's {total_kcal:,.0f} kcal left out: body, time and effort suggest "
        f"about {estimate_kcal:,.0f} kcal"
    )
    return None
