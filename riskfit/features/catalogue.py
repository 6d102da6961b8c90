"""Every feature there is: its name, unit, meaning and what it needs.

A rule may only use a feature that stands here, with the unit that stands here.
"""

import re
from typing import Final

from msgspec import Struct

GROUPS: Final = ("duration", "intensity", "heat", "recovery", "person")
_UNIT: Final = re.compile(
    r"_(w_m2|m_per_km|km_h|l_h|m_s|min|km|bpm|fraction|kcal|pct|c|kg|g|l|h|w|m)$"
)

# Name of a feature: its unit, its meaning, what it needs.
_DURATION: Final = {
    "duration_min": ("min", "time under way, pauses left out", "times"),
    "elapsed_min": ("min", "first to last sample, pauses included", "times"),
    "distance_km": ("km", "distance covered", "distance, positions or speed"),
    "ascent_m": ("m", "climbed", "altitude"),
    "descent_m": ("m", "descended", "altitude"),
    "descent_m_per_km": ("m/km", "descent for each kilometre", "altitude and distance"),
    "duration_vs_longest_28d_ratio": (
        "ratio",
        "duration over the longest same-sport session of the 28 days before (at least 30 min)",
        "history, or --usual-hours",
    ),
    "steps_vs_28d_ratio": (
        "ratio",
        "the day's steps over the usual day's, counted from 8,000 steps on",
        "--steps and --usual-steps",
    ),
}
_INTENSITY: Final = {
    "heart_rate_avg_bpm": ("bpm", "mean heart rate", "heart rate"),
    "heart_rate_max_bpm": ("bpm", "highest heart rate", "heart rate"),
    "heart_rate_reserve_fraction": (
        "fraction",
        "mean share of the heart rate reserve",
        "heart rate, resting and maximal heart rate",
    ),
    "power_avg_w": ("W", "mean power", "power"),
    "normalized_power_w": ("W", "normalized power", "power"),
    "speed_avg_km_h": ("km/h", "mean speed under way", "distance or speed"),
    "grade_adjusted_speed_km_h": (
        "km/h",
        "speed on the flat at the same metabolic cost",
        "speed and altitude on foot",
    ),
    "intensity_factor": (
        "ratio",
        "intensity over threshold intensity",
        "power, pace or heart rate and its threshold",
    ),
    "training_stress_score": (
        "TSS",
        "load: 100 is one hour at threshold",
        "power, pace or heart rate and its threshold",
    ),
    "trimp": (
        "TRIMP",
        "Banister's training impulse",
        "heart rate, resting and maximal heart rate, sex",
    ),
    "edwards_trimp": ("TRIMP", "Edwards' zone-weighted minutes", "heart rate and its maximum"),
    "lucia_trimp": ("TRIMP", "Lucia's three-zone minutes", "heart rate and its threshold"),
    "time_above_threshold_min": (
        "min",
        "time above threshold",
        "power, pace or heart rate and its threshold",
    ),
    "decoupling_fraction": (
        "fraction",
        "fall of output for each heart beat, second half against first",
        "heart rate with power or speed",
    ),
    "pace_fade_fraction": (
        "fraction",
        "fall of speed or power, second half against first",
        "power or speed",
    ),
    "late_fade_fraction": (
        "fraction",
        "fall of output, or half that of output a heart beat, last quarter against 10 to 35 %",
        "an hour with power, or speed on foot",
    ),
    "early_pace_excess_fraction": (
        "fraction",
        "first half above what this athlete could hold for the duration",
        "history of 90 days or a threshold, and power or speed",
    ),
    "race_effort": ("0/1", "a race or an all-out effort", "the context or --race"),
    "effort_fraction": (
        "fraction",
        "intensity over what this athlete can hold for that long",
        "--race, --rpe, --intensity, or power, pace or heart rate with a threshold",
    ),
    "effort_length_share": (
        "fraction",
        "how much a hard effort counts by its length: a quarter to 15 min, all from an hour on",
        "times",
    ),
    "session_rpe_load": ("RPE x min", "rating of perceived exertion times minutes", "a rating"),
    "energy_kcal": ("kcal", "metabolic energy spent", "power, speed, calories or heart rate"),
}
_HEAT: Final = {
    "air_temperature_c": ("°C", "air temperature", "weather, a sensor, or an assumption"),
    "relative_humidity_pct": ("%", "relative humidity", "weather, or an assumption"),
    "wind_m_s": ("m/s", "wind", "weather, or an assumption"),
    "wbgt_c": ("°C", "wet-bulb globe temperature", "a temperature, or a place for its climate"),
    "heat_index_c": ("°C", "heat index", "a measured temperature and humidity"),
    "metabolic_rate_w_m2": ("W/m2", "mean metabolic rate for each square metre of skin", "energy"),
    "sweat_rate_l_h": ("L/h", "mean sweat rate", "energy and temperature"),
    "sweat_loss_l": ("L", "sweat lost", "energy and temperature"),
    "device_sweat_loss_l": ("L", "the maker's own sweat estimate", "a device that gives one"),
    "fluid_intake_l": ("L", "drunk", "--fluid, or an assumption"),
    "sweat_loss_pct": ("% body mass", "sweat lost, drinking not counted", "energy and temperature"),
    "body_mass_loss_pct": (
        "% body mass",
        "sweat lost less what was drunk",
        "energy and temperature",
    ),
    "body_mass_loss_for_length_pct": (
        "% body mass",
        "sweat lost less drinking up to thirst, less what beyond 4 h may be lost above 2 %",
        "energy and temperature",
    ),
    "sodium_loss_g": ("g", "sodium lost in sweat", "energy and temperature"),
    "sodium_deficit_g": (
        "g",
        "sodium lost less what was drunk, up to thirst",
        "energy and temperature",
    ),
    "plain_water_only": (
        "0/1",
        "no sodium taken after 1.5 to 2 % of sweat loss",
        "what was drunk, or an assumption",
    ),
    "underfuelled": (
        "0/1",
        "too little carbohydrate for the duration, or a skipped meal",
        "--carbs or a skipped meal",
    ),
    "core_temperature_max_c": ("°C", "highest core temperature", "a core temperature sensor"),
    "heat_days_14d": (
        "days",
        "days with exercise in the heat, of the last 14",
        "history with temperatures",
    ),
    "temperature_above_14d_c": (
        "°C",
        "air temperature above the mean of the last 14 days' sessions",
        "history with temperatures",
    ),
}
_RECOVERY: Final = {
    "hours_since_last_session_h": ("h", "since the session before ended", "history"),
    "training_72h_h": ("h", "hours trained in the 72 hours before", "history"),
    "training_72h_above_usual_h": (
        "h",
        "hours trained in the 72 hours before, above the usual",
        "history of 28 days",
    ),
    "fitness_ctl": ("TSS/d", "chronic load, 42 days", "history with loads"),
    "fatigue_atl": ("TSS/d", "acute load, 7 days", "history with loads"),
    "form_tsb": ("TSS/d", "form: chronic less acute load of the day before", "history of 28 days"),
    "week_load_ratio": (
        "ratio",
        "load of the week with this session over the mean week of the four before",
        "history of 28 days",
    ),
    "ewma_load_ratio": (
        "ratio",
        "exponentially weighted 7-day over 28-day load",
        "history of 28 days",
    ),
    "monotony": ("ratio", "mean daily load of 7 days over its standard deviation", "history"),
    "strain": ("TSS", "week's load times monotony", "history"),
    "same_sport_sessions_28d": (
        "count",
        "sessions of this sport in the 28 days before",
        "history of 28 days",
    ),
    "same_sport_sessions_29_84d": (
        "count",
        "sessions of this sport 29 to 84 days before",
        "history of 28 days",
    ),
    "rest_days_7d": ("days", "days without training, of the last 7", "history"),
    "overtired": (
        "0/1",
        "too little sleep, a raised resting heart rate, or said so",
        "--sleep, --resting-hr-excess or --overtired",
    ),
    "standing_sitting_h": (
        "h",
        "prolonged standing and half the sitting in the 24 hours before, beyond usual",
        "--standing, --sitting",
    ),
}
_PERSON: Final = {
    "body_mass_kg": ("kg", "body mass", "profile, file or an assumption"),
    "height_m": ("m", "height", "profile, file or an assumption"),
    "cramp_history": (
        "level",
        "0 none, 1 ever, 2 in the last 12 months, 3 three of the last ten races",
        "profile",
    ),
    "family_history": ("0/1", "cramps in the family", "profile"),
    "male_sex": ("0/1", "male", "profile or file"),
    "age_years": ("years", "age", "profile or file"),
    "chronic_conditions_count": (
        "count",
        "long-term illnesses by body system; diabetes, nerves and back not counted",
        "profile",
    ),
    "medication_response": ("0 to 1", "strongest class of regular medicine", "profile"),
    "nerve_or_back_condition": (
        "0/1",
        "a nerve or back problem that kept from training",
        "profile",
    ),
    "recent_injury": ("0 to 1", "injury in the last 12 months: muscle 1, other 0.7", "profile"),
    "diabetes": ("0/1", "diabetes", "profile"),
    "flat_feet_or_unsuitable_shoes": ("0/1", "flat feet, unsuitable, new or worn shoes", "profile"),
    "no_strength_training": ("0/1", "no strength work in the weeks before", "profile"),
    "pregnant": ("0/1", "pregnant: outside the score", "profile"),
    "neuromuscular_disease": ("0/1", "a neuromuscular disease: outside the score", "profile"),
    "kidney_disease": ("0/1", "a kidney disease: outside the score", "profile"),
}


class FeatureSpec(Struct, frozen=True):
    """What a feature is, said once."""

    name: str
    group: str
    unit: str
    meaning: str
    needs: str

    @property
    def meaning_short(self) -> str:
        """The name as it is read, without its unit."""
        return _UNIT.sub("", self.name).replace("_", " ")


CATALOGUE: Final = {
    name: FeatureSpec(name, group, *row)
    for group, rows in zip(GROUPS, (_DURATION, _INTENSITY, _HEAT, _RECOVERY, _PERSON), strict=True)
    for name, row in rows.items()
}
