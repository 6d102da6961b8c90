"""One assessed session as the advice sees it: what is known, what responds, what is drunk."""

from collections.abc import Mapping
from datetime import date
from math import isfinite, nan
from typing import Any, Final

from riskfit._common import plural
from riskfit.advice.drinking import gains, written
from riskfit.advice.heat_limits import (
    USED_TO_HEAT_DAYS,
    called_off,
    for_nobody,
    only_usual,
    written_wbgt,
)
from riskfit.advice.limits import fluid_limited_by, salt_limited
from riskfit.advice.occasion import days_ahead, occasion_of
from riskfit.advice.texts import Condition, State, When
from riskfit.athlete import Athlete, Conditions
from riskfit.formulas.fluid import allowed_loss_pct
from riskfit.medical import acting_on, health_of, is_new
from riskfit.rules.model import Model
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.given import Given, numbers_of

#: What is hard for its length, and long enough to be a lasting effort (assumption).
_HARD_EFFORT: Final = 0.9
_HARD_MIN: Final = 60.0


def too_hot(
    assessment: Assessment, features: Mapping[str, Given], conditions: Conditions, model: Model
) -> bool:
    """Say whether a session should not be held in its heat."""
    return Situation(assessment, features, None, conditions, None, model).called_off


class Situation:
    """Answers the questions that the conditions of a text ask."""

    def __init__(
        self,
        assessment: Assessment,
        features: Mapping[str, Given],
        athlete: Athlete | None,
        conditions: Conditions | None,
        drinking: Mapping[str, Any] | None,
        model: Model,
        sport: str | None = None,
        day: date | None = None,
        planned: bool | None = None,
        today: date | None = None,
    ) -> None:
        self.assessment, self.features, self.model = assessment, features, model
        self.athlete = athlete or Athlete()
        self.conditions = conditions or Conditions()
        self.drinking = {} if drinking is None else dict(drinking)
        self.responses: dict[str, float] = {}
        self.salt_limited = salt_limited(self.features, self.athlete)
        self.fluid_limited = bool(fluid_limited_by(self.features, self.athlete))
        self.sport = sport
        self.health = {entry.id for entry in health_of(self.athlete)}
        medicines = self.athlete.medications or ()
        self.new_medicine = day is not None and any(is_new(one, day) for one in medicines)
        self.stretch_limited = bool(acting_on("stretch", self.athlete))
        self.race = (
            model.context(assessment.context).event
            or bool(self.conditions.race)
            or self.value("race_effort") >= 1
        )
        self.day = day
        self.occasion = occasion_of(planned, day, today, race=self.race)
        self.wbgt_low_c, self.wbgt_high_c = self._ends("wbgt_c")
        by_calendar = only_usual(self.features.get("wbgt_c"))
        if by_calendar:
            self.wbgt_low_c = self.wbgt_high_c = self.value("wbgt_c")
        self.called_off = not by_calendar and called_off(
            self.value("wbgt_c"),
            self.wbgt_high_c,
            race=self.race,
            heat_days=self.value("heat_days_14d"),
        )
        self.for_nobody = planned is True and for_nobody(self.features.get("wbgt_c"))
        self.heat = False  # whether a text of heat stress was given

    def value(self, name: str) -> float:
        """Return a feature's number, nan where it is unknown."""
        value = numbers_of(name, self.features.get(name))[1]
        if isfinite(value):
            return value
        for line in self.assessment.contributions:
            if line.feature == name and line.value is not None:
                return line.value
        if name == "body_mass_kg" and self.athlete.mass_kg is not None:
            return self.athlete.mass_kg
        if name == "male_sex" and self.athlete.sex is not None:
            return float(self.athlete.sex == "male")
        return nan

    def _ends(self, name: str) -> tuple[float, float]:
        """Return the ends of a feature's range, or the feature itself where it is none."""
        low, value, high = numbers_of(name, self.features.get(name))
        value = value if isfinite(value) else self.value(name)
        return (low if isfinite(low) else value), (high if isfinite(high) else value)

    def _is(self, state: State) -> bool:
        """Say whether a state holds; nobody is used to heat unless it is known."""
        if state == "race":
            return self.race
        if state == "new_to_heat":
            return not self.value("heat_days_14d") >= USED_TO_HEAT_DAYS
        hard = self.value("effort_fraction") >= _HARD_EFFORT
        return hard and self.value("duration_min") >= _HARD_MIN

    def responding(self, rules: tuple[str, ...], least: float) -> list[str]:
        """Return which of the rules respond by at least so much, of what is known."""
        if self.assessment.score is None:
            return []
        # a hair below, so that a response that is the limit in decimals counts
        return [rule_id for rule_id in rules if self._response(rule_id) >= least - 1e-9]

    def _response(self, rule_id: str) -> float:
        """Return a rule's response, nan where it is unknown or absent."""
        if rule_id not in self.responses:
            line = self.assessment.contribution(rule_id)
            known = line is not None and not line.assumed
            self.responses[rule_id] = line.response if line is not None and known else nan
        return self.responses[rule_id]

    def reasons(self, when: When) -> list[str] | None:
        """Return what makes the conditions hold (it may be nothing), None where they do not."""
        if not self._states_hold(when) or not self._session_holds(when):
            return None
        if self.assessment.context in when.contexts_not:
            return None
        because: list[str] = []
        if when.red_flags:
            present = [f for f in when.red_flags if f in self.assessment.red_flags.present]
            if not present:
                return None
            because += present
        if when.rules or when.contexts:
            rules = self.responding(when.rules, when.from_response)
            if not rules and self.assessment.context not in when.contexts:
                return None
            because += rules
        if when.thirst_alone:
            because += [self._rule_of(name) for name in self.drinking.get("thirst_because", ())]
        features = self._feature_reasons(when)
        return None if features is None else because + features

    def _states_hold(self, when: When) -> bool:
        assessment = self.assessment
        states = (
            (when.scored, assessment.score is not None),
            (when.outside, assessment.outside),
            (when.unasked, not assessment.red_flags.screened),
            (when.drinking, bool(self.drinking)),
            (when.thirst_enough, self.drinking.get("thirst_enough", False)),
            (when.thirst_alone, self.drinking.get("thirst_alone", False)),
            (when.salt_limited, self.salt_limited),
            (when.own_record, assessment.own_record is not None),
            (when.fluid_limited, self.fluid_limited),
            (when.gain, gains(self.features)),
            (when.loss_above_allowed, self._loses_more_than_allowed()),
            (when.weighed, self.drinking.get("after_l") is not None),
            (when.indoor, self.conditions.indoor),
            (when.heat, self.heat),
            (when.called_off, self.called_off),
            (when.new_medicine, self.new_medicine),
            (when.stretch_limited, self.stretch_limited),
        )
        if any(wanted is not None and wanted is not is_so for wanted, is_so in states):
            return False
        if when.heat_from is not None and not self.wbgt_high_c >= when.heat_from:
            return False
        asked = (
            (when.drinking_kinds, {self.drinking.get("kind")}),
            (when.medicines, self.health),
            (when.conditions, self.health),
            (when.sports, {self.sport}),
            (when.occasions, {self.occasion}),
            (when.states, {state for state in when.states if self._is(state)}),
        )
        return all(not wanted or there & set(wanted) for wanted, there in asked)

    def _loses_more_than_allowed(self) -> bool:
        """Say whether the loss is above what a session of this length may leave."""
        minutes = self.value("duration_min")
        allowed = allowed_loss_pct(minutes / 60 if isfinite(minutes) else 0.0)
        return self.value("body_mass_loss_pct") > float(allowed)

    def _session_holds(self, when: When) -> bool:
        parts = self.assessment.parts
        points = parts["session"].points if parts else nan
        limits = (
            when.session_from is None or points >= when.session_from,
            when.session_below is None or points < when.session_below,
        )
        return all(limits)

    def _feature_reasons(self, when: When) -> list[str] | None:
        if any(self._holds(condition) for condition in when.features_not):
            return None
        if not all(self._holds(condition) for condition in when.features):
            return None
        some = [condition for condition in when.any_features if self._holds(condition)]
        if when.any_features and not some:
            return None
        names = [name for name, _, _ in (*when.features, *some)]
        return [self._rule_of(name) for name in names]

    def _holds(self, condition: Condition) -> bool:
        name, comparison, limit = condition
        value = self.value(name)
        if comparison == "at_least":
            return value >= limit
        return value > limit if comparison == "above" else value < limit

    def _rule_of(self, feature: str) -> str:
        """Name the rule of a feature, or the feature itself."""
        for rule in self.model.rules:
            if feature in (rule.feature, rule.shown):
                return rule.id
        return feature

    def amounts(self) -> dict[str, str]:
        """Return the numbers that texts can hold, as they are written, those that are known."""
        wbgt_c, loss_pct = self.value("wbgt_c"), self.value("body_mass_loss_pct")
        known = {}
        if isfinite(wbgt_c):
            known["wbgt_c"] = written_wbgt(self.wbgt_low_c, wbgt_c, self.wbgt_high_c)
        if isfinite(loss_pct):
            known["loss_pct"] = f"{loss_pct:.1f}"
        if self.assessment.own_record is not None:
            known |= {
                "cramps_logged": plural(self.assessment.own_record.cramps, "cramp"),
                "sessions_logged": plural(self.assessment.own_record.sessions, "session"),
            }
        if self.occasion == "race_ahead" and self.day is not None:
            known |= days_ahead(self.day)
        return known | written(self.drinking)
