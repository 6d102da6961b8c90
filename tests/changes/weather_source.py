"""A weather source: the climate normals of a town, better than those of its latitude."""

import json
from pathlib import Path

from tools.changes import Copy, riskfit

MODULE = '''
"""Climate normals of towns: what a month is usually like there."""

from datetime import UTC, datetime

from riskfit.features.basis import quoted
from riskfit.features.weather import Asked, Weather
from riskfit.origin import Origin

#: Name, latitude, longitude, mean air temperature by month. [degrees, °C]
_TOWNS = (("Mainz", 50.0, 8.25, (2, 3, 7, 11, 15, 19, 21, 20, 16, 11, 6, 3)),)
_NEAR_DEG = 0.5


def normals(asked: Asked) -> Weather | None:
    """Return the usual temperature of a town nearby."""
    if asked.indoor:
        return None
    course = asked.course
    month = datetime.fromtimestamp(course.start_s, UTC).month
    for name, latitude_deg, longitude_deg, by_month in _TOWNS:
        far = abs(course.latitude_deg - latitude_deg), abs(course.longitude_deg - longitude_deg)
        if max(far) < _NEAR_DEG:
            return Weather(
                basis=quoted(f"usual in {name} in that month", Origin.CLIMATE),
                air_temperature_c=float(by_month[month - 1]),
                spread_c=7.0,
            )
    return None
'''


def make(copy: Copy) -> None:
    """Add a module, and its rank among the sources."""
    table = "riskfit/features/heat.py"
    copy.add("riskfit/features/normals.py", MODULE)
    copy.before(table, "    usual_weather,\n)\n_QUANT", "    normals,\n")
    copy.before(
        table, "from riskfit.features.results", "from riskfit.features.normals import normals\n"
    )


def prove() -> None:
    """Where nothing better is known it is named in JSON, with its origin; a wrist beats it."""
    from tools.xml_files import gpx, gpx_point, gpx_track

    def air(extra: str, *told: str) -> dict[str, object]:
        points = [gpx_point(second, extra, lat=50 + second * 3e-5) for second in range(0, 1800, 2)]
        Path("run.gpx").write_bytes(gpx(gpx_track(points)))
        (run,) = json.loads(riskfit("analyze", "run.gpx", "--no-store", "--json", *told))[
            "activities"
        ]
        return run["features"]["air_temperature_c"]

    usual = air("")
    assert usual["value"] == 15.0
    assert usual["source"] == "usual in Mainz in that month"
    assert usual["origin"] == "climate"
    assert air("<atemp>24</atemp>")["origin"] == "wrist"
    assert air("", "--temp", "20")["origin"] == "told"
