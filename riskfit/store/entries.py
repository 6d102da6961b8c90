"""What is kept of a file: an activity with its features packed, or why there is none."""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from riskfit.activity import CHANNELS, Activity
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import FeatureSet
from riskfit.origin import Origin
from riskfit.store.fingerprints import trace_of

#: What makes one copy of a session richer than another: seconds known, weighed by what they
#: tell about cramps (assumption; what is not named adds nothing); a copy with weather beside it
#: counts an hour of it more.
_WORTH: Final = {
    "heart_rate_bpm": 2.0,
    "power_w": 2.0,
    "speed_m_s": 1.0,
    "distance_m": 1.0,
    "altitude_m": 1.0,
    "latitude_deg": 1.0,
    "temperature_c": 1.0,
    "core_temperature_c": 1.0,
    "cadence_rpm": 0.5,
    "cadence_spm": 0.5,
}
_WEATHER_WORTH_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One activity as it is stored: numbers as float64 in the catalogue's order."""

    start_s: float
    end_s: float
    sport: str
    utc_offset_s: float | None
    richness: float
    trace: bytes
    legs: bytes
    features: bytes
    ranges: bytes
    info: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one place: activities, a failure (``kind``, ``error``), or set aside.

    ``stamp`` and ``basis`` tell later whether it has to be read again; ``kind`` is None where
    ``entries`` holds what was read, and ``"known"`` where the content is in the store already.
    """

    source: str
    stamp: str
    basis: bytes
    sha256: bytes | None = None
    kind: str | None = None
    error: str | None = None
    entries: tuple[Entry, ...] = ()


class Info(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of an activity in words."""

    texts: list[str] = []
    #: Of each text; none at all in rows that were kept before there were origins.
    origins: list[Origin | None] = []
    cells: list[int] = []
    notes: list[str] = []
    legs: list[tuple[str, str | None, float | None, float | None]] = []
    name: str | None = None
    device: str | None = None
    channels: list[str] = []
    samples: int = 0

    def text(self, cell: int) -> tuple[str, Origin | None]:
        """Return a source or reason, and its origin where it is known."""
        return self.texts[cell], self.origins[cell] if cell < len(self.origins) else None


decode_info = msgspec.json.Decoder(Info).decode


def entry_of(activity: Activity, features: FeatureSet) -> Entry:
    """Pack an activity and its features."""
    found = [features[name] for name in CATALOGUE]
    nan = float("nan")
    values = np.array([nan if f.value is None else f.value for f in found])
    ranges = np.array(
        [
            [nan if f.low is None else f.low for f in found],
            [nan if f.high is None else f.high for f in found],
        ]
    )
    said = [((f.missing_because if f.value is None else f.source) or "", f.origin) for f in found]
    texts = {one: number for number, one in enumerate(dict.fromkeys(said))}
    channels = [name for name in CHANNELS if activity.samples.has(name)]
    start_s = activity.start_time.timestamp()
    info = Info(
        texts=[text for text, _ in texts],
        origins=[origin for _, origin in texts],
        cells=[texts[one] for one in said],
        notes=[*activity.notes, *features.notes],
        legs=[
            (leg.sport, leg.sub_sport, _number(leg.start_s), _number(leg.end_s))
            for leg in activity.legs
        ],
        name=activity.name,
        device=" ".join(filter(None, (activity.device.manufacturer, activity.device.product)))
        or None,
        channels=channels,
        samples=len(activity.samples),
    )
    elapsed_s = float(features.value("elapsed_min")) * 60
    return Entry(
        start_s=start_s,
        end_s=start_s + elapsed_s,
        sport=activity.sport,
        utc_offset_s=activity.utc_offset_s,
        richness=_richness(activity, channels, elapsed_s),
        trace=trace_of(activity),
        legs=features.records.tobytes(),
        features=values.tobytes(),
        ranges=ranges.tobytes(),
        info=msgspec.json.encode(info),
    )


def _richness(activity: Activity, channels: list[str], elapsed_s: float) -> float:
    """Return the weighed seconds that are known, of what people look at."""
    samples = activity.samples
    known = sum(
        _WORTH.get(name, 0.0)
        * (int(np.count_nonzero(~np.isnan(getattr(samples, name)))) / len(samples))
        for name in channels
    )
    weather = activity.weather.air_temperature_c is not None
    return round(elapsed_s * known + _WEATHER_WORTH_S * weather, 3)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
