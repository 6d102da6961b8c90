"""Every feature there is: its name, unit, meaning and what it needs.

A rule may only use a feature that stands here, with the unit that stands here.
"""

from msgspec import Struct

GROUPS = ("duration", "intensity", "heat", "recovery", "person")


_UNIT_SUFFIXES = (
    "_w_m2",
    "_m_per_km",
    "_km_h",
    "_l_h",
    "_m_s",
    "_min",
    "_km",
    "_bpm",
    "_fraction",
    "_kcal",
    "_pct",
    "_c",
    "_kg",
    "_g",
    "_l",
    "_h",
    "_w",
    "_m",
    "_d",
)


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
        for suffix in _UNIT_SUFFIXES:
            if self.name.endswith(suffix):
                return self.name.removesuffix(suffix).replace("_", " ")
        return self.name.replace("_", " ")


def _spec(name: str, group: str, unit: str, meaning: str, needs: str) -> tuple[str, FeatureSpec]:
    return name, FeatureSpec(name, group, unit, meaning, needs)


CATALOGUE: dict[str, FeatureSpec] = dict(
    [
        # ---- duration
        _spec("duration_min", "duration", "min", "time under way, pauses left out", "times"),
        _spec("elapsed_min", "duration", "min", "first to last sample, pauses included", "times"),
        _spec("distance_km", "duration", "km", "distance covered", "distance, positions or speed"),
        _spec("ascent_m", "duration", "m", "climbed", "altitude"),
        _spec("descent_m", "duration", "m", "descended", "altitude"),
        _spec(
            "descent_m_per_km",
            "duration",
            "m/km",
            "descent for each kilometre",
            "altitude and distance",
        ),
        _spec(
            "duration_vs_longest_28d_ratio",
            "duration",
            "ratio",
            "duration over the longest same-sport session of the 28 days before (at least 30 min)",
            "history",
        ),
        # ---- intensity
        _spec("heart_rate_avg_bpm", "intensity", "bpm", "mean heart rate", "heart rate"),
        _spec("heart_rate_max_bpm", "intensity", "bpm", "highest heart rate", "heart rate"),
        _spec(
            "heart_rate_reserve_fraction",
            "intensity",
            "fraction",
            "mean share of the heart rate reserve",
            "heart rate, resting and maximal heart rate",
        ),
        _spec("power_avg_w", "intensity", "W", "mean power", "power"),
        _spec("normalized_power_w", "intensity", "W", "normalized power", "power"),
        _spec("speed_avg_km_h", "intensity", "km/h", "mean speed under way", "distance or speed"),
        _spec(
            "grade_adjusted_speed_km_h",
            "intensity",
            "km/h",
            "speed on the flat at the same metabolic cost",
            "speed and altitude on foot",
        ),
        _spec(
            "intensity_factor",
            "intensity",
            "ratio",
            "intensity over threshold intensity",
            "power, pace or heart rate and its threshold",
        ),
        _spec(
            "training_stress_score",
            "intensity",
            "TSS",
            "load: 100 is one hour at threshold",
            "power, pace or heart rate and its threshold",
        ),
        _spec(
            "trimp",
            "intensity",
            "TRIMP",
            "Banister's training impulse",
            "heart rate, resting and maximal heart rate, sex",
        ),
        _spec(
            "edwards_trimp",
            "intensity",
            "TRIMP",
            "Edwards' zone-weighted minutes",
            "heart rate and its maximum",
        ),
        _spec(
            "lucia_trimp",
            "intensity",
            "TRIMP",
            "Lucia's three-zone minutes",
            "heart rate and its threshold",
        ),
        _spec(
            "time_above_threshold_min",
            "intensity",
            "min",
            "time above threshold",
            "power, pace or heart rate and its threshold",
        ),
        _spec(
            "decoupling_fraction",
            "intensity",
            "fraction",
            "fall of output for each heart beat, second half against first",
            "heart rate with power or speed",
        ),
        _spec(
            "pace_fade_fraction",
            "intensity",
            "fraction",
            "fall of speed or power, second half against first",
            "power or speed",
        ),
        _spec(
            "late_fade_fraction",
            "intensity",
            "fraction",
            "decoupling or fade, whichever is larger",
            "power or speed",
        ),
        _spec(
            "early_pace_excess_fraction",
            "intensity",
            "fraction",
            "first half above what this athlete could hold for the duration",
            "history of 90 days or a threshold, and power or speed",
        ),
        _spec(
            "race_effort",
            "intensity",
            "0/1",
            "a race or an all-out effort",
            "the context or --race",
        ),
        _spec(
            "session_rpe_load",
            "intensity",
            "RPE x min",
            "rating of perceived exertion times minutes",
            "a rating",
        ),
        _spec(
            "energy_kcal",
            "intensity",
            "kcal",
            "metabolic energy spent",
            "power, speed, calories or heart rate",
        ),
        # ---- heat
        _spec(
            "air_temperature_c",
            "heat",
            "°C",
            "air temperature",
            "weather, a sensor, or an assumption",
        ),
        _spec(
            "relative_humidity_pct", "heat", "%", "relative humidity", "weather, or an assumption"
        ),
        _spec("wind_m_s", "heat", "m/s", "wind", "weather, or an assumption"),
        _spec("wbgt_c", "heat", "°C", "wet-bulb globe temperature", "a measured temperature"),
        _spec("heat_index_c", "heat", "°C", "heat index", "a measured temperature and humidity"),
        _spec(
            "metabolic_rate_w_m2",
            "heat",
            "W/m2",
            "mean metabolic rate for each square metre of skin",
            "energy",
        ),
        _spec("sweat_rate_l_h", "heat", "L/h", "mean sweat rate", "energy and temperature"),
        _spec("sweat_loss_l", "heat", "L", "sweat lost", "energy and temperature"),
        _spec(
            "device_sweat_loss_l",
            "heat",
            "L",
            "the maker's own sweat estimate",
            "a device that gives one",
        ),
        _spec("fluid_intake_l", "heat", "L", "drunk", "--fluid, or an assumption"),
        _spec(
            "sweat_loss_pct",
            "heat",
            "% body mass",
            "sweat lost, drinking not counted",
            "energy and temperature",
        ),
        _spec(
            "body_mass_loss_pct",
            "heat",
            "% body mass",
            "sweat lost less what was drunk",
            "energy and temperature",
        ),
        _spec("sodium_loss_g", "heat", "g", "sodium lost in sweat", "energy and temperature"),
        _spec(
            "sodium_deficit_g",
            "heat",
            "g",
            "sodium lost less what was taken in",
            "energy and temperature",
        ),
        _spec(
            "plain_water_only",
            "heat",
            "0/1",
            "no sodium taken after 1.5 to 2 % of sweat loss",
            "what was drunk, or an assumption",
        ),
        _spec(
            "underfuelled",
            "heat",
            "0/1",
            "too little carbohydrate for the duration, or a skipped meal",
            "--carbs or a skipped meal",
        ),
        _spec(
            "core_temperature_max_c",
            "heat",
            "°C",
            "highest core temperature",
            "a core temperature sensor",
        ),
        _spec(
            "heat_days_14d",
            "heat",
            "days",
            "days with exercise in the heat, of the last 14",
            "history with temperatures",
        ),
        _spec(
            "temperature_above_14d_c",
            "heat",
            "°C",
            "air temperature above the mean of the last 14 days' sessions",
            "history with temperatures",
        ),
        # ---- recovery
        _spec(
            "hours_since_last_session_h",
            "recovery",
            "h",
            "since the session before ended",
            "history",
        ),
        _spec("training_72h_h", "recovery", "h", "hours trained in the 72 hours before", "history"),
        _spec(
            "training_72h_above_usual_h",
            "recovery",
            "h",
            "hours trained in the 72 hours before, above the usual",
            "history of 28 days",
        ),
        _spec("fitness_ctl", "recovery", "TSS/d", "chronic load, 42 days", "history with loads"),
        _spec("fatigue_atl", "recovery", "TSS/d", "acute load, 7 days", "history with loads"),
        _spec(
            "form_tsb",
            "recovery",
            "TSS/d",
            "form: chronic less acute load of the day before",
            "history of 28 days",
        ),
        _spec(
            "week_load_ratio",
            "recovery",
            "ratio",
            "load of the week with this session over the mean week of the four before",
            "history of 28 days",
        ),
        _spec(
            "ewma_load_ratio",
            "recovery",
            "ratio",
            "exponentially weighted 7-day over 28-day load",
            "history of 28 days",
        ),
        _spec(
            "monotony",
            "recovery",
            "ratio",
            "mean daily load of 7 days over its standard deviation",
            "history",
        ),
        _spec("strain", "recovery", "TSS", "week's load times monotony", "history"),
        _spec(
            "same_sport_sessions_28d",
            "recovery",
            "count",
            "sessions of this sport in the 28 days before",
            "history of 28 days",
        ),
        _spec(
            "rest_days_7d", "recovery", "days", "days without training, of the last 7", "history"
        ),
        _spec(
            "overtired",
            "recovery",
            "0/1",
            "too little sleep, a raised resting heart rate, or said so",
            "--sleep, --resting-hr-excess or --overtired",
        ),
        _spec(
            "standing_sitting_h",
            "recovery",
            "h",
            "prolonged standing or sitting in the 24 hours before, beyond usual",
            "--standing",
        ),
        # ---- person
        _spec("body_mass_kg", "person", "kg", "body mass", "profile, file or an assumption"),
        _spec("height_m", "person", "m", "height", "profile, file or an assumption"),
        _spec(
            "cramp_history",
            "person",
            "level",
            "0 none, 1 ever, 2 in the last 12 months, 3 three of the last ten races",
            "profile",
        ),
        _spec("family_history", "person", "0/1", "cramps in the family", "profile"),
        _spec("male_sex", "person", "0/1", "male", "profile or file"),
        _spec("age_years", "person", "years", "age", "profile or file"),
        _spec(
            "chronic_conditions_count",
            "person",
            "count",
            "chronic diseases, diabetes, nerve and back disease not counted",
            "profile",
        ),
        _spec(
            "medication_response",
            "person",
            "0 to 1",
            "strongest class of regular medicine",
            "profile",
        ),
        _spec("nerve_or_back_condition", "person", "0/1", "nerve or low-back disease", "profile"),
        _spec(
            "recent_injury",
            "person",
            "0 to 1",
            "injury in the last 12 months: muscle 1, other 0.8",
            "profile",
        ),
        _spec("diabetes", "person", "0/1", "diabetes", "profile"),
        _spec(
            "flat_feet_or_unsuitable_shoes",
            "person",
            "0/1",
            "flat feet, unsuitable, new or worn shoes",
            "profile",
        ),
        _spec(
            "no_strength_training",
            "person",
            "0/1",
            "no strength work in the weeks before",
            "profile",
        ),
        _spec("pregnant", "person", "0/1", "pregnant: outside the score", "profile"),
        _spec(
            "neuromuscular_disease",
            "person",
            "0/1",
            "a neuromuscular disease: outside the score",
            "profile",
        ),
        _spec("kidney_disease", "person", "0/1", "a kidney disease: outside the score", "profile"),
    ]
)
