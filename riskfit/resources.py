"""Find the data folders ``models`` and ``sample_data``, installed or in a checkout."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from riskfit.errors import ResourceError


def models() -> Traversable:
    """Return the folder of rule, advice and reference files."""
    return _folder("models")


def sample_data() -> Traversable:
    """Return the folder of made sample workouts."""
    return _folder("sample_data")


def _folder(name: str) -> Traversable:
    """Look in the installed package first, then beside the checkout's pyproject.toml."""
    packaged = files("riskfit").joinpath("_data", name)
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parents[1]
    # Without the guard a stranger's site-packages/models could be taken for ours.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise ResourceError(
        f"riskfit was installed without its {name!r} folder: reinstall it from a wheel or sdist"
    )
