"""What riskfit computes agrees with what the recordings' own devices totalled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tools.accuracy import (
    MEASURES,
    Comparison,
    compare,
    corpus_comparisons,
    exceptions_list,
    known_exceptions,
    page_parts,
    recordings_table,
    shares,
    stated_totals,
    unexplained,
)
from tools.corpus import needs_corpus
from tools.fit_writer import FitWriter, fit_time
from tools.xml_files import gpx, gpx_point, gpx_track, tcx, tcx_activity, tcx_lap, tcx_point

#: Measure -> share of the recordings that must agree.
HOLDS = {
    "timer_s": 0.98,
    "elapsed_s": 0.95,
    "distance_m": 0.98,
    "ascent_m": 0.98,
    "descent_m": 0.98,
    "heart_rate_avg_bpm": 0.97,
    "heart_rate_max_bpm": 0.97,
}
#: What the quick tests read: fitparse needs a second for 200 kB.
SMALL_BYTES = 50_000


def _fit(sessions=(), laps=(), records=2, kind=4):
    writer = FitWriter()
    start = fit_time(datetime(2024, 5, 1, 8, tzinfo=UTC))
    writer.add("file_id", type=kind)
    for second in range(records):
        writer.add("record", timestamp=start + second, distance=3.0 * second, heart_rate=140)
    for values in laps:
        writer.add("lap", timestamp=start + records - 1, start_time=start, **values)
    for values in sessions:
        writer.add("session", timestamp=start + records - 1, start_time=start, sport=1, **values)
    return writer.finish()


def test_totals_of_sessions_are_summed_and_means_weighted_by_time():
    long = {"total_timer_time": 300.0, "total_distance": 900.0, "avg_heart_rate": 150}
    short = {"total_timer_time": 100.0, "avg_heart_rate": 110, "max_heart_rate": 120}
    assert stated_totals(_fit([long, short]), "fit") == {
        "timer_s": 400,
        "distance_m": 900,
        "heart_rate_avg_bpm": 140,
        "heart_rate_max_bpm": 120,
    }


def test_laps_stand_in_where_there_is_no_session():
    laps = [{"total_timer_time": 60.0}, {"total_timer_time": 40.0}]
    assert stated_totals(_fit(laps=laps), "fit") == {"timer_s": 100}
    assert stated_totals(_fit([{"total_timer_time": 90.0}], laps), "fit") == {"timer_s": 90}


def test_a_total_of_zero_is_none_except_of_ascent():
    session = {"total_distance": 0.0, "total_ascent": 0, "total_descent": 0, "max_heart_rate": 0}
    assert stated_totals(_fit([session]), "fit") == {"ascent_m": 0}


def test_a_course_states_nothing():
    laps = [{"total_distance": 5000.0}]
    assert stated_totals(_fit(laps=laps, kind=6), "fit") == {}
    whole = tcx_activity(tcx_lap([tcx_point(0)], totals="<TotalTimeSeconds>9</TotalTimeSeconds>"))
    assert stated_totals(tcx(whole), "tcx") == {"timer_s": 9}
    assert stated_totals(tcx(whole.replace("Activity", "Course")), "tcx") == {}


def test_totals_of_a_gpx_track_are_those_of_its_extension():
    totals = (
        '<extensions><s:TrackStatsExtension xmlns:s="x"><s:Distance>1200.5</s:Distance>'
        "<s:TimerTime>600</s:TimerTime></s:TrackStatsExtension></extensions>"
    )
    track = gpx_track([gpx_point(0), gpx_point(60)]).replace("<trkseg>", totals + "<trkseg>")
    assert stated_totals(gpx(track), "gpx") == {"distance_m": 1200.5, "timer_s": 600}
    assert stated_totals(b"<gpx><trk", "gpx") == {}


def test_a_difference_beyond_the_limit_is_an_exception():
    seconds = 200
    right = {"total_timer_time": 200.0, "total_distance": 597.0, "avg_heart_rate": 140}
    assert compare("a.fit", _fit([right], records=seconds), "fit").exceptions() == []
    wrong = {"total_timer_time": 204.0, "total_distance": 900.0, "avg_heart_rate": 142}
    found = compare("a.fit", _fit([wrong], records=seconds), "fit")
    assert found.exceptions() == ["timer_s", "distance_m", "heart_rate_avg_bpm"]
    assert shares([found])["timer_s"] == (0, 1)
    assert shares([found])["ascent_m"] == (0, 0)
    assert "**-2.0 %**" in recordings_table([found])
    assert "time: 3.33, the file says 3.40 min; not explained yet." in exceptions_list([found])


def test_a_total_of_what_riskfit_refuses_is_an_exception():
    refused = compare("a.fit", _fit([{"total_timer_time": 200.0}], records=0), "fit")
    assert refused.exceptions() == ["timer_s"]
    assert unexplained([refused]) == ["a.fit: timer_s"]


def test_the_table_of_exceptions_names_measures_there_are():
    for path, reasons in known_exceptions().items():
        assert set(reasons) <= set(MEASURES), path
        assert all(reasons.values()), path


def _nothing_unexplained(compared: list[Comparison]) -> None:
    assert not unexplained(compared)
    agreeing = [
        f"{one.path}: {name}"
        for one in compared
        for name in known_exceptions().get(one.path, {})
        if name not in one.exceptions()
    ]
    assert not agreeing, "these agree now: take them out of the table of exceptions"


@pytest.mark.corpus
@needs_corpus
def test_small_recordings_agree_with_their_totals_or_the_exception_is_explained():
    compared = corpus_comparisons(SMALL_BYTES)
    assert len(compared) > 15
    _nothing_unexplained(compared)


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
def test_recordings_agree_with_their_totals_or_the_exception_is_explained():
    compared = corpus_comparisons()
    assert len(compared) > 80
    _nothing_unexplained(compared)
    assert set(known_exceptions()) <= {one.path for one in compared}


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
def test_the_page_shows_what_holds():
    page = (Path(__file__).parents[1] / "docs" / "accuracy.md").read_text(encoding="utf-8")
    for part, write in page_parts().items():
        shown = page.split(f"<!-- {part}: written by docs/generate.py -->\n")[1]
        assert shown.split(f"<!-- end of {part} -->")[0].strip() == write(), (
            "run python docs/generate.py --accuracy"
        )


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("name", MEASURES)
def test_the_share_of_recordings_that_agree_holds(name):
    assert shares(corpus_comparisons())[name].fraction >= HOLDS[name]
