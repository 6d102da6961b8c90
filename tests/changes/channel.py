"""A sample channel: oxygen in the muscle, from a sensor on the thigh."""

import json
import sqlite3
from pathlib import Path

from tools.changes import Copy, riskfit

NAME = "muscle_oxygen_pct"


def make(copy: Copy) -> None:
    """Name it among the samples, say what is possible, and where FIT and XML have it."""
    samples = "riskfit/activity.py"
    copy.before(
        samples,
        "    latitude_deg, longitude_deg : ndarray\n",
        f"    {NAME} : ndarray\n        Of haemoglobin in the muscle that carries it. [%]\n",
    )
    copy.before(
        samples,
        "    latitude_deg: FloatArray",
        f"    {NAME}: FloatArray = None  # type: ignore[assignment]\n",
    )
    copy.before(
        "riskfit/cleaning/artefacts.py", '    "latitude_deg": (', f'    "{NAME}": (0, 100),\n'
    )
    copy.before(
        "riskfit/readers/fit/record_fields.py", '    "latitude_deg": (', f'    "{NAME}": (57,),\n'
    )
    copy.after(
        "riskfit/readers/xml/stretches.py", "SENSOR_FIELDS = {\n", f'    "SmO2": "{NAME}",\n'
    )


def prove() -> None:
    """FIT, GPX and TCX have it, impossible values go, and the store knows that it was there."""
    import numpy as np
    from tools import xml_files
    from tools.fit_writer import FIT_EPOCH_S, FitWriter

    from riskfit import read_activity
    from riskfit.cleaning import clean

    seconds = range(600)
    percent = np.where(np.arange(600) == 300, 120.0, 63.0)
    fit = FitWriter()
    fit.add("file_id", type=4)
    fit.define(5, 20, [(253, "uint32"), (3, "uint8"), (57, "uint16")])
    fit.rows(5, [1_700_000_000 - FIT_EPOCH_S + np.arange(600), np.full(600, 140), percent * 10])
    extra = [f"<SmO2>{value}</SmO2>" for value in percent]
    points = [xml_files.gpx_point(s, extra[s], lat=50 + s * 3e-5) for s in seconds]
    track = [xml_files.tcx_point(s, 140, f"<Extensions>{extra[s]}</Extensions>") for s in seconds]
    files = {
        "a.fit": fit.finish(),
        "b.gpx": xml_files.gpx(xml_files.gpx_track(points)),
        "c.tcx": xml_files.tcx(xml_files.tcx_activity(xml_files.tcx_lap(track))),
    }
    for name, data in files.items():
        Path(name).write_bytes(data)
        read = read_activity(data)
        assert getattr(read.samples, NAME)[300] == 120.0, f"Error: {name}"
        cleaned = clean(read)
        assert getattr(cleaned.samples, NAME)[300] == 63.0
        assert any("muscle oxygen" in note for note in cleaned.notes)
    riskfit("import", "a.fit", "--quiet")
    (store,) = Path.cwd().rglob("store.sqlite")
    ((info,),) = sqlite3.connect(store).execute("SELECT info FROM detail")
    assert NAME in json.loads(info)["channels"]
