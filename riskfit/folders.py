"""Where riskfit keeps what is a person's own; the environment may tell another place."""

import os
from pathlib import Path

__all__ = ["cache_path", "profile_path", "store_path"]


def profile_path() -> Path:
    """Return where the profile is kept; the environment's RISKFIT_PROFILE comes first."""
    told = os.environ.get("RISKFIT_PROFILE")
    if told:
        return Path(told)
    from platformdirs import user_config_path

    return user_config_path("riskfit") / "profile.toml"


def store_path() -> Path:
    """Return where the store is kept; the environment's RISKFIT_STORE comes first."""
    told = os.environ.get("RISKFIT_STORE")
    if told:
        return Path(told)
    from platformdirs import user_data_path

    return user_data_path("riskfit") / "store.sqlite"


def cache_path() -> Path:
    """Return where results are kept from one batch to the next."""
    from platformdirs import user_cache_path

    return user_cache_path("riskfit") / "batch.sqlite"
