"""The ledger and the features as a page shows them: every number beside its words."""

from collections.abc import Iterable
from typing import Any

from riskfit.analysis import Analysis
from riskfit.features.catalogue import CATALOGUE, GROUPS
from riskfit.features.results import Feature
from riskfit.references import Reference
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.said.session import feature_said
from riskfit.report.words import AVERAGE, CAUSE_NAMES, NOTHING, UNKNOWN, value_words
from riskfit.rules.model import Model, Rule
from riskfit.scoring.assessment import Contribution


def ledger_view(analysis: Analysis, model: Model) -> dict[str, Any]:
    """Return the contributions by cause, and the sources they cite, numbered."""
    assessment = analysis.assessment
    if assessment.score is None:
        return {"ledger": [], "references": []}
    lines = assessment.contributions
    references, numbers = cited(model, lines)
    shown = split_to_total(
        {line.rule: line.points for line in lines}, round_down(assessment.score, 1), 1
    )
    groups = [
        {
            "name": CAUSE_NAMES[cause],
            "text": f"{sum(shown[line.rule] for line in lines if line.cause == cause):.1f}",
            "lines": [
                _ledger_line(line, _told(analysis, line.feature), shown, numbers)
                for line in sorted(lines, key=lambda line: (line.assumed, -line.points))
                if line.cause == cause
            ],
        }
        for cause in assessment.causes
    ]
    return {"ledger": groups, "references": references}


def cited(
    model: Model, lines: Iterable[Contribution | Rule]
) -> tuple[list[Reference], dict[str, int]]:
    """Return the sources of rules in order of their first mention, and the number of each."""
    keys = dict.fromkeys(ref for line in lines for ref in line.references)
    return [model.references[key] for key in keys], {key: n for n, key in enumerate(keys, 1)}


def _ledger_line(
    line: Contribution,
    feature: Feature | None,
    shown: dict[str, float],
    numbers: dict[str, int],
) -> dict[str, Any]:
    source = missing = "" if feature is None else feature.source or ""
    if line.assumed and feature is not None:
        missing = feature.missing_because or ""
    return {
        "rule": line.rule,
        "name": line.name,
        "sentence": AVERAGE if line.assumed else line.sentence,
        "assumed": line.assumed,
        "value": line.value,
        "value_text": _value_text(line, feature),
        "source": missing if line.assumed else source,
        "points": line.points,
        "text": f"{shown[line.rule]:.1f}",
        "most": f"{line.max_points:.1f}",
        "grade": line.grade,
        "refs": [numbers[ref] for ref in line.references],
    }


def _told(analysis: Analysis, name: str) -> Feature | None:
    return analysis.told(name) if name in analysis.features else None


def _value_text(line: Contribution, feature: Feature | None) -> str:
    if line.shown is None:
        return UNKNOWN
    hidden = feature is not None and feature.value is None
    return NOTHING if hidden else value_words(line.shown, line.unit)


def features_view(analysis: Analysis) -> list[dict[str, Any]]:
    """Return every feature by group, in the words it is read in."""
    return [
        {
            "name": group.capitalize(),
            "lines": [
                feature_said(name, analysis.told(name))
                for name, spec in CATALOGUE.items()
                if spec.group == group and name in analysis.features
            ],
        }
        for group in GROUPS
    ]
