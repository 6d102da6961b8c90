"""Holds the sweat model against published tables and makers' estimates.

``python -m tools.sweat_tables`` in ``tests/`` writes the tables of docs/sweat.md anew; with
the corpus also the one of the makers' estimates.
"""

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from riskfit.formulas.humidity import vapour_pressure_kpa
from riskfit.formulas.resting import OXYGEN_ENERGY_KJ_L, body_surface_area_m2
from riskfit.formulas.sweat import (
    air_speed_m_s,
    mean_radiant_temperature_c,
    sweat_along_l,
    sweat_rate_l_h,
    typical_clothing_clo,
)
from tools import command_line, corpus
from tools.make_phs_grid import HEIGHT_M, MASS_KG
from tools.reference import read_table

#: The ACSM table names masses alone; these are the heights of a body-mass index of 19, 23, 27.
HEIGHTS_M = {50: 1.62, 70: 1.75, 90: 1.83}
MET_W_M2 = 58.15
#: Metabolic rates for which each edition of ISO 7933 is valid. [W/m²]
VALID_W_M2 = {"2004": (100, 450), "2023": (56, 250)}
AIR_BANDS_C = (15, 20, 25, 30, 35, 40)
MET_BANDS = (1.7, 3.0, 4.5, 6.0, 7.51)


def columns(name: str) -> dict[str, Any]:
    """Return a reference table as arrays, text as it stands."""
    _, rows = read_table(name)
    found: dict[str, Any] = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        try:
            found[key] = np.array(values, dtype=float)
        except ValueError:
            found[key] = values
    return found


def acsm(humidity_pct: float = 50.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the ACSM table's sweat rates and ours: own speed as air, shade, typical kit."""
    table = columns("acsm2007_sweat.csv")
    speed_m_s = table["speed_kmh"] / 3.6
    mass_kg = table["body_mass_kg"]
    power_w = _oxygen_power_w(3.5 + 0.2 * 60 * speed_m_s, mass_kg)  # ACSM 2018, on the flat
    ours = sweat_rate_l_h(
        power_w,
        0.0,
        mass_kg=mass_kg,
        height_m=np.array([HEIGHTS_M[int(kg)] for kg in mass_kg]),
        air_temperature_c=table["tdb_c"],
        relative_humidity_pct=humidity_pct,
        air_speed_m_s=air_speed_m_s(speed_m_s),
    )
    return table["sweat_l_per_h"], np.asarray(ours)


def door(hours: float) -> np.ndarray:
    """Return what ``riskfit check`` says of each cell: told speed, air, time and mass."""
    table = columns("acsm2007_sweat.csv")
    found = []
    for mass_kg, air_c, km_h in zip(
        table["body_mass_kg"], table["tdb_c"], table["speed_kmh"], strict=True
    ):
        asked = f"--speed {km_h:g}kmh --temp {air_c:g} --duration {hours:g}h --mass {mass_kg:g}"
        said = command_line.run(
            "check", "--sport", "running", *asked.split(), "--no-store", "--json"
        )
        entry = json.loads(said.stdout)["activities"][0]
        found.append(entry["features"]["sweat_rate_l_h"]["value"])
    return np.array(found)


def _oxygen_power_w(vo2_ml_kg_min: np.ndarray, mass_kg: np.ndarray) -> np.ndarray:
    return vo2_ml_kg_min * mass_kg * OXYGEN_ENERGY_KJ_L / 60.0


def breath_l_h(met_w: np.ndarray, air_c: np.ndarray, humidity_pct: np.ndarray) -> np.ndarray:
    """Return the water of the breath as ISO 7933 counts it into its loss (8.2: C2)."""
    vapour = vapour_pressure_kpa(air_c, humidity_pct)
    return 0.00127 * met_w * (59.34 + 0.53 * air_c - 11.63 * vapour) * 3.6 / 2426


def phs(edition: str, minutes: int, breath: bool = True) -> dict[str, np.ndarray]:
    """Return losses of ISO 7933 and ours inside an edition's range. [L]."""
    grid = columns("phs_grid.csv")
    area = float(body_surface_area_m2(MASS_KG, HEIGHT_M))
    met_w = grid["met"] * MET_W_M2 * area
    rate = sweat_rate_l_h(
        met_w,
        0.0,
        mass_kg=MASS_KG,
        height_m=HEIGHT_M,
        air_temperature_c=grid["air_c"],
        relative_humidity_pct=grid["humidity_pct"],
        air_speed_m_s=grid["air_m_s"],
        clothing_clo=grid["clo"],
    )
    ours = sweat_along_l(np.repeat(rate[:, None], minutes, axis=1), 60.0)[:, -1]
    if breath:
        ours = ours + breath_l_h(met_w, grid["air_c"], grid["humidity_pct"]) * minutes / 60
    vapour = vapour_pressure_kpa(grid["air_c"], grid["humidity_pct"])
    low, high = VALID_W_M2[edition]
    watts = grid["met"] * MET_W_M2
    inside = (watts >= low) & (watts <= high) & (vapour >= 0.5) & (vapour <= 4.5)
    return {
        "theirs": grid[f"loss_{edition}_{minutes}_g"][inside] / 1000,
        "ours": ours[inside],
        "air_c": grid["air_c"][inside],
        "met": grid["met"][inside],
    }


def summary(found: dict[str, np.ndarray]) -> tuple[float, float, float]:
    """Return median absolute, median and total relative difference."""
    relative = found["ours"] / found["theirs"] - 1
    total = found["ours"].sum() / found["theirs"].sum() - 1
    return float(np.median(np.abs(relative))), float(np.median(relative)), float(total)


def norms() -> list[tuple[str, float, float, float, float]]:
    """Return sport, published mean and SD, our mean over 90 min at 25 °C, 55 %, unknown sky."""
    table = columns("sweat_norms.csv")
    found = []
    for row, sport in enumerate(table["sport"]):
        mass, height, indoor = (table[k][row] for k in ("mass_kg", "height_m", "indoor"))
        air_c = 21.0 if indoor else 25.0
        rate = sweat_rate_l_h(
            _oxygen_power_w(table["vo2_ml_kg_min"][row], mass),
            0.0,
            mass_kg=mass,
            height_m=height,
            air_temperature_c=air_c,
            air_speed_m_s=air_speed_m_s(table["speed_m_s"][row], np.nan, bool(indoor)),
            mean_radiant_temperature_c=mean_radiant_temperature_c(air_c, indoor=bool(indoor)),
            clothing_clo=typical_clothing_clo(air_c, table["kit"][row]),
        )
        ours = float(sweat_along_l(np.full(90, rate), 60.0)[-1] / 1.5)
        mean, sd = table["sweat_l_h"][row], table["sd_l_h"][row]
        found.append((sport, mean, sd, ours, (ours - mean) / sd))
    return found


@cache
def makers() -> tuple[dict[str, Any], ...]:
    """Return a row for each session of at least 15 minutes on land with a maker's estimate."""
    import riskfit

    rows, seen = [], set()
    for entry in corpus.manifest():
        if not entry["sweat_loss_f178"]:
            continue
        activity = riskfit.read_activity(corpus.path_of(entry))
        before_l = 0.0
        for leg in activity.legs:
            total = leg.summary.sweat_loss_l
            if total is None:
                continue
            theirs, before_l = total - before_l, total
            key = (activity.start_time, leg.sport, total)
            if key in seen or leg.sport in {"swimming", "transition"}:
                continue
            if (leg.summary.timer_s or 0) < 900:
                continue
            seen.add(key)
            features = riskfit.compute_features(_alone(activity, leg))
            rows.append(
                {
                    "file": entry["path"].rsplit("/", 1)[-1][:28],
                    "sport": leg.sub_sport or leg.sport,
                    "device": entry["product"],
                    "minutes": leg.summary.timer_s / 60,
                    "kcal": leg.summary.energy_kcal,
                    "air_c": features["air_temperature_c"].value,
                    "source": features["air_temperature_c"].source,
                    "met_w_m2": features["metabolic_rate_w_m2"].value,
                    "theirs_l": theirs,
                    "ours_l": features["sweat_loss_l"].value,
                }
            )
    return tuple(rows)


def _alone(activity: Any, leg: Any) -> Any:
    """Return one leg as an activity of its own."""
    if len(activity.legs) == 1:
        return activity
    cut = {
        name: getattr(activity.samples, name)[leg.rows]
        for name in activity.samples.__dataclass_fields__
    }
    length = len(cut["elapsed_s"])
    start = leg.start_s
    cut["elapsed_s"] = cut["elapsed_s"] - start
    return replace(
        activity,
        samples=replace(activity.samples, **cut),
        sport=leg.sport,
        legs=(structs.replace(leg, rows=slice(0, length), start_s=0.0, end_s=leg.end_s - start),),
        laps=(),
        pauses=(),
        summary=leg.summary,
    )


def makers_figures() -> dict[str, float]:
    """Return the figures of the makers' comparison, and those of calories alone."""
    ours, theirs, kcal = (
        np.array([row[key] for row in makers()], dtype=float)
        for key in ("ours_l", "theirs_l", "kcal")
    )
    logs, calories = np.log(ours / theirs), np.log(kcal / theirs)
    return {
        "sessions": len(ours),
        "correlation": float(np.corrcoef(np.log(ours), np.log(theirs))[0, 1]),
        "median_ratio": float(np.median(ours / theirs)),
        "rmse_log": float(np.sqrt(np.mean(logs**2))),
        "calories_rmse_log": float(calories.std()),
        "calories_correlation": float(np.corrcoef(np.log(kcal), np.log(theirs))[0, 1]),
    }


def _acsm_text() -> list[str]:
    lines = ["| humidity | RMSE, L/h | largest, L/h | mean, L/h |", "|---|---|---|---|"]
    for humidity in (30, 50, 70):
        theirs, ours = acsm(humidity)
        error = ours - theirs
        rmse = np.sqrt(np.mean(error**2))
        lines.append(
            f"| {humidity} % | {rmse:.3f} | {np.abs(error).max():.3f} | {error.mean():+.3f} |"
        )
    table = columns("acsm2007_sweat.csv")
    theirs, ours = acsm()
    lines += ["", "| kg | °C | km/h | ACSM | ours |", "|---|---|---|---|---|"]
    for row in range(len(theirs)):
        key = (table[k][row] for k in ("body_mass_kg", "tdb_c", "speed_kmh"))
        lines.append(
            "| " + " | ".join(f"{k:g}" for k in key) + f" | {theirs[row]:.2f} | {ours[row]:.2f} |"
        )
    return lines


def _door_text() -> list[str]:
    theirs = columns("acsm2007_sweat.csv")["sweat_l_per_h"]
    cool = columns("acsm2007_sweat.csv")["tdb_c"] < 20
    lines = ["| session | RMSE, L/h | ours / ACSM | at 18 °C | at 28 °C |", "|---|---|---|---|---|"]
    for hours in (1, 2, 3):
        ours = door(hours)
        rmse = np.sqrt(np.mean((ours - theirs) ** 2))
        ratios = [ours[rows].sum() / theirs[rows].sum() for rows in (cool | True, cool, ~cool)]
        said = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        lines.append(f"| {hours} h | {rmse:.3f} | {said} |")
    return lines


def _phs_text() -> list[str]:
    title = (
        "| edition, W/m² | time | points | median difference | median bias | total bias | "
        "sweat alone |"
    )
    lines = [title, "|---" * 7 + "|"]
    for edition in ("2004", "2023"):
        for minutes in (60, 120):
            found = phs(edition, minutes)
            with_breath = " | ".join(
                f"{x:{s}.0%}" for x, s in zip(summary(found), ("", "+", "+"), strict=True)
            )
            dry = summary(phs(edition, minutes, breath=False))
            low, high = VALID_W_M2[edition]
            lines.append(
                f"| {edition}, {low} to {high} | {minutes} min | {len(found['ours'])} "
                f"| {with_breath} | {dry[0]:.0%}, {dry[1]:+.0%}, {dry[2]:+.0%} |"
            )
    for minutes in (60, 120):
        found = phs("2004", minutes)
        spans = list(pairwise(MET_BANDS))
        lines += [
            "",
            f"After {minutes} minutes, edition 2004: mean loss in L, ISO / ours (median bias)",
            "",
            "| air | " + " | ".join(f"{a:g} to {b:.1f} met" for a, b in spans) + " | all |",
            "|---" * (len(spans) + 2) + "|",
        ]
        for low, high in pairwise(AIR_BANDS_C):
            cells = []
            for first, last in [*spans, (0, 99)]:
                air = (found["air_c"] >= low) & (found["air_c"] < high)
                here = air & (found["met"] >= first) & (found["met"] < last)
                theirs, ours = found["theirs"][here], found["ours"][here]
                cells.append(
                    f"{theirs.mean():.2f} / {ours.mean():.2f} ({np.median(ours / theirs) - 1:+.0%})"
                )
            lines.append(f"| {low} to {high} °C | " + " | ".join(cells) + " |")
    return lines


def _norms_text() -> list[str]:
    lines = ["| sport | measured (SD), L/h | ours, L/h | in SD |", "|---|---|---|---|"]
    for sport, mean, sd, ours, away in norms():
        lines.append(
            f"| {sport.replace('_', ' ')} | {mean:.2f} ({sd:.2f}) | {ours:.2f} | {away:+.2f} |"
        )
    return lines


def _makers_text() -> list[str]:
    head = "| file | sport | device | min | kcal | W/m² | air, °C | theirs, L | ours, L | ratio |"
    lines = [head, "|---" * 10 + "|"]
    for row in makers():
        lines.append(
            f"| {row['file']} | {row['sport'].replace('_', ' ')} | {row['device']} "
            f"| {row['minutes']:.0f} | {row['kcal']:.0f} | {row['met_w_m2']:.0f} "
            f"| {row['air_c']:.0f} | {row['theirs_l']:.3f} | {row['ours_l']:.3f} "
            f"| {row['ours_l'] / row['theirs_l']:.2f} |"
        )
    lines += ["", *(f"- {k.replace('_', ' ')}: {v:.3f}" for k, v in makers_figures().items())]
    return lines


#: What stands on the page between ``<!-- name -->`` and ``<!-- end -->``.
TEXTS = {
    "acsm": _acsm_text,
    "door": _door_text,
    "phs": _phs_text,
    "norms": _norms_text,
    "makers": _makers_text,
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "sweat.md"


def main() -> None:
    """Write the tables into docs/sweat.md; without a corpus leave the makers' as it is."""
    page = PAGE.read_text(encoding="utf-8")
    for name, text in TEXTS.items():
        if name == "makers" and not corpus.FOLDER:
            continue
        block = "\n".join([f"<!-- {name} -->", *text(), "<!-- end -->"])
        page = re.sub(
            rf"<!-- {name} -->\n.*?<!-- end -->", lambda _, new=block: new, page, flags=re.DOTALL
        )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
