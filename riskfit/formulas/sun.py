"""Where the sun stands, how much it can send, and what a place's air is like by default."""

import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import DAY_S, FloatArray
from riskfit.formulas.numbers import array

_SOLAR_CONSTANT_W_M2 = 1361.0  # Kopp & Lean 2011, doi:10.1029/2010GL045777


def day_of_year(posix_s: ArrayLike) -> FloatArray:
    """Return the day of the year of a moment, 1 at the first midnight of January.

    Parameters
    ----------
    posix_s : float or ndarray
        POSIX time. [s]

    Returns
    -------
    ndarray
        Day of the year with its fraction, 1 to 367. [d]

    Examples
    --------
    >>> float(day_of_year(86400.0 * 31))
    32.0
    """
    t = array(posix_s)
    known = np.isfinite(t)
    stamps = np.where(known, t, 0.0).astype("datetime64[s]")
    year_start_s = stamps.astype("datetime64[Y]").astype("datetime64[s]").astype(np.float64)
    return np.where(known, (t - year_start_s) / DAY_S + 1.0, np.nan)


def cos_zenith(posix_s: ArrayLike, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    """Return the cosine of the sun's angle from the vertical; below zero it is night.

    Parameters
    ----------
    posix_s : float or ndarray
        POSIX time. [s]
    latitude_deg, longitude_deg : float or ndarray
        Place, north and east positive. [°]

    Returns
    -------
    ndarray
        Cosine of the zenith angle, without refraction. [-]

    Notes
    -----
    Fourier series for declination and equation of time [1]_ as used by NOAA [2]_;
    declination to about 0.04°, equation of time to about half a minute.

    References
    ----------
    .. [1] J. W. Spencer, "Fourier series representation of the position of the sun,"
       Search 2(5), 172, 1971.
    .. [2] NOAA Global Monitoring Laboratory, "General solar position calculations".

    Examples
    --------
    Noon of the June solstice at Greenwich: 51.48 − 23.44 = 28.0 degrees from the vertical.

    >>> zenith = np.degrees(np.arccos(cos_zenith(1718971200.0, 51.48, 0.0)))
    >>> f"{zenith:.1f}"
    '28.0'
    """
    t = array(posix_s)
    day = 2.0 * np.pi / 365.0 * (day_of_year(t) - 1.5)
    declination = (
        0.006918
        - 0.399912 * np.cos(day)
        + 0.070257 * np.sin(day)
        - 0.006758 * np.cos(2 * day)
        + 0.000907 * np.sin(2 * day)
        - 0.002697 * np.cos(3 * day)
        + 0.00148 * np.sin(3 * day)
    )
    equation_of_time_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(day)
        - 0.032077 * np.sin(day)
        - 0.014615 * np.cos(2 * day)
        - 0.040849 * np.sin(2 * day)
    )
    longitude = array(longitude_deg)
    solar_min = np.mod(t, DAY_S) / 60.0 + equation_of_time_min + 4.0 * longitude
    hour_angle = np.radians(solar_min / 4.0 - 180.0)
    latitude = np.radians(array(latitude_deg))
    return np.asarray(
        np.sin(latitude) * np.sin(declination)
        + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    )


def clear_sky_irradiance_w_m2(cos_zenith: ArrayLike) -> FloatArray:
    """Return the sunlight on level ground under a cloudless sky.

    Parameters
    ----------
    cos_zenith : float or ndarray
        Cosine of the sun's angle from the vertical. [-]

    Returns
    -------
    ndarray
        Global horizontal irradiance, 0 at night. [W/m²]

    Notes
    -----
    ``1098 cos z exp(-0.057 / cos z)`` [1]_; best in mean monthly error among the models
    that need the zenith angle only [2]_. Altitude and haze are left out: about ±10 %.

    References
    ----------
    .. [1] B. Haurwitz, "Insolation in relation to cloudiness and cloud density,"
       J. Meteorol. 2, 154-166, 1945.
    .. [2] M. Reno, C. Hansen, J. Stein, "Global horizontal irradiance clear sky models,"
       Sandia report SAND2012-2389, 2012.

    Examples
    --------
    >>> f"{clear_sky_irradiance_w_m2(1.0):.0f}"
    '1037'
    """
    height = array(cos_zenith)
    above = np.maximum(height, 1e-3)
    return np.asarray(np.where(height > 0.0, 1098.0 * above * np.exp(-0.057 / above), 0.0 * height))


def direct_fraction(solar_w_m2: ArrayLike, cos_zenith: ArrayLike) -> FloatArray:
    """Return the share of the sunlight that comes straight from the sun's disc.

    Parameters
    ----------
    solar_w_m2 : float or ndarray
        Global horizontal irradiance. [W/m²]
    cos_zenith : float or ndarray
        Cosine of the sun's angle from the vertical. [-]

    Returns
    -------
    ndarray
        Direct part, 0 to 0.9, 0 with the sun below 0.5°. [-]

    Notes
    -----
    ``exp(3 - 1.34 S - 1.65 / S)`` with ``S`` the irradiance over that above the atmosphere,
    at most 0.85 [1]_. The 3 % the sun's distance varies within the year is left out.

    References
    ----------
    .. [1] J. C. Liljegren et al., "Modeling the wet bulb globe temperature using standard
       meteorological measurements," J. Occup. Environ. Hyg. 5, 645-655, 2008,
       doi:10.1080/15459620802310770.

    Examples
    --------
    >>> f"{direct_fraction(800.0, 0.8):.2f}"
    '0.79'
    """
    solar = array(solar_w_m2)
    height = array(cos_zenith)
    up = height > 0.00873
    above_air = _SOLAR_CONSTANT_W_M2 * np.where(up, height, 1.0)
    share = np.clip(solar / above_air, 1e-3, 0.85)
    direct = np.minimum(np.exp(3.0 - 1.34 * share - 1.65 / share), 0.9)
    return np.asarray(np.where(up, direct, 0.0 * (solar + height)))


def climate_temperature_c(latitude_deg: ArrayLike, day_of_year: ArrayLike) -> FloatArray:
    """Guess the air temperature of a place and season when nothing else is known.

    Parameters
    ----------
    latitude_deg : float or ndarray
        Latitude, north positive. [°]
    day_of_year : float or ndarray
        Day of the year. [d]

    Returns
    -------
    ndarray
        A daytime air temperature near sea level, to be read as ±10. [°C]

    Notes
    -----
    An assumption of this project and no climatology: 33 degrees at the equator, 0.4 less
    a degree of latitude, a yearly swing of 0.2 a degree of latitude with its peak in late
    July in the north and in late January in the south. Coasts, deserts and mountains
    differ by ten degrees and more; whoever uses it shows the interval.

    Examples
    --------
    >>> f"{climate_temperature_c(50.0, 205.0):.0f} {climate_temperature_c(50.0, 22.5):.0f}"
    '23 3'
    """
    latitude = array(latitude_deg)
    season = np.cos(2.0 * np.pi * (array(day_of_year) - 205.0) / 365.0)
    return np.asarray(33.0 - 0.4 * np.abs(latitude) + 0.2 * latitude * season)


def air_pressure_hpa(altitude_m: ArrayLike) -> FloatArray:
    """Return the air pressure at an altitude in the standard atmosphere.

    Parameters
    ----------
    altitude_m : float or ndarray
        Height above sea level, to 11,000. [m]

    Returns
    -------
    ndarray
        Air pressure. [hPa]

    References
    ----------
    .. [1] ISO 2533:1975, Standard Atmosphere: 1013.25 hPa, 288.15 K, 6.5 K/km.

    Examples
    --------
    >>> f"{air_pressure_hpa(2000.0):.0f}"
    '795'
    """
    altitude = array(altitude_m)
    return np.asarray(1013.25 * np.maximum(1.0 - 2.25577e-5 * altitude, 0.0) ** 5.25588)


def sun_of_cloud(cloud_fraction: ArrayLike) -> FloatArray:
    """Return the share of the clear-sky sun that comes through a cloud cover.

    Parameters
    ----------
    cloud_fraction : float or ndarray
        Share of the sky that is covered. [fraction]

    Returns
    -------
    ndarray
        Share of the irradiance of a cloudless sky. [fraction]

    References
    ----------
    .. [1] F. Kasten, G. Czeplak, "Solar and terrestrial radiation dependent on the amount and
       type of cloud," Solar Energy 24, 177-189, 1980, doi:10.1016/0038-092X(80)90391-6.

    Examples
    --------
    >>> sun_of_cloud(np.array([0.0, 0.5, 1.0])).round(2)
    array([1.  , 0.93, 0.25])
    """
    return np.asarray(1.0 - 0.75 * np.clip(array(cloud_fraction), 0.0, 1.0) ** 3.4)
