"""How far a session went: three witnesses, and which of them to believe.

The distance channel, the speed channel and the positions each tell a way.  They are compared over
the whole session and in stretches; the one that two agree on wins.  The device's own total is a
witness of the sum alone: it settles what the others leave open, and corrects what was calibrated
after the end.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray, plural
from riskfit.cleaning.artefacts import POSSIBLE
from riskfit.sports import BIKE, FOOT, WATER

#: Nobody covers more on average over a gap, by what they move on (assumptions from records: the
#: mile is run at 7.2 m/s, descents are ridden at 25 m/s, 50 m are swum at 2.5 m/s). [m/s]
_FASTEST_FOOT: Final = 9.0
_FASTEST_BIKE: Final = 30.0
_FASTEST_WATER: Final = 4.0
#: Two witnesses agree when they differ by less than this share of the larger (assumption: a
#: channel that is off by a unit or a wheel is off by more, a receiver under trees by less).
_AGREE: Final = 0.10
#: A total settles a dispute only when a witness comes as close as this.
_SETTLES: Final = 0.03
#: A witness that tells less than this share of the others stood still while they moved.
_STANDS: Final = 0.05
_LEAST_M: Final = 100.0
#: Stretches the witnesses are compared in. [s]
_STRETCH_S: Final = 300
#: Sums are stretched to the device's total within these limits: belts and stride sensors are
#: calibrated by so much, not by more (assumption).
_CORRECTS: Final = (0.8, 1.25)
#: Units that speed is written in by mistake, as what a true value is multiplied by.
_UNITS: Final[dict[str, float]] = {"km/h": 3.6, "mph": 1 / 0.44704}
_UNIT_ROOM: Final = 0.03
#: A leap of distance is more than rounding between rows. [m]
_LEAP_M: Final = 100.0
_EARTH_M: Final = 6371009.0  # IUGG mean radius


class Way(Struct, frozen=True, eq=False):
    """What one witness tells of the way.

    Attributes
    ----------
    name : str
        ``"distance"``, ``"speed"`` or ``"positions"``.
    step_m : ndarray
        The way in each second of the grid. [m]
    lead_m : float
        What its counter showed at its first row, which may be an offset. [m]
    factor : float
        What its channel is multiplied by, where it was written in another unit.
    """

    name: str
    step_m: FloatArray
    lead_m: float = 0.0
    factor: float = 1.0

    @property
    def total_m(self) -> float:
        """The whole way without what lay before the first row [m]."""
        return float(self.step_m.sum())


def fastest_m_s(sports: set[str]) -> float:
    """Return what nobody exceeds on average over a gap in any of these sports [m/s]."""
    limits = (
        _FASTEST_FOOT
        if sport in FOOT
        else _FASTEST_BIKE
        if sport in BIKE
        else _FASTEST_WATER
        if sport in WATER
        else POSSIBLE["speed_m_s"][1]
        for sport in sports
    )
    return max(limits, default=POSSIBLE["speed_m_s"][1])


def great_circle_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Return the distances between neighbours on a sphere [m]."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    a = (
        np.sin(np.diff(lat, axis=0) / 2) ** 2
        + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon, axis=0) / 2) ** 2
    )
    return np.asarray(2 * _EARTH_M * np.arcsin(np.sqrt(np.minimum(a, 1.0))))


def by_distance(distance_m: FloatArray, notes: list[str]) -> Way:
    """Read the distance channel: counters that start again go on, leaps are left out.

    A leap is what nobody covers in the time: watches add what a treadmill showed at its end.
    """
    known = np.flatnonzero(~np.isnan(distance_m))
    values = distance_m[known]
    step = np.diff(values)
    leap = step > POSSIBLE["speed_m_s"][1] * np.diff(known) + _LEAP_M
    if leap.any():
        notes.append(f"distance: {step[leap].sum() / 1000:.1f} km covered in no time left out")
    step = np.where(leap, 0.0, np.maximum(step, 0.0))
    return Way("distance", _spread(known, step, len(distance_m)), float(values[0]))


def by_speed(speed_m_s: FloatArray) -> Way:
    """Read the speed channel; where it is silent nothing was covered."""
    return Way("speed", np.nan_to_num(speed_m_s))


def by_positions(
    latitude_deg: FloatArray, longitude_deg: FloatArray, fastest: float, notes: list[str]
) -> Way:
    """Read the positions, over gaps of any length that can have been covered in their time."""
    known = np.flatnonzero(~np.isnan(latitude_deg) & ~np.isnan(longitude_deg))
    step = great_circle_m(latitude_deg[known], longitude_deg[known])
    took = np.diff(known)
    # A receiver's own error allows for some metres in a second that nobody moved so fast.
    leap = step > np.maximum(fastest * took, POSSIBLE["speed_m_s"][1]) + 10.0
    if leap.any():
        leaps, far = plural(int(leap.sum()), "leap"), step[leap].sum() / 1000
        notes.append(f"position: {far:.1f} km in {leaps} that nobody makes left out")
    return Way("positions", _spread(known, np.where(leap, 0.0, step), len(latitude_deg)))


def _spread(known: IntArray, step: FloatArray, length: int) -> FloatArray:
    """Lay what was covered between known seconds evenly over those seconds."""
    if not len(known):
        return np.zeros(length)
    so_far = np.concatenate([[0.0], np.cumsum(step)])
    return np.diff(np.interp(np.arange(length), known, so_far), prepend=0.0)


class Verdict(Struct, frozen=True, eq=False):
    """The way to believe, and the speed channel's factor: nan where it is not to be believed."""

    way: Way
    speed_factor: float


def believed(ways: list[Way], total_m: float | None, notes: list[str]) -> Verdict:
    """Choose the witness that another one, or the device's total, bears out.

    Parameters
    ----------
    ways : list of Way
        At least one, in order of trust where nothing else speaks.
    total_m : float or None
        The device's own total. [m]
    notes : list of str
        What was chosen against another's word is added.

    Returns
    -------
    Verdict
    """
    ways = _in_metres(ways, total_m, notes)
    ways = _moving(ways, total_m, notes)
    chosen = _chosen(ways, total_m)
    others = [way for way in ways if way is not chosen]
    notes += [
        f"{chosen.name}: {chosen.total_m / 1000:.2f} km taken, although by the {other.name} "
        f"it is {other.total_m / 1000:.2f} km{_because(chosen, other, others, total_m)}"
        for other in others
        if not _agree(chosen.total_m, other.total_m)
    ]
    chosen = _patched(chosen, others, total_m, notes)
    speed = next((way for way in ways if way.name == "speed"), None)
    agrees = speed is not None and _agree(speed.total_m, chosen.total_m)
    return Verdict(chosen, speed.factor if speed is not None and agrees else np.nan)


def _because(chosen: Way, other: Way, others: list[Way], total_m: float | None) -> str:
    backing = [o.name for o in others if o is not other and _agree(o.total_m, chosen.total_m)]
    if _close(chosen, total_m):
        backing.append("device's total")
    return f": borne out by the {' and the '.join(backing)}" if backing else ""


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= _AGREE * max(one, other)


def _close(way: Way, total_m: float | None) -> bool:
    """Say whether a witness comes close to the device's total, with or without its beginning."""
    return total_m is not None and any(
        abs(told - total_m) <= _SETTLES * total_m
        for told in (way.total_m, way.total_m + way.lead_m)
    )


def _in_metres(ways: list[Way], total_m: float | None, notes: list[str]) -> list[Way]:
    """Turn a speed in another unit into m/s, where another witness shows that it is in one."""
    others = [way.total_m for way in ways if way.name != "speed"] + [total_m or 0.0]
    return [
        way if way.name != "speed" else _speed_in_metres(way, max(others), notes) for way in ways
    ]


def _speed_in_metres(speed: Way, other_m: float, notes: list[str]) -> Way:
    for unit, times in _UNITS.items():
        if other_m > _LEAST_M and abs(speed.total_m / other_m / times - 1) < _UNIT_ROOM:
            notes.append(f"speed: recorded in {unit}, as the way shows")
            return Way("speed", speed.step_m / times, factor=1 / times)
    return speed


def _moving(ways: list[Way], total_m: float | None, notes: list[str]) -> list[Way]:
    """Leave out witnesses that stood still while the others moved."""
    most = max([way.total_m for way in ways] + [total_m or 0.0])
    if most < _LEAST_M:
        return ways
    moving = [way for way in ways if way.total_m >= _STANDS * most]
    if not moving:
        return ways
    notes += [
        f"{way.name}: stood still while the {moving[0].name} went on: not used"
        for way in ways
        if way not in moving
    ]
    return moving


def stood(way: Way, total_m: float | None) -> bool:
    """Say whether the best witness stood still while the device counted a way."""
    return total_m is not None and way.total_m + way.lead_m < _STANDS * total_m


def _chosen(ways: list[Way], total_m: float | None) -> Way:
    """Return the first that the total bears out, else that another does, else the first."""
    borne_out = [way for way in ways if _close(way, total_m)]
    agreed = [
        way
        for way in ways
        if any(other is not way and _agree(way.total_m, other.total_m) for other in ways)
    ]
    return (borne_out or agreed or ways)[0]


def _patched(chosen: Way, others: list[Way], total_m: float | None, notes: list[str]) -> Way:
    """Fill stretches in which the chosen witness stood and another one that agrees moved."""
    if _close(chosen, total_m):
        return chosen
    starts = np.arange(0, len(chosen.step_m), _STRETCH_S)
    own = np.add.reduceat(chosen.step_m, starts)
    for other in others:
        if not other.total_m or abs(chosen.total_m / other.total_m - 1) > 0.5:
            continue
        its = np.add.reduceat(other.step_m, starts)
        still = (own < _STANDS * its) & (its > _LEAST_M)
        moved = (own >= _STANDS * its) & (own > _LEAST_M)
        alike = moved.any() and _agree(float(own[moved].sum()), float(its[moved].sum()))
        if still.any() and alike:
            rows = np.repeat(still, np.diff(starts, append=len(chosen.step_m)))
            added = float(its[still].sum() - own[still].sum())
            notes.append(
                f"{chosen.name}: {added / 1000:.1f} km taken from the {other.name} "
                f"where the {chosen.name} stood still"
            )
            return Way(chosen.name, np.where(rows, other.step_m, chosen.step_m), chosen.lead_m)
    return chosen


def under_way_m(
    way: Way, active: NDArray[np.bool_], first_row: int, total_m: float | None, notes: list[str]
) -> FloatArray:
    """Return the distance at each second: what was covered while under way, as the device totals.

    Parameters
    ----------
    way : Way
    active : ndarray of bool
        The seconds under way.
    first_row : int
        Where the witness was first heard. [s]
    total_m : float or None
        The device's own total. [m]
    notes : list of str

    Returns
    -------
    ndarray
        Never falls. [m]
    """
    step = np.where(active, way.step_m, 0.0)
    led = step.copy()
    _lay_in_front(led, way.lead_m, first_row)
    whole = np.maximum(way.step_m, 0.0)
    whole_led = whole.copy()
    _lay_in_front(whole_led, way.lead_m, first_row)
    if total_m is None:
        # Without a total the first value counts where it can have been covered by then.
        possible = way.lead_m <= POSSIBLE["speed_m_s"][1] / 4 * (first_row + 10)
        return np.cumsum(led if possible else step)
    best = min((step, led, whole, whole_led), key=lambda told: abs(float(told.sum()) - total_m))
    summed = float(best.sum())
    if summed <= 0:
        return np.cumsum(best)
    factor = total_m / summed
    if not _CORRECTS[0] <= factor <= _CORRECTS[1]:
        notes.append(
            f"distance: {summed / 1000:.2f} km kept, although the device totals "
            f"{total_m / 1000:.2f} km"
        )
        return np.cumsum(best)
    if abs(factor - 1) > 0.01:
        notes.append(
            f"distance: {summed / 1000:.2f} km recorded, corrected to the device's total of "
            f"{total_m / 1000:.2f} km"
        )
    return np.cumsum(best * factor)


def _lay_in_front(step_m: FloatArray, first_m: float, first_row: int) -> None:
    """Lay what the counter showed at its first row evenly over the seconds up to it."""
    rows = slice(0, first_row + 1)
    step_m[rows] += first_m / (first_row + 1)


def laid_evenly(total_m: float, active: NDArray[np.bool_], fastest: float) -> FloatArray | None:
    """Return a total that no channel tells of as an even way, None where nobody is so fast."""
    seconds = np.count_nonzero(active)
    if not seconds or total_m / seconds > fastest:
        return None
    return np.cumsum(np.where(active, total_m / seconds, 0.0))
