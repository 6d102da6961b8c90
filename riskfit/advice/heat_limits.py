"""Heat stress as the texts of heat read it: by its upper end, by race and by days in the heat."""

from math import isfinite
from typing import Final

from riskfit.features.results import Feature
from riskfit.origin import Origin
from riskfit.scoring.given import Given, numbers_of

#: Days in the heat of the last fourteen from which somebody counts as used to it.
USED_TO_HEAT_DAYS: Final = 5
#: WBGT from which a race, training of who is new to heat, and all training is called off
#: (Armstrong et al. 2007, American College of Sports Medicine). [°C]
_NO_RACE_C: Final = 27.9
_NOT_WHEN_NEW_C: Final = 30.1
_NO_TRAINING_C: Final = 32.3


def called_off(wbgt_c: float, most_c: float, *, race: bool, heat_days: float) -> bool:
    """Say whether a session should not be held in this heat.

    Parameters
    ----------
    wbgt_c, most_c : float
        Heat stress and the upper end of its range; nan where unknown. [°C]
    race : bool
    heat_days : float
        Days in the heat of the last fourteen; nan where unknown. [days]

    Returns
    -------
    bool
    """
    return (
        most_c >= _NO_TRAINING_C
        or (race and wbgt_c >= _NO_RACE_C)
        or (heat_days < USED_TO_HEAT_DAYS and wbgt_c >= _NOT_WHEN_NEW_C)
    )


def for_nobody(wbgt: Given) -> bool:
    """Say whether nobody should exercise in this heat, used to it or not."""
    return not only_usual(wbgt) and numbers_of("wbgt_c", wbgt)[1] >= _NO_TRAINING_C


def only_usual(wbgt: Given) -> bool:
    """Say whether heat stress is what is usual for the place and season.

    The upper end of what July may be is no forecast: it calls nothing off and warns of nothing.
    """
    return isinstance(wbgt, Feature) and wbgt.origin is Origin.CLIMATE


def written_wbgt(low_c: float, wbgt_c: float, high_c: float) -> str:
    """Return heat stress as it is written: as a range where it is one."""
    if isfinite(low_c) and isfinite(high_c) and f"{low_c:.0f}" != f"{high_c:.0f}":
        return f"{low_c:.1f} to {high_c:.1f}"
    return f"{wbgt_c:.1f}"
