"""How numbers are printed, so that what is printed agrees with itself."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from math import isfinite


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
        None is negative. [points]
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
    floors = {name: int(round_down(value, digits) * scale + 0.5) for name, value in parts.items()}
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


def times(odds: float | None) -> str:
    """Write odds as a factor: x0.24, x4.5, x18.

    Examples
    --------
    >>> times(4.4787), times(0.2446), times(18.3), times(1.0)
    ('x4.5', 'x0.24', 'x18', 'x1.0')
    """
    if odds is None or not isfinite(odds):
        return "unknown"
    if odds < 1:
        return f"x{odds:.2g}" if odds >= 0.01 else "x0.01 or less"
    return f"x{odds:.1f}" if odds < 9.95 else f"x{odds:.0f}"


def in_a_hundred(share: float) -> str:
    """Write a chance as people count: "about 39 of 100", "about 2 of 1,000".

    Examples
    --------
    >>> in_a_hundred(0.393), in_a_hundred(0.002), in_a_hundred(0.00004)
    ('about 39 of 100', 'about 2 of 1,000', 'fewer than 1 of 1,000')
    """
    if share >= 0.095:
        return f"about {100 * share:.0f} of 100"
    if share >= 0.0005:
        return f"about {1000 * share:.0f} of 1,000"
    return "fewer than 1 of 1,000"
