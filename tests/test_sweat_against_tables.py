"""The sweat model meets the ACSM table, ISO 7933, measured norms and makers' estimates at once."""

import re
from pathlib import Path

import numpy as np
import pytest
from tools import make_phs_grid, sweat_tables
from tools.corpus import needs_corpus
from tools.reference import read_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sweat.md"


@pytest.mark.parametrize(("humidity_pct", "rmse_l_h"), [(30, 0.055), (50, 0.05), (70, 0.055)])
def test_the_acsm_table_is_met_to_a_twentieth_of_a_litre(humidity_pct, rmse_l_h):
    published, ours = sweat_tables.acsm(humidity_pct)
    assert len(published) == 24
    assert np.sqrt(np.mean((ours - published) ** 2)) <= rmse_l_h


def test_no_cell_of_the_acsm_table_is_off_by_more_than_a_tenth():
    published, ours = sweat_tables.acsm()
    assert np.abs(ours - published).max() <= 0.10


def test_the_acsm_table_is_met_through_riskfit_check():
    # What is left is the table's own cost of running, 8 % above what was measured: see the page.
    published, _ = sweat_tables.acsm()
    ours = sweat_tables.door(2)
    assert np.sqrt(np.mean((ours - published) ** 2)) <= 0.10
    assert 0.90 <= ours.sum() / published.sum() <= 1.0


@pytest.mark.parametrize("breath", [True, False], ids=["whole loss", "sweat alone"])
@pytest.mark.parametrize("minutes", [60, 120])
def test_iso_7933_is_met_inside_its_range(minutes, breath):
    found = sweat_tables.phs("2004", minutes, breath)
    assert len(found["ours"]) > 500
    difference, _, bias = sweat_tables.summary(found)
    assert difference <= 0.20
    assert abs(bias) <= 0.10


@pytest.mark.parametrize("minutes", [60, 120])
def test_the_narrower_range_of_iso_7933_of_2023_is_met_within_a_quarter(minutes):
    # Light work in the cool, where the standard asks for hardly any sweat: see the page.
    difference, _, bias = sweat_tables.summary(sweat_tables.phs("2023", minutes, breath=False))
    assert difference <= 0.25
    assert abs(bias) <= 0.10


@pytest.mark.slow
def test_the_stored_grid_is_what_iso_7933_gives():
    pytest.importorskip("pythermalcomfort")
    table = sweat_tables.columns("phs_grid.csv")
    conditions = {name: table[name] for name in make_phs_grid.conditions(1)}
    for edition in make_phs_grid.EDITIONS:
        for minutes in make_phs_grid.MINUTES:
            again = make_phs_grid.losses_g(conditions, edition, minutes)
            stored = table[f"loss_{edition}_{minutes}_g"]
            np.testing.assert_allclose(again, stored, atol=0.11)


def test_the_stored_grid_lies_at_the_seeded_conditions():
    table = sweat_tables.columns("phs_grid.csv")
    for name, values in make_phs_grid.conditions().items():
        np.testing.assert_array_equal(table[name], values)


def test_endurance_athletes_lie_within_a_third_of_a_standard_deviation():
    tolerance, _ = read_table("sweat_norms.csv")
    away = {sport: deviations for sport, _, _, _, deviations in sweat_tables.norms()}
    assert abs(away["endurance"]) <= tolerance


@needs_corpus
@pytest.mark.corpus
def test_makers_estimates_are_met_and_no_worse_than_by_calories():
    figures = sweat_tables.makers_figures()
    assert figures["sessions"] >= 18
    assert figures["correlation"] >= 0.95
    assert 0.9 <= figures["median_ratio"] <= 1.1
    assert figures["rmse_log"] <= figures["calories_rmse_log"]


@pytest.mark.parametrize("name", ["acsm", "door", "phs", "norms"])
def test_the_page_shows_the_figures_of_today(name):
    page = PAGE.read_text(encoding="utf-8")
    block = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert block is not None
    assert block[1].strip() == "\n".join(sweat_tables.TEXTS[name]()).strip(), (
        "run `python -m tools.sweat_tables` in tests/"
    )


@needs_corpus
@pytest.mark.corpus
def test_the_page_shows_every_session_with_a_makers_estimate():
    page = PAGE.read_text(encoding="utf-8")
    for row in sweat_tables.makers():
        assert f"| {row['file']} |" in page
