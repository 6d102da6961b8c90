"""What a page asks of every plan: longer or shorter, warmer or cooler, harder or easier."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from riskfit.features.results import Feature
from riskfit.whatif.baseline import Case
from riskfit.whatif.sweeps import Sweep, sweep

#: How far curves go around the plan, and in what steps (a choice of what can be looked over).
_DURATION_SHARES: Final = (0.4, 1.6)
_DURATION_STEP_S: Final = 300.0
_TEMPERATURE_ROUND_C: Final = 12.0
_INTENSITY: Final = (0.5, 1.1)
#: Values on each curve, about: enough for its bends to show.
_VALUES: Final = 25


def usual_sweeps(case: Case, features: Mapping[str, Feature]) -> tuple[Sweep, ...]:
    """Vary duration, air temperature and intensity around a plan.

    Drinking is not among them: a curve that falls with it would pass for advice to drink more.

    Parameters
    ----------
    case : Case
    features : mapping of str to Feature
        The plan's own.

    Returns
    -------
    tuple of Sweep
        Those there are; what is not known cannot be varied around.
    """
    planned_s = case.plan.duration_s
    low_s, high_s = (share * planned_s for share in _DURATION_SHARES)
    step_s = _DURATION_STEP_S * max(1, round((high_s - low_s) / _VALUES / _DURATION_STEP_S))
    durations = np.unique(
        np.append(np.arange(np.ceil(low_s / step_s) or 1, high_s / step_s + 1) * step_s, planned_s)
    )
    found = [sweep(case, "duration", durations)]
    temperature = features["air_temperature_c"].value
    if temperature is not None:
        around = np.arange(-_TEMPERATURE_ROUND_C, _TEMPERATURE_ROUND_C + 1)
        found.append(sweep(case, "temp", np.clip(temperature + around, -40.0, 50.0)))
    intensity = features["intensity_factor"].value
    if intensity is not None:
        shares = np.append(np.linspace(*_INTENSITY, _VALUES), intensity)
        found.append(sweep(case, "intensity", np.unique(shares)))
    return tuple(found)
