"""What sweat means for the body: spread between people, weigh-ins, sodium and drinking."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array

#: Spread of sweat rates between people once pace, mass and weather are known, as the
#: standard deviation of the natural logarithm. [-]
#: Raw spreads are 0.43 (1.28 (0.57) L/h, endurance athletes, Barnes 2019,
#: doi:10.1080/02640414.2019.1633159) and 0.52 (1.21 (0.68) L/h, Baker 2016,
#: doi:10.1080/02640414.2015.1055291), which still hold pace, mass and weather.
BETWEEN_PERSON_LOG_SD = 0.30
#: What stays between one person's days, weather and kit taken as they were guessed. [-]
#: With the spread between people it makes times or divided by 2 in 95 of 100.
SESSION_LOG_SD = 0.19
#: Error of one weigh-in (scale, sweat held in clothing, unmeasured sips). [-]
WEIGH_IN_LOG_SD = 0.12

#: Whole-body sweat sodium, mean and range of 506 athletes; Baker 2016. [mmol/L]
SODIUM_MMOL_L = 36.0
_SODIUM_G_MMOL = 0.02299


#: Share of the sweat that thirst replaces, drink at hand or not: two thirds with free access, less
#: on the way (NATA 2017, doi:10.4085/1062-6050-52.9.02). [-]
THIRST_SHARE, THIRST_SHARE_AT_HAND = 0.5, 0.6
#: No ceiling for those who overdrink easily is higher. [L/h]
CAREFUL_CEILING_L_H = 0.5
# Ceilings by hours: 0.6 to 2 h, 0.8 to 4 h (1.0 for those who sweat more than 1.4 L/h), 0.75 to
# 12 h, 0.6 beyond.  Each step is taken where the lower one holds, over half an hour or an hour.
_HOURS = (2.0, 2.5, 3.5, 4.0, 11.0, 12.0)
_CEILING_L_H = (0.6, 0.8, 0.8, 0.75, 0.75, 0.6)
_HIGH_CEILING_L_H = (0.6, 1.0, 1.0, 0.75, 0.75, 0.6)
_HIGH_SWEAT_L_H = (1.2, 1.4)


def sweat_interval(
    sweat_rate_l_h: ArrayLike, weigh_ins: ArrayLike = 0
) -> tuple[FloatArray, FloatArray]:
    """Return the range in which 95 of 100 people with this estimate lie.

    Parameters
    ----------
    sweat_rate_l_h : float or ndarray
        Estimated sweat rate, or loss. [L/h]
    weigh_ins : int or ndarray, optional
        Sweat tests that the personal factor rests on.

    Returns
    -------
    low, high : ndarray
        The estimate divided and multiplied by 2; by less with weigh-ins. [L/h]

    Notes
    -----
    An assumption on the logarithm: `BETWEEN_PERSON_LOG_SD` and `SESSION_LOG_SD`, 1.96 of
    their standard deviation wide; weigh-ins narrow the first as in `personal_factor`.

    Examples
    --------
    >>> low, high = sweat_interval(1.0)
    >>> f"{low:.2f} {high:.2f}"
    '0.50 2.01'
    """
    rate, count = array(sweat_rate_l_h), array(weigh_ins)
    noise = SESSION_LOG_SD**2 + WEIGH_IN_LOG_SD**2
    person = BETWEEN_PERSON_LOG_SD**2 * noise / (noise + count * BETWEEN_PERSON_LOG_SD**2)
    factor = np.exp(1.96 * np.sqrt(person + SESSION_LOG_SD**2))
    return np.asarray(rate / factor), np.asarray(rate * factor)


def personal_factor(
    measured_l: ArrayLike, estimated_l: ArrayLike, prior_weight: float | None = None
) -> float:
    """Return how much more this person sweats than estimated, shrunk towards 1.

    Parameters
    ----------
    measured_l : ndarray
        Sweat losses from weigh-ins; nan or not above 0 is left out. [L]
    estimated_l : ndarray
        Losses estimated for the same sessions, without a factor. [L]
    prior_weight : float, optional
        Weigh-ins that "like everybody" counts for; default from the two spreads, 0.56.

    Returns
    -------
    float
        Factor on the estimate, 1 without weigh-ins. [-]

    Notes
    -----
    Posterior mean of a normal model on the logarithm: people differ by
    `BETWEEN_PERSON_LOG_SD`, one person's weigh-ins by session and scale.

    References
    ----------
    .. [1] B. Efron, C. Morris, "Stein's estimation rule and its competitors: an empirical
       Bayes approach," J. Am. Stat. Assoc. 68, 117-130, 1973, doi:10.2307/2284155.

    Examples
    --------
    >>> f"{personal_factor([1.5], [1.0]):.2f} {personal_factor([1.5] * 9, [1.0] * 9):.2f}"
    '1.30 1.46'
    """
    if prior_weight is None:
        prior_weight = (SESSION_LOG_SD**2 + WEIGH_IN_LOG_SD**2) / BETWEEN_PERSON_LOG_SD**2
    measured, estimated = np.broadcast_arrays(array(measured_l), array(estimated_l))
    usable = (measured > 0.0) & (estimated > 0.0)
    if not usable.any():
        return 1.0
    logs = np.log(measured[usable] / estimated[usable])
    return float(np.exp(logs.sum() / (logs.size + prior_weight)))


def sweat_from_weigh_in(
    mass_before_kg: ArrayLike,
    mass_after_kg: ArrayLike,
    *,
    intake_l: ArrayLike = 0.0,
    urine_l: ArrayLike = 0.0,
    energy_kcal: ArrayLike = 0.0,
    vapour_pressure_kpa: ArrayLike = 1.3,
) -> FloatArray:
    """Return the sweat loss that a weighing before and after a session shows.

    Parameters
    ----------
    mass_before_kg, mass_after_kg : float or ndarray
        Body mass, towelled dry and in the same clothing. [kg]
    intake_l, urine_l : float or ndarray, optional
        Drunk and passed between the weighings. [L]
    energy_kcal : float or ndarray, optional
        Energy spent; 0 leaves breath and burnt fuel in the sweat. [kcal]
    vapour_pressure_kpa : float or ndarray, optional
        Of the air breathed; 1.3 is 20 °C and 55 %. [kPa]

    Returns
    -------
    ndarray
        Sweat loss; nan where the balance is below zero. [L]

    Notes
    -----
    Oxygen at 4.86 kcal/L and a respiratory exchange ratio of 0.9: the body loses
    ``44 R - 32`` g a mol of oxygen as carbon, and ``0.019 (44 - p)`` g of water a litre of
    oxygen in the breath, ``p`` in mmHg. Together about 0.2 g/kcal: little in the heat, up to
    a third of the weight lost in the cold.

    References
    ----------
    .. [1] J. W. Mitchell, E. R. Nadel, J. A. J. Stolwijk, "Respiratory weight losses during
       exercise," J. Appl. Physiol. 32, 474-476, 1972, doi:10.1152/jappl.1972.32.4.474.

    Examples
    --------
    >>> f"{sweat_from_weigh_in(70.0, 69.0, intake_l=0.5, energy_kcal=700.0):.2f}"
    '1.36'
    """
    oxygen_l = array(energy_kcal) / 4.86
    burnt_kg = oxygen_l * (44.0 * 0.9 - 32.0) / 22.4 / 1000.0
    breath_kg = oxygen_l * 0.019 * (44.0 - array(vapour_pressure_kpa) * 7.50062) / 1000.0
    lost_kg = array(mass_before_kg) - array(mass_after_kg)
    sweat = lost_kg + array(intake_l) - array(urine_l) - burnt_kg - breath_kg
    return np.asarray(np.where(sweat >= 0.0, sweat, np.nan))


def sodium_loss_g(sweat_l: ArrayLike, sodium_mmol_l: ArrayLike = SODIUM_MMOL_L) -> FloatArray:
    """Return the sodium that leaves with the sweat.

    Parameters
    ----------
    sweat_l : float or ndarray
        Sweat loss. [L]
    sodium_mmol_l : float or ndarray, optional
        Whole-body sweat sodium, mean 36, range 18 to 71. [mmol/L]

    Returns
    -------
    ndarray
        Sodium (not salt, which is 2.54 times as much). [g]

    Examples
    --------
    >>> f"{sodium_loss_g(4.0, 54.6):.1f}"
    '5.0'
    """
    return np.asarray(array(sweat_l) * array(sodium_mmol_l) * _SODIUM_G_MMOL)


def allowed_loss_pct(duration_h: ArrayLike) -> FloatArray:
    """Return how much lighter a session of this length may leave a body without harm.

    Parameters
    ----------
    duration_h : float or ndarray
        Length of the session. [h]

    Returns
    -------
    ndarray
        2 to 4 h, then a quarter more each hour, at most 4. [% of body mass]

    Notes
    -----
    Burnt fuel and the water that was stored with it leave too: over 161 km 68.8 kg must lose
    1.9 to 5.0 % to keep their body water [2]_. Drinking to thirst is the advice there [3]_;
    the line from 2 to 4 % is an assumption that stays inside that range.

    References
    ----------
    .. [1] M. N. Sawka et al., "Exercise and fluid replacement," Med. Sci. Sports Exerc. 39,
       377-390, 2007, doi:10.1249/mss.0b013e31802ca597.
    .. [2] M. D. Hoffman, E. D. B. Goulet, R. J. Maughan, "Considerations in the use of body
       mass change to estimate change in hydration status during a 161-kilometer ultramarathon
       running competition," Sports Med. 48, 243-250, 2018, doi:10.1007/s40279-017-0782-3.
    .. [3] B. L. Bennett et al., "Wilderness Medical Society clinical practice guidelines for
       the management of exercise-associated hyponatremia: 2019 update," Wilderness Environ.
       Med. 31, 50-62, 2020, doi:10.1016/j.wem.2019.11.003.

    Examples
    --------
    >>> [f"{limit:.2f}" for limit in allowed_loss_pct([1.0, 4.0, 9.0, 24.0])]
    ['2.00', '2.00', '3.25', '4.00']
    """
    return np.asarray(np.clip(2.0 + 0.25 * (array(duration_h) - 4.0), 2.0, 4.0))


def drink_ceiling_l_h(
    sweat_rate_l_h: ArrayLike, duration_h: ArrayLike, careful: ArrayLike = False
) -> FloatArray:
    """Return what nobody should drink more of in a session of this length.

    Parameters
    ----------
    sweat_rate_l_h : float or ndarray
        Mean sweat rate of the session. [L/h]
    duration_h : float or ndarray
        Length of the session. [h]
    careful : bool or ndarray, optional
        Whether the person overdrinks easily: then 0.5 at most.

    Returns
    -------
    ndarray
        The sweat rate, at most 0.6 to 2 h, 0.8 to 4 h (1.0 above 1.4 L/h of sweat), 0.75 to
        12 h and 0.6 beyond. [L/h]

    Notes
    -----
    The gut takes up 0.8 to 1 L/h [1]_; in long sessions people who kept their body water drank
    0.4 to 0.5 L/h, and 0.45 to 0.75 is advised [3]_; that it is less beyond 12 h is an
    assumption. Steps are ramps, so that a minute or a drop of sweat more never moves a ceiling by
    much.

    References
    ----------
    .. [1] M. N. Sawka et al., "Exercise and fluid replacement," Med. Sci. Sports Exerc. 39,
       377-390, 2007, doi:10.1249/mss.0b013e31802ca597.
    .. [2] T. Hew-Butler et al., "Statement of the 3rd international exercise-associated
       hyponatremia consensus," Br. J. Sports Med. 49, 1432-1446, 2015,
       doi:10.1136/bjsports-2015-095004.
    .. [3] N. B. Tiller et al., "International Society of Sports Nutrition position stand:
       nutritional considerations for single-stage ultra-marathon training and racing," J. Int.
       Soc. Sports Nutr. 16, 50, 2019, doi:10.1186/s12970-019-0312-9.

    Examples
    --------
    >>> [f"{ceiling:.2f}" for ceiling in drink_ceiling_l_h([0.5, 2.0, 2.0, 2.0], [3, 3, 5, 24])]
    ['0.50', '1.00', '0.75', '0.60']
    """
    sweat, hours = np.maximum(array(sweat_rate_l_h), 0.0), array(duration_h)
    low, high = _HIGH_SWEAT_L_H
    share = np.clip((sweat - low) / (high - low), 0.0, 1.0)
    usual, most = (np.interp(hours, _HOURS, ends) for ends in (_CEILING_L_H, _HIGH_CEILING_L_H))
    ceiling = usual + share * (most - usual)
    ceiling = np.where(careful, np.minimum(ceiling, CAREFUL_CEILING_L_H), ceiling)
    return np.asarray(np.minimum(sweat, ceiling))


def drink_floor_l_h(
    sweat_rate_l_h: ArrayLike, mass_kg: ArrayLike, duration_h: ArrayLike
) -> FloatArray:
    """Return the least drinking that keeps the loss as allowed, where the ceiling lets it.

    Parameters
    ----------
    sweat_rate_l_h : float or ndarray
        Mean sweat rate of the session. [L/h]
    mass_kg : float or ndarray
        Body mass at the start. [kg]
    duration_h : float or ndarray
        Length of the session. [h]

    Returns
    -------
    ndarray
        Least drinking, 0 where none is needed. [L/h]

    Notes
    -----
    ``sweat - allowed loss / duration`` between 0 and `drink_ceiling_l_h`, the loss that of
    `allowed_loss_pct`: 2 % of body mass up to 4 h [1]_. It is never above the sweat rate, so who
    drinks it gains no mass. Thirst comes first.

    References
    ----------
    .. [1] M. N. Sawka et al., "Exercise and fluid replacement," Med. Sci. Sports Exerc. 39,
       377-390, 2007, doi:10.1249/mss.0b013e31802ca597.

    Examples
    --------
    >>> f"{drink_floor_l_h(1.0, 70.0, 3.0):.2f}"
    '0.53'
    """
    sweat, hours = array(sweat_rate_l_h), array(duration_h)
    allowed_l = allowed_loss_pct(hours) / 100 * array(mass_kg)
    need = sweat - allowed_l / np.where(hours > 0.0, hours, np.nan)
    target = np.clip(need, 0.0, drink_ceiling_l_h(sweat, hours))
    return np.asarray(np.where(hours > 0.0, target, 0.0 * (sweat + allowed_l)))


def drink_before_l(mass_kg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return how much to drink about four hours before a session.

    Parameters
    ----------
    mass_kg : float or ndarray
        Body mass. [kg]

    Returns
    -------
    low, high : ndarray
        5 to 7 mL/kg. [L]

    References
    ----------
    .. [1] M. N. Sawka et al., "Exercise and fluid replacement," Med. Sci. Sports Exerc. 39,
       377-390, 2007, doi:10.1249/mss.0b013e31802ca597.

    Examples
    --------
    >>> low, high = drink_before_l(70.0)
    >>> f"{low:.2f} {high:.2f}"
    '0.35 0.49'
    """
    mass = array(mass_kg)
    return np.asarray(0.005 * mass), np.asarray(0.007 * mass)


def drink_after_l(deficit_l: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return how much to drink, with sodium, when the next session is less than a day off.

    Parameters
    ----------
    deficit_l : float or ndarray
        Fluid deficit at the end; a gain counts as none. [L]

    Returns
    -------
    low, high : ndarray
        1.25 to 1.5 L for each litre lost, over some hours. [L]

    References
    ----------
    .. [1] M. N. Sawka et al., "Exercise and fluid replacement," Med. Sci. Sports Exerc. 39,
       377-390, 2007, doi:10.1249/mss.0b013e31802ca597.

    Examples
    --------
    >>> low, high = drink_after_l(1.0)
    >>> f"{low:.2f} {high:.2f}"
    '1.25 1.50'
    """
    deficit = np.maximum(array(deficit_l), 0.0)
    return np.asarray(1.25 * deficit), np.asarray(1.5 * deficit)
