"""Calories that a device totalled, believed where body and effort bear them out."""

from typing import Final

#: A total this far from our own estimate is one of another effort or another unit: heart rate
#: tells energy to a quarter or so, devices among each other to as much (assumption).
_FITS: Final = (0.4, 2.5)
#: A table value of the sport knows nothing of how hard it was.
_FITS_TABLE: Final = (0.25, 4.0)
#: Calories go about with the mass they were made for: a tenth of it is half their range.
_MASS_FITS: Final = 0.10
#: What an estimate rests on, in words.
_SAYS: Final[dict[str, str]] = {
    "power": "power says",
    "speed_and_grade": "speed and grade say",
    "heart_rate": "heart rate says",
    "sport_table": "body, time and sport suggest",
}
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
    total_kcal: float,
    estimate_kcal: float,
    method: str,
    masses_kg: tuple[float | None, float],
    notes: list[str],
) -> float | None:
    """Return a device's total in kilocalories, None where it cannot be.

    Parameters
    ----------
    total_kcal : float
        What the file says. [kcal]
    estimate_kcal : float
        What heart rate or the sport's table say of this body and this time. [kcal]
    method : str
        Which of them, ``"heart_rate"`` or ``"sport_table"``.
    masses_kg : tuple of float
        The body mass the file says, if it does, and the athlete's. [kg]
    notes : list of str
        What was converted or left out is added.

    Examples
    --------
    >>> notes, masses = [], (70.0, 70.0)
    >>> believed_kcal(620, 500, "heart_rate", masses, notes)
    620
    >>> round(believed_kcal(2510, 560, "heart_rate", masses, notes))
    600
    >>> believed_kcal(7000, 500, "heart_rate", masses, notes) is None
    True
    >>> believed_kcal(620, 500, "heart_rate", (95.0, 70.0), notes) is None
    True
    >>> print(*notes, sep=chr(10))
    energy: the device's 2,510 taken as kilojoules: 600 kcal
    energy: the device's 7,000 kcal left out: heart rate says about 500 kcal
    energy: the device's 620 kcal left out: for 95 kg, not 70; heart rate says about 500 kcal
    """
    in_file_kg, mass_kg = masses_kg
    says = f"{_SAYS[method]} about {estimate_kcal:,.0f} kcal"
    if in_file_kg is not None and abs(in_file_kg / mass_kg - 1) > _MASS_FITS:
        notes.append(
            f"energy: the device's {total_kcal:,.0f} kcal left out: for {in_file_kg:.0f} kg, "
            f"not {mass_kg:.0f}; {says}"
        )
        return None
    if _fits(total_kcal, estimate_kcal, method):
        return total_kcal
    for unit, divisor in _UNITS.items():
        converted = total_kcal / divisor
        if _UNIT_FITS[0] * estimate_kcal <= converted <= _UNIT_FITS[1] * estimate_kcal:
            notes.append(
                f"energy: the device's {total_kcal:,.0f} taken as {unit}: {converted:,.0f} kcal"
            )
            return converted
    notes.append(f"energy: the device's {total_kcal:,.0f} kcal left out: {says}")
    return None


def misfit_noted(
    total_kcal: float | None, estimate_kcal: float, method: str, notes: list[str]
) -> None:
    """Note a device's total that does not fit what power or speed say, which go before it."""
    if total_kcal is not None and not _fits(total_kcal, estimate_kcal, method):
        notes.append(
            f"energy: the device's {total_kcal:,.0f} kcal left out: "
            f"{_SAYS[method]} about {estimate_kcal:,.0f} kcal"
        )


def _fits(total_kcal: float, estimate_kcal: float, method: str) -> bool:
    """Say whether a total could be that of this effort, or is too small to tell."""
    low, high = _FITS_TABLE if method == "sport_table" else _FITS
    fits = low * estimate_kcal <= total_kcal <= high * estimate_kcal
    return fits or max(total_kcal, estimate_kcal) < _ROUND_KCAL
