"""How hot it is for a body: WBGT and its bands; humidity and sun come from their own modules."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.humidity import (
    wet_bulb_temperature_c,
)
from riskfit.formulas.numbers import array
from riskfit.formulas.sun import (
    clear_sky_irradiance_w_m2,
    direct_fraction,
)

#: Wind at 2 m where nobody measured it. [m/s]
ASSUMED_WIND_M_S = 2.0
#: The sun 45 degrees high, where the place or the hour is unknown (assumption). [-]
ASSUMED_COS_ZENITH = 0.7071
#: Occupied rooms: ISO 7730:2005 table A.5 allows 0.1 to 0.24 m/s; a fan reaches 0.3. [m/s]
_INDOOR_AIR_M_S = (0.3, 0.2, 0.1)


def wbgt_indoor_c(natural_wet_bulb_c: ArrayLike, globe_c: ArrayLike) -> FloatArray:
    """Combine the two thermometers of WBGT out of the sun.

    Parameters
    ----------
    natural_wet_bulb_c, globe_c : float or ndarray
        Natural wet bulb and black globe. [°C]

    Returns
    -------
    ndarray
        Wet-bulb globe temperature. [°C]

    References
    ----------
    .. [1] ISO 7243:2017, Assessment of heat stress using the WBGT index.

    Examples
    --------
    >>> f"{wbgt_indoor_c(17.3, 40.0):.1f}"
    '24.1'
    """
    return np.asarray(0.7 * array(natural_wet_bulb_c) + 0.3 * array(globe_c))


def natural_wet_bulb_indoor_c(
    air_temperature_c: ArrayLike, relative_humidity_pct: ArrayLike, air_speed_m_s: ArrayLike
) -> FloatArray:
    """Estimate the natural wet bulb of a room whose walls are as warm as its air.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity; below 5 and above 99 read as these. [%]
    air_speed_m_s : float or ndarray
        Air speed. [m/s]

    Returns
    -------
    ndarray
        Natural wet bulb; nan outside −20 to 50 °C. [°C]

    References
    ----------
    .. [1] T. E. Bernard, M. Pourmoghani, "Prediction of workplace wet bulb global
       temperature," Appl. Occup. Environ. Hyg. 14, 126-134, 1999, doi:10.1080/104732299303296.
    .. [2] B. Lemke, T. Kjellstrom, "Calculating workplace WBGT from meteorological data,"
       Ind. Health 50, 267-278, 2012, doi:10.2486/indhealth.MS1352, recommending it indoors.

    Examples
    --------
    >>> f"{natural_wet_bulb_indoor_c(25.0, 50.0, 0.2):.1f}"
    '18.6'
    """
    t = array(air_temperature_c)
    wet = wet_bulb_temperature_c(t, np.clip(array(relative_humidity_pct), 5.0, 99.0))
    speed = np.clip(array(air_speed_m_s), 0.03, 3.0)
    return np.asarray(t - (0.96 + 0.069 * np.log10(speed)) * (t - wet))


def liljegren_wbgt_c(
    air_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    wind_m_s: ArrayLike,
    *,
    solar_w_m2: ArrayLike,
    cos_zenith: ArrayLike,
    direct_fraction: ArrayLike,
    pressure_hpa: ArrayLike = 1013.25,
) -> FloatArray:
    """Return the outdoor wet-bulb globe temperature from weather.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity. [%]
    wind_m_s : float or ndarray
        Wind at 2 m above ground; under 0.48 read as that. [m/s]
    solar_w_m2 : float or ndarray
        Global horizontal irradiance. [W/m²]
    cos_zenith : float or ndarray
        Cosine of the sun's angle from the vertical. [-]
    direct_fraction : float or ndarray
        Share of the irradiance straight from the sun. [-]
    pressure_hpa : float or ndarray, optional
        Air pressure. [hPa]

    Returns
    -------
    ndarray
        Wet-bulb globe temperature; nan where an input is or nothing converges. [°C]

    Notes
    -----
    Solved by ECMWF's ``thermofeel``, within 0.4 °C of the authors' program. That library
    takes wind at 10 m; it is given the one whose logarithmic profile has ours at 2 m.

    References
    ----------
    .. [1] J. C. Liljegren et al., "Modeling the wet bulb globe temperature using standard
       meteorological measurements," J. Occup. Environ. Hyg. 5, 645-655, 2008,
       doi:10.1080/15459620802310770.
    """
    columns = np.broadcast_arrays(
        *map(
            array,
            (
                air_temperature_c,
                relative_humidity_pct,
                pressure_hpa,
                wind_m_s,
                solar_w_m2,
                direct_fraction,
                cos_zenith,
            ),
        )
    )
    known = np.all(np.isfinite(columns), axis=0)
    result = np.full(known.shape, np.nan)
    if not known.any():
        return result
    from thermofeel import calculate_wbgt_liljegren  # 80 ms: only who asks for WBGT pays

    t, rh, pressure, wind, solar, direct, height = (column[known] for column in columns)
    wind_10m = wind * np.log(10.0 / 0.01) / np.log(2.0 / 0.01)
    wbgt_k = calculate_wbgt_liljegren(
        t + 273.15,
        np.maximum(rh, 1.0),
        pressure,
        wind_10m,
        solar,
        direct,
        height,
        wind_scaling="brode",
    )
    result[known] = array(wbgt_k) - 273.15
    return result


def wbgt_with_interval_c(
    air_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    *,
    cos_zenith: ArrayLike = np.nan,
    sun_fraction: ArrayLike = np.nan,
    wind_m_s: ArrayLike = np.nan,
    indoor: ArrayLike = False,
    pressure_hpa: ArrayLike = 1013.25,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return WBGT with the range that an unknown sky leaves open.

    Parameters
    ----------
    air_temperature_c : float or ndarray
        Air temperature in the shade. [°C]
    relative_humidity_pct : float or ndarray
        Relative humidity. [%]
    cos_zenith : float or ndarray, optional
        Cosine of the sun's angle from the vertical; nan: 45 degrees high. [-]
    sun_fraction : float or ndarray, optional
        Share of the clear-sky sun; nan: unknown. [-]
    wind_m_s : float or ndarray, optional
        Wind at 2 m; nan: 2. [m/s]
    indoor : bool or ndarray, optional
        In a room: no sun, air at 0.1 to 0.3 m/s whatever the wind.
    pressure_hpa : float or ndarray, optional
        Air pressure. [hPa]

    Returns
    -------
    value, low, high : ndarray
        With the sun unknown: at half the clear-sky sun, in the shade, in full sun. [°C]

    Notes
    -----
    With the sun known the three are one; indoors they are the room at 0.2, 0.3 and 0.1 m/s.
    """
    columns = (air_temperature_c, relative_humidity_pct, cos_zenith, sun_fraction, wind_m_s)
    t, rh, height, sun, wind, pressure = np.broadcast_arrays(
        *map(array, (*columns, pressure_hpa)), np.asarray(indoor, dtype=bool)
    )[:6]
    room = np.broadcast_to(np.asarray(indoor, dtype=bool), t.shape)
    height = np.where(np.isfinite(height), height, ASSUMED_COS_ZENITH)
    wind = np.where(np.isfinite(wind), wind, ASSUMED_WIND_M_S)
    clear = clear_sky_irradiance_w_m2(height)
    known = np.isfinite(sun)
    # shade, middle, full sun; one call because the solver's price is per call
    skies = (0.0,) if known.all() else (0.0, 0.5, 1.0)
    shares = np.stack([np.where(known, sun, share) for share in skies])
    solar = shares * clear
    outside = liljegren_wbgt_c(
        np.where(room, np.nan, t),
        rh,
        wind,
        solar_w_m2=solar,
        cos_zenith=height,
        direct_fraction=direct_fraction(solar, height),
        pressure_hpa=pressure,
    )
    inside = [
        wbgt_indoor_c(natural_wet_bulb_indoor_c(t, rh, speed), t) for speed in _INDOOR_AIR_M_S
    ]
    low, value, high = np.where(room, np.stack(inside), outside)  # one sky stands for three
    return value, np.minimum(low, value), np.maximum(high, value)
