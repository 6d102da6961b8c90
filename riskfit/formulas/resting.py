"""The body at rest, and multiples of rest: resting rate, skin area, oxygen, METs."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import DAY_S, FloatArray
from riskfit.formulas.numbers import array, plain

#: Energy of a litre of oxygen at the fuel mix of exercise, 5 kcal: F. Peronnet, D. Massicotte,
#: "Table of nonprotein respiratory quotient: an update," Can. J. Sport Sci. 16, 23-29, 1991
#: (20.9 at a quotient of 0.94). [kJ/L]
OXYGEN_ENERGY_KJ_L = 20.9
#: One MET, 3.5 mL/kg/min of oxygen (Ainsworth 2011, see `met_metabolic_rate_w`). [W/kg]
RESTING_METABOLIC_RATE_W_KG = 3.5 * OXYGEN_ENERGY_KJ_L / 60.0

#: MET of sports where nothing measured tells the intensity; codes of the Compendium behind;
#: it has no e-bike.
MET_BY_SPORT: Mapping[str, float] = MappingProxyType(
    {
        "alpine_skiing": 5.3,  # 19160 downhill, moderate effort
        "american_football": 8.0,  # 15210 competitive
        "basketball": 6.5,  # 15055 general
        "boot_camp": 5.0,  # 02008 obstacle course, boot camp training program
        "cross_country_skiing": 9.0,  # 19090 moderate speed and effort
        "cycling": 7.5,  # 01015 general
        "e_biking": 5.9,  # Riiser et al. 2025, doi:10.3389/fspor.2025.1653833: 19 commuters
        "elliptical": 5.0,  # 02048 moderate effort
        "fitness_equipment": 5.5,  # 02060 health club exercise, general
        "golf": 4.8,  # 15255 general
        "hiit": 8.0,  # 02040 circuit training, vigorous
        "hiking": 6.0,  # 17080 cross country
        "ice_skating": 7.0,  # 19030 general
        "inline_skating": 7.5,  # 15591 recreational pace
        "kayaking": 5.0,  # 18100 moderate effort
        "pilates": 3.0,  # 02105 general
        "rock_climbing": 5.8,  # 15537 low-to-moderate difficulty
        "rowing": 7.0,  # 02072 stationary, 100 watts
        "rugby": 8.3,  # 15560 union, team, competitive
        "running": 8.0,  # 12150 running
        "sitting": 1.5,  # 11580 sitting tasks, light effort
        "snowboarding": 5.3,  # 19160 alpine or snowboarding, moderate effort
        "snowshoeing": 5.3,  # 19190 moderate effort
        "soccer": 10.0,  # 15605 competitive
        "stair_climbing": 9.0,  # 02065 stair-treadmill ergometer
        "stand_up_paddleboarding": 6.0,  # 18225 paddle boarding, standing
        "standing": 3.0,  # 11600 standing tasks, light effort: store clerk, filing
        "strength_training": 3.5,  # 02054 multiple exercises, 8-15 repetitions
        "swimming": 5.8,  # 18240 laps, freestyle, slow to moderate
        "tennis": 7.3,  # 15675 general
        "training": 5.5,  # 02060 health club exercise, general
        "walking": 3.5,  # 17190 moderate pace, level
        "yoga": 2.5,  # 02150 Hatha
    }
)


def met_metabolic_rate_w(met: ArrayLike, mass_kg: ArrayLike) -> FloatArray:
    """Turn a metabolic equivalent into metabolic rate.

    Parameters
    ----------
    met : float or ndarray
        Multiple of rest, from `MET_BY_SPORT` where nothing was measured. [MET]
    mass_kg : float or ndarray
        Body mass. [kg]

    Returns
    -------
    float or ndarray
        Metabolic rate. [W]

    References
    ----------
    .. [1] B. E. Ainsworth et al., "2011 Compendium of Physical Activities: a second update of
       codes and MET values," Med. Sci. Sports Exerc. 43, 1575-1581, 2011,
       doi:10.1249/MSS.0b013e31821ece12.

    Examples
    --------
    >>> f"{met_metabolic_rate_w(MET_BY_SPORT['hiking'], 70.0):.0f}"
    '512'
    """
    mass = array(mass_kg)
    return plain(array(met) * RESTING_METABOLIC_RATE_W_KG * mass)


def resting_metabolic_rate_w(
    mass_kg: ArrayLike, height_m: ArrayLike, age_years: ArrayLike, male: ArrayLike
) -> FloatArray:
    """Estimate the metabolic rate at rest.

    Parameters
    ----------
    mass_kg, height_m, age_years : float or ndarray
        Body mass, height and age. [kg; m; years]
    male : bool or ndarray of bool
        Which constant. [-]

    Returns
    -------
    float or ndarray
        Resting metabolic rate; nan outside the 19 to 78 years studied (then
        `RESTING_METABOLIC_RATE_W_KG`, which is some 10 % higher for sitting). [W]

    References
    ----------
    .. [1] M. D. Mifflin et al., "A new predictive equation for resting energy expenditure in
       healthy individuals," Am. J. Clin. Nutr. 51, 241-247, 1990, doi:10.1093/ajcn/51.2.241.

    Examples
    --------
    >>> f"{resting_metabolic_rate_w(70.0, 1.75, 30.0, male=True):.1f}"
    '79.8'
    """
    age = array(age_years)
    age = np.where((age >= 19.0) & (age <= 78.0), age, np.nan)
    sex = np.where(np.asarray(male, dtype=bool), 5.0, -161.0)
    mass, height = array(mass_kg), array(height_m)
    kcal_day = 10.0 * mass + 625.0 * height - 5.0 * age + sex
    return plain(kcal_day * 4184.0 / DAY_S)


def body_surface_area_m2(mass_kg: ArrayLike, height_m: ArrayLike) -> FloatArray:
    """Estimate the area of the skin.

    Parameters
    ----------
    mass_kg : float or ndarray
        Body mass. [kg]
    height_m : float or ndarray
        Height. [m]

    Returns
    -------
    float or ndarray
        Body surface area; nan where mass or height is not positive. [m2]

    References
    ----------
    .. [1] D. Du Bois, E. F. Du Bois, "A formula to estimate the approximate surface area if
       height and weight be known," Arch. Intern. Med. 17, 863-871, 1916,
       doi:10.1001/archinte.1916.00080130010002: 0.202 kg^0.425 m^0.725.

    Examples
    --------
    >>> f"{body_surface_area_m2(70.0, 1.75):.2f}"
    '1.84'
    """
    mass, height = array(mass_kg), array(height_m)
    known = (mass > 0.0) & (height > 0.0)
    mass, height = np.where(known, mass, np.nan), np.where(known, height, np.nan)
    return plain(0.202 * mass**0.425 * height**0.725)
