"""riskfit estimates the risk of exercise-associated muscle cramps from workout files.

Everything public is reached from here, and loaded only when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskfit.activity import Activity, Failure, PlannedSession, Samples
    from riskfit.advice.steps import Advice, advise
    from riskfit.athlete import Athlete, Conditions, History, Medication
    from riskfit.errors import (
        DamagedFileError,
        InputError,
        NotAnActivityError,
        ResourceError,
        RiskfitError,
        RuleError,
        StoreError,
        UnsupportedFileError,
    )
    from riskfit.estimator import CrampRiskClassifier
    from riskfit.features.compute import compute_features
    from riskfit.features.results import Feature, FeatureSet
    from riskfit.readers import read_activities, read_activity
    from riskfit.rules.load import load_model
    from riskfit.rules.model import Model
    from riskfit.scoring.assess import assess
    from riskfit.scoring.assessment import Assessment
    from riskfit.scoring.own_record import OwnRecord, own_record

__version__ = "0.1.0"

_HOMES = {
    "Activity": "riskfit.activity",
    "Advice": "riskfit.advice.steps",
    "Assessment": "riskfit.scoring.assessment",
    "Athlete": "riskfit.athlete",
    "Conditions": "riskfit.athlete",
    "CrampRiskClassifier": "riskfit.estimator",
    "DamagedFileError": "riskfit.errors",
    "Failure": "riskfit.activity",
    "Feature": "riskfit.features.results",
    "FeatureSet": "riskfit.features.results",
    "History": "riskfit.athlete",
    "InputError": "riskfit.errors",
    "Medication": "riskfit.athlete",
    "Model": "riskfit.rules.model",
    "NotAnActivityError": "riskfit.errors",
    "OwnRecord": "riskfit.scoring.own_record",
    "PlannedSession": "riskfit.activity",
    "ResourceError": "riskfit.errors",
    "RiskfitError": "riskfit.errors",
    "RuleError": "riskfit.errors",
    "Samples": "riskfit.activity",
    "StoreError": "riskfit.errors",
    "UnsupportedFileError": "riskfit.errors",
    "advise": "riskfit.advice.steps",
    "assess": "riskfit.scoring.assess",
    "compute_features": "riskfit.features.compute",
    "load_model": "riskfit.rules.load",
    "own_record": "riskfit.scoring.own_record",
    "read_activities": "riskfit.readers",
    "read_activity": "riskfit.readers",
}

__all__ = [
    "Activity",
    "Advice",
    "Assessment",
    "Athlete",
    "Conditions",
    "CrampRiskClassifier",
    "DamagedFileError",
    "Failure",
    "Feature",
    "FeatureSet",
    "History",
    "InputError",
    "Medication",
    "Model",
    "NotAnActivityError",
    "OwnRecord",
    "PlannedSession",
    "ResourceError",
    "RiskfitError",
    "RuleError",
    "Samples",
    "StoreError",
    "UnsupportedFileError",
    "__version__",
    "advise",
    "assess",
    "compute_features",
    "load_model",
    "own_record",
    "read_activities",
    "read_activity",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home the first time it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'riskfit' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
