"""How numbers are printed, so that what is printed agrees with itself."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal


def round_down(value: float, digits: int = 0) -> float:
    """Round a score down, so that the number never reaches a band that the score did not.

    Parameters
    ----------
    value : float
        A score. [points]
    digits : int
        Decimal places kept.

    Returns
    -------
    float
        The largest number of that many places that is not above ``value``. [points]

    Examples
    --------
    >>> round_down(35.97)
    35.0
    >>> round_down(0.3, 1)
    0.3
    """
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_FLOOR))


def split_to_total(
    parts: Mapping[str, float], total: float | None = None, digits: int = 0
) -> dict[str, float]:
    """Round parts by largest remainder, so that the printed parts add up to the printed total.

    Parameters
    ----------
    parts : mapping of name to number
        One below 0 is rounded the same way. [points]
    total : float, optional
        What is printed as their sum; by default the sum rounded down. [points]
    digits : int
        Decimal places kept.

    Returns
    -------
    dict
        The same names, each rounded down or up to the next place. [points]

    Examples
    --------
    >>> split_to_total({"you": 34.61, "session": 39.83})
    {'you': 34.0, 'session': 40.0}
    """
    scale = 10**digits
    wanted = round_down(sum(parts.values()), digits) if total is None else total
    floors = {name: round(round_down(value, digits) * scale) for name, value in parts.items()}
    missing = round(wanted * scale) - sum(floors.values())
    by_remainder = sorted(parts, key=lambda name: floors[name] - parts[name] * scale)
    for name in by_remainder[: max(missing, 0)]:
        floors[name] += 1
    for name in reversed(by_remainder):
        if missing >= 0:
            break
        # only where the total printed is less than the parts rounded down
        if floors[name] > 0:
            floors[name] -= 1
            missing += 1
    return {name: count / scale for name, count in floors.items()}
