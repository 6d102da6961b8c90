"""The athlete's profile: one TOML file in the platform's config folder."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import tomli

from riskfit.athlete import Athlete
from riskfit.errors import InputError, did_you_mean
from riskfit.folders import profile_path

#: Written when there is no profile yet; every line is a comment until the person fills it in.
TEMPLATE = """\
# Your riskfit profile.  Take the # off a line and fill it in; what stays open is "not told":
# riskfit then counts it as typical and widens the interval.

# name = "Alex"
# mass_kg = 70
# height_m = 1.75
# age_years = 40
# sex = "female"                    # female or male

# hr_max_bpm = 185
# hr_rest_bpm = 55
# hr_threshold_bpm = 168
# ftp_w = 240                       # about what you can hold for an hour on a bike
# threshold_speed_m_s = 3.6         # the same running: 3.6 m/s is 4:38/km

# cramp_history = "none"            # none, ever, last_12_months, 3_of_last_10_races
# family_history = false            # cramps in parents, brothers, sisters
# recent_injury = "none"            # of the last 12 months: none, muscle, other
# strength_training = true          # strength work in the weeks before
# usual_sport = "running"           # the one you do most; the next two are of it, and count
# usual_sessions_28d = 8            # where nothing is imported: sessions in four weeks,
# usual_longest_h = 1.5             # and the longest of them
# flat_feet = false
# unsuitable_shoes = false          # unsuitable, new or worn out

# chronic_conditions = []           # in your own words, e.g. ["asthma", "high blood pressure"]
# diabetes = false
# nerve_or_back_condition = false   # one that kept you from training in the last 12 months
# hypertension = false
# heart_disease = false
# poor_circulation = false          # known poor blood flow in the legs
# sickle_cell_trait = false
# past_event = false                # collapse, heat stroke, muscle breakdown or low blood sodium
#                                   # with exercise
# kidney_disease = false
# neuromuscular_disease = false
# pregnant = false
# nsaid_use = false                 # anti-inflammatory painkillers around sessions

# medications = []                  # by any name; [] means: none. The day it was begun is optional:
# medications = [{ name = "Lipitor 20 mg", started = 2026-01-31 }]

# salty_sweater = false             # white edges on clothes
# sweat_sodium_mmol_l = 36          # if it was measured
# red_flags = []                    # see `riskfit card` for the list; [] means: asked, none
"""


def load_profile(path: Path | None = None) -> Athlete:
    """Read a profile; the usual one may be missing, one that was named may not.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or says something impossible.
    """
    where = path or profile_path()
    if path is None and not where.exists():
        return Athlete()
    try:
        data = where.read_bytes()
    except OSError as error:
        raise InputError(f"the profile {where} cannot be read: {error.strerror}") from error
    return profile_from_bytes(data, str(where))


def profile_from_bytes(data: bytes, where: str) -> Athlete:
    """Read a profile's bytes; ``where`` names them in messages.

    Raises
    ------
    InputError
        If they are not TOML, or say something impossible.
    """
    try:
        table = tomli.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise InputError(f"the profile {where} is not TOML: {error}") from error
    return athlete_from(table, where)


def athlete_from(table: dict[str, Any], where: str) -> Athlete:
    """Make an athlete of a table of profile keys.

    Raises
    ------
    InputError
        If a key is unknown or a value is of the wrong kind or impossible.
    """
    import msgspec

    known = [f.name for f in fields(Athlete)]
    for key in table:
        if key not in known:
            raise InputError(f"{where}: unknown key {key!r}{did_you_mean(key, known)}")
    try:
        return msgspec.convert(table, Athlete)
    except (msgspec.ValidationError, InputError) as error:
        raise InputError(f"{where}: {error}") from error
