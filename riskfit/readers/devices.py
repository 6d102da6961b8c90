"""What a device's name tells: its maker, and whether it is worn at the wrist."""

import re

from riskfit.activity import Device

_MAKERS = re.compile(
    r"\b(garmin|wahoo|polar|suunto|coros|bryton|lezyne|sigma|hammerhead|fitbit|apple|huawei|"
    r"samsung|amazfit|xiaomi|stages|tomtom|timex)\b"
)
#: Product lines, as their makers name them.
_WATCHES = re.compile(
    r"forerunner|f[eē]nix|v[ií]vo(active|smart|sport)|venu\b|instinct|enduro\b|epix|\bmarq\b|descent|"
    r"swim ?2|approach s|tactix|quatix|lily\b|\bfr ?\d{2,3}\b|apple watch|\bwatch\b|vantage|"
    r"grit x|pacer|polar (m4|v8|ignite|unite)|ambit|spartan|suunto (3|5|7|9|race|vertical)|"
    r"\bapex\b|\bpace [23]|vertix|elemnt rival|amazfit|mi band|galaxy watch|versa|ionic|charge",
    re.IGNORECASE,
)
_BIKE_COMPUTERS = re.compile(
    r"\bedge\b|edge ?\d|elemnt (?!rival)|\bbolt\b|\broam\b|karoo|\brider \d|bryton|lezyne|"
    r"\brox\b|stages dash|polar (m450|m460|v650)|etrex|gpsmap|oregon|montana",
    re.IGNORECASE,
)


def device_of(name: str | None, serial_number: str | None = None) -> Device:
    """Return the device that a name like ``Garmin Forerunner 945`` stands for.

    Parameters
    ----------
    name : str or None
    serial_number : str or None

    Returns
    -------
    Device
        ``wrist`` is None where the name does not tell (a phone, a website, an unknown line).
    """
    product = (name or "").strip() or None
    lower = (product or "").casefold()
    named = _MAKERS.search(lower)
    maker = named[1] if named else None
    wrist = None
    if product and _BIKE_COMPUTERS.search(product):
        wrist = False
    elif product and _WATCHES.search(product):
        wrist = True
    if wrist is not None and maker is None and re.search(r"forerunner|edge|f[eē]nix|venu", lower):
        maker = "garmin"
    return Device(manufacturer=maker, product=product, serial_number=serial_number, wrist=wrist)
