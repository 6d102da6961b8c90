"""A person's own record: how logged sessions change the odds, and that nothing else does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import riskfit
from riskfit.athlete import History, Logged
from riskfit.cli import main
from riskfit.errors import InputError
from riskfit.features.logged import logged_history
from riskfit.learning.log_book import keep
from riskfit.learning.outcomes import Told
from riskfit.learning.personal_log import read_logged
from riskfit.scoring.own_record import gamma_quantile, no_record, own_record, record_before
from riskfit.scoring.score_table import chances, score_table
from riskfit.scoring.timeline import assess_timeline
from riskfit.store import OWNER, Store
from riskfit.store.activities import read_rows
from riskfit.whatif.baseline import case_of, score_variants

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"
DAY = 86400.0
START = datetime(2026, 9, 1, 8, tzinfo=UTC)
NOW = START.timestamp()


@pytest.fixture(scope="module")
def model():
    return riskfit.load_model()


def logged(model, cramps, sessions, context="marathon", every_days=60.0, before=NOW):
    """Return so many logged sessions of typical chance, the cramps among the last of them."""
    base = model.contexts[context]
    start = before - DAY * every_days * np.arange(sessions, 0, -1)
    return Logged(
        start_s=start,
        cramp=(np.arange(sessions) >= sessions - cramps).astype(float),
        context=np.array([context] * sessions),
        race=np.array([base.event] * sessions),
        chance=np.full(sessions, base.p0),
    )


def typical_chance(model, cramps, sessions, context):
    """Return the chance of a person of whom nothing but the record is known."""
    base = model.contexts[context].p0
    record = own_record(cramps, sessions, base * sessions, model, context)
    scores = score_table({"age_years": [30.0]}, model, context, own_record=record)
    without = score_table({"age_years": [30.0]}, model, context)
    odds = base / (1 - base) * scores.odds_vs_typical[0] / without.odds_vs_typical[0]
    return odds / (1 + odds)


# ---- the arithmetic


@pytest.mark.parametrize(
    ("cramps", "sessions", "low", "high"),
    [(3, 10, 0.25, 0.29), (0, 10, 0.03, 0.07), (3, 3, 0.40, 0.42), (1, 1, 0.29, 0.32)],
)
def test_a_record_of_marathons_moves_the_chance_as_it_was_worked_out(
    model, cramps, sessions, low, high
):
    assert low <= typical_chance(model, cramps, sessions, "marathon") <= high


def test_who_never_raced_keeps_the_base_rate(model):
    assert typical_chance(model, 0, 0, "marathon") == pytest.approx(0.19)


def test_two_cramps_in_a_hundred_trainings_are_three_times_the_usual(model):
    assert typical_chance(model, 2, 100, "training") == pytest.approx(0.006, abs=2e-4)


def test_it_shows_from_three_races_or_one_cramp_had_and_expected(model):
    assert own_record(0, 2, 0.38, model, "marathon") is None
    assert own_record(0, 3, 0.57, model, "marathon").factor == pytest.approx(0.7 / 1.27)
    assert own_record(0, 100, 0.2, model, "training") is None
    assert own_record(0, 400, 1.0, model, "training").factor == pytest.approx(0.7 / 1.7)
    assert own_record(1, 5, 0.01, model, "training").factor == pytest.approx(1.7 / 0.71)


def test_no_record_is_made_on_a_base_rate_that_is_a_guess(model):
    assert model.contexts["walk"].guess
    assert own_record(5, 5, 0.1, model, "walk") is None


def test_the_factor_stays_within_a_quarter_and_six(model):
    assert own_record(0, 100, 19.0, model, "marathon").factor == 0.25
    assert own_record(50, 50, 0.1, model, "training").factor == 6.0


def test_its_range_is_that_of_a_gamma_distribution():
    # 10 and 90 % of the Gamma distributions of these shapes, from tables
    for shape, low, high in ((1.7, 0.383, 3.437), (3.7, 1.546, 6.279), (10.7, 6.780, 15.047)):
        assert gamma_quantile(shape, -1.2816) == pytest.approx(low, rel=0.01)
        assert gamma_quantile(shape, 1.2816) == pytest.approx(high, rel=0.01)


@pytest.mark.parametrize("counts", [(3, 2, 0.1), (-1, 2, 0.1), (1, 2, 3.0), (1, 2, float("nan"))])
def test_a_record_that_cannot_be_is_refused(model, counts):
    with pytest.raises(InputError, match="cannot be"):
        own_record(*counts, model, "training")


# ---- in the score


FEATURES = {"duration_min": 230.0, "wbgt_c": 24.0, "cramp_history": 3.0, "age_years": 44.0}


def test_the_ledger_with_the_record_adds_up_to_the_score(model):
    rng = np.random.default_rng(11)
    for cramps, sessions in ((0, 10), (3, 10), (8, 10), (1, 1)):
        record = own_record(cramps, sessions, 0.19 * sessions, model, "marathon")
        features = {name: value * rng.uniform(0.4, 1.2) for name, value in FEATURES.items()}
        found = riskfit.assess(features, model, "marathon", own_record=record)
        for parts in (found.contributions, found.parts.values(), found.causes.values()):
            assert sum(part.points for part in parts) == pytest.approx(found.score, abs=1e-9)
        line = found.contribution("R1")
        assert line.points == pytest.approx(16 * np.log2(record.factor), abs=1e-9)
        assert line.points < 0 if cramps == 0 else line.points > 0


def test_history_counts_once(model):
    record = own_record(3, 10, 1.9, model, "marathon")
    with_history = riskfit.assess(FEATURES, model, "marathon", own_record=record)
    without = riskfit.assess(
        {**FEATURES, "cramp_history": None}, model, "marathon", own_record=record
    )
    assert with_history.score == without.score
    assert with_history.contribution("P1").assumed
    assert "P1" not in {item.rule for item in without.not_assessed}
    # and what is left out is not in doubt any more: the record brings its own
    plain = riskfit.assess({**FEATURES, "cramp_history": None}, model, "marathon")
    assert "P1" in {item.rule for item in plain.not_assessed}


def test_the_score_stays_on_its_scale_while_the_odds_take_the_whole_factor(model):
    nothing_bad = dict.fromkeys(model.features, 0.0)
    nothing_bad |= {"age_years": 20.0, "sweat_loss_pct": 0.0}
    record = own_record(0, 30, 5.7, model, "marathon")
    found = riskfit.assess(nothing_bad, model, "marathon", own_record=record)
    plain = riskfit.assess(nothing_bad, model, "marathon", own_record=no_record("marathon"))
    assert plain.score < -16 * np.log2(record.factor)
    assert found.score == 0.0
    assert found.odds_vs_typical == pytest.approx(plain.odds_vs_typical * record.factor)
    odds = [one.chance.value / (1 - one.chance.value) for one in (found, plain)]
    assert odds[0] == pytest.approx(odds[1] * record.factor)


def test_the_interval_holds_the_doubt_of_the_record(model):
    few = own_record(1, 3, 0.57, model, "marathon")
    many = own_record(30, 90, 17.1, model, "marathon")
    wide, narrow = (
        riskfit.assess(FEATURES, model, "marathon", own_record=one) for one in (few, many)
    )
    assert wide.score - wide.low > narrow.score - narrow.low + 1
    assert wide.chance.low < wide.chance.value < wide.chance.high


def test_a_record_of_another_context_is_refused(model):
    record = own_record(3, 10, 1.9, model, "marathon")
    with pytest.raises(InputError, match="own record"):
        riskfit.assess(FEATURES, model, "training", own_record=record)


def test_the_line_along_the_session_ends_at_the_score(model):
    record = own_record(3, 10, 1.9, model, "marathon")
    columns = {**FEATURES, "duration_min": np.array([60.0, 120.0, 230.0])}
    line = assess_timeline(columns, [3600.0, 7200.0, 13800.0], model, "marathon", own_record=record)
    found = riskfit.assess(FEATURES, model, "marathon", own_record=record)
    assert line.score[-1] == pytest.approx(found.score, abs=1e-9)


def test_a_card_without_the_table_makes_nothing_of_a_log(model):
    import msgspec

    bare = msgspec.structs.replace(model, own_record=None)
    assert own_record(3, 10, 1.9, bare, "marathon") is None
    assert record_before(logged(model, 3, 10), NOW, bare, "marathon") is None


# ---- what is logged


def test_only_what_was_logged_before_the_session_counts(model):
    told = logged(model, 3, 10)
    assert record_before(told, NOW, model, "marathon").sessions == 10
    assert record_before(told, float(told.start_s[-1]), model, "marathon").sessions == 9
    assert record_before(told, float(told.start_s[0]), model, "marathon") is None
    assert record_before(told, NOW, model, "training") is None


@pytest.mark.parametrize(
    ("cramps", "sessions", "every_days", "word"),
    [
        (0, 30, 7, None),
        (1, 5, 30, "last_12_months"),
        (1, 1, 400, "ever"),
        (3, 12, 30, "3_of_last_10_races"),
        (2, 12, 30, "last_12_months"),
    ],
)
def test_the_log_answers_what_the_profile_asks(model, cramps, sessions, every_days, word):
    assert logged_history(logged(model, cramps, sessions, every_days=every_days), NOW) == word


def test_three_cramps_in_training_are_no_three_of_the_last_races(model):
    assert logged_history(logged(model, 3, 10, "training"), NOW) == "last_12_months"


PLAN = riskfit.PlannedSession(sport="running", duration_s=5400.0, start_time=START)


@pytest.mark.parametrize(
    ("profile", "value", "origin"),
    [(None, 2.0, "history"), ("none", 2.0, "history"), ("3_of_last_10_races", 3.0, "profile")],
)
def test_the_worse_of_profile_and_log_counts(model, profile, value, origin):
    history = History(logged=logged(model, 1, 4, "training", every_days=10))
    athlete = riskfit.Athlete(cramp_history=profile)
    found = riskfit.compute_features(PLAN, athlete, history=history)["cramp_history"]
    assert (found.value, found.origin) == (value, origin)


def test_where_the_log_beats_the_profile_it_is_said(model):
    from riskfit.analysis import analyse

    history = History(logged=logged(model, 1, 4, "training", every_days=10))
    for told, said in (("none", True), (None, False), ("last_12_months", False)):
        found = analyse(PLAN, riskfit.Athlete(cramp_history=told), history=history)
        assert any("log counts" in note for note in found.notes) == said


def test_what_ifs_keep_the_record(model):
    history = History(logged=logged(model, 3, 10))
    plain = case_of(PLAN, model=model, context="marathon")
    case = case_of(PLAN, history=history, model=model, context="marathon")
    assert case.own_record.cramps == 3
    assert score_variants(case).scores.score[0] > score_variants(plain).scores.score[0]


# ---- from the store to what people see


@pytest.fixture
def store_file(tmp_path):
    """Return a store that knows of ten marathons, three with a cramp; none was recorded."""
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        key = store.add_athlete(OWNER)
        rows = read_rows(store, key, details=False)
        for number in range(10):
            day = START - timedelta(days=100 * (number + 1))
            day = datetime(day.year, day.month, day.day, tzinfo=UTC)
            told = Told(cramp=number in (2, 5, 9), context="marathon")
            keep(store, key, rows, day, told, whole_day=True)
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    return result.stdout


MARATHON = (
    *("check", "--sport", "running", "--duration", "3h50", "--distance", "42.2km"),
    *("--start", "2026-09-01T08:00", "--context", "marathon", "--temp", "15"),
)


def test_sessions_that_were_not_recorded_count_as_typical_ones(model, store_file):
    with Store(store_file) as store:
        told = read_logged(store, store.athlete_id(OWNER), model)
    assert len(told) == 10
    assert told.chance == pytest.approx(np.full(10, 0.19))
    assert told.race.all()


def test_the_command_line_shows_the_record(store_file):
    document = json.loads(run(*MARATHON, "--store", store_file, "--json"))
    assessment = document["activities"][0]["assessment"]
    own = assessment["own_record"]
    assert (own["k"], own["n"]) == (3, 10)
    assert own["expected"] == pytest.approx(1.9)
    assert own["factor"] == pytest.approx(3.7 / 2.6)
    assert own["low"] < own["factor"] < own["high"]
    line = next(one for one in assessment["contributions"] if one["rule"] == "R1")
    assert line["points"] > 0
    assert "3 cramps in 10 sessions" in " ".join(run(*MARATHON, "--store", store_file).split())
    plain = json.loads(run(*MARATHON, "--no-store", "--json"))["activities"][0]["assessment"]
    assert plain["own_record"] is None


def test_the_page_shows_the_record(store_file, tmp_path):
    page = tmp_path / "page.html"
    run(*MARATHON, "--store", store_file, "-o", page)
    text = page.read_text(encoding="utf-8")
    assert "Your own record: 3 cramps in 10 sessions" in text
    assert 'data-rule="R1"' in text


def test_a_logged_session_is_weighed_by_what_the_card_makes_of_it(model):
    """A hot, long one was more likely to bring a cramp, so that cramp says less."""
    columns = {"wbgt_c": [12.0, 30.0], "duration_min": [60.0, 150.0], "cramp_history": [0, 3]}
    scores = score_table(columns, model, "training", own_record=no_record("training"))
    cool, hot = chances(scores, columns["duration_min"])
    assert hot > 1.5 * cool
    unlogged = score_table(
        {**columns, "cramp_history": [0, 0]}, model, "training", own_record=no_record("training")
    )
    assert chances(unlogged)[1] == hot


def test_no_chance_where_the_base_rate_does_not_hold(model):
    scores = score_table({"duration_min": [60.0, 300.0]}, model, "training")
    assert np.isnan(chances(scores, [60.0, 300.0])).tolist() == [False, True]
    assert np.isnan(chances(score_table({"duration_min": [60.0]}, model, "walk"))).all()


# ---- learning stays out of it


@pytest.fixture
def runs(tmp_path):
    """Return a store with the sample runs, a cramp logged for the first and the last of them."""
    path = tmp_path / "runs.sqlite"
    run("import", SAMPLES / "history.zip", "--store", path)
    with Store(path) as store:
        key = store.athlete_id(OWNER)
        rows = read_rows(store, key, details=False)
        for row in range(len(rows)):
            moment = datetime.fromtimestamp(float(rows.start_s[row]), UTC)
            told = Told(cramp=row in (0, len(rows) - 1))
            keep(store, key, rows, moment, told, whole_day=False)
    return path


def test_learning_never_learns_from_the_record(model, runs, monkeypatch):
    from riskfit.learning.outcomes import table_of_store
    from riskfit.scoring.own_record import OwnRecord

    with Store(runs) as store:
        assert read_logged(store, store.athlete_id(OWNER), model).cramp.sum() == 2
        table = table_of_store(store, [OWNER], model)
    assert np.isnan(table.columns["cramp_history"]).all()
    assert len(table) == len(np.unique(table.start_s))

    def never(*_):
        raise AssertionError("learning looked at the person's own record")

    monkeypatch.setattr(OwnRecord, "points", never)
    assert "AUC" in run("evaluate", "--store", runs)


def test_a_recorded_session_has_the_record_of_those_before_it(model, runs):
    document = json.loads(run("analyze", SAMPLES / "easy_run.fit", "--store", runs, "--json"))
    entry = document["activities"][0]
    with Store(runs) as store:
        told = read_logged(store, store.athlete_id(OWNER), model)
    start = datetime.fromisoformat(entry["start_time"]).timestamp()
    expected = record_before(told, start, model, "training")
    own = entry["assessment"]["own_record"]
    assert (own is None) == (expected is None)
    if expected is not None:
        assert own["n"] == expected.sessions
    history = entry["features"]["cramp_history"]
    assert history.get("origin") == "history"


def test_the_squad_shows_each_ones_record(store_file, tmp_path):
    squad = tmp_path / "squad.csv"
    squad.write_text("athlete,age_years\n,44\n", encoding="utf-8")
    shown = " ".join(run(*MARATHON, "--store", store_file, "--roster", squad).split())
    assert "own record 3 of 10 sessions" in shown
