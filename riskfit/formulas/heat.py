"""How hot it is for a body: WBGT and its bands; humidity and sun come from their own modules."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.formulas.humidity import (
    dew_point_c,
    heat_index_c,
    relative_humidity_from_dew_point_pct,
    saturation_vapour_pressure_kpa,
    vapour_pressure_kpa,
    wet_bulb_temperature_c,
)
from riskfit.formulas.sun import (
    air_pressure_hpa,
    clear_sky_irradiance_w_m2,
    climate_temperature_c,
    cos_zenith,
    day_of_year,
    direct_fraction,
)

__all__ = [
    "ASSUMED_COS_ZENITH",
    "ASSUMED_WIND_M_S",
    "HEAT_INDEX_BANDS",
    "WBGT_BANDS",
    "HeatBand",
    "air_pressure_hpa",
    "clear_sky_irradiance_w_m2",
    "climate_temperature_c",
    "cos_zenith",
    "day_of_year",
    "dew_point_c",
    "direct_fraction",
    "heat_index_band",
    "heat_index_c",
    "liljegren_wbgt_c",
    "natural_wet_bulb_indoor_c",
    "relative_humidity_from_dew_point_pct",
    "saturation_vapour_pressure_kpa",
    "vapour_pressure_kpa",
    "wbgt_band",
    "wbgt_indoor_c",
    "wbgt_outdoor_c",
    "wbgt_with_interval_c",
    "wet_bulb_temperature_c",
]


#: Wind at 2 m where nobody measured it. [m/s]
ASSUMED_WIND_M_S = 2.0
#: The sun 45 degrees high, where the place or the hour is unknown (assumption). [-]
ASSUMED_COS_ZENITH = 0.7071
#: Occupied rooms: ISO 7730:2005 table A.5 allows 0.1 to 0.24 m/s; a fan reaches 0.3. [m/s]
_INDOOR_AIR_M_S = (0.3, 0.2, 0.1)


def _array(values: ArrayLike) -> FloatArray:
    """Return the values as doubles."""
    return np.asarray(values, dtype=np.float64)


def wbgt_outdoor_c(
    natural_wet_bulb_c: ArrayLike, globe_c: ArrayLike, air_temperature_c: ArrayLike
) -> FloatArray:
    """Combine the three thermometers of WBGT in the sun.

    Parameters
    ----------
    natural_wet_bulb_c, globe_c, air_temperature_c : float or ndarray
        Natural wet bulb, black globe and shaded dry bulb. [°C]

    Returns
    -------
    ndarray
        Wet-bulb globe temperature. [°C]

    References
    ----------
    .. [1] ISO 7243:2017, Assessment of heat stress using the WBGT index.

    Examples
    --------
    >>> f"{wbgt_outdoor_c(25.0, 32.0, 20.0):.1f}"
    '25.9'
    """
    return np.asarray(
        0.7 * _array(natural_wet_bulb_c) + 0.2 * _array(globe_c) + 0.1 * _array(air_temperature_c)
    )


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
    return np.asarray(0.7 * _array(natural_wet_bulb_c) + 0.3 * _array(globe_c))


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
    t = _array(air_temperature_c)
    wet = wet_bulb_temperature_c(t, np.clip(_array(relative_humidity_pct), 5.0, 99.0))
    speed = np.clip(_array(air_speed_m_s), 0.03, 3.0)
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
            _array,
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
    result[known] = np.asarray(wbgt_k, dtype=np.float64) - 273.15
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
        *map(_array, (*columns, pressure_hpa)), np.asarray(indoor, dtype=bool)
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


class HeatBand(NamedTuple):
    """A band of a heat measure: from ``from_c`` up to the next band's.

    Attributes
    ----------
    from_c : float
        Where the band begins. [°C]
    word : str
        One word or two for a table.
    meaning : str
        What the source says of it, in our words.
    source : str
        Key or citation of the source.
    """

    from_c: float
    word: str
    meaning: str
    source: str


_ACSM = "Armstrong et al. 2007, ACSM position stand, doi:10.1249/MSS.0b013e31802fa199, table 3"
_NWS = "US National Weather Service, heat index classes"

#: WBGT bands for continuous exercise and competition.
WBGT_BANDS: tuple[HeatBand, ...] = tuple(
    HeatBand(from_c=from_c, word=word, meaning=meaning, source=_ACSM)
    for from_c, word, meaning in (
        (-np.inf, "cool", "heat stroke is possible but depends on the person"),
        (10.1, "safe", "generally safe; heat stroke can occur"),
        (18.4, "rising", "heat illness begins to rise; those at risk need watching"),
        (22.3, "raised", "the risk is raised for everybody who competes"),
        (25.7, "high", "high for the unfit and for those not used to heat"),
        (27.9, "very high", "level at which races are called off"),
        (30.1, "extreme", "stop, or only light exercise for the fit and acclimatised"),
        (32.3, "stop", "the body cannot shed its heat; exercise is to be cancelled"),
    )
)

#: Heat index bands: 80, 90, 103 and 125 °F.
HEAT_INDEX_BANDS: tuple[HeatBand, ...] = tuple(
    HeatBand(from_c=(from_f - 32.0) / 1.8, word=word, meaning=meaning, source=_NWS)
    for from_f, word, meaning in (
        (-np.inf, "none", "below the classes"),
        (80.0, "caution", "fatigue is possible with long exposure or activity"),
        (90.0, "extreme caution", "heat cramps and heat exhaustion are possible"),
        (103.0, "danger", "heat exhaustion is likely, heat stroke possible"),
        (125.0, "extreme danger", "heat stroke is very likely"),
    )
)


def _band(bands: Sequence[HeatBand], value_c: float) -> HeatBand | None:
    """Return the last band that begins at or below the value."""
    found = [band for band in bands if value_c >= band.from_c]
    return found[-1] if found else None


def wbgt_band(wbgt_c: float) -> HeatBand | None:
    """Return the ACSM band of a WBGT, None for nan.

    Parameters
    ----------
    wbgt_c : float
        Wet-bulb globe temperature. [°C]

    Returns
    -------
    HeatBand or None

    Examples
    --------
    >>> wbgt_band(28.0).word
    'very high'
    """
    return _band(WBGT_BANDS, wbgt_c)


def heat_index_band(heat_index_c: float) -> HeatBand | None:
    """Return the National Weather Service class of a heat index, None for nan.

    Parameters
    ----------
    heat_index_c : float
        Heat index. [°C]

    Returns
    -------
    HeatBand or None

    Examples
    --------
    >>> heat_index_band(38.0).word
    'extreme caution'
    """
    return _band(HEAT_INDEX_BANDS, heat_index_c)
