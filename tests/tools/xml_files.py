"""Small TCX and GPX documents for tests, written as plain text."""

from collections.abc import Iterable

GPX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx creator="{creator}" version="1.1" '
    'xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/'
    'TrackPointExtension/v1">\n'
)
TCX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
    'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
    'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">\n'
)


def clock(second: float, day: str = "2024-05-01") -> str:
    """Return an ISO time some seconds after eight in the morning, UTC."""
    whole = int(second)
    text = f"{day}T{8 + whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return text + (f".{round((second - whole) * 1000):03d}Z" if second != whole else "Z")


def gpx_point(second: float | None, extra: str = "", lat: float = 50.0, ele: float = 100.0) -> str:
    """Return a ``<trkpt>``; ``extra`` goes into its extensions."""
    time = "" if second is None else f"<time>{clock(second)}</time>"
    inside = f"<extensions>{extra}</extensions>" if extra else ""
    return f'<trkpt lat="{lat:.6f}" lon="8.250000"><ele>{ele}</ele>{time}{inside}</trkpt>\n'


def gpx(*tracks: str, creator: str = "test", head: str = GPX_HEAD) -> bytes:
    """Return a GPX document of these ``<trk>`` elements."""
    return (head.format(creator=creator) + "".join(tracks) + "</gpx>\n").encode()


def gpx_track(*segments: Iterable[str], word: str = "running", name: str = "a run") -> str:
    """Return a ``<trk>`` of segments of points."""
    inside = "".join(f"<trkseg>\n{''.join(points)}</trkseg>\n" for points in segments)
    return f"<trk><name>{name}</name><type>{word}</type>\n{inside}</trk>\n"


def tcx_point(second: float | None, bpm: int | None = None, extra: str = "") -> str:
    """Return a ``<Trackpoint>``; ``extra`` goes behind its heart rate."""
    time = "" if second is None else f"<Time>{clock(second)}</Time>"
    heart = "" if bpm is None else f"<HeartRateBpm><Value>{bpm}</Value></HeartRateBpm>"
    return f"<Trackpoint>{time}{heart}{extra}</Trackpoint>\n"


def tcx_lap(*tracks: Iterable[str], start: float = 0, totals: str = "") -> str:
    """Return a ``<Lap>`` of tracks of points."""
    inside = "".join(f"<Track>{''.join(points)}</Track>\n" for points in tracks)
    return f'<Lap StartTime="{clock(start)}">{totals}{inside}</Lap>\n'


def tcx_activity(*laps: str, sport: str = "Running", tail: str = "") -> str:
    """Return an ``<Activity>`` of laps."""
    return f'<Activity Sport="{sport}"><Id>x</Id>{"".join(laps)}{tail}</Activity>\n'


def tcx(*activities: str) -> bytes:
    """Return a TCX document of these activities."""
    inside = "".join(activities)
    return f"{TCX_HEAD}<Activities>{inside}</Activities></TrainingCenterDatabase>\n".encode()
