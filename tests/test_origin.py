"""Values say where they come from as data, and nothing in the package decides by words."""

import ast
import re
from pathlib import Path

import msgspec
import pytest
from tools.text_decisions import text_decisions

from riskfit import Conditions, PlannedSession, compute_features, read_activity
from riskfit.features.basis import METHODS, Basis, basis, together
from riskfit.origin import Origin, weakest
from riskfit.resources import sample_data
from riskfit.store.entries import Info, entry_of

PACKAGE = Path(__file__).resolve().parents[1] / "riskfit"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
WORDS = {"report/words.py"}
# There a source is a place: a path, a member of an archive, or "-" for standard input.
PLACES = {
    *("batch/cluster.py", "batch/exports.py", "batch/work.py"),
    *("cli/analyze.py", "cli/inputs.py", "report/terminal/batch.py"),
}
# Shown and nothing else: how many notes begin with which word.
SHOWN = {("batch/health.py", "note.partition(':')")}


def _path(path):
    return path.relative_to(PACKAGE).as_posix()


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _allowed(path, code):
    of_a_place = _path(path) in PLACES and not re.search(r"because|reason|note|texts|sources", code)
    return of_a_place or (_path(path), code) in SHOWN


@pytest.mark.parametrize("path", [one for one in MODULES if _path(one) not in WORDS], ids=_path)
def test_nothing_decides_by_what_a_text_says(path):
    found = {(line, code) for line, code in text_decisions(_tree(path)) if not _allowed(path, code)}
    assert found == set()


def test_the_exceptions_are_still_there():
    found = {(_path(path), code) for path in MODULES for _, code in text_decisions(_tree(path))}
    assert found >= SHOWN
    assert {module for module, _ in found} >= PLACES


@pytest.mark.parametrize(
    "code",
    [
        '"assumed" in feature.source',
        '"assumed" in sources',
        '"assumed" not in (temperature.source or "")',
        "USUAL in effort.source",
        "word in column.source",
        "effort.source in (PLANNED, ASSUMED)",
        'effort.source not in ["planned", "assumed"]',
        'person.sources["ftp_w"] == "assumed"',
        'column.source != "history"',
        'entry["features"]["wbgt_c"]["missing_because"] == ""',
        'feature.missing_because.startswith("needs")',
        '[note for note in notes if note.endswith("left out")]',
        'column.source.replace("altitude", "planned")',
        'because.split(",")',
        '(feature.source or "").partition(",")',
        'feature.source.lower().removeprefix("told")',
        're.search("assumed", temperature.source)',
        'any("damaged" in note for note in points.notes)',
        "SPREAD[energy.source]",
        'match column.source:\n    case "told": pass',
    ],
)
def test_the_search_for_decisions_sees(code):
    assert list(text_decisions(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "feature.source is None",
        "feature.origin in (Origin.TOLD, Origin.PROFILE)",
        "structs.replace(column, source=words)",
        "item.source in found.sources",
        "texts.index(said)",
        "places.get(item.source)",
        'facts.append(f"{name}, {feature.source}")',
    ],
)
def test_the_search_for_decisions_passes_over(code):
    assert not list(text_decisions(ast.parse(code)))


def test_of_several_the_least_trusted_counts():
    assert weakest(Origin.TOLD) is Origin.TOLD
    assert weakest(Origin.RECORDED, Origin.PROFILE) is Origin.RECORDED
    assert basis("load_by_power", basis("profile")).origin is Origin.RECORDED
    assert basis("load_by_power", basis("assumed")).origin is Origin.ASSUMED
    assert basis("maximum_and_rest", basis("file"), basis("profile")).origin is Origin.FILE
    both = together([basis("planned_power"), basis("usual_intensity"), basis("planned_power")])
    assert both.words == "planned power + as hard as your sessions usually are"
    assert both.origin is Origin.PLANNED


def test_every_method_has_a_use_and_every_use_a_method():
    code = "".join(path.read_text("utf-8") for path in (PACKAGE / "features").rglob("*.py"))
    for method in METHODS:
        assert code.count(f'"{method}"') > 1 or method.startswith("wbgt_sky_"), method
    named = set(re.findall(r'\bbasis\(\s*"(\w+)"', code))
    assert named <= METHODS.keys()


@pytest.mark.parametrize("recorded", [True, False])
def test_every_value_says_where_it_comes_from(recorded):
    session = PlannedSession(sport="running", duration_s=3600.0)
    if recorded:
        session = read_activity(sample_data().joinpath("marathon_heat.fit.gz").read_bytes())
    features = compute_features(session, conditions=Conditions(race=True))
    for name, feature in features.items():
        assert (feature.origin is None) == (feature.value is None), name
    assert features["race_effort"].origin is Origin.TOLD
    assert features["body_mass_kg"].origin is (Origin.FILE if recorded else Origin.ASSUMED)
    assert not features["energy_kcal"].origin.is_guess, "a race told says how hard it is"
    assert compute_features(session)["energy_kcal"].origin.is_guess is not recorded


def test_weather_brings_its_own_words_and_origin():
    given = Conditions(air_temperature_c=30.0, source="the balcony", origin=Origin.SENSOR)
    plan = PlannedSession(sport="running", duration_s=3600.0)
    air = compute_features(plan, conditions=given)["air_temperature_c"]
    assert (air.source, air.origin) == ("the balcony", Origin.SENSOR)


def test_a_row_kept_before_there_were_origins_still_reads():
    activity = read_activity(sample_data().joinpath("easy_run.fit").read_bytes())
    entry = entry_of(activity, compute_features(activity))
    kept = msgspec.json.decode(entry.info)
    info = msgspec.json.decode(entry.info, type=Info)
    duration = info.cells[0]
    assert info.text(duration) == ("recorded", Origin.RECORDED)
    del kept["origins"]
    old = msgspec.json.decode(msgspec.json.encode(kept), type=Info)
    assert old.text(duration) == ("recorded", None)


def test_a_basis_may_be_compared_and_kept_in_sets():
    assert {basis("told"), basis("told")} == {Basis(Origin.TOLD, "told")}
