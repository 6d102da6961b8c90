"""Find the data folders ``models`` and ``sample_data``, installed or in a checkout."""

from pathlib import Path
from typing import TYPE_CHECKING

from riskfit.errors import ResourceError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_HERE = Path(__file__).resolve().parent


def models() -> "Traversable":
    """Return the folder of rule, advice and reference files."""
    return _folder("models")


def sample_data() -> "Traversable":
    """Return the folder of made sample workouts."""
    return _folder("sample_data")


def _folder(name: str) -> "Traversable":
    """Look in the installed package first, then beside the checkout's pyproject.toml."""
    packaged = _HERE / "_data" / name
    if packaged.is_dir():
        return packaged
    checkout = _HERE.parent
    # Without the guard a stranger's site-packages/models could be taken for ours.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    # Only a package inside a zip file gets here, so only it pays for the import.
    from importlib.resources import files

    zipped = files("riskfit").joinpath("_data", name)
    if zipped.is_dir():
        return zipped
    raise ResourceError(
        f"riskfit was installed without its {name!r} folder: reinstall it from a wheel or sdist"
    )
