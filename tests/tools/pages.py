"""Pages of the bundled samples, for tests that read them and for those that look at them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from riskfit.activity import Activity, PlannedSession, Samples
from riskfit.analysis import analyse
from riskfit.athlete import Conditions
from riskfit.cli.inputs import history_of_members
from riskfit.learning.evaluation import evaluate
from riskfit.learning.outcome_table import read_cohort
from riskfit.learning.published import load_cohorts, run_cohort
from riskfit.readers import read_activity
from riskfit.report.json.encoding import versioned
from riskfit.report.json.learning import evaluation_entry, published_entry
from riskfit.report.json.plan import answer_entry
from riskfit.report.page.html import evaluation_page, published_page, result_page, session_page
from riskfit.resources import sample_data
from riskfit.rules.load import load_model
from riskfit.whatif.answer import answer
from tools.made_batch import sample_athlete

START = datetime(2026, 7, 20, 8, tzinfo=UTC)


def sample_history():
    return history_of_members(sample_data().joinpath("history.zip").read_bytes(), sample_athlete())


def sample_analysis(file="marathon_heat.fit.gz", name=None, context="marathon"):
    """Return the analysis of a bundled sample, under another name where one is given."""
    activity = read_activity(sample_data().joinpath(file).read_bytes())
    if name is not None:
        activity = replace(activity, name=name)
    return analyse(
        activity,
        sample_athlete(),
        Conditions(race=True),
        sample_history(),
        model=load_model(),
        context=context,
        source=f"secret-folder/{file}",
        sha256="ab" * 32,
    )


def session_page_of_sample(name=None, share=False):
    return session_page([sample_analysis(name=name)], [], load_model(), share=share)


def six_hours():
    """Return the page of six hours at one sample a second, with every channel there is."""
    second = np.arange(6 * 3600.0)
    rng = np.random.default_rng(6)
    wave = np.sin(second / 300)
    activity = Activity(
        start_time=START,
        sport="cycling",
        samples=Samples(
            elapsed_s=second,
            heart_rate_bpm=140 + 15 * wave + rng.normal(0, 3, len(second)),
            power_w=np.maximum(0, 190 + 60 * wave + rng.normal(0, 40, len(second))),
            speed_m_s=8 + wave,
            distance_m=np.cumsum(8 + wave),
            altitude_m=400 + 100 * wave,
            temperature_c=24 + second / 3600,
            latitude_deg=47 + second * 1e-5,
            longitude_deg=np.full(len(second), 15.4),
        ),
    )
    done = analyse(
        activity, sample_athlete(), Conditions(air_temperature_c=30, relative_humidity_pct=50)
    )
    return session_page([done], [], load_model())


def check_page_of_sample(share=False, name=None, start=START):
    """Return the page of a plan, with the what-ifs that every page has."""
    model, athlete = load_model(), sample_athlete()
    plan = PlannedSession(
        sport="cycling", duration_s=4 * 3600, intensity_fraction=0.75, start_time=start, name=name
    )
    day = Conditions(air_temperature_c=31, relative_humidity_pct=60)
    found = answer(plan, athlete, day, sample_history(), model=model, context="training")
    entries = [answer_entry(found)]
    return result_page([found.analysis], [], model, entries, [found.case], share=share)


def evaluation_page_of(cohort):
    """Return the page of the published card held against a cohort file."""
    model = load_model()
    found = evaluate(read_cohort(cohort, model), model)
    return evaluation_page(versioned(evaluation_entry(found)), model)


def published_page_of():
    """Return the page of the published card held against the published cohorts."""
    model, cohorts = load_model(), load_cohorts()
    lines = [line for cohort in cohorts for line in run_cohort(cohort, model)]
    about = {"model": {"id": model.id, "version": model.version}}
    return published_page(versioned(about | published_entry(lines)), cohorts, model)


def blocks(page):
    """Return the JSON blocks of a page by their id."""
    found = re.findall(
        r'<script type="application/json" id="([^"]+)">(.*?)</script>', page.decode(), re.DOTALL
    )
    return {name: json.loads(text) for name, text in found}


def data_values(page):
    """Return (value, text) of every number that carries its full double."""
    return [
        (float(value), text)
        for value, text in re.findall(r'<data value="([^"]+)">([^<]*)</data>', page.decode())
    ]


def text_of(page):
    """Return what a person reads: no scripts, no styles, no tags."""
    import html

    without = re.sub(r"<(script|style)\b.*?</\1>", " ", page.decode(), flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)))
