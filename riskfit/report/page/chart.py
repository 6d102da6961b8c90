"""The curves of a session's chart: few enough points to draw, each the mean of a stretch."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from riskfit._common import DAY_S, FloatArray
from riskfit.analysis import Analysis
from riskfit.cleaning import CleanSession
from riskfit.sports import FOOT

#: More points than this are wider than a screen.
_POINTS: Final = 1200
#: Slower is standing about; a pace of it would dwarf all others. [m/s]
_SLOWEST_M_S: Final = 0.6


def chart_channels(analysis: Analysis) -> dict[str, Any]:
    """Return the recorded channels to draw, with the air temperature that was used.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    dict
        ``elapsed_s`` and ``step_s`` of the points, then those of ``heart_rate_bpm``, ``power_w``,
        ``pace_s_km``, ``speed_km_h`` and ``temperature_c`` there are; ``air_temperature_c`` on
        the timeline's own seconds, one number where it is the same throughout.  None is a gap.
    """
    found: dict[str, Any] = {"air_temperature_c": _air_temperature(analysis)}
    if analysis.cleaned is not None:
        found.update(_recorded(analysis.cleaned, analysis.session.sport))
    return found


def _air_temperature(analysis: Analysis) -> dict[str, Any] | None:
    """Return the air temperature the assessment used, and where it is from."""
    feature = analysis.features["air_temperature_c"]
    if feature.value is None:
        return None
    column = analysis.features.columns.get("air_temperature_c")
    values = np.array([feature.value]) if column is None else column.values
    return {"values": _listed(values, 2), "source": feature.source}


def _recorded(session: CleanSession, sport: str) -> dict[str, Any]:
    samples = session.samples
    length = len(samples)
    step = max(1, -(-length // _POINTS))
    found: dict[str, Any] = {
        "step_s": step,
        "elapsed_s": [round(float(second), 1) for second in _middles(length, step)],
    }
    moving = np.where(session.active, 1.0, np.nan)
    for name, places in (("heart_rate_bpm", 1), ("temperature_c", 1)):
        if samples.has(name):
            found[name] = _listed(_means(getattr(samples, name), step), places)
    power = samples.has("power_w") and bool(np.nanmax(samples.power_w) > 0)
    if power:
        found["power_w"] = _listed(_means(samples.power_w * moving, step), 0)
    if samples.has("speed_m_s") and (sport in FOOT or not power):
        speed = _means(samples.speed_m_s * moving, step)
        speed = np.where(speed >= _SLOWEST_M_S, speed, np.nan)
        if np.isfinite(speed).any():
            if sport in FOOT:
                found["pace_s_km"] = _listed(1000 / speed, 1)
            else:
                found["speed_km_h"] = _listed(3.6 * speed, 2)
    return found


def _middles(length: int, step: int) -> FloatArray:
    starts = np.arange(0, length, step)
    return np.asarray((starts + np.minimum(starts + step, length) - 1) / 2, dtype=float)


def _means(values: FloatArray, step: int) -> FloatArray:
    """Return the mean of each stretch of so many seconds; nan where nothing was recorded."""
    if step == 1:
        return values
    known = np.isfinite(values)
    starts = np.arange(0, len(values), step)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts)
    counts = np.add.reduceat(known.astype(float), starts)
    return np.asarray(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))


def _listed(values: FloatArray, places: int) -> list[float | None]:
    """Return rounded numbers, None where there is none."""
    return [value if np.isfinite(value) else None for value in np.round(values, places).tolist()]


# ---- what is drawn


#: Recorded channels, each in a panel of its own: title, name, decimal places.
_RECORDED: Final = {
    "heart_rate_bpm": ("Heart rate, bpm", "heart rate", 0),
    "power_w": ("Power, W", "power", 0),
    "pace_s_km": ("Pace, min/km (faster is higher)", "pace", 0),
    "speed_km_h": ("Speed, km/h", "speed", 1),
}


def panels(timeline: Mapping[str, Any], channels: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the panels of a session's chart from above, each with its lines.

    Parameters
    ----------
    timeline : mapping
        As the document has it.
    channels : mapping
        As `chart_channels` gives them.

    Returns
    -------
    list of dict
        ``lines`` name what they are drawn ``of``, a channel or a column of the timeline.
    """
    score = _line("score", "score", "accent", 2.6, 1)
    session = _line("session", "this session", "second", 1.6, 1, dash="dash")
    session["label"] = "this<br>session"
    found = [_panel("Score, 0 to 100", score, session, weight=2.1, range=[0, 100])]
    found += [
        _panel(title, _line(channel, name, "quiet", 1, places), pace=channel == "pace_s_km")
        for channel, (title, name, places) in _RECORDED.items()
        if channels.get(channel)
    ]
    air = []
    if channels["air_temperature_c"] is not None:
        air.append(_line("air_temperature_c", "air, as used", "ink", 1.6, 1))
        air[0]["label"] = "air,<br>as used"
    if channels.get("temperature_c"):
        air.append(_line("temperature_c", "device", "quiet", 1, 1, dash="dot"))
    if air:
        found.append(_panel("Temperature, °C", *air, spread=4))
    if any(value is not None for value in timeline["sweat_loss_l"]):
        sweat = _line("sweat_loss_l", "sweat lost", "second", 1.8, 2)
        found.append(_panel("Sweat lost, L", sweat, zero=True))
    return found


def _panel(title: str, *lines: dict[str, Any], weight: float = 1, **more: Any) -> dict[str, Any]:
    return {"title": title, "weight": weight, "lines": lines, **more}


def _line(
    of: str, name: str, colour: str, width: float, places: int, **more: Any
) -> dict[str, Any]:
    return {"of": of, "name": name, "colour": colour, "width": width, "places": places, **more}


def time_axis(last_s: float) -> dict[str, Any]:
    """Return whether the axis of time counts hours, and what it is called."""
    long = last_s > DAY_S
    name = "hours from the start" if long else "time from the start, h:min"
    return {"long": long, "time": name}
