"""What a plan asks of the body: its intensity as rates along its segments.

Power on a bike, speed with grade on foot, heart rate, or a share of threshold lead to the
metabolic rate by the functions that recorded sessions use.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.features.basis import Basis, together
from riskfit.features.energy import (
    heart_rate_energy_w,
    resting_rate_w,
    table_metabolic_rate_w,
    unmeasured_work_w,
)
from riskfit.features.intensity import trimp_rate
from riskfit.features.person import Person, threshold_of
from riskfit.features.recovery import ASSUMED_LOAD_PER_HOUR
from riskfit.formulas.effort import bike_speed_m_s
from riskfit.formulas.energy import metabolic_rate_from_power_w
from riskfit.formulas.locomotion import foot_metabolic_rate_w
from riskfit.origin import Origin
from riskfit.sports import FOOT, INDOOR, PEDALLED, STILL

#: Share of threshold where nobody says anything: the intensity of `ASSUMED_LOAD_PER_HOUR`.
ASSUMED_FRACTION: Final = (ASSUMED_LOAD_PER_HOUR / 100) ** 0.5
#: Order of the mean that load goes by: normalized power, mean speed, mean impulse.
_ORDER: Final = {"power": 4.0, "pace": 1.0, "heart rate": 2.0, "fraction": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What could be held for an hour, by what is known; ``usual`` is the athlete's habit.

    ``speed_m_s`` and ``power_w`` are what shares of threshold refer to: on a walk the speed
    of which `ASSUMED_FRACTION` is how fast people walk. ``usual_fraction`` is a share of the
    threshold of `Person`, nan where the history does not tell; ``rated_fraction`` the share of
    threshold that a rating stands for, nan where nobody rated.
    """

    speed_m_s: float
    power_w: float
    usual_fraction: float
    rated_fraction: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """Rates of the segments: a row a variant, a column a segment.

    ``fraction`` is of the threshold that load is counted by; ``speed_m_s`` nan where unknown.
    """

    fraction: FloatArray
    speed_m_s: FloatArray
    metabolic_rate_w: FloatArray
    external_work_w: FloatArray
    heart_rate_bpm: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effort:
    """A plan's intensity, resolved; ``rates`` scales it.

    Attributes
    ----------
    edges_s : ndarray
        Where segments begin and end, from 0 to the plan's duration. [s]
    sports : tuple of str
        The sport of each segment.
    kind : ndarray of str
        ``"power"``, ``"pace"``, ``"heart rate"`` or ``"fraction"``, one a segment.
    value : ndarray
        Power, grade-adjusted speed, heart rate, or share of threshold. [W, m/s, bpm, -]
    speed_m_s : ndarray
        Over ground, nan where unknown. [m/s]
    up, down : ndarray
        Grades of the two halves of a segment's way. [fraction]
    steepness : tuple of float
        Ascent and descent for each metre, nan where unknown. [m/m]
    bases : tuple of Basis
        What the segments' intensities rest on, each once.
    """

    person: Person
    capacity: Capacity
    sport: str
    sub_sport: str | None
    edges_s: FloatArray
    sports: tuple[str, ...]
    kind: NDArray[np.str_]
    value: FloatArray
    speed_m_s: FloatArray
    up: FloatArray
    down: FloatArray
    steepness: tuple[float, float]
    bases: tuple[Basis, ...]
    spread_fraction: float

    @property
    def basis(self) -> Basis:
        """What the whole plan's intensity rests on."""
        return together(self.bases)

    @property
    def source(self) -> str:
        """The basis as people read it."""
        return self.basis.words

    @property
    def origins(self) -> frozenset[Origin]:
        """Where the segments' intensities come from."""
        return frozenset(one.origin for one in self.bases)

    @property
    def methods(self) -> frozenset[str]:
        """How the segments' intensities are said."""
        return frozenset(one.method for one in self.bases)

    @property
    def duration_s(self) -> float:
        """The plan's own duration [s]."""
        return float(self.edges_s[-1])

    @property
    def outdoors(self) -> bool:
        """Whether the body moves through air that stands."""
        return self.sub_sport not in INDOOR

    @property
    def main_kind(self) -> str:
        """The kind that most of the time is given in."""
        seconds = np.diff(self.edges_s)
        return max(_ORDER, key=lambda kind: float(seconds[self.kind == kind].sum()))

    @property
    def order(self) -> float:
        """Order of the mean over time that load and pacing go by."""
        return _ORDER[self.main_kind]

    def threshold(self) -> float:
        """Return the threshold behind ``fraction``: speed on foot, else power [m/s, W]."""
        return float(getattr(self.person, threshold_of(self.sport)))

    def rates(self, factor: FloatArray | float = 1.0) -> Rates:
        """Return the rates with the intensity multiplied by ``factor``, a column of variants."""
        factor = np.atleast_1d(np.asarray(factor, dtype=float)).reshape(-1, 1)
        shape = np.broadcast_shapes(factor.shape, self.value.shape)
        kinds = {
            "power": self._by_power,
            "pace": self._by_pace,
            "heart rate": self._by_heart_rate,
            "fraction": self._by_fraction,
        }
        out = np.full((5, *shape), np.nan)
        sports = np.array(self.sports)
        for kind, sport in sorted(set(zip(self.kind.tolist(), self.sports, strict=True))):
            mine = np.flatnonzero((self.kind == kind) & (sports == sport))
            for number, rate in enumerate(kinds[kind](mine, factor, sport)):
                out[number][:, mine] = rate
        resting_w = resting_rate_w(self.person)
        return Rates(
            fraction=out[0],
            speed_m_s=out[1],
            metabolic_rate_w=np.maximum(out[2], resting_w),
            external_work_w=out[3],
            heart_rate_bpm=out[4],
        )

    def speed_factor(self, factor: float) -> float:
        """Return what a change of intensity does to the plan's mean speed."""
        seconds = np.diff(self.edges_s)
        before, after = (self.rates(f).speed_m_s[0] for f in (1.0, factor))
        if np.isnan(before).any():
            return factor
        return float((after * seconds).sum() / max((before * seconds).sum(), 1e-9))

    def _by_power(self, mine: IntArray, factor: FloatArray, _: str) -> tuple[FloatArray, ...]:
        power = self.value[mine] * factor
        flat, own = (
            bike_speed_m_s(watts, self.person.mass_kg) for watts in (power, power / factor)
        )
        told = self.speed_m_s[mine]
        speed = np.where(np.isnan(told), flat, told * flat / np.maximum(own, 1e-9))
        rate = metabolic_rate_from_power_w(power, self.person.mass_kg)
        return power / self.person.ftp_w, speed, rate, power, np.full(power.shape, np.nan)

    def _by_pace(self, mine: IntArray, factor: FloatArray, _: str) -> tuple[FloatArray, ...]:
        speed = self.speed_m_s[mine] * factor
        rate = sum(
            foot_metabolic_rate_w(speed, grade[mine], self.person.mass_kg, self.outdoors) / 2
            for grade in (self.up, self.down)
        )
        nothing = np.zeros(speed.shape)
        fraction = self.value[mine] * factor / self.person.threshold_speed_m_s
        return fraction, speed, np.asarray(rate), nothing, np.full(speed.shape, np.nan)

    def _by_heart_rate(
        self, mine: IntArray, factor: FloatArray, sport: str
    ) -> tuple[FloatArray, ...]:
        person = self.person
        heart = person.hr_rest_bpm + (self.value[mine] - person.hr_rest_bpm) * factor
        rate = np.maximum(heart_rate_energy_w(heart, person), resting_rate_w(person))
        work = unmeasured_work_w(rate, sport)
        fraction = heart_rate_fraction(heart, person)
        told = np.broadcast_to(self.speed_m_s[mine] * factor, heart.shape)
        guessed = speed_of_share(fraction, sport, self.capacity, person)
        return fraction, np.where(np.isnan(told), guessed, told), rate, work, heart

    def _by_fraction(
        self, mine: IntArray, factor: FloatArray, sport: str
    ) -> tuple[FloatArray, ...]:
        """Scale the sport's table value, which stands for the usual share of threshold."""
        fraction = self.value[mine] * factor
        resting_w = resting_rate_w(self.person)
        table_w = table_metabolic_rate_w(sport, self.person, self.sub_sport)
        above_w = max(table_w - resting_w, 0.0)
        rate = resting_w + above_w * fraction / ASSUMED_FRACTION
        nothing = np.zeros(fraction.shape)
        speed = self.speed_m_s[mine] * factor
        if sport in STILL:
            fraction = (rate - resting_w) / (self._threshold_rate_w() - resting_w)
        return fraction, speed, rate, nothing, np.full(fraction.shape, np.nan)

    def _threshold_rate_w(self) -> float:
        """Return what running at threshold costs, which hours of standing are set against [W]."""
        speed_m_s, mass_kg = self.person.threshold_speed_m_s, self.person.mass_kg
        return float(foot_metabolic_rate_w(speed_m_s, 0.0, mass_kg))


def heart_rate_fraction(heart_rate_bpm: FloatArray, person: Person) -> FloatArray:
    """Return the intensity whose square is the impulse over that at threshold."""
    at_threshold = float(trimp_rate(np.array([person.hr_threshold_bpm]), person)[0])
    return np.sqrt(trimp_rate(heart_rate_bpm, person) / max(at_threshold, 1e-9))


def speed_of_share(share: FloatArray, sport: str, capacity: Capacity, person: Person) -> FloatArray:
    """Return about how fast a share of threshold is, for the air it moves; nan elsewhere."""
    if sport in FOOT:
        return share * capacity.speed_m_s
    if sport in PEDALLED:
        return bike_speed_m_s(share * capacity.power_w, person.mass_kg)
    return np.full(share.shape, np.nan)
