"""What exercise costs: metabolic rate from power, calories and heart rate.

What moving on foot costs is in `locomotion`, the body at rest in `resting`; both are part of this
module for those who call it. Metabolic rates are gross, rest included, unless the name says cost.
"""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array, plain
from riskfit.formulas.resting import (
    RESTING_METABOLIC_RATE_W_KG,
)


def metabolic_rate_from_power_w(power_w: ArrayLike, mass_kg: ArrayLike) -> FloatArray:
    """Turn cycling power into metabolic rate.

    Parameters
    ----------
    power_w : float or ndarray
        Power at the pedals, 0 while coasting. [W]
    mass_kg : float or ndarray
        Body mass. [kg]

    Returns
    -------
    float or ndarray
        Metabolic rate; nan for negative power. [W]

    Notes
    -----
    1.9 W/kg for the body on the bike, and power over a delta efficiency of 0.24. Gross
    efficiency at 74 kg is then 0.18 at 100 W, 0.20 at 165 W and 0.21 at 250 W; measured were
    0.18 to 0.19 at 165 W in 69 men of all levels, delta 0.21 to 0.22 [1]_, and 0.20, delta
    0.26 [2]_. Riders differ by about 10 %. The line is drawn between the studies.

    References
    ----------
    .. [1] L. Moseley, J. Achten, J. C. Martin, A. E. Jeukendrup, "No differences in cycling
       efficiency between world-class and recreational cyclists," Int. J. Sports Med. 25,
       374-379, 2004, doi:10.1055/s-2004-815848.
    .. [2] L. Moseley, A. E. Jeukendrup, "The reliability of cycling efficiency," Med. Sci.
       Sports Exerc. 33, 621-627, 2001.

    Examples
    --------
    >>> f"{metabolic_rate_from_power_w(165.0, 74.0):.0f}"
    '828'
    """
    power = array(power_w)
    power = np.where(power >= 0.0, power, np.nan)
    return plain(1.9 * array(mass_kg) + power / 0.24)


def keytel_energy_kj_min(
    heart_rate_bpm: ArrayLike, mass_kg: ArrayLike, age_years: ArrayLike, male: ArrayLike
) -> FloatArray:
    """Estimate energy expenditure from heart rate.

    Parameters
    ----------
    heart_rate_bpm : float or ndarray
        Heart rate. [bpm]
    mass_kg : float or ndarray
        Body mass. [kg]
    age_years : float or ndarray
        Age. [years]
    male : bool or ndarray of bool
        Which equation; where the sex is unknown the caller decides. [-]

    Returns
    -------
    float or ndarray
        Energy expenditure, never below one MET. [kJ/min]

    Notes
    -----
    Made from steady running and cycling at about 90 to 150 bpm (`KEYTEL_HEART_RATE_RANGE_BPM`).
    Below, the line falls under rest and rest is returned; above, it is drawn on. The weight
    enters the women's equation with a minus sign, as published.

    References
    ----------
    .. [1] L. R. Keytel et al., "Prediction of energy expenditure from heart rate monitoring
       during submaximal exercise," J. Sports Sci. 23, 289-297, 2005,
       doi:10.1080/02640410470001730089, equation without fitness.

    Examples
    --------
    >>> f"{keytel_energy_kj_min(150.0, 75.0, 35.0, male=True):.2f}"
    '61.51'
    """
    heart, mass, age = (array(a) for a in (heart_rate_bpm, mass_kg, age_years))
    men = -55.0969 + 0.6309 * heart + 0.1988 * mass + 0.2017 * age
    women = -20.4022 + 0.4472 * heart - 0.1263 * mass + 0.074 * age
    rest = RESTING_METABOLIC_RATE_W_KG * mass * 60.0 / 1000.0
    return plain(np.maximum(np.where(np.asarray(male, dtype=bool), men, women), rest))


def metabolic_rate_from_calories_w(energy_kcal: ArrayLike, duration_s: ArrayLike) -> FloatArray:
    """Turn a device's calories into a mean metabolic rate.

    Parameters
    ----------
    energy_kcal : float or ndarray
        Calories of the session. [kcal]
    duration_s : float or ndarray
        Time they were spent in. [s]

    Returns
    -------
    float or ndarray
        Metabolic rate; nan for negative calories or no time. [W]

    References
    ----------
    .. [1] Definition of the thermochemical calorie, 4184 J/kcal.

    Examples
    --------
    >>> f"{metabolic_rate_from_calories_w(600.0, 3600.0):.1f}"
    '697.3'
    """
    energy, time = array(energy_kcal), array(duration_s)
    known = (energy >= 0.0) & (time > 0.0)
    return plain(np.where(known, energy, np.nan) * 4184.0 / np.where(known, time, 1.0))
