"""Makes Google's takeout of Fit: a TCX file a session among documents of all that was counted."""

from pathlib import Path

import numpy as np

from tools.formats import to_tcx
from tools.generator import writing
from tools.simulate import Person
from tools.takeouts import Exported, recordings_of

#: Folders and the word for running as phones of a language name them.
_WORDS = {
    "nl": ("Activiteiten", "Alle gegevens", "Alle sessies", "Dagelijkse statistieken", "Hardlopen"),
    "de": ("Aktivitäten", "Alle Daten", "Alle Sitzungen", "Messwerte", "Laufen"),
    "ja": ("アクティビティ", "すべてのデータ", "すべてのセッション", "指標", "ランニング"),
}


def build_google_export(
    path: Path, count: int = 2, seed: int = 1, *, language: str = "nl", index: bool = True
) -> list[Exported]:
    """Write a takeout of Google Fit.

    Parameters
    ----------
    language : str
        Of the names of its folders.
    index : bool
        With the page that links what is in it.
    """
    activities, everything, sessions, daily, word = _WORDS[language]
    made = []
    with writing(path) as write:
        for recording in recordings_of(count, seed, Person(), (20,)):
            stamp = f"{recording.session.start:%Y-%m-%dT%H_%M_%S}+00_00"
            file = f"Takeout/Fit/{activities}/{stamp}_PT30M_{word}.tcx"
            write(file, _of_no_sport(to_tcx(recording)))
            session = b'{"fitnessActivity": "running", "segment": []}'
            write(f"Takeout/Fit/{sessions}/{stamp}_RUNNING.json", session)
            made.append(Exported(file=file, recording=recording))
        points = b'{"Data Source": "raw", "Data Points": []}'
        for number in np.arange(3).tolist():
            name = f"raw_com.google.heart_rate.bpm_{number}.json"
            write(f"Takeout/Fit/{everything}/{name}", points)
        write(f"Takeout/Fit/{daily}/2026-06-01.csv", b"a,b\n1,2\n")
        if index:
            write("Takeout/archive_browser.html", b"<!DOCTYPE html><html></html>")
    return made


def _of_no_sport(data: bytes) -> bytes:
    for sport in (b"Running", b"Biking"):
        data = data.replace(b'Sport="' + sport, b'Sport="Other')
    return data
