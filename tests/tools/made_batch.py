"""Batches of any size, made of the bundled samples at other times and in other heat."""

from dataclasses import replace
from hashlib import sha256

import numpy as np

from riskfit.activity import Failure
from riskfit.archives.walk import walk
from riskfit.batch.gather import Gathered
from riskfit.batch.reduce import reduce_all
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.features.compute import compute_features
from riskfit.features.history import LEG_DTYPE
from riskfit.profiles import profile_from_bytes
from riskfit.readers import read_activity
from riskfit.resources import sample_data
from riskfit.rules.load import load_model
from riskfit.store import Store
from riskfit.store.activities import save
from riskfit.store.entries import FileResult, entry_of

DAY_S = 86400.0
FIRST_S = 1_500_000_000.0


def sample_athlete():
    """Return the bundled athlete."""
    return profile_from_bytes(sample_data().joinpath("athlete.toml").read_bytes(), "athlete.toml")


def sample_entries(most=14):
    """Return stored forms of some of the bundled sessions."""
    athlete = sample_athlete()
    members = list(walk(sample_data().joinpath("history.zip").read_bytes(), "history.zip"))
    found = []
    for _, content in members[:most]:
        activity = read_activity(content)
        found.append(entry_of(activity, compute_features(activity, athlete)))
    return found


def made_report(folder, sessions, *, athletes=(None,), names=(), failures=0, seed=1):
    """Return a batch report of so many sessions, shared out among the athletes.

    ``names`` go to the first files, so that a test can give them any name it likes.
    """
    rng = np.random.default_rng(seed)
    entries = sample_entries()
    store = Store(folder / "made.sqlite")
    found = []
    for who in athletes:
        key = store.add_athlete(who or "")
        results, contents, sources = [], set(), set()
        clock = FIRST_S
        for number in range(sessions // len(athletes)):
            clock += float(rng.choice([0.5, 1, 1, 2, 3])) * DAY_S
            entry = _moved(entries[int(rng.integers(len(entries)))], clock, rng)
            source = names[number] if number < len(names) else f"activities/{number:05d}.fit.gz"
            digest = sha256(f"{who} {number} {seed}".encode()).digest()
            results.append(
                FileResult(source=source, stamp="1", basis=b"b", sha256=digest, entries=(entry,))
            )
            contents.add((digest, b"b"))
            sources.add(source)
        save(store, key, results)
        profile = replace(sample_athlete(), name=who)
        found.append(
            Gathered(athlete=who or "", profile=profile, contents=contents, sources=sources)
        )
    found[0].failures.extend(
        Failure(source=f"broken/{n}.fit", kind="damaged", error="cut off at byte 14")
        for n in range(failures)
    )
    return reduce_all(found, store, load_model(), "training")


def _moved(entry, start_s, rng):
    """Return an entry at another time, warmer or cooler, longer or shorter."""
    legs = np.frombuffer(entry.legs, dtype=LEG_DTYPE).copy()
    legs["start_s"] += start_s - entry.start_s
    legs["load"] *= rng.uniform(0.5, 2.0)
    values = np.frombuffer(entry.features).copy()
    values[FEATURE_INDEX["wbgt_c"]] = rng.uniform(5, 30)
    values[FEATURE_INDEX["duration_min"]] *= rng.uniform(0.6, 3.0)
    values[FEATURE_INDEX["body_mass_loss_pct"]] = rng.uniform(0, 4)
    return replace(
        entry,
        start_s=start_s,
        end_s=start_s + entry.end_s - entry.start_s,
        legs=legs.tobytes(),
        features=values.tobytes(),
    )
