"""What the one who asks adds to a plan's file."""

from msgspec import Struct

from riskfit.athlete import Athlete


class Asked(Struct, frozen=True, kw_only=True):
    """The whole session's time [s], the mean speed [m/s], and who will do it."""

    target_time_s: float | None = None
    speed_m_s: float | None = None
    athlete: Athlete = Athlete()


#: What helps where a plan does not say how long it takes.
NEEDS_TIME = "give a target time (--duration), or a pace (--intensity)"
