"""Write tests/reference/phs_grid.csv: water losses by ISO 7933 at seeded random conditions.

Run ``python -m tools.make_phs_grid`` in ``tests/`` with pythermalcomfort installed. The tests
read the file; the slow one computes some of its rows again.
"""

import csv
import sys
import warnings
from pathlib import Path

import numpy as np

PATH = Path(__file__).resolve().parents[1] / "reference" / "phs_grid.csv"
MASS_KG, HEIGHT_M = 75.0, 1.80
EDITIONS, MINUTES = ("2004", "2023"), (60, 120)
HEAD = """\
# source: ISO 7933 predicted heat strain, by pythermalcomfort 4.8.1 (MIT)
# where: editions 2004 and 2023; 600 random conditions, 75 kg, 1.80 m, standing, acclimatised
# tolerance: 0.1 g
# read on: 2026-11-23
"""


def conditions(count: int = 600, seed: int = 7933) -> dict[str, np.ndarray]:
    """Return random conditions of both editions' ranges, but for metabolic rate: 1.7 to 7.5 met."""
    rng = np.random.default_rng(seed)
    return {
        "air_c": rng.uniform(15, 40, count).round(2),
        "humidity_pct": rng.uniform(15, 85, count).round(1),
        "air_m_s": rng.uniform(0.1, 3, count).round(2),
        "met": rng.uniform(1.72, 7.5, count).round(2),
        "clo": rng.uniform(0.3, 0.6, count).round(2),
    }


def losses_g(found: dict[str, np.ndarray], edition: str, minutes: int) -> np.ndarray:
    """Return the water loss, that of the breath included; no limit on inputs. [g]."""
    from pythermalcomfort.models import phs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = phs(
            tdb=found["air_c"],
            tr=found["air_c"],
            rh=found["humidity_pct"],
            v=found["air_m_s"],
            met=found["met"],
            clo=found["clo"],
            posture="standing",
            duration=minutes,
            weight=MASS_KG,
            height=HEIGHT_M,
            model=f"7933-{edition}",
            limit_inputs=False,
            round_output=False,
        )
    return np.asarray(result.sweat_loss_g)


def main() -> None:
    """Compute and write the table."""
    found = conditions()
    for edition in EDITIONS:
        for minutes in MINUTES:
            found[f"loss_{edition}_{minutes}_g"] = losses_g(found, edition, minutes).round(1)
    with PATH.open("w", encoding="utf-8", newline="") as file:
        file.write(HEAD)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(found)
        writer.writerows(zip(*found.values(), strict=True))
    sys.stdout.write(f"{PATH}\n")


if __name__ == "__main__":
    main()
