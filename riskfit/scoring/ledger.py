"""Write one row of scores as an Assessment: ledger, parts, causes, chance, what is unknown."""

from math import exp, isfinite, log, sqrt

import numpy as np
from msgspec.structs import replace

from riskfit._common import FloatArray, plural
from riskfit.rules.model import PARTS, OwnRecordRule, Rule
from riskfit.scoring.assessment import (
    Assessment,
    CausePoints,
    Chance,
    Contribution,
    NotAssessed,
    PartPoints,
    RedFlags,
)
from riskfit.scoring.given import GivenTable
from riskfit.scoring.kernel import Scores
from riskfit.scoring.own_record import OwnRecord

DOCTOR_FIRST = "a warning sign comes first: this is for a doctor to look at, not for a score"
NOTHING_KNOWN = "nothing is known that the score could use"


def write_assessment(
    scores: Scores,
    table: GivenTable,
    number: int,
    *,
    flags: RedFlags,
    planned: bool,
    outside: str | None,
    own_record: OwnRecord | None = None,
) -> Assessment:
    """Write row ``number``; ``outside`` says why the score is not for this person.

    Beside an urgent red flag there is no score and nothing to ask.
    """
    row = _Row(scores, table, number, own_record)
    score = float(scores.score[number])
    reason = outside or (None if isfinite(score) else NOTHING_KNOWN)
    if flags.urgent:
        reason = DOCTOR_FIRST
    empty = Assessment(
        context=scores.context.id,
        context_name=scores.context.name,
        model_id=scores.model.id,
        model_version=scores.model.version,
        red_flags=flags,
        unscored_because=reason,
        not_assessed=() if outside or flags.urgent else row.not_assessed(planned),
        outside=outside is not None,
        notes=table.notes(number),
    )
    return empty if reason else row.fill(empty, score)


class _Row:
    """One row of the scores, read out in words."""

    def __init__(
        self, scores: Scores, table: GivenTable, number: int, own_record: OwnRecord | None
    ) -> None:
        self.scores, self.table, self.number = scores, table, number
        self.model = scores.model
        counts = own_record is not None and self.model.own_record is not None
        self.record = own_record if counts else None
        self.record_rule = self.model.own_record if counts else None
        self.held = () if self.record_rule is None else self.record_rule.holds

    def _at(self, column: FloatArray) -> float:
        return float(column[self.number])

    def fill(self, empty: Assessment, score: float) -> Assessment:
        """Return the assessment of a row that has a score."""
        scores, model = self.scores, self.model
        low, high = self._at(scores.low), self._at(scores.high)
        reference = self._at(scores.reference)
        odds = self._at(scores.odds_vs_typical)
        return replace(
            empty,
            score=score,
            low=low,
            high=high,
            band=model.band(score),
            band_low=model.band(low),
            band_high=model.band(high),
            odds_vs_typical=odds,
            compared=model.compared(odds),
            chance=self._chance(score, low, high, reference),
            contributions=self._contributions(),
            parts=self._parts(),
            causes={
                cause: CausePoints(points=self._at(points), of=self._most(cause))
                for cause, points in scores.causes.items()
            },
            reference=reference,
            own_record=self.record,
        )

    def _most(self, cause: str) -> float:
        """Return the points of a cause with everything at its worst, the own record too."""
        own = self.record_rule
        more = _most_of_record(own, self.model.settings.points_per_logit) if own else 0.0
        return self.model.cause_points[cause] + (more if own and own.cause == cause else 0.0)

    def _parts(self) -> dict[str, PartPoints]:
        parts: dict[str, PartPoints] = {}
        for name in PARTS:
            part = self.scores.parts[name]
            points = self._at(part.points)
            parts[name] = PartPoints(
                points=points,
                low=self._at(part.low),
                high=self._at(part.high),
                odds=2 ** (points / self.model.settings.points_per_doubling),
                word=self.model.session_word(points) if name == "session" else None,
            )
        return parts

    def _contributions(self) -> tuple[Contribution, ...]:
        context = self.scores.context
        lines = [
            self._contribution(column, rule)
            for column, rule in enumerate(self.model.rules)
            if context.id not in rule.not_for
        ]
        return (*lines, *self._own_record())

    def _contribution(self, column: int, rule: Rule) -> Contribution:
        context, number = self.scores.context, self.number
        read = self.table.readings(rule, context.id)
        assumed = bool(read.counts[number] < 0) or rule.id in self.held
        measure = read.measures[max(read.counts[number], 0)]
        points = float(self.scores.contributions[number, column])
        shown = None if assumed else float(read.shown[number])
        return Contribution(
            rule=rule.id,
            name=rule.name,
            cause=rule.cause,
            part=rule.part,
            feature=measure.feature,
            value=None if assumed else float(read.value[number]),
            shown=shown,
            unit=measure.unit,
            assumed=assumed,
            response=self._at(self._detail(self.scores.responses)[:, column]),
            points=points,
            max_points=self.model.max_points(rule),
            grade=rule.grade,
            references=rule.references,
            sentence=f"{rule.name}: your own record counts instead."
            if rule.id in self.held
            else sentence(rule.name, measure.said(shown or 0.0), shown, points, context.name),
        )

    def _detail(self, kept: FloatArray | None) -> FloatArray:
        if kept is None:
            raise AssertionError("an assessment is written of scores with detail")
        return kept

    def _own_record(self) -> tuple[Contribution, ...]:
        """Return the line of the person's own record, if it counts."""
        record, rule = self.record, self.record_rule
        if record is None or rule is None:
            return ()
        return (
            Contribution(
                rule=rule.id,
                name=rule.name,
                cause=rule.cause,
                part=rule.part,
                feature="own_record",
                value=record.factor,
                shown=record.factor,
                unit="ratio",
                assumed=False,
                response=1.0,
                points=self._at(np.asarray(self.scores.own_record)),
                max_points=_most_of_record(rule, self.model.settings.points_per_logit),
                grade=rule.grade,
                references=rule.references,
                sentence=rule.sentence.format(
                    cramps=plural(record.cramps, "cramp"),
                    sessions=plural(record.sessions, "session"),
                    expected=_short(record.expected),
                ),
            ),
        )

    def not_assessed(self, planned: bool) -> tuple[NotAssessed, ...]:
        """Return the unknown rules, the most telling first."""
        unknown = []
        for column, rule in enumerate(self.model.rules):
            if self.scores.context.id in rule.not_for or (planned and rule.recorded_only):
                continue
            if rule.id in self.held:
                continue
            if self.table.readings(rule, self.scores.context.id).counts[self.number] < 0:
                doubt = self._at(self._detail(self.scores.uncertainty)[:, column])
                half = self.model.settings.interval_z * doubt
                unknown.append(_not_assessed(rule, self.table, self.number, half))
        unknown.sort(key=lambda item: -item.points_high)
        return tuple(unknown)

    def _chance(self, score: float, low: float, high: float, reference: float) -> Chance | None:
        """Anchor the score at the context's base rate; None where that does not hold."""
        context = self.scores.context
        if context.guess or self._too_long(context.chance_up_to_min):
            return None
        scale = self.model.settings.points_per_logit
        beyond = self._at(np.asarray(self.scores.beyond))
        middle = _logit(context.p0) + (score + beyond - reference) / scale
        down = sqrt(
            (_logit(context.p0) - _logit(context.p0_low)) ** 2 + ((score - low) / scale) ** 2
        )
        up = sqrt(
            (_logit(context.p0_high) - _logit(context.p0)) ** 2 + ((high - score) / scale) ** 2
        )
        return Chance(value=_share(middle), low=_share(middle - down), high=_share(middle + up))

    def _too_long(self, limit_min: float | None) -> bool:
        duration = self.table.value("duration_min", self.number)
        return limit_min is not None and duration is not None and duration > limit_min


def _not_assessed(rule: Rule, table: GivenTable, number: int, half: float) -> NotAssessed:
    return NotAssessed(
        rule=rule.id,
        name=rule.name,
        feature=rule.feature,
        needs=table.needs(rule.feature, number),
        points_low=-half,
        points_high=half,
        question=rule.question,
        settled_by=rule.settled_by,
    )


def sentence(name: str, said: str, value: float | None, points: float, context_name: str) -> str:
    """Return a rule's reason in words, honest about what adds nothing or is not known."""
    if value is None:
        return f"{name}: not known, so average assumed for {context_name}."
    if points <= 0:
        return f"{name}: adds nothing."
    return said.format(**numbers_said(value))


def numbers_said(value: float) -> dict[str, str]:
    """Return what a rule's sentence may hold, see `riskfit.rules.checks.PLACEHOLDERS`."""
    percent = 100 * value
    return {
        "value": _short(value),
        "percent": f"{percent:.0f}" if abs(percent) >= 10 else _short(percent),
        "hours": _hours(value),
    }


def _short(value: float) -> str:
    """Write a number no finer than it is known: one decimal, and none behind a hundred."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 0.1 else f"{value:.1g}"


def _hours(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _most_of_record(rule: OwnRecordRule, points_per_logit: float) -> float:
    return points_per_logit * log(rule.most_factor)


def _logit(share: float) -> float:
    return log(share / (1 - share))


def _share(logit: float) -> float:
    """Return the chance of a logit, without overflow at either end."""
    if logit >= 0:
        return 1 / (1 + exp(-logit))
    return exp(logit) / (1 + exp(logit))
