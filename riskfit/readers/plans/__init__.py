"""Planned sessions and the weather they will meet, from files."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete
from riskfit.errors import InputError
from riskfit.readers import load_bytes
from riskfit.readers.plans.asked import Asked

__all__ = ["read_plan"]


def read_plan(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    target_time_s: float | None = None,
    *,
    speed_m_s: float | None = None,
    sport: str | None = None,
    start_time: datetime | None = None,
    athlete: Athlete | None = None,
) -> PlannedSession:
    """Read a planned session.

    Parameters
    ----------
    source : path, bytes or binary file
        FIT workout, Zwift workout, or a course as GPX, TCX or FIT. Its name plays no role.
    target_time_s : float, optional
        The whole session's time; it fills what steps leave open. [s]
    speed_m_s : float, optional
        Mean speed for a course or for steps that say a distance only. [m/s]
    sport : str, optional
        FIT's word, where the file says none or the wrong one.
    start_time : datetime, optional
        When it begins.
    athlete : Athlete, optional
        Whose maximum heart rate turns zones into beats.

    Returns
    -------
    PlannedSession
        With a note for everything that could not be known.

    Raises
    ------
    InputError
        The file is no plan, or says neither time nor distance.
    DamagedFileError
        It cannot be read to its end.
    """
    from riskfit.readers.formats import FORMATS
    from riskfit.readers.sniff import sniff

    for value, name in ((target_time_s, "target time"), (speed_m_s, "speed")):
        if value is not None and not 0 < value < float("inf"):
            raise InputError(f"the {name} is {value:g}: give one above zero")
    data = load_bytes(source)
    reader = FORMATS[sniff(data)].reader("plan")
    if reader is None:
        raise InputError(
            "the file is no plan: give a FIT workout, a Zwift .zwo, or a course as GPX, TCX or FIT"
        )
    asked = Asked(target_time_s=target_time_s, speed_m_s=speed_m_s, athlete=athlete or Athlete())
    plan: PlannedSession = reader(data, asked)
    if plan.name is None and isinstance(source, str | os.PathLike):
        plan = replace(plan, name=Path(source).stem)
    return replace(plan, sport=sport or plan.sport, start_time=start_time)
