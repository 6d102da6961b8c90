"""How well what riskfit computes agrees with what the recording's own device totalled.

The totals are read here a second time, with fitparse and ``xml.etree`` and none of riskfit's
readers, so that a total that is misread there shows up as a difference and not as agreement.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

from msgspec import structs

from riskfit.activity import Activity, Failure, Summary
from riskfit.errors import RiskfitError
from riskfit.features.compute import compute_features
from riskfit.readers import read_activities
from tools.corpus import manifest, path_of

#: What a file totals -> value; what it does not total is left out.
Totals = dict[str, float]


class Measure(NamedTuple):
    """One total, the feature that stands for it, and when the two agree.

    They do within ``share`` of the total or within ``room`` of it, whichever is wider.
    """

    title: str
    unit: str
    feature: str
    scale: float
    share: float
    room: float

    def agrees(self, stated: float, computed: float | None) -> bool:
        """Say whether a computed value is as good as the stated one."""
        return computed is not None and abs(computed - stated) <= max(
            self.share * stated, self.room
        )


MEASURES: Final[dict[str, Measure]] = {
    "timer_s": Measure("time", "min", "duration_min", 60, 0.01, 0),
    "elapsed_s": Measure("elapsed", "min", "elapsed_min", 60, 0.01, 0),
    "distance_m": Measure("distance", "km", "distance_km", 1000, 0.01, 0),
    "ascent_m": Measure("ascent", "m", "ascent_m", 1, 0.05, 8),
    "descent_m": Measure("descent", "m", "descent_m", 1, 0.05, 8),
    "heart_rate_avg_bpm": Measure("mean heart rate", "bpm", "heart_rate_avg_bpm", 1, 0, 1.5),
    "heart_rate_max_bpm": Measure("highest heart rate", "bpm", "heart_rate_max_bpm", 1, 0, 1.5),
}
#: A device's ascent of 0 m is a measurement.  0 of anything else says that it measured nothing:
#: of descent, too, which virtual rides total as 0 beside hundreds of metres of ascent.
_ZERO_COUNTS: Final = frozenset({"ascent_m"})
_MEAN: Final = "heart_rate_avg_bpm"
_HIGHEST: Final = "heart_rate_max_bpm"
_SUMMED: Final = ("timer_s", "elapsed_s", "distance_m", "ascent_m", "descent_m")
_KNOWN: Final = Path(__file__).parents[1] / "reference" / "accuracy_exceptions.toml"


# -- what the file states -----------------------------------------------------------------

_FIT_TOTALS: Final = {
    "timer_s": "total_timer_time",
    "elapsed_s": "total_elapsed_time",
    "distance_m": "total_distance",
    "ascent_m": "total_ascent",
    "descent_m": "total_descent",
    "heart_rate_avg_bpm": "avg_heart_rate",
    "heart_rate_max_bpm": "max_heart_rate",
}
_TCX_TOTALS: Final = {
    "TotalTimeSeconds": "timer_s",
    "DistanceMeters": "distance_m",
    "AverageHeartRateBpm": "heart_rate_avg_bpm",
    "MaximumHeartRateBpm": "heart_rate_max_bpm",
}
#: Garmin's TrackStatsExtension (gpxtrkx), which BaseCamp and Connect write.
_GPX_TOTALS: Final = {
    "TimerTime": "timer_s",
    "TotalElapsedTime": "elapsed_s",
    "Distance": "distance_m",
    "Ascent": "ascent_m",
    "Descent": "descent_m",
}


def stated_totals(data: bytes, form: str) -> Totals:
    """Return what a file of the form ``fit``, ``tcx`` or ``gpx`` totals, over all its sessions."""
    read = {"fit": _fit_parts, "tcx": _tcx_parts, "gpx": _gpx_parts}[form]
    return _together(
        [
            {name: value for name, value in part.items() if value > 0 or name in _ZERO_COUNTS}
            for part in read(data)
        ]
    )


def _fit_parts(data: bytes) -> list[Totals]:
    """Return the totals of each session, or of each lap where no session was written."""
    from fitparse import FitFile

    found: dict[str, list[Totals]] = {"session": [], "lap": []}
    try:
        for message in FitFile(data, check_crc=False).get_messages(["file_id", *found]):
            values = message.get_values()
            if message.name == "file_id":
                if values.get("type") == "course":
                    return []  # a course's totals are a plan
                continue
            stated = {name: values.get(field) for name, field in _FIT_TOTALS.items()}
            found[message.name].append(
                {name: float(v) for name, v in stated.items() if isinstance(v, int | float)}
            )
    except (ValueError, TypeError, KeyError, AttributeError):
        pass  # what stands before the damage was read
    return found["session"] or found["lap"]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _tcx_parts(data: bytes) -> Iterator[Totals]:
    """Yield the totals of each lap; a course has laps, too, and its totals are a plan."""
    for activity in _elements(data, "Activity"):
        for lap in activity:
            if _local(lap.tag) == "Lap":
                yield _numbers_of(lap, _TCX_TOTALS)


def _gpx_parts(data: bytes) -> Iterator[Totals]:
    for stats in _elements(data, "TrackStatsExtension"):
        yield _numbers_of(stats, _GPX_TOTALS)


def _numbers_of(element: ElementTree.Element, names: Mapping[str, str]) -> Totals:
    found = ((names.get(_local(one.tag)), "".join(one.itertext())) for one in element)
    return {name: float(text) for name, text in found if name and text.strip()}


def _elements(data: bytes, name: str) -> Iterator[ElementTree.Element]:
    try:
        root = ElementTree.fromstring(data.strip())
    except ElementTree.ParseError:
        return  # no whole document: it states nothing that can be held against riskfit
    yield from (element for element in root.iter() if _local(element.tag) == name)


def _together(parts: Sequence[Totals]) -> Totals:
    """Return sums, the mean heart rate weighted by time, and the highest heart rate."""
    totals = {
        name: sum(part[name] for part in parts if name in part)
        for name in _SUMMED
        if any(name in part for part in parts)
    }
    means = [(part[_MEAN], part.get("timer_s", 0.0)) for part in parts if _MEAN in part]
    weight = sum(seconds for _, seconds in means)
    if weight:
        totals[_MEAN] = sum(mean * seconds for mean, seconds in means) / weight
    peaks = [part[_HIGHEST] for part in parts if _HIGHEST in part]
    return totals | ({_HIGHEST: max(peaks)} if peaks else {})


# -- the comparison -----------------------------------------------------------------------


class Comparison(NamedTuple):
    """One recording: what its file states and what riskfit computes, by measure.

    ``alone`` is what it computes of the samples when it is told none of the totals.
    """

    path: str
    stated: Totals
    computed: Totals
    alone: Totals

    def exceptions(self, *, alone: bool = False) -> list[str]:
        """Return the measures that do not agree."""
        values = self.alone if alone else self.computed
        return [
            name
            for name, stated in self.stated.items()
            if not MEASURES[name].agrees(stated, values.get(name))
        ]


def compare(path: str, data: bytes, form: str) -> Comparison:
    """Compare one recording; a climb of 0 m where riskfit knows no altitude is no claim."""
    activities = [one for one in read_activities(data) if not isinstance(one, Failure)]
    computed = _together([_computed(one) for one in activities])
    stated = {
        name: value
        for name, value in stated_totals(data, form).items()
        if value > 0 or name in computed
    }
    alone = _together([_computed(_without_totals(one)) for one in activities])
    return Comparison(path, stated, computed, alone)


def _computed(activity: Activity) -> Totals:
    """Return what riskfit computes for an activity, nothing where it refuses."""
    try:
        features = compute_features(activity)
    except RiskfitError:
        return {}
    found = {name: features[one.feature].value for name, one in MEASURES.items()}
    return {
        name: value * MEASURES[name].scale for name, value in found.items() if value is not None
    }


def _without_totals(activity: Activity) -> Activity:
    nothing = Summary()
    return replace(
        activity,
        summary=nothing,
        legs=tuple(structs.replace(leg, summary=nothing) for leg in activity.legs),
        laps=tuple(structs.replace(lap, summary=nothing) for lap in activity.laps),
    )


@cache
def corpus_comparisons(most_bytes: int | None = None) -> list[Comparison]:
    """Return the comparison of every recording of the corpus that states a total, by path.

    Parameters
    ----------
    most_bytes : int or None
        Leave larger files out: fitparse needs a second for 200 kB.
    """
    rows = [row for row in manifest() if row["kind"] == "recording"]
    if most_bytes is not None:
        rows = [row for row in rows if int(row["bytes"]) <= most_bytes]
    compared = [compare(row["path"], path_of(row).read_bytes(), row["format"]) for row in rows]
    return sorted((one for one in compared if one.stated), key=lambda one: one.path)


class Share(NamedTuple):
    """How many recordings agree in one measure, of those that state it."""

    agree: int
    of: int

    @property
    def fraction(self) -> float:
        """The share that agrees."""
        return self.agree / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.agree} ({100 * self.fraction:.1f} %)"


def shares(compared: Iterable[Comparison], *, alone: bool = False) -> dict[str, Share]:
    """Return for each measure how many agree, of the samples alone or not."""
    found = dict.fromkeys(MEASURES, Share(0, 0))
    for one in compared:
        wrong = one.exceptions(alone=alone)
        for name in one.stated:
            agree, of = found[name]
            found[name] = Share(agree + (name not in wrong), of + 1)
    return found


@cache
def known_exceptions() -> dict[str, dict[str, str]]:
    """Return recording -> measure -> why it differs, as the table of known exceptions says."""
    return tomllib.loads(_KNOWN.read_text(encoding="utf-8"))


def unexplained(compared: Iterable[Comparison]) -> list[str]:
    """Return every exception that the table does not explain."""
    known = known_exceptions()
    return [
        f"{one.path}: {name}"
        for one in compared
        for name in one.exceptions()
        if name not in known.get(one.path, {})
    ]


# -- the page -----------------------------------------------------------------------------


def page_parts() -> dict[str, Callable[[], str]]:
    """Return marker -> what stands there in docs/accuracy.md, for docs/generate.py."""
    return {
        "shares": lambda: shares_table(corpus_comparisons()),
        "exceptions": lambda: exceptions_list(corpus_comparisons()),
        "recordings": lambda: recordings_table(corpus_comparisons()),
    }


def shares_table(compared: Sequence[Comparison]) -> str:
    """Return the Markdown table of shares."""
    alone = shares(compared, alone=True)
    rows = [
        (MEASURES[name].title, _room(MEASURES[name]), str(share.of), str(share), str(alone[name]))
        for name, share in shares(compared).items()
        if share.of
    ]
    return _table(("total", "agrees within", "recordings", "agree", "from samples alone"), rows)


def recordings_table(compared: Sequence[Comparison]) -> str:
    """Return the Markdown table of recordings: the difference in each total they state."""
    rows = [(f"`{one.path}`", *(_difference(one, name) for name in MEASURES)) for one in compared]
    return _table(("recording", *(one.title for one in MEASURES.values())), rows)


def exceptions_list(compared: Sequence[Comparison]) -> str:
    """Return the Markdown list of exceptions, each with both values and its reason."""
    lines = []
    for one in compared:
        for name in one.exceptions():
            measure, computed = MEASURES[name], one.computed.get(name)
            why = known_exceptions().get(one.path, {}).get(name, "not explained yet")
            ours = "none" if computed is None else f"{computed / measure.scale:.2f}"
            stated = f"{one.stated[name] / measure.scale:.2f} {measure.unit}"
            lines.append(f"- `{one.path}`, {measure.title}: {ours}, the file says {stated}; {why}.")
    return "\n".join(lines) or "None."


def _room(one: Measure) -> str:
    parts = [f"{100 * one.share:g} %"] if one.share else []
    parts += [f"{one.room:g} {one.unit}"] if one.room else []
    return " or ".join(parts)


def _difference(one: Comparison, name: str) -> str:
    """Return computed less stated, in per cent or in beats; bold where the two do not agree."""
    if name not in one.stated:
        return ""
    measure, stated, computed = MEASURES[name], one.stated[name], one.computed.get(name)
    if computed is None:
        return "**none**"
    if measure.share and stated:
        text = f"{100 * (computed / stated - 1):+.1f} %"
    else:
        text = f"{(computed - stated) / measure.scale:+.1f} {measure.unit}"
    return text if measure.agrees(stated, computed) else f"**{text}**"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
