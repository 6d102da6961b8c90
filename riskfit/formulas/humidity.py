"""Moist air: vapour pressure, dew point, wet bulb and the heat index."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.numbers import array

# Magnus coefficients over water, -45 to 60 °C, within 0.4 %: Alduchov & Eskridge 1996,
# J. Appl. Meteorol. 35, 601, doi:10.1175/1520-0450(1996)035<0601:IMFAOS>2.0.CO;2, eq. 21
_MAGNUS_KPA, _MAGNUS_A, _MAGNUS_B = 0.61094, 17.625, 243.04


def saturation_vapour_pressure_kpa(air_temperature_c: ArrayLike) -> FloatArray:
    """Return the vapour pressure of saturated air over water.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature, −45 to 60. [°C]

    Returns
    -------
    ndarray
        Saturation vapour pressure. [kPa]

    References
    ----------
    .. [1] O. A. Alduchov, R. E. Eskridge, "Improved Magnus form approximation of saturation
       vapor pressure," J. Appl. Meteorol. 35, 601-609, 1996, eq. 21 (error under 0.4 %).

    Examples
    --------
    >>> f"{saturation_vapour_pressure_kpa(20.0):.3f}"
    '2.333'
    """
    t = array(air_temperature_c)
    return np.asarray(_MAGNUS_KPA * np.exp(_MAGNUS_A * t / (_MAGNUS_B + t)))


def vapour_pressure_kpa(
    air_temperature_c: ArrayLike, relative_humidity_pct: ArrayLike
) -> FloatArray:
    """Return the vapour pressure of moist air.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity. [%]

    Returns
    -------
    ndarray
        Vapour pressure. [kPa]

    Examples
    --------
    >>> f"{vapour_pressure_kpa(20.0, 50.0):.3f}"
    '1.167'
    """
    humidity = array(relative_humidity_pct)
    return np.asarray(humidity / 100.0 * saturation_vapour_pressure_kpa(air_temperature_c))


def wet_bulb_temperature_c(
    air_temperature_c: ArrayLike, relative_humidity_pct: ArrayLike
) -> FloatArray:
    """Estimate the ventilated, shaded wet bulb at sea-level pressure.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity. [%]

    Returns
    -------
    ndarray
        Psychrometric wet bulb; nan outside −20 to 50 °C or 5 to 99 %. [°C]

    Notes
    -----
    An empirical fit with a stated error of −1.0 to +0.65 °C, mean absolute error 0.28.
    It is not the natural wet bulb of WBGT, which sun and still air raise.

    References
    ----------
    .. [1] R. Stull, "Wet-bulb temperature from relative humidity and air temperature,"
       J. Appl. Meteorol. Climatol. 50, 2267-2269, 2011, doi:10.1175/JAMC-D-11-0143.1, eq. 1.

    Examples
    --------
    >>> f"{wet_bulb_temperature_c(20.0, 50.0):.1f}"
    '13.7'
    """
    t, rh = np.broadcast_arrays(array(air_temperature_c), array(relative_humidity_pct))
    inside = (t >= -20.0) & (t <= 50.0) & (rh >= 5.0) & (rh <= 99.0)
    t, rh = np.where(inside, t, np.nan), np.where(inside, rh, np.nan)
    slope = np.arctan(0.151977 * np.sqrt(rh + 8.313659))
    offset = np.arctan(t + rh) - np.arctan(rh - 1.676331) - 4.686035
    return np.asarray(t * slope + offset + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh))


def heat_index_c(air_temperature_c: ArrayLike, relative_humidity_pct: ArrayLike) -> FloatArray:
    """Return the heat index of the US National Weather Service, for shade and light wind.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity. [%]

    Returns
    -------
    ndarray
        Apparent temperature. [°C]

    Notes
    -----
    Below 80 °F the mean of Steadman's short formula and the air temperature, above it the
    regression [1]_ (±1.3 °F) with the two adjustments of [2]_; in degrees Fahrenheit inside.

    References
    ----------
    .. [1] L. P. Rothfusz, "The heat index equation," NWS Technical Attachment SR 90-23, 1990.
    .. [2] NWS Weather Prediction Center, "The heat index equation", wpc.ncep.noaa.gov.

    Examples
    --------
    >>> f"{heat_index_c(30.0, 80.0):.1f}"
    '37.7'
    """
    t = array(air_temperature_c) * 1.8 + 32.0
    rh = array(relative_humidity_pct)
    short = 0.5 * (t + 0.5 * (t + 61.0 + (t - 68.0) * 1.2 + rh * 0.094))
    full = (
        -42.379
        + 2.04901523 * t
        + 10.14333127 * rh
        - 0.22475541 * t * rh
        - 0.00683783 * t * t
        - 0.05481717 * rh * rh
        + 0.00122874 * t * t * rh
        + 0.00085282 * t * rh * rh
        - 0.00000199 * t * t * rh * rh
    )
    dry = np.clip((13.0 - rh) / 4.0, 0.0, None) * np.sqrt(
        np.clip((17.0 - np.abs(t - 95.0)) / 17.0, 0.0, None)
    )
    moist = np.clip((rh - 85.0) / 10.0, 0.0, None) * np.clip((87.0 - t) / 5.0, 0.0, None)
    return np.asarray((np.where(short >= 80.0, full - dry + moist, short) - 32.0) / 1.8)
