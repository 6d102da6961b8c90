"""Each leg's seconds under way, end to end: what per-second formulas work on."""

from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray, IntArray
from riskfit.cleaning import CleanSession
from riskfit.features.course import Course, CourseLeg
from riskfit.formulas.intensity import cumulative_normalized_power
from riskfit.formulas.locomotion import grade_adjusted_speed_m_s
from riskfit.sports import BIKE, E_BIKE, FOOT, RUN

#: A channel counts as recorded in a leg when it is known for half of its time.
_ENOUGH: Final = 0.5
#: Heart rate is shown when it is known for so much of a leg, and stands for all of it, in load
#: and energy, from so much on (assumption: it drifts by a tenth within a session, while an assumed
#: threshold is off by a quarter).
_SHOWN: Final = 0.1
_STANDS_FOR_ALL: Final = 1 / 3
#: Grade is taken over this many seconds: shorter, the altimeter's steps become walls.
_GRADE_S: Final = 30


class LegTrace(Struct, frozen=True, kw_only=True, eq=False):
    """One leg's seconds under way.

    Attributes
    ----------
    leg, index : CourseLeg, int
        The leg, and which of the course's it is.
    rows : ndarray of int
        Their rows in the cleaned session.
    ends : ndarray of int
        How many of them lie before the end of each step.
    power_w, speed_m_s : ndarray or None
        None where less than half is known.
    heart_rate_bpm : ndarray or None
        None where less than a third is known: what is left does not stand for the whole.
    shown_heart_rate_bpm : ndarray or None
        None where less than a tenth is known.
    sampled_heart_rate_bpm : ndarray or None
        None where less than half of the seconds have samples, as the device's means have no
        course.
    told : frozenset of str
        Channels in which the device's means stand in for samples.
    grade_fraction : ndarray
        0 where no altitude is known.
    adjusted_speed_m_s : ndarray or None
        Speed on the flat at the same metabolic cost, on foot.
    normalized_power_w : ndarray or None
        Normalized power of everything up to each second, on a bike.
    """

    leg: CourseLeg
    index: int
    rows: IntArray
    ends: IntArray
    heart_rate_bpm: FloatArray | None
    shown_heart_rate_bpm: FloatArray | None
    sampled_heart_rate_bpm: FloatArray | None
    told: frozenset[str]
    power_w: FloatArray | None
    speed_m_s: FloatArray | None
    grade_fraction: FloatArray
    adjusted_speed_m_s: FloatArray | None
    normalized_power_w: FloatArray | None

    @property
    def output(self) -> FloatArray | None:
        """What heart rate is set against: power, else speed (grade-adjusted on foot)."""
        if self.power_w is not None and self.leg.sport not in FOOT:
            return self.power_w
        if self.adjusted_speed_m_s is not None:
            return self.adjusted_speed_m_s
        return None


def leg_traces(course: Course, session: CleanSession) -> list[LegTrace]:
    """Cut a cleaned session into its legs; changes between sports are left out."""
    samples = session.samples
    heart = samples.heart_rate_bpm
    told = session.stand_ins.get("heart_rate_bpm")
    sampled = heart if told is None else np.where(told, np.nan, heart)
    grade = _grade(samples.altitude_m, samples.distance_m)
    traces = []
    for index, leg in enumerate(course.legs):
        mine = session.active & (session.leg == index)
        rows = np.flatnonzero(mine)
        if not leg.moves or not len(rows):
            continue
        speed = _enough(samples.speed_m_s, rows)
        # What drives an e-bike is not the rider alone, whatever part of it was recorded.
        power = None if leg.sport == E_BIKE else _enough(samples.power_w, rows)
        adjusted = None
        if speed is not None and leg.sport in FOOT:
            adjusted = grade_adjusted_speed_m_s(speed, grade[rows], leg.sport in RUN)
        traces.append(
            LegTrace(
                leg=leg,
                index=index,
                rows=rows,
                ends=np.searchsorted(rows, course.end_s, side="left"),
                heart_rate_bpm=_enough(heart, rows, _STANDS_FOR_ALL),
                shown_heart_rate_bpm=_enough(heart, rows, _SHOWN),
                sampled_heart_rate_bpm=_enough(sampled, rows),
                told=frozenset(name for name, at in session.stand_ins.items() if at[rows].any()),
                power_w=power,
                speed_m_s=speed,
                grade_fraction=grade[rows],
                adjusted_speed_m_s=adjusted,
                normalized_power_w=None
                if power is None or leg.sport not in BIKE
                else cumulative_normalized_power(power),
            )
        )
    return traces


def mean_so_far(values: FloatArray, ends: IntArray) -> FloatArray:
    """Average the known values before each end, nan where there is none."""
    known = ~np.isnan(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])[ends]
    count = np.concatenate([[0.0], np.cumsum(known)])[ends]
    unknown = np.full(len(ends), np.nan)
    return np.asarray(np.divide(total, count, out=unknown, where=count > 0))


def _enough(channel: FloatArray, rows: IntArray, share: float = _ENOUGH) -> FloatArray | None:
    """Return a channel's seconds if at least this share of them is known."""
    values = channel[rows]
    known = np.count_nonzero(~np.isnan(values))
    return values if known >= share * len(rows) and known else None


def _grade(altitude_m: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Rise over run, across the half minute around each second; 0 where unknown."""
    length = len(altitude_m)
    rows = np.arange(length)
    left = np.maximum(rows - _GRADE_S // 2, 0)
    right = np.minimum(rows + _GRADE_S // 2, length - 1)
    run = distance_m[right] - distance_m[left]
    rise = altitude_m[right] - altitude_m[left]
    with np.errstate(invalid="ignore"):
        moving = (run > 5.0) & ~np.isnan(rise)
    return np.asarray(np.divide(rise, run, out=np.zeros(length), where=moving))
