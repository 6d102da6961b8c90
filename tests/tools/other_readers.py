"""Read a workout file with the libraries one would use otherwise; nothing is computed."""

from pathlib import Path


def read_with_others(path: str) -> int:
    """Return how many samples fitparse, gpxpy or tcxreader find in a file."""
    if path.endswith(".fit"):
        import fitparse

        messages = fitparse.FitFile(path).get_messages("record")
        return sum(bool(message.get_values()) for message in messages)
    if path.endswith(".gpx"):
        import gpxpy

        with Path(path).open(encoding="utf-8") as file:
            return sum(1 for _ in gpxpy.parse(file).walk())
    from tcxreader.tcxreader import TCXReader

    return len(TCXReader().read(path).trackpoints)
