"""What recorded a session: its maker, its product, and whether it was worn at the wrist.

The makers and products stand in ``riskfit/devices.toml``.
"""

import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from riskfit.activity import Device
from riskfit.strict_toml import Strict, convert_table, parse_toml

_FILE = "devices.toml"
_WILD = re.compile("[*#]")


class _Placed(Strict, frozen=True, kw_only=True):
    """Words or makers by where their devices sit."""

    wrist: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()
    virtual: tuple[str, ...] = ()


class _Garmin(_Placed, frozen=True, kw_only=True):
    makers: tuple[str, ...]
    lines: tuple[str, ...]
    newer_products: dict[str, str]


class _Spelled(Strict, frozen=True, kw_only=True):
    makers: tuple[str, ...]


class _Devices(Strict, frozen=True, kw_only=True):
    names: _Placed
    makers: _Placed
    garmin: _Garmin
    spelled: _Spelled


def device_of(
    name: str | None, serial_number: str | None = None, *, maker: str | None = None
) -> Device:
    """Return the device that a name like ``Garmin Forerunner 945`` stands for.

    Parameters
    ----------
    name : str or None
    serial_number : str or None
    maker : str, optional
        FIT's word, where the file says it; else the name may.

    Returns
    -------
    Device
        ``wrist`` is None where neither tells (a phone, a website, an unknown line).
    """
    product = (name or "").strip() or None
    found, wrist = _known(product or "", maker)
    return Device(
        manufacturer=found,
        product=product,
        serial_number=serial_number,
        wrist=wrist,
        virtual=_is_virtual(product or "", found),
    )


def garmin_product(number: int) -> str | None:
    """Return the name of a product of Garmin that is newer than fitparse's profile."""
    return _table().garmin.newer_products.get(str(number))


def is_garmin(maker: str | None) -> bool:
    """Say whether a maker, in FIT's word, numbers its products as Garmin does."""
    return maker in _table().garmin.makers


@lru_cache(maxsize=256)
def _known(product: str, maker: str | None) -> tuple[str | None, bool | None]:
    """Return the maker, and whether the product is worn at the wrist."""
    table, name = _table(), _plain(product)
    garmin = is_garmin(maker)
    lengths = _lengths(name, table.names)
    if garmin:
        lengths = [max(pair) for pair in zip(lengths, _lengths(name, table.garmin), strict=True)]
    on_wrist, elsewhere = lengths
    wrist = on_wrist > elsewhere if on_wrist or elsewhere else None
    if maker is not None:
        if wrist is None:
            wrist = True if maker in table.makers.wrist else None
            wrist = False if maker in (*table.makers.mounted, *table.makers.virtual) else wrist
        return maker, wrist
    spelled = next(_found(table.spelled.makers, name), None)
    if spelled is None and any(_found(table.garmin.lines, name)):
        return "garmin", wrist
    return spelled, wrist


@lru_cache(maxsize=256)
def _is_virtual(product: str, maker: str | None) -> bool:
    """Say whether this leads through a landscape on a screen."""
    table, name = _table(), _plain(product)
    words = (*table.names.virtual, *table.makers.virtual)
    return maker in table.makers.virtual or any(_found(words, name))


def _plain(name: str) -> str:
    """Return a name in small letters without accents, blanks for underscores."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("_", " "))
    return "".join(one for one in letters if not unicodedata.combining(one))


def _lengths(name: str, words: _Placed) -> list[int]:
    """Return how long the longest word in a name is that means a wrist, or another place."""
    return [
        max(map(len, _found(own, name)), default=0)
        for own in (words.wrist, (*words.mounted, *words.virtual))
    ]


def _found(words: Iterable[str], name: str) -> Iterator[str]:
    """Yield what of a name is one of these whole words; ``*`` is any letters, ``#`` a digit."""
    # Compiling a pattern takes far longer than asking whether its beginning is there at all.
    near = [word for word in words if _WILD.split(word, maxsplit=1)[0] in name]
    written = (
        re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"\d")
        for word in sorted(near, key=len, reverse=True)
    )
    if near:
        for found in re.finditer(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)", name):
            yield found[0]


@cache
def _table() -> _Devices:
    """Read the file once, when the first device is named."""
    text = (pkgutil.get_data("riskfit", _FILE) or b"").decode()
    return convert_table(parse_toml(text, _FILE), _Devices, _FILE)
