"""Where a value comes from, as data: what decides reads this, and people read the words of it."""

from enum import StrEnum
from typing import Final


class Origin(StrEnum):
    """Where a value comes from, the most trusted first.

    What is made of several is of the weakest of those that decide it (`weakest`).
    """

    #: Said of this session: an option, a form, a call.
    TOLD = "told"
    #: The athlete's profile.
    PROFILE = "profile"
    #: The scales, before and after this session.
    SCALES = "scales"
    #: A sensor made for it: a thermometer off the wrist, a core temperature pill or patch.
    SENSOR = "sensor"
    #: The samples of the recording.
    RECORDED = "recorded"
    #: The maker's own total or estimate.
    DEVICE = "device"
    #: What the file says of the person or of the weather.
    FILE = "file"
    #: What a maker's export says beside the file.
    EXPORT = "export"
    #: A forecast.
    WEATHER = "weather"
    #: A thermometer worn at the wrist, warmed by the skin.
    WRIST = "wrist"
    #: Earlier sessions.
    HISTORY = "history"
    #: The plan.
    PLANNED = "planned"
    #: Learnt from the athlete's own outcomes, as a sweat factor from weigh-ins.
    LEARNT = "learnt"
    #: Usual for the place and the season.
    CLIMATE = "climate"
    #: Nobody told and nothing recorded it: what is usual among people.
    ASSUMED = "assumed"

    @property
    def is_guess(self) -> bool:
        """Say whether nobody told, planned or measured it."""
        return self in (Origin.CLIMATE, Origin.ASSUMED)


_RANK: Final = {origin: rank for rank, origin in enumerate(Origin)}


def weakest(*origins: Origin) -> Origin:
    """Return the origin of what is made of several values.

    It is the least trusted of those that decide.  A value decides where another one in its
    place, within what is usual, would move the result by more than its range: metabolic rate
    and air temperature decide the sweat lost, wind and the height of the sun do not.

    Examples
    --------
    >>> weakest(Origin.RECORDED, Origin.ASSUMED, Origin.PROFILE)
    <Origin.ASSUMED: 'assumed'>
    """
    return max(origins, key=_RANK.__getitem__)
