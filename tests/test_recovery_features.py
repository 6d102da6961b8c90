"""Recovery features against an implementation that goes day by day, with loops and lists."""

import math
import statistics
import time
from itertools import pairwise

import numpy as np
import pytest

from riskfit.athlete import History
from riskfit.features.recovery import recovery_table

DAY = 86400.0
HOT_C, HOT_S = 22.0, 1800.0
WALKS = {"walking", "hiking", "mountaineering", "snowshoeing"}


def made_history(seed: int, count: int, *, gap_days: float = 0.0) -> History:
    """Return random sessions, with a silence in the middle where one is asked for."""
    random = np.random.RandomState(seed)
    steps = random.exponential(1.1, count) * DAY
    steps[count // 2] += gap_days * DAY
    start = 1.6e9 + np.cumsum(steps)
    temperature = random.normal(17, 8, count)
    temperature[random.rand(count) < 0.3] = np.nan
    load = random.uniform(10, 180, count)
    load[random.rand(count) < 0.1] = np.nan
    sports = np.array(["running", "cycling", "walking", "swimming"])
    sport = random.choice(sports, count, p=[0.5, 0.3, 0.05, 0.15])
    speed = np.where(sport == "running", random.uniform(2, 4, count), np.nan)
    power = np.where(sport == "cycling", random.uniform(120, 300, count), np.nan)
    return History(
        start_s=start,
        duration_s=random.uniform(900, 9000, count),
        load=load,
        sport=sport,
        temperature_c=temperature,
        best_duration_s=random.choice([300.0, 1200.0, 3600.0], count),
        best_speed_m_s=speed,
        best_power_w=power,
        utc_offset_s=7200.0,
    )


def day_by_day(history: History, at: float, sport: str) -> dict[str, float]:
    """Return the recovery quantities of one session, by walking through days and sessions."""
    nan = math.nan
    rows = [
        {
            "start": float(history.start_s[k]),
            "s": float(history.duration_s[k]),
            "load": float(history.load[k])
            if not math.isnan(history.load[k])
            else float(history.duration_s[k]) / 3600 * 42,
            "sport": str(history.sport[k]),
            "c": float(history.temperature_c[k]),
        }
        for k in range(len(history))
        if history.start_s[k] < at
    ]
    if not rows:
        return {}
    covered = 0.0
    if at - rows[-1]["start"] < 28 * DAY:
        first = rows[-1]["start"]
        for row in reversed(rows):
            if first - row["start"] >= 28 * DAY:
                break
            first = row["start"]
        covered = (at - first) / DAY
    last = [row for row in rows if row["start"] >= at - 3 * DAY]
    month = [row for row in rows if row["start"] >= at - 28 * DAY]
    hours_72 = sum(row["s"] for row in last) / 3600
    usual = (sum(row["s"] for row in month) / 3600 - hours_72) / 25 * 3
    alike = ALIKE.get(sport, {sport})
    same = [row for row in month if row["sport"] in alike]
    before = [row for row in rows if at - 84 * DAY <= row["start"] < at - 28 * DAY]
    earlier = [row for row in before if row["sport"] in alike]
    walked = any(row["sport"] in WALKS for row in rows)
    unlogged = sport in WALKS and not walked
    unheard = unlogged and not same and not earlier
    reached = (at - rows[0]["start"]) / DAY
    out = {
        "training_72h_h": hours_72,
        "training_72h_above_usual_h": hours_72 - usual,
        "hours_since_last_session_h": max(0.0, at - max(row["start"] + row["s"] for row in rows))
        / 3600,
        "same_sport_sessions_28d": nan if unheard else float(len(same)),
        "same_sport_sessions_29_84d": nan if unheard else float(len(earlier)),
        "longest_28d_s": nan if unlogged else max([1800.0, *(row["s"] for row in same)]),
        "load_7d": sum(row["load"] for row in rows if row["start"] >= at - 7 * DAY),
    }
    out.update(_days(history, rows, at))
    weeks = min(max((covered - 7) / 7, 0.0), 4.0)
    older = sum(r["load"] for r in rows if at - 35 * DAY <= r["start"] < at - 7 * DAY)
    out["weekly_load"] = older / weeks if weeks >= 3 and older > 0 else nan
    for name in out:
        needed = {"monotony": 7, "strain": 7, "rest_days_7d": 7}.get(name, 0)
        if name in NEED_28:
            needed = 28
        # A break of weeks is part of what the body is used to.
        reaches = reached if name in OF_A_SPORT else covered
        if reaches <= 0 or reaches < needed:
            out[name] = nan
    return out


OF_A_SPORT = {"same_sport_sessions_28d", "same_sport_sessions_29_84d", "longest_28d_s"}
#: Sports whose sessions make a body used to another.
ALIKE = {sport: {"walking", "hiking", "running"} for sport in ("walking", "hiking")}

NEED_28 = {
    "training_72h_above_usual_h",
    "form_tsb",
    "fitness_ctl",
    "fatigue_atl",
    "ewma_load_ratio",
    "same_sport_sessions_28d",
    "same_sport_sessions_29_84d",
    "load_7d",
    "weekly_load",
}


def _days(history: History, rows: list[dict], at: float) -> dict[str, float]:
    """Go from the first day to the day before, one by one."""
    nan = math.nan

    def day_of(moment: float) -> int:
        return math.floor((moment + history.utc_offset_s) / DAY)

    begin, today = day_of(rows[0]["start"]), day_of(at)
    loads = []
    for day in range(begin, today):
        mine = [row["load"] for row in rows if day_of(row["start"]) == day]
        loads.append(sum(mine))
    for one, two in pairwise(rows):
        if two["start"] - one["start"] >= 28 * DAY:
            for day in range(day_of(one["start"]) + 1, day_of(two["start"])):
                if day < today:
                    loads[day - begin] = nan
    fitness = fatigue = 0.0
    known = [load for load in loads if not math.isnan(load)]
    acute = chronic = known[0] if known else 0.0
    chronics = []
    for load in loads:
        if not math.isnan(load):
            fitness += (load - fitness) / 42
            fatigue += (load - fatigue) / 7
            acute += (load - acute) * 2 / 8
            chronic += (load - chronic) * 2 / 29
        chronics.append(chronic)
    out = dict.fromkeys(
        ("fitness_ctl", "fatigue_atl", "form_tsb", "ewma_load_ratio", "monotony", "strain"), nan
    )
    out |= {"rest_days_7d": nan, "heat_days_14d": nan, "mean_temperature_14d_c": nan}
    if not loads:
        return out
    out["fitness_ctl"], out["fatigue_atl"] = fitness, fatigue
    out["form_tsb"] = fitness - fatigue
    if len(loads) > 28 and chronics[-8] > 0:
        out["ewma_load_ratio"] = acute / chronics[-8]
    if len(loads) >= 7:
        week = [load for load in loads[-7:] if not math.isnan(load)]
        if len(week) > 1 and statistics.stdev(week) > 1e-9:
            out["monotony"] = statistics.mean(week) / statistics.stdev(week)
            out["strain"] = 7 * statistics.mean(week) * out["monotony"]
        trained = {day_of(row["start"]) for row in rows}
        out["rest_days_7d"] = float(sum(today - 1 - k not in trained for k in range(7)))
    # calendar days before today, today's earlier sessions not among them
    recent = [r for r in rows if max(today - 14, begin) <= day_of(r["start"]) < today]
    told = [row for row in recent if not math.isnan(row["c"])]
    if told:
        hot = {day_of(r["start"]) for r in told if r["c"] >= HOT_C and r["s"] >= HOT_S}
        out["heat_days_14d"] = float(len(hot))
        out["mean_temperature_14d_c"] = statistics.mean(row["c"] for row in told)
    return out


@pytest.mark.parametrize(("seed", "gap_days"), [(1, 0.0), (2, 45.0), (3, 30.0)])
def test_the_table_equals_what_is_found_day_by_day(seed, gap_days):
    history = made_history(seed, 160, gap_days=gap_days)
    random = np.random.RandomState(seed)
    extra = history.start_s[0] + random.uniform(0, 260, 60) * DAY
    at = np.concatenate([history.start_s, extra])
    sport = np.concatenate(
        [history.sport, random.choice(["running", "walking", "hiking", "rowing"], 60)]
    )
    table = recovery_table(history, at, sport)
    found = {
        **table.columns,
        "longest_28d_s": table.longest_28d_s,
        "load_7d": table.load_7d,
        "weekly_load": table.weekly_load,
    }
    for row in range(len(at)):
        expected = day_by_day(history, float(at[row]), str(sport[row]))
        for name, values in found.items():
            assert values[row] == pytest.approx(
                expected.get(name, math.nan), rel=1e-9, abs=1e-7, nan_ok=True
            ), (name, row)


def test_a_rest_day_counts_as_zero_and_a_long_silence_as_unknown():
    daily = History(
        start_s=1.6e9 + DAY * np.concatenate([np.arange(60), 100 + np.arange(60)]),
        duration_s=np.full(120, 3600.0),
        load=np.full(120, 60.0),
        sport=np.full(120, "running"),
        temperature_c=np.full(120, np.nan),
        best_duration_s=np.full(120, np.nan),
        best_speed_m_s=np.full(120, np.nan),
        best_power_w=np.full(120, np.nan),
    )
    before_gap = recovery_table(daily, 1.6e9 + 60 * DAY, "running").columns["fitness_ctl"][0]
    at = 1.6e9 + 129 * DAY
    after_gap = recovery_table(daily, at, "running").columns["fitness_ctl"][0]
    assert after_gap > before_gap
    rested = recovery_table(daily, 1.6e9 + 65 * DAY, "running").columns["fitness_ctl"][0]
    assert rested < before_gap


def test_only_what_started_strictly_earlier_counts():
    history = made_history(5, 120)
    whole = recovery_table(history, history.start_s, history.sport)
    for row in (40, 80, 119):
        earlier = history.only(slice(row))
        alone = recovery_table(earlier, history.start_s[row], history.sport[row])
        for name, values in alone.columns.items():
            assert values[0] == pytest.approx(
                whole.columns[name][row], rel=1e-9, abs=1e-9, nan_ok=True
            ), name
        assert alone.hour_speed_m_s[0] == pytest.approx(whole.hour_speed_m_s[row], nan_ok=True)


@pytest.mark.alone
def test_ten_thousand_activities_take_less_than_a_tenth_of_a_second():
    history = made_history(7, 10_000)
    spent = []
    for _ in range(5):
        begin = time.process_time()
        recovery_table(history, history.start_s, history.sport)
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.1
