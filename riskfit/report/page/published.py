"""What a page shows of the published cohorts: what was found, and where the card lies."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any, Final

from riskfit.report.said.evaluation import model_facts
from riskfit.report.words import capital
from riskfit.rules.model import Model

if TYPE_CHECKING:
    from riskfit.learning.published import Cohort

#: What is compared: its heading, where no difference lies, whether the scale is one of ratios.
_MEASURES: Final[Mapping[str, tuple[str, float | None, bool]]] = {
    "auc": ("Area under the curve; 0.5 is no difference", 0.5, False),
    "odds": ("Odds ratio; 1 is no difference", 1.0, True),
    "points": ("Difference in points; 0 is none", 0.0, False),
    "logits": ("Difference in log odds; 0 is none", 0.0, False),
    "ratio": ("How many times another difference; 1 is as large", 1.0, False),
    "mean": ("Mean of a feature", None, False),
}
_TICKS: Final = 5
#: Of the scale on either side, so that nothing stands on its edge. [%]
_EDGE: Final = 4.0


def published_view(
    document: Mapping[str, Any], cohorts: "Sequence[Cohort]", model: Model
) -> dict[str, Any]:
    """Return the published cohorts as their template shows them.

    Parameters
    ----------
    document : mapping
        As `published_entry` gives it, with the versions of riskfit and of the model.
    cohorts : sequence of Cohort
        For what was assumed and where it is from.
    model : Model
        What was held against them.
    """
    lines = document["cohorts"]
    failed = [line for line in lines if line["verdict"] != "PASS"]
    return {
        "title": f"{model.id} {model.version}, held against published cohorts",
        "lines": len(lines),
        "passed": len(lines) - len(failed),
        "answer": _answer(lines, failed, cohorts),
        "failed": [f"{line['cohort']}: {line['what']}" for line in failed],
        "groups": [
            _group(measure, [line for line in lines if line["measure"] == measure])
            for measure in _MEASURES
            if any(line["measure"] == measure for line in lines)
        ],
        "cohorts": [_cohort(cohort, lines, model) for cohort in cohorts],
        "model_facts": model_facts(model),
        "block": {"document": document},
    }


def _answer(
    lines: Sequence[Mapping[str, Any]],
    failed: Sequence[Mapping[str, Any]],
    cohorts: "Sequence[Cohort]",
) -> str:
    if not failed:
        return (
            f"Held against {len(cohorts)} published cohorts, the model lies within the range that "
            f"follows from each of {len(lines)} findings."
        )
    return (
        f"In {len(failed)} of {len(lines)} comparisons the model lies outside the range that "
        f"follows from what {len(cohorts)} published cohorts found."
    )


def _group(measure: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the lines of one measure, on one scale."""
    title, none, ratios = _MEASURES[measure]
    numbers = [line[name] for line in lines for name in ("low", "high", "ours")]
    if none is not None:
        numbers.append(none)
    ratios = ratios and min(numbers) > 0
    scale = _Scale(min(numbers), max(numbers), ratios=ratios)
    return {
        "title": title,
        "ticks": [{"at": scale.at(tick), "text": f"{tick:g}"} for tick in scale.ticks()],
        "none": None if none is None else scale.at(none),
        "lines": [
            {
                **line,
                "what": capital(line["what"]),
                "from": scale.at(line["low"]),
                "to": scale.at(line["high"]),
                "at": scale.at(line["ours"]),
                "passed": line["verdict"] == "PASS",
            }
            for line in lines
        ],
    }


class _Scale:
    """Where a number lies between the left (0) and the right edge (100)."""

    def __init__(self, low: float, high: float, *, ratios: bool) -> None:
        self._ratios = ratios
        self._ends = low, high
        self._low, self._high = (log10(low), log10(high)) if ratios else (low, high)

    def at(self, value: float) -> float:
        """Return the place of a number [%]."""
        place = (log10(value) if self._ratios else value) - self._low
        span = self._high - self._low
        share = place / span if span else 0.5
        return round(_EDGE + (100 - 2 * _EDGE) * share, 3)

    def ticks(self) -> list[float]:
        """Return a few round numbers within."""
        low, high = self._ends
        if self._ratios:
            powers = range(floor(log10(low)), ceil(log10(high)) + 1)
            all_of_them = [step * 10.0**power for power in powers for step in (1, 2, 5)]
            return [tick for tick in all_of_them if low <= tick <= high]
        span = high - low
        if not span:
            return [low]
        least = span / _TICKS
        power = 10.0 ** floor(log10(least))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= least)
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]


def _cohort(cohort: "Cohort", lines: Sequence[Mapping[str, Any]], model: Model) -> dict[str, Any]:
    """Return a cohort's sources and what was assumed of it."""
    own = [line for line in lines if line["cohort"] == cohort.id]
    sources = [model.references[key] for key in cohort.references if key in model.references]
    return {
        "id": cohort.id,
        "title": cohort.title,
        "assumed": cohort.assumed,
        "passed": sum(line["verdict"] == "PASS" for line in own),
        "lines": len(own),
        "sources": sources,
    }
