"""Which kind of session one is: words people use, what it shows, and where the two disagree."""

import csv
import io
import json
from datetime import UTC, datetime

import msgspec
import pytest
from click.testing import CliRunner
from tools.generator import Person, Session, simulate, to_fit

from riskfit.cli import main
from riskfit.errors import InputError
from riskfit.origin import Origin
from riskfit.rules.contexts import load_kinds
from riskfit.rules.load import load_model
from riskfit.rules.taken_context import Facts, take_context

MODEL = load_model()
NAN = float("nan")


def facts(sport="running", km=NAN, minutes=NAN, race=None):
    return Facts(
        sport=sport, distance_km=km, duration_min=minutes, race=race, origin=Origin.RECORDED
    )


# ---- words


@pytest.mark.parametrize(
    ("word", "context"),
    [
        ("Marathon", "marathon"),
        ("MARATHON ", "marathon"),
        ("a marathon", "marathon"),
        ("half", "half_marathon"),
        ("HM", "half_marathon"),
        ("Half-Marathon", "half_marathon"),
        ("halfmarathon", "half_marathon"),
        ("ironman", "long_course_triathlon"),
        ("70.3", "long_course_triathlon"),
        ("ultra", "ultra"),
        ("Ultra-Marathon", "ultra"),
        ("100 miles", "trail_100_miles"),
        ("trail-100-miles", "trail_100_miles"),
        ("hike", "walk"),
        ("match", "team_match"),
        ("soccer", "team_match"),
        ("Gran Fondo", "sportive"),
        ("Standing Day", "standing_day"),
        ("training", "training"),
    ],
)
def test_a_context_is_found_by_what_people_call_it(word, context):
    assert MODEL.context(word).id == context


def test_a_slip_of_the_pen_gets_a_hint_and_a_stranger_the_list():
    with pytest.raises(InputError, match="did you mean 'marathon'"):
        MODEL.context("maraton")
    with pytest.raises(InputError, match="use one of training, half_marathon"):
        MODEL.context("moon")


def test_every_kind_is_a_context_of_the_card_and_every_context_has_one():
    assert set(load_kinds()) == set(MODEL.contexts)


def test_a_card_with_fewer_contexts_knows_no_words_for_the_others():
    few = {"training": MODEL.contexts["training"], "walk": MODEL.contexts["walk"]}
    card = msgspec.structs.replace(MODEL, contexts=few)
    with pytest.raises(InputError):
        card.context("ironman")
    marathon = facts(km=42.3, minutes=230, race=True)
    assert take_context(card, marathon).context == "training"


# ---- what a session shows


@pytest.mark.parametrize(
    ("shown", "context"),
    [
        (facts(km=42.3, minutes=230, race=True), "marathon"),
        (facts(km=21.2, minutes=105, race=True), "half_marathon"),
        (facts("trail_running", km=161.5, minutes=1500), "trail_100_miles"),
        (facts(km=56.1, minutes=330, race=True), "ultra"),
        (facts("multisport", km=226.0, minutes=700), "long_course_triathlon"),
        (facts("multisport", km=113.0, minutes=330, race=True), "long_course_triathlon"),
        (facts("multisport", km=51.5, minutes=150, race=True), "training"),
        (facts("cycling", km=104.0, minutes=230, race=True), "sportive"),
        (facts("cycling", km=104.0, minutes=230), "training"),
        (facts("soccer", minutes=95, race=True), "team_match"),
        (facts("soccer", minutes=95), "training"),
        (facts("hiking", km=18.0, minutes=330), "walk"),
        (facts("walking", minutes=20), "training"),
        (facts(km=10.0, minutes=45, race=True), "training"),
        (facts(km=42.3, minutes=60, race=True), "training"),
    ],
)
def test_a_session_is_what_it_shows_when_nobody_says(shown, context):
    taken = take_context(MODEL, shown)
    assert taken.context == context
    assert taken.agrees
    assert taken.origin is (Origin.ASSUMED if context == "training" else Origin.RECORDED)
    assert (taken.note is not None) == (context != "training")


def test_a_marathons_distance_without_a_race_is_asked_about_and_not_assumed():
    asked = take_context(MODEL, facts(km=42.2, minutes=260))
    assert (asked.context, asked.origin) == ("training", Origin.ASSUMED)
    assert "--context marathon" in asked.note
    denied = take_context(MODEL, facts(km=42.2, minutes=260, race=False))
    assert (denied.context, denied.note) == ("training", None)


def test_what_is_told_goes_before_what_is_shown():
    told = take_context(MODEL, facts("hiking", km=18.0, minutes=330), "training")
    assert (told.context, told.origin, told.agrees) == ("training", Origin.TOLD, True)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (facts(km=4.0, minutes=20), "marathon"),
        (facts(minutes=20), "marathon"),
        (facts("cycling", km=42.2, minutes=100), "marathon"),
        (facts(km=42.2, minutes=230, race=True), "training"),
        (facts(km=42.2, minutes=230), "training"),
        (facts(km=10.0, minutes=55), "trail_100_miles"),
    ],
)
def test_where_context_and_session_disagree_it_is_said(shown, told):
    taken = take_context(MODEL, shown, told)
    assert (taken.context, taken.agrees) == (told, False)
    assert "so no chance is shown" in taken.note


def test_a_marathons_distance_that_is_said_to_be_no_race_is_training():
    taken = take_context(MODEL, facts(km=42.2, minutes=260, race=False), "training")
    assert (taken.context, taken.agrees, taken.note) == ("training", True, None)
    ride = take_context(MODEL, facts("cycling", km=104.0, minutes=230), "training")
    assert ride.agrees


# ---- on the command line


def check(*options):
    words = ["check", "--no-store", "--sport", "running", "--json", *options]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    return json.loads(result.stdout)["activities"][0]


MARATHON = ("--duration", "3h50", "--distance", "42.2km")


def test_a_planned_race_of_42_km_is_a_marathon_with_its_chance():
    entry = check(*MARATHON, "--race")
    assessment = entry["assessment"]
    assert (assessment["context"], assessment["context_origin"]) == ("marathon", "planned")
    assert assessment["chance"] is not None
    assert any("Taken as a marathon" in note for note in entry["notes"])
    told = check(*MARATHON, "--race", "--context", "Marathon")
    assert told["assessment"]["context_origin"] == "told"
    assert told["assessment"]["score"] == assessment["score"]
    assert told["assessment"]["chance"] == assessment["chance"]


def test_no_chance_is_shown_where_context_and_session_disagree():
    jog = check("--duration", "20min", "--context", "marathon")
    assert jog["assessment"]["chance"] is None
    assert jog["assessment"]["score"] is not None
    race = check(*MARATHON, "--race", "--context", "training")
    assert race["assessment"]["chance"] is None
    assert any("--context marathon" in note for note in race["notes"])


def test_the_default_is_said_to_be_one():
    plain = check("--duration", "60min")["assessment"]
    assert (plain["context"], plain["context_origin"]) == ("training", "assumed")


# ---- many files


def entries(*words):
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    return json.loads(result.stdout)["activities"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A run, a walk, a hike and a long ride, and one of nothing but a jog."""
    folder = tmp_path_factory.mktemp("sessions")
    sessions = [("running", 75), ("walking", 95), ("hiking", 200), ("cycling", 130)]
    for day, (sport, minutes) in enumerate([*sessions, ("running", 20)], 1):
        start = datetime(2026, 5, day, 8, tzinfo=UTC)
        session = Session(start=start, sport=sport, duration_s=60 * minutes, every_s=(5,))
        (folder / f"{day}.fit").write_bytes(to_fit(simulate(session, Person())))
    return sorted(folder.iterdir())


@pytest.mark.parametrize("told", [(), ("--context", "marathon")])
def test_a_file_has_one_score_whichever_command_reads_it(files, told, tmp_path):
    contexts = set()
    for file in files:
        (alone,) = entries("analyze", "--no-store", str(file), *told)
        (row,) = entries("batch", "--store", str(tmp_path / file.stem), str(file), *told)
        for name in ("score", "low", "high", "band", "context", "context_origin", "chance"):
            assert row["assessment"][name] == alone["assessment"][name], (file.name, name)
        assert row["notes"] == alone["notes"]
        contexts.add(row["assessment"]["context"])
    assert contexts == ({"marathon"} if told else {"training", "walk"})


def test_a_table_names_the_context_of_each_row(files, tmp_path):
    words = ["batch", "--store", str(tmp_path / "cache"), *map(str, files)]
    text = CliRunner().invoke(main, [*words, "--format", "csv"], catch_exceptions=False).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    shown = [(row["context"], row["context_origin"]) for row in rows]
    assert shown.count(("walk", "recorded")) == 2
    assert shown.count(("training", "assumed")) == 3
    whole = {one["start_time"]: one["assessment"]["score"] for one in entries(*words)}
    for row in rows:
        assert float(row["score_points"]) == pytest.approx(whole[row["start_time"]], abs=1e-9)


def test_the_history_names_the_context_of_each_session(files, tmp_path):
    store = ("--store", str(tmp_path / "store"))
    CliRunner().invoke(main, ["import", *store, *map(str, files)], catch_exceptions=False)
    found = [(one["sport"], one["context"]) for one in entries("history", *store)]
    assert {("hiking", "walk"), ("running", "training")} <= set(found)


def test_a_squads_rows_are_what_each_shows(tmp_path):
    squad = tmp_path / "squad.csv"
    squad.write_text("name,distance,duration\nAnn,42.2km,4h\nBob,10km,1h\n", encoding="utf-8")
    words = ["check", "--no-store", "--sport", "running", "--race", "--roster", str(squad)]
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    found = [one["assessment"]["context"] for one in json.loads(result.stdout)["activities"]]
    assert found == ["marathon", "training"]
