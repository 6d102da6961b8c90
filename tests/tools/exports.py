"""Made takeouts in the layouts of Strava, Garmin and Apple Health, traps included."""

from tools.apple import build_apple_export
from tools.garmin import build_garmin_export
from tools.strava import build_strava_export
from tools.takeouts import Exported

__all__ = ["Exported", "build_apple_export", "build_garmin_export", "build_strava_export"]
