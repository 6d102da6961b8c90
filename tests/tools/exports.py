"""Made takeouts in the layouts of Strava, Garmin, Apple Health and Google, traps included."""

from tools.apple import build_apple_export
from tools.garmin import build_garmin_export
from tools.google import build_google_export
from tools.strava import build_strava_export
from tools.takeouts import Exported

__all__ = [
    "Exported",
    "build_apple_export",
    "build_garmin_export",
    "build_google_export",
    "build_strava_export",
]
