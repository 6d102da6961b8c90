"""The smallest changes that bring a planned session below a band: alone, and in pairs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.activity import PlannedSession
from riskfit.athlete import Conditions
from riskfit.errors import InputError
from riskfit.features.plan.table import Planning, Variants
from riskfit.features.plan.targets import with_duration, with_effort
from riskfit.features.relative_effort import rating_of_effort
from riskfit.whatif.baseline import Case, Scored, held_sessions, score_variants, starting
from riskfit.whatif.levers import MOVING, drunk_l_h, levers, plan_l_h

#: Hours that are tried in pairs: the nearest that help at all.
_HOURS_IN_PAIRS: Final = 4
#: How effort is said that no share of threshold tells.
_SAID: Final = ("rating_expected", "hard_by_name")
#: A list to choose from, not a catalogue.
_MOST_PAIRS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A plan as changed; None where a lever is left alone.

    ``fluid_l_h`` is what is drunk, at most what the drinking plan says for this variant.
    """

    duration_s: float | None = None
    effort_factor: float | None = None
    start_s: float | None = None
    fluid_l_h: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that suffices, what it costs, and the score it promises.

    ``cost`` counts in the lever's own unit: seconds less, share of threshold less, hours moved,
    days later, litres an hour more.
    """

    levers: tuple[str, ...]
    setting: Setting
    cost: Mapping[str, float]
    score: float
    low: float
    high: float
    band: str
    causes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What brings a plan below a band.

    Attributes
    ----------
    below, edge : str, float
        The band, and where it begins.
    score : float
        Of the plan as it is.
    single : tuple of Change
        The least of each lever that suffices by itself.
    pairs : tuple of Change
        Pairs that ask less of each lever than it would need alone; none is worse in all.
    insufficient : mapping of str to float
        Levers that do not suffice alone: the lowest score they reach.
    not_offered : mapping of str to str
        Levers that cannot be had, and why.
    floor, floor_causes : float, mapping
        Score and points that stay with every lever as far as it goes; nan where none is needed.
    """

    below: str
    edge: float
    score: float
    single: tuple[Change, ...]
    pairs: tuple[Change, ...]
    insufficient: Mapping[str, float]
    not_offered: Mapping[str, str]
    floor: float
    floor_causes: Mapping[str, float]

    @property
    def needed(self) -> bool:
        """Say whether the plan is not below the band already."""
        return self.score >= self.edge


def smallest_changes(case: Case, below: str) -> Changes:
    """Find the least that brings a plan below a band.

    Parameters
    ----------
    case : Case
    below : str
        One of the model's bands, not the lowest.
    """
    edges = {band.id: band.from_ for band in case.model.bands[1:]}
    if below not in edges:
        raise InputError(f"nothing lies below {below!r}: give one of {', '.join(edges)}")
    return _Search(case, below, edges[below]).run()


def applied(case: Case, change: Change) -> tuple[PlannedSession, Conditions]:
    """Return plan and conditions with a change made, to be scored like any other.

    What a what-if holds fixed (sessions of the sport in 28 days) is the case's.
    """
    setting, plan = change.setting, case.plan
    if setting.effort_factor is not None:
        plan = with_effort(plan, case.planning.effort, setting.effort_factor)
    if setting.duration_s is not None:
        plan = with_duration(plan, setting.duration_s)
    if setting.start_s is not None:
        plan = starting(plan, setting.start_s)
    conditions = case.conditions
    effort = case.table.columns["effort_fraction"]
    if setting.effort_factor is not None and effort.basis and effort.basis.method in _SAID:
        eased = setting.effort_factor * float(effort.values.flat[-1])
        conditions = replace(conditions, rpe=rating_of_effort(eased))
    if setting.fluid_l_h is not None:
        conditions = replace(conditions, fluid_l_h=setting.fluid_l_h)
    return plan, conditions


class _Search:
    """Looks through the levers of one case."""

    def __init__(self, case: Case, below: str, edge: float) -> None:
        self.case, self.below, self.edge = case, below, edge
        self.held = held_sessions(case)
        self.base = score_variants(case)
        self.levers, self.not_offered = levers(case, self.base)
        self._plannings: dict[float, Planning] = {}

    @cached_property
    def base_score(self) -> float:
        """Return the score of the plan as it is."""
        return float(self.base.scores.score[0])

    def run(self) -> Changes:
        """Return the least of each lever, the pairs, and what stays."""
        single: list[Change] = []
        insufficient: dict[str, float] = {}
        needed = np.isfinite(self.base_score) and self.base_score >= self.edge
        alone = {name: self._alone(name) for name in self.levers} if needed else {}
        for name, scored in alone.items():
            score = scored.scores.score
            enough = np.flatnonzero(score < self.edge)
            if len(enough):
                single.append(self._change({name: int(enough[0])}, scored, int(enough[0])))
            else:
                insufficient[name] = float(np.min(score))
        pairs = self._pairs(alone) if needed else []
        floor, causes = self._floor(alone) if needed else (float("nan"), {})
        return Changes(
            below=self.below,
            edge=self.edge,
            score=self.base_score,
            single=tuple(single),
            pairs=tuple(pairs),
            insufficient=insufficient,
            not_offered=self.not_offered,
            floor=floor,
            floor_causes=causes,
        )

    # ---- scoring them

    def _planning(self, start_s: float | None) -> Planning:
        if start_s is None:
            return self.case.planning
        if start_s not in self._plannings:
            self._plannings[start_s] = self.case.at(starting(self.case.plan, start_s))
        return self._plannings[start_s]

    def _scored(self, settings: list[Setting]) -> Scored:
        """Score settings that share a start."""

        def column(name: str, otherwise: float) -> FloatArray | None:
            values = [getattr(setting, name) for setting in settings]
            if all(value is None for value in values):
                return None
            return np.array([otherwise if value is None else value for value in values])

        return score_variants(
            self.case,
            Variants(
                duration_s=column("duration_s", self.case.plan.duration_s),
                effort_factor=column("effort_factor", 1.0),
                fluid_l_h=column("fluid_l_h", np.nan),
            ),
            planning=self._planning(settings[0].start_s),
            held=None if settings[0].start_s is None else self.held,
        )

    def _alone(self, name: str) -> Scored:
        settings = [self._setting({name: row}) for row in range(len(self.levers[name].values))]
        if name in MOVING:
            return _joined([self._scored([setting]) for setting in settings])
        return self._scored(settings)

    def _setting(self, rows: Mapping[str, int]) -> Setting:
        """Return the setting of some levers' rows."""
        at = {name: float(self.levers[name].values[row]) for name, row in rows.items()}
        return Setting(
            duration_s=at.get("shorter"),
            effort_factor=at.get("easier"),
            start_s=at.get("hour", at.get("rest_day")),
            fluid_l_h=at.get("drink"),
        )

    def _change(self, rows: Mapping[str, int], scored: Scored, row: int) -> Change:
        scores = scored.scores
        score = float(scores.score[row])
        return Change(
            levers=tuple(rows),
            setting=self._setting(rows),
            cost={name: float(self.levers[name].costs[at]) for name, at in rows.items()},
            score=score,
            low=float(scores.low[row]),
            high=float(scores.high[row]),
            band=self.case.model.band(score),
            causes={cause: float(points[row]) for cause, points in scores.causes.items()},
        )

    # ---- pairs

    def _pairs(self, alone: Mapping[str, Scored]) -> list[Change]:
        """Return the cheapest pairs: each asks less of both than either would alone."""
        found: list[tuple[float, Change]] = []
        for first, second in combinations(self.levers, 2):
            if {first, second} == MOVING:
                continue  # the day after has hours of its own: ask for it with --start
            # What moves the start goes first: each start is a table of its own.
            ordered = sorted((first, second), key=lambda name: name not in MOVING)
            options = self._pair(ordered[0], ordered[1], alone)
            if options:
                found.append(min(options, key=lambda option: option[0]))
        found.sort(key=lambda option: option[0])
        return [change for _, change in found[:_MOST_PAIRS]]

    def _pair(
        self, first: str, second: str, alone: Mapping[str, Scored]
    ) -> list[tuple[float, Change]]:
        """Return the pairs of two levers of which none is worse in both, with their effort."""
        rows = self._useful_rows(first, alone[first])
        columns = self._useful_rows(second, alone[second])
        if not len(rows) or not len(columns):
            return []
        grid = [self._setting({first: int(r), second: int(c)}) for r in rows for c in columns]
        if first in MOVING:
            width = len(columns)
            scored = _joined(
                [self._scored(grid[k : k + width]) for k in range(0, len(grid), width)]
            )
        else:
            scored = self._scored(grid)
        score = scored.scores.score.reshape(len(rows), len(columns))
        enough = score < self.edge
        if "drink" in (first, second):
            enough &= self._within_plan(scored, grid).reshape(enough.shape)
        result = []
        for r, c in _least(enough):
            chosen = {first: int(rows[r]), second: int(columns[c])}
            effort = sum((at + 1) / len(self.levers[name].values) for name, at in chosen.items())
            result.append((effort, self._change(chosen, scored, r * len(columns) + c)))
        return result

    def _useful_rows(self, name: str, scored: Scored) -> IntArray:
        """Return the rows of a lever that help, and are less than what suffices alone."""
        score = scored.scores.score
        enough = np.flatnonzero(score < self.edge)
        short_of_it = np.arange(len(score)) < (enough[0] if len(enough) else len(score))
        rows = np.flatnonzero(short_of_it & (score < self.base_score - 1e-9))
        if name != "hour":
            return rows
        return rows[:_HOURS_IN_PAIRS]

    def _within_plan(self, scored: Scored, grid: list[Setting]) -> NDArray[np.bool_]:
        """Say where what is drunk is within the drinking plan of that very variant."""
        drunk = np.array([setting.fluid_l_h for setting in grid], dtype=float)
        return drunk <= plan_l_h(self.case, scored) + 1e-9

    def _floor(self, alone: Mapping[str, Scored]) -> tuple[float, dict[str, float]]:
        """Return what is left with every lever as far as it goes."""
        far: dict[str, int] = {
            name: len(self.levers[name].values) - 1
            for name in ("shorter", "easier")
            if name in self.levers
        }
        starts: list[dict[str, int]] = [
            {name: int(np.argmin(alone[name].scores.score))}
            for name in ("hour", "rest_day")
            if name in alone
        ]
        tried = []
        for start in [{}, *starts]:
            setting = self._setting({**far, **start})
            scored = self._scored([setting])
            most = float(plan_l_h(self.case, scored)[0])
            tried.append(scored)
            if "drink" in self.levers and most > drunk_l_h(self.case, self.base):
                tried.append(self._scored([replace(setting, fluid_l_h=most)]))
        best = min(tried, key=lambda one: float(one.scores.score[0])).scores
        return float(best.score[0]), {c: float(points[0]) for c, points in best.causes.items()}


def _least(enough: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the cells that suffice while one step less of either lever does not."""
    found: list[tuple[int, int]] = []
    width = enough.shape[1]
    for row in range(len(enough)):
        columns = np.flatnonzero(enough[row])
        if len(columns) and columns[0] < width:
            found.append((row, int(columns[0])))
            width = int(columns[0])
    return found


def _joined(parts: list[Scored]) -> Scored:
    """Put tables of variants one under the other."""
    scores = [part.scores for part in parts]

    def stacked(name: str) -> FloatArray:
        return np.concatenate([getattr(one, name) for one in scores])

    return Scored(
        scores=structs.replace(
            scores[0],
            score=stacked("score"),
            low=stacked("low"),
            high=stacked("high"),
            contributions=stacked("contributions"),
            reference=stacked("reference"),
            causes={
                cause: np.concatenate([one.causes[cause] for one in scores])
                for cause in scores[0].causes
            },
        ),
        values={
            name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values
        },
    )
