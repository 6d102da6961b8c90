"""Every real file gets a document or one of the three errors."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from tools.corpus import manifest, needs_corpus, path_of

from riskfit.analysis import analyse
from riskfit.errors import DamagedFileError, NotAnActivityError, UnsupportedFileError
from riskfit.readers import read_activity
from riskfit.report.json.document import document
from riskfit.report.json.encoding import encode
from riskfit.rules.load import load_model

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "docs" / "riskfit.schema.json").read_text(encoding="utf-8")
)
REFUSALS = (DamagedFileError, NotAnActivityError, UnsupportedFileError)
CHANNELS = {
    "hr": "heart_rate_bpm",
    "power": "power_w",
    "temperature": "temperature_c",
    "position": "latitude_deg",
}

pytestmark = [pytest.mark.corpus, needs_corpus]


@pytest.fixture(scope="module")
def outcomes():
    """Path -> Analysis, or the refusal."""
    found = {}
    for row in manifest():
        try:
            activity = read_activity(path_of(row))
            found[row["path"]] = analyse(activity, source=row["path"], sha256=row["sha256"])
        except REFUSALS as error:
            found[row["path"]] = error
    return found


def test_at_least_97_of_100_recordings_give_features(outcomes):
    recordings = [outcomes[row["path"]] for row in manifest() if row["kind"] == "recording"]
    refused = [outcome for outcome in recordings if isinstance(outcome, Exception)]
    assert len(recordings) > 100
    assert len(refused) <= 0.03 * len(recordings), refused


def test_every_document_keeps_the_schema(outcomes):
    analyses = [outcome for outcome in outcomes.values() if not isinstance(outcome, Exception)]
    whole = json.loads(encode(document(analyses, [], load_model())))
    assert len(whole["activities"]) > 150
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    errors = [f"{list(e.path)[:4]}: {e.message[:200]}" for e in validator.iter_errors(whole)]
    assert not errors


def test_every_recording_has_a_score_or_a_reason(outcomes):
    for path, outcome in outcomes.items():
        if isinstance(outcome, Exception):
            assert len(str(outcome)) > 20, path
            continue
        assessment = outcome.assessment
        if assessment.score is None:
            assert assessment.unscored_because, path
        else:
            total = sum(line.points for line in assessment.contributions)
            assert total == pytest.approx(assessment.score, abs=1e-9), path
            assert outcome.timeline.score[-1] == pytest.approx(assessment.score, abs=1e-9), path


@pytest.mark.parametrize(("column", "channel"), CHANNELS.items())
def test_no_sample_is_lost_that_the_manifest_counts(outcomes, column, channel):
    short = {}
    for row in manifest():
        outcome = outcomes[row["path"]]
        if isinstance(outcome, Exception) or row["kind"] != "recording":
            continue
        samples = outcome.session.samples
        found = int(np.count_nonzero(~np.isnan(getattr(samples, channel))))
        wanted = int(row[column] or 0)
        may_exceed = bool(row["dev_fields"]) or row["hr_msgs"] not in ("", "0")
        if found < wanted or (found > wanted and not may_exceed):
            short[row["path"]] = (wanted, found)
    assert not short


def test_the_elapsed_time_reaches_over_all_records(outcomes):
    """A reader that kept only a first lap or segment would shorten sessions in silence."""
    for row in manifest():
        outcome = outcomes[row["path"]]
        if isinstance(outcome, Exception) or row["kind"] != "recording" or not row["duration_s"]:
            continue
        if float(row["max_gap_s"] or 0) > 86400:
            continue  # a day without a sample counts as a clock that was set
        elapsed = outcome.features.value("elapsed_min") * 60
        assert elapsed >= 0.98 * float(row["duration_s"]) - 61, row["path"]
