"""What every test has: folders of its own, and nothing of the person who tests."""

import time

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """No profile, store or cache; ``profile.toml`` and ``store.sqlite`` would be the person's."""
    for kind in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.setenv("RISKFIT_PROFILE", str(tmp_path / "profile.toml"))
    monkeypatch.setenv("RISKFIT_STORE", str(tmp_path / "store.sqlite"))


@pytest.fixture(autouse=True)
def in_zone(monkeypatch):
    """This computer is in UTC, or where a test moves it."""

    def move(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    move("UTC")
    yield move
    monkeypatch.undo()
    time.tzset()
