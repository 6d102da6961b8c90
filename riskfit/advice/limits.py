"""For whom amounts are a doctor's matter, and who should drink by thirst alone."""

from collections.abc import Mapping
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit.athlete import Athlete
from riskfit.medical import Effect, acting_on, acting_with, load_diseases, readings
from riskfit.scoring.given import Given, numbers_of

#: Sessions longer than this have no plan. [min]
LONG_MIN: Final = 240.0
#: Who is small: overdrinking has harmed them most, with women, slow runners and users of
#: anti-inflammatory painkillers (Hew-Butler et al. 2015, doi 10.1136/bjsports-2015-095004;
#: Almond et al. 2005, doi 10.1056/NEJMoa043901: body-mass index below 20).
_SMALL_KG: Final = 55.0
#: Speed on foot below which a race lasts long for its distance: 4 h over the marathon. [km/h]
_SLOW_KM_H: Final = 42.195 / 4
#: Features that hold what a person wrote.
_TOLD_BY: Final = {"medicine": "medication_response", "condition": "chronic_conditions_count"}
#: Slower than this nobody is under way.
_STANDING_KM_H: Final = 3.0


def salt_limited(features: Mapping[str, Given], athlete: Athlete) -> bool:
    """Say whether salt, and amounts before a session, are for a doctor to say."""
    return bool(_limits("salt", features, athlete))


def fluid_limited_by(features: Mapping[str, Given], athlete: Athlete) -> tuple[str, ...]:
    """Return the ids of what makes every amount to drink a doctor's matter, each once."""
    return _limits("fluid", features, athlete)


def _limits(effect: Effect, features: Mapping[str, Given], athlete: Athlete) -> tuple[str, ...]:
    told = [
        disease.id
        for disease in load_diseases()
        if effect in disease.acts_on and number(features, disease.id) > 0
    ]
    acting = [entry.id for entry in acting_with(effect, athlete)]
    return tuple(dict.fromkeys((*told, *acting)))


def thirst_reasons(features: Mapping[str, Given], athlete: Athlete) -> dict[str, str]:
    """Return why this person should have no schedule: features, each in words."""
    minutes, speed = number(features, "duration_min"), number(features, "speed_avg_km_h")
    reasons = {}
    if minutes > LONG_MIN:
        reasons["duration_min"] = "the session is longer than 4 hours"
    if number(features, "male_sex") == 0:
        reasons["male_sex"] = "women run into low sodium more often"
    if number(features, "body_mass_kg") < _SMALL_KG:
        reasons["body_mass_kg"] = "you are light"
    if leaves_time_to_drink(speed, minutes):
        reasons["speed_avg_km_h"] = "your pace leaves much time to drink"
    medicines = acting_on("thirst", athlete)
    if medicines:
        reasons["medication_response"] = " and ".join(f"you take {name}" for name in medicines)
    # it may be a water tablet, or a weak heart: no amount should be urged on them
    for unknown in (reading for reading in readings(athlete) if reading.unknown):
        reasons.setdefault(_TOLD_BY[unknown.about], f'we do not know "{unknown.said}"')
    return reasons


def leaves_time_to_drink(speed_km_h: ArrayLike, minutes: ArrayLike) -> NDArray[np.bool_]:
    """Say whether a session of two hours or more is as slow as a marathon of four."""
    speed = np.asarray(speed_km_h, dtype=float)
    slow = (speed > _STANDING_KM_H) & (speed < _SLOW_KM_H)
    return np.asarray(slow & (np.asarray(minutes) > LONG_MIN / 2))


def overdrinks_easily(reasons: Mapping[str, str]) -> bool:
    """Say whether it is the person, not the length alone, that calls for a low ceiling."""
    return bool(reasons.keys() - {"duration_min"})


def number(features: Mapping[str, Given], name: str) -> float:
    """Return a feature's number, nan where it is unknown."""
    value = numbers_of(name, features.get(name))[1]
    return value if isfinite(value) else float("nan")
