"""The person: profile over file over assumption, and the features that rest on them alone."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from riskfit.athlete import Athlete
from riskfit.features.answers import level
from riskfit.features.basis import Basis, basis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import Column, Columns, known, missing
from riskfit.free_text import own_words
from riskfit.medical import acting_on, classes_of, has, is_new, load_medicines, organ_systems
from riskfit.origin import Origin
from riskfit.sports import FOOT

#: Where nobody says: a reference adult.  Mass and height: ICRP Publication 89 (2002) rounds to
#: 73 kg and 1.76 m for men, 60 kg and 1.63 m for women; threshold: 3 W/kg and 12 km/h, a
#: trained amateur (assumption, +-25 %); resting heart rate: 60 bpm (assumption).
ASSUMED: Final[dict[str, float]] = {
    "mass_kg": 70.0,
    "height_m": 1.75,
    "age_years": 40.0,
    "hr_rest_bpm": 60.0,
    "threshold_speed_m_s": 12 / 3.6,
}
ASSUMED_FTP_W_KG: Final = 3.0
THRESHOLD_SPREAD: Final = 0.25
#: Lactate threshold as a share of the heart rate reserve, for who knows no threshold: trained
#: people hold about 85 % of it for an hour (assumption, +-5 %).
THRESHOLD_RESERVE_FRACTION: Final = 0.85
#: Nobody's maximum is so far above that of his age: three times the standard deviation of about
#: 10 bpm (Tanaka et al. 2001); of somebody whose age nobody told, see the second. [bpm]
_ABOVE_USUAL_BPM: Final = 30.0
_HIGHEST_BPM: Final = 215.0


class Person(Struct, frozen=True, kw_only=True):
    """Numbers the formulas need, all present; ``bases[name]`` is what each rests on."""

    mass_kg: float
    height_m: float
    age_years: float
    male: bool | None
    hr_max_bpm: float
    hr_rest_bpm: float
    hr_threshold_bpm: float
    ftp_w: float
    threshold_speed_m_s: float
    bases: Mapping[str, Basis]

    def assumes(self, name: str) -> bool:
        """Say whether this number is an assumption."""
        return self.bases[name].origin is Origin.ASSUMED

    @property
    def sexes(self) -> tuple[bool, ...]:
        """Whether male, or both where nobody knows: what formulas are averaged over."""
        return (True, False) if self.male is None else (self.male,)


def threshold_of(sport: str) -> str:
    """Name the threshold that a sport is measured by: speed on foot, else power."""
    return "threshold_speed_m_s" if sport in FOOT else "ftp_w"


def resolve_person(
    profile: Athlete, in_file: Athlete, observed_hr_max_bpm: float = float("nan")
) -> Person:
    """Fill a person's numbers: the profile first, then the file, then the assumptions.

    The highest heart rate that was held in the session stands in for a maximum that is lower
    than it, within what is possible at the age.  The maximum of who told none is 208 - 0.7 age
    (Tanaka et al. 2001, doi 10.1016/S0735-1097(00)01054-8).
    """
    bases: dict[str, Basis] = {}
    assumed = basis("assumed")

    def take(name: str, otherwise: float) -> float:
        for where, athlete in (("profile", profile), ("file", in_file)):
            value = getattr(athlete, name)
            if value is not None:
                bases[name] = basis(where)
                return float(value)
        bases[name] = assumed
        return otherwise

    mass_kg = take("mass_kg", ASSUMED["mass_kg"])
    age_years = take("age_years", ASSUMED["age_years"])
    hr_max = take("hr_max_bpm", 208 - 0.7 * age_years)
    possible = 208 - 0.7 * age_years + _ABOVE_USUAL_BPM
    if bases["age_years"] == assumed:
        possible = max(possible, _HIGHEST_BPM)
    if hr_max < observed_hr_max_bpm <= possible:
        hr_max = observed_hr_max_bpm
        if bases["hr_max_bpm"].origin is not Origin.PROFILE:
            bases["hr_max_bpm"] = basis("recorded")
    hr_rest = take("hr_rest_bpm", ASSUMED["hr_rest_bpm"])
    if hr_rest >= hr_max:
        hr_rest, bases["hr_rest_bpm"] = ASSUMED["hr_rest_bpm"], assumed
    threshold = hr_rest + THRESHOLD_RESERVE_FRACTION * (hr_max - hr_rest)
    hr_threshold = take("hr_threshold_bpm", threshold)
    if not hr_rest < hr_threshold <= hr_max:
        hr_threshold, bases["hr_threshold_bpm"] = threshold, assumed
    elif bases["hr_threshold_bpm"] == assumed:
        reserve = basis("maximum_and_rest", bases["hr_max_bpm"], bases["hr_rest_bpm"])
        if reserve.origin is not Origin.ASSUMED:
            bases["hr_threshold_bpm"] = reserve
    sex = profile.sex or in_file.sex
    bases["sex"] = basis("profile" if profile.sex else "file" if in_file.sex else "assumed")
    return Person(
        mass_kg=mass_kg,
        height_m=take("height_m", ASSUMED["height_m"]),
        age_years=age_years,
        male=None if sex is None else sex == "male",
        hr_max_bpm=hr_max,
        hr_rest_bpm=hr_rest,
        hr_threshold_bpm=hr_threshold,
        ftp_w=take("ftp_w", ASSUMED_FTP_W_KG * mass_kg),
        threshold_speed_m_s=take("threshold_speed_m_s", ASSUMED["threshold_speed_m_s"]),
        bases=bases,
    )


def person_columns(
    profile: Athlete, person: Person, today: date, logged: str | None = None
) -> Columns:
    """Return the features that rest on the person alone.

    ``logged`` is what the person's log says of earlier cramps, in the profile's words.
    """
    shoes = _any_flag(profile.flat_feet, profile.unsuitable_shoes)
    strength = None if profile.strength_training is None else not profile.strength_training
    columns: Columns = {
        "body_mass_kg": known(person.mass_kg, person.bases["mass_kg"]),
        "height_m": known(person.height_m, person.bases["height_m"]),
        "cramp_history": _cramp_history(profile.cramp_history, logged),
        "family_history": _told(profile.family_history),
        "male_sex": missing("not told")
        if person.male is None
        else known(float(person.male), person.bases["sex"]),
        "age_years": missing("not told")
        if person.assumes("age_years")
        else known(person.age_years, person.bases["age_years"]),
        "chronic_conditions_count": _told(organ_systems(profile)),
        "medication_response": _told(medication_response(profile, today)),
        "nerve_or_back_condition": _told(has(profile, "nerve_or_back_condition")),
        "recent_injury": _told(level("recent_injury", profile.recent_injury)),
        "diabetes": _told(has(profile, "diabetes")),
        "flat_feet_or_unsuitable_shoes": _told(shoes),
        "no_strength_training": _told(strength),
        "pregnant": _told(has(profile, "pregnant")),
        "neuromuscular_disease": _told(has(profile, "neuromuscular_disease")),
        "kidney_disease": _told(has(profile, "kidney_disease")),
    }
    return columns


def medication_response(profile: Athlete, today: date) -> float | None:
    """Return rule P6's response: the strongest class, more when it is new; None if not told."""
    if profile.medications is None:
        return None
    table, strongest = load_medicines(), 0.0
    for medicine in profile.medications:
        classes = classes_of(medicine.name)
        unknown = table.unknown_response if own_words(medicine.name) else 0.0
        response = max((each.response for each in classes), default=unknown)
        strongest = max(strongest, response * (table.new_factor if is_new(medicine, today) else 1))
    return min(strongest, 1.0)


def slowed_heart_notes(columns: Columns, profile: Athlete) -> tuple[str, ...]:
    """Name the features that rest on heart rate where a medicine slows it."""
    medicines = acting_on("heart_rate", profile)
    names = [
        CATALOGUE[name].meaning_short
        for name, column in columns.items()
        if column.basis is not None and column.basis.on_heart_rate
    ]
    if not medicines or not names:
        return ()
    taken = " and ".join(medicines)
    return (f"Less reliable, as you take {taken}, which slow the heart: {', '.join(names)}.",)


def _told(value: float | bool | None) -> Column:
    """Return what the profile says, or that it says nothing."""
    return missing("not told in the profile") if value is None else known(float(value), "profile")


def _cramp_history(told: str | None, logged: str | None) -> Column:
    """Return the worse of what the profile and the log say of earlier cramps."""
    said, found = level("cramp_history", told), level("cramp_history", logged)
    if found is None or (said is not None and said >= found):
        return _told(said)
    return known(found, "logged" if said is None else "logged_over_profile")


def _any_flag(*flags: bool | None) -> bool | None:
    """Return True if any is, False if all are denied, None while one is open."""
    if any(flags):
        return True
    return None if any(flag is None for flag in flags) else False
