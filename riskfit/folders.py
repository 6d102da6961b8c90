"""Where riskfit keeps what is a person's own; the environment may tell another place."""

import os
import sys
from pathlib import Path

__all__ = ["cache_path", "profile_path", "store_path"]

#: Here the folders are as platformdirs has them, which takes 5 ms of every run to import.
_BY_XDG: bool = sys.platform == "linux"


def profile_path() -> Path:
    """Return where the profile is kept; the environment's RISKFIT_PROFILE comes first."""
    told = os.environ.get("RISKFIT_PROFILE")
    if told:
        return Path(told)
    return _own("config", ".config") / "profile.toml"


def store_path() -> Path:
    """Return where the store is kept; the environment's RISKFIT_STORE comes first."""
    told = os.environ.get("RISKFIT_STORE")
    if told:
        return Path(told)
    return _own("data", ".local/share") / "store.sqlite"


def cache_path() -> Path:
    """Return where results are kept from one batch to the next."""
    return _own("cache", ".cache") / "batch.sqlite"


def _own(kind: str, usual: str) -> Path:
    """Return our folder of a kind; ``usual`` is where XDG puts those under one's home."""
    if _BY_XDG:
        told = os.environ.get(f"XDG_{kind.upper()}_HOME", "")
        return (Path(told) if Path(told).is_absolute() else Path.home() / usual) / "riskfit"
    import platformdirs

    folder: Path = getattr(platformdirs, f"user_{kind}_path")("riskfit")
    return folder
