"""Chained FIT files: which belong together, and several activities as one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from msgspec import structs

from riskfit.activity import CHANNELS, Activity, Samples
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.parts import Part
from riskfit.readers.totals import total_of
from riskfit.sports import sport_of_legs


def related(parts: Sequence[Part]) -> list[list[Part]]:
    """Group the files of a chain: each with a session or records of its own begins an activity.

    Others (heart rate that a strap sent afterwards, settings) belong to the one before.
    """
    groups: list[list[Part]] = []
    begun = False
    for part in parts:
        tables = part.tables()
        own = dictionary.RECORD in tables or dictionary.LENGTH in tables
        if groups and not (own and begun):
            groups[-1].append(part)
        else:
            groups.append([part])
            begun = False
        begun = begun or own
    return groups


def joined(activities: Sequence[Activity]) -> Activity:
    """Return several activities as one: rows one after the other, times since the earliest."""
    if len(activities) == 1:
        return activities[0]
    start = min(activity.start_time for activity in activities)
    shifts = [(activity.start_time - start) / timedelta(seconds=1) for activity in activities]
    before = np.cumsum([0, *(len(activity.samples) for activity in activities)]).tolist()
    legs = tuple(
        structs.replace(
            leg,
            rows=slice(leg.rows.start + rows, leg.rows.stop + rows),
            start_s=leg.start_s + shift,
            end_s=leg.end_s + shift,
        )
        for activity, shift, rows in zip(activities, shifts, before[:-1], strict=True)
        for leg in activity.legs
    )
    moved = list(zip(activities, shifts, strict=True))
    laps = [
        structs.replace(lap, start_s=lap.start_s + shift, end_s=lap.end_s + shift)
        for activity, shift in moved
        for lap in activity.laps
    ]
    pauses = [
        structs.replace(pause, start_s=pause.start_s + shift, end_s=pause.end_s + shift)
        for activity, shift in moved
        for pause in activity.pauses
    ]
    notes = [note for activity in activities for note in activity.notes]
    return replace(
        activities[0],
        start_time=start,
        samples=_joined_samples(activities, shifts),
        sport=sport_of_legs([leg.sport for leg in legs]),
        legs=legs,
        laps=tuple(laps),
        pauses=tuple(pauses),
        summary=total_of([leg.summary for leg in legs]),
        notes=(*notes, f"{len(activities)} activities of one file were joined"),
    )


def _joined_samples(activities: Sequence[Activity], shifts: Sequence[float]) -> Samples:
    columns = {
        name: np.concatenate([getattr(activity.samples, name) for activity in activities])
        for name in CHANNELS
        if any(activity.samples.has(name) for activity in activities)
    }
    elapsed = [
        activity.samples.elapsed_s + shift
        for activity, shift in zip(activities, shifts, strict=True)
    ]
    return Samples(elapsed_s=np.concatenate(elapsed), **columns)
