"""People and plans by chance, with what a doctor knows of them; a seed gives the same for ever."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions, Medication

#: As people write it; whether it limits fluid, and salt.
MEDICINES = {
    "Furosemide 40 mg": (True, True),
    "LASIX": (True, True),
    "hydrochlorothiazide": (True, True),
    "Hyzaar": (True, True),
    "Aldactone 25": (True, True),
    "water pills": (True, True),
    "torasemid 10": (True, True),
    "Jardiance": (True, False),
    "lithium": (True, False),
    "desmopressin": (True, False),
    "Losartan": (False, True),
    "amlodipine 5mg": (False, True),
    "Nurofen": (False, False),
    "sertraline": (False, False),
    "Symbicort": (False, False),
    "crestor": (False, False),
    "bisoprolol": (False, False),
    "Levothyroxine": (False, False),
    "Xyzalquin": (False, False),
}
CONDITIONS = {
    "heart failure": (True, True),
    "CKD stage 3": (True, True),
    "Angina": (True, True),
    "hyponatraemia in 2022": (True, False),
    "High blood pressure": (False, True),
    "PAD": (False, False),
    "asthma": (False, False),
    "T2D": (False, False),
    "sciatica": (False, False),
    "kidney stones": (False, False),
    "Sickle cell trait": (False, False),
    "ALS": (False, False),
    "pregnancy": (False, False),
}
#: The same as answers of the profile.
ANSWERS = {
    "heart_disease": (True, True),
    "kidney_disease": (True, True),
    "hypertension": (False, True),
    "diabetes": (False, False),
    "nsaid_use": (False, False),
    "nerve_or_back_condition": (False, False),
}
_SPORTS = (
    "running",
    "running",
    "running",
    "cycling",
    "cycling",
    "walking",
    "hiking",
    "swimming",
    "rowing",
    "soccer",
    "training",
)
_CONTEXTS = ("training", "training", "training", "marathon", "ultra", "trail_100_miles", "walk")
_FLAGS = ("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7", "RF8")


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A person with a plan; ``no_volume``, ``no_salt``: what their doctor would say."""

    athlete: Athlete
    conditions: Conditions
    plan: PlannedSession
    context: str
    no_volume: bool
    no_salt: bool

    def taking(self, name: str) -> "Somebody":
        """Return the same person on one more medicine."""
        volume, salt = MEDICINES[name]
        taken = (*(self.athlete.medications or ()), Medication(name=name))
        return replace(
            self,
            athlete=replace(self.athlete, medications=taken),
            no_volume=self.no_volume or volume,
            no_salt=self.no_salt or salt,
        )


def somebody(seed: int) -> Somebody:
    """Return a person, a day and a plan."""
    chance = Random(seed)
    medicines = _some(chance, MEDICINES, 0.45)
    conditions = _some(chance, CONDITIONS, 0.4)
    answers = _some(chance, ANSWERS, 0.3)
    limits = [
        *(MEDICINES[one] for one in medicines),
        *(CONDITIONS[one] for one in conditions),
        *(ANSWERS[one] for one in answers),
    ]
    asked = chance.random() < 0.7
    athlete = Athlete(
        mass_kg=_maybe(chance, 0.9, round(chance.triangular(42, 125, 70), 1)),
        age_years=_maybe(chance, 0.8, chance.randint(14, 88)),
        sex=_maybe(chance, 0.8, chance.choice(("male", "female"))),
        cramp_history=_maybe(chance, 0.5, chance.choice(("none", "ever", "3_of_last_10_races"))),
        salty_sweater=_maybe(chance, 0.2, value=True),
        medications=tuple(Medication(name=one) for one in medicines) if asked else None,
        chronic_conditions=tuple(conditions) if asked else None,
        red_flags=_flags(chance) if asked else None,
        **dict.fromkeys(answers, True),
    )
    if not asked:
        limits = [ANSWERS[one] for one in answers]
    return Somebody(
        athlete=athlete,
        conditions=_day(chance),
        plan=_plan(chance),
        context=chance.choice(_CONTEXTS),
        no_volume=any(volume for volume, _ in limits),
        no_salt=any(salt for _, salt in limits),
    )


def _maybe(chance: Random, share: float, value: object) -> object:
    return value if chance.random() < share else None


def _some(chance: Random, table: dict[str, tuple[bool, bool]], share: float) -> list[str]:
    if chance.random() >= share:
        return []
    return chance.sample(list(table), 1 if chance.random() < 0.7 else 2)


def _flags(chance: Random) -> tuple[str, ...]:
    return tuple(chance.sample(_FLAGS, chance.choice((1, 1, 2)))) if chance.random() < 0.2 else ()


def _day(chance: Random) -> Conditions:
    return Conditions(
        air_temperature_c=_maybe(chance, 0.8, round(chance.uniform(-5, 46), 1)),
        relative_humidity_pct=_maybe(chance, 0.6, chance.randint(10, 95)),
        wind_m_s=_maybe(chance, 0.3, round(chance.uniform(0, 8), 1)),
        sun_fraction=_maybe(chance, 0.3, chance.choice((0.0, 0.5, 1.0))),
        indoor=_maybe(chance, 0.2, chance.random() < 0.5),
        fluid_l_h=_maybe(chance, 0.5, round(chance.triangular(0, 1.8, 0.4), 2)),
        drink_sodium_mg_l=_maybe(chance, 0.3, chance.choice((0.0, 500.0))),
        race=_maybe(chance, 0.4, chance.random() < 0.7),
    )


def _plan(chance: Random) -> PlannedSession:
    sport = chance.choice(_SPORTS)
    hours = 10 ** chance.uniform(-0.8, 1.4)
    return PlannedSession(
        sport=sport,
        duration_s=round(3600 * hours),
        start_time=datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(hours=chance.randint(0, 8700)),
        intensity_fraction=_maybe(chance, 0.6, round(chance.uniform(0.35, 1.05), 2)),
        ascent_m=_maybe(chance, 0.2, float(chance.randint(0, 2500))),
    )
