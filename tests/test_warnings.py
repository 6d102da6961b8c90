"""Emergencies, heat and words of one's own as they are seen: terminal, page, JSON, batch, squad."""

import json
from pathlib import Path

import jsonschema
import pytest
from test_features import session
from tools import command_line

from riskfit.athlete import Athlete, Conditions, Medication
from riskfit.features.compute import compute_features
from riskfit.resources import sample_data

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "docs" / "riskfit.schema.json").read_text(encoding="utf-8")
)
EASY_RUN = sample_data().joinpath("easy_run.fit")
RUN = ("--sport", "running", "--duration", "3h")
#: What must not stand beside an emergency, in any form.
INVITING = ("Cramp risk", "odds", "tretch the", "Thirst first", "L an hour", "What if")


@pytest.fixture(autouse=True)
def profile(tmp_path, monkeypatch):
    """Return a writer of a profile in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "p.toml").write_text(text, encoding="utf-8")
        return ("--profile", "p.toml", "--no-store")

    return write


def said(*arguments):
    return " ".join(command_line.run(*arguments, code=None).stdout.split())


def entry(*arguments):
    found = json.loads(command_line.run(*arguments, "--json", code=None).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found, found["activities"][0]


@pytest.mark.parametrize("flag", ["RF3", "RF8", "chest_pain"])
def test_an_emergency_stands_alone_in_a_check(profile, flag):
    told = profile(f'red_flags = ["{flag}"]\nmedications = [{{ name = "Lasix" }}]\n')
    asked = ("check", *RUN, *told, "--below", "raised", "--vary", "duration=1h:2h:30min")
    text = said(*asked)
    assert "Stop here first" in text
    assert "Call your emergency number now" in text
    assert not [words for words in INVITING if words in text]
    document, one = entry(*asked)
    assert one["assessment"]["score"] is None
    assert one["assessment"]["unscored_because"].startswith("a warning sign")
    assert one["assessment"]["red_flags"]["urgent"] == one["assessment"]["red_flags"]["present"]
    assert one["drinking"] is one["timeline"] is None
    assert document["what_if"] == []
    assert document["changes"] is None
    assert {step["id"] for step in one["advice"]} == {"emergency"}


@pytest.mark.parametrize("flag", ["RF1", "RF5"])
def test_an_urgent_sign_is_for_a_doctor_now(profile, flag):
    text = said("check", *RUN, *profile(f'red_flags = ["{flag}"]\n'))
    assert "See a doctor now" in text
    assert not [words for words in INVITING if words in text]


def test_an_emergency_stands_alone_in_an_analysis_and_on_its_page(profile, tmp_path):
    told = profile('red_flags = ["RF8"]\n')
    file = str(EASY_RUN)
    text = said("analyze", file, *told)
    _, one = entry("analyze", file, *told)
    said("analyze", file, *told, "-o", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for shown in (text, page.partition("<script")[0].partition("<main")[2]):
        assert "Call your emergency number now" in shown
        assert not [words for words in INVITING if words in shown]
    assert one["assessment"]["score"] is one["drinking"] is None


def test_an_emergency_has_no_score_in_a_batch_nor_in_a_squad(profile, tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "a.fit").write_bytes(EASY_RUN.read_bytes())
    told = profile('red_flags = ["RF8"]\n')[:2]
    text = said("batch", str(folder), *told, "-o", "o.csv")
    header, row = (tmp_path / "o.csv").read_text().splitlines()[:2]
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert cells["score_points"] == cells["band"] == cells["odds_vs_typical_ratio"] == ""
    assert "warning sign" in said("batch", str(folder), *told) or "warning sign" in text
    (tmp_path / "squad.csv").write_text("name,red_flags\nAnna,RF8\nBen,\n", encoding="utf-8")
    found, _ = entry("check", "--roster", "squad.csv", *RUN, "--no-store")
    scores = [one["assessment"]["score"] for one in found["activities"]]
    assert scores[0] is None
    assert scores[1] is not None


def test_too_hot_is_said_first_and_alone(profile):
    asked = ("check", *RUN, "--temp", "45", "--humidity", "60", *profile(""))
    text = said(*asked)
    assert "Do not exercise in this" in text.partition("Cramp risk")[0]
    assert not [
        words for words in ("Thirst", "L an hour", "dynamic", "tretch the") if words in text
    ]
    _, one = entry(*asked)
    assert one["drinking"] is None
    kinds = {step["kind"] for step in one["advice"]}
    assert kinds <= {"red_flag", "clinician", "heat", "caution"}


def test_what_words_were_taken_for_is_shown_everywhere(profile, tmp_path):
    told = profile(
        'chronic_conditions = ["Heart failure", "no diabetes", "zorblosis"]\n'
        'medications = [{ name = "Furosemide 40 mg" }, { name = "zorblax" }]\n'
    )
    expected = (
        "Furosemide 40 mg: water tablets",
        "zorblax: we do not know it; it counts as a medicine of unknown kind. Ask your doctor",
        "Heart failure: heart disease",
        "no diabetes: taken for none of yours",
        "zorblosis: we do not know it; it counts as one long-term illness. Ask your doctor",
    )
    text = said("check", *RUN, *told, "--full")
    assert "Not understood: zorblax and zorblosis." in said("check", *RUN, *told)
    said("check", *RUN, *told, "-o", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for words in expected:
        assert words in text
        assert words in page
    _, one = entry("check", *RUN, *told)
    taken = {each["said"]: [it["id"] for it in each["taken_for"]] for each in one["understood"]}
    assert taken["Furosemide 40 mg"] == ["loop_diuretic"]
    assert [each["said"] for each in one["understood"] if each["unknown"]] == [
        "zorblax",
        "zorblosis",
    ]
    said("check", *RUN, *told, "--share", "-o", "shared.html")
    assert "zorblax" not in (tmp_path / "shared.html").read_text(encoding="utf-8")


def test_a_slowed_heart_is_named_with_the_features_that_rest_on_it():
    beats = session(heart_rate_bpm=120)
    taking = Athlete(medications=(Medication(name="Concor 5 mg"),))
    (note,) = [n for n in compute_features(beats, taking).notes if n.startswith("Less reliable")]
    assert "beta-blockers" in note
    assert "trimp" in note
    assert "heart rate avg" not in note  # what was recorded is a fact
    for athlete in (Athlete(), Athlete(medications=(Medication(name="Lasix"),))):
        notes = compute_features(beats, athlete, Conditions()).notes
        assert not [n for n in notes if n.startswith("Less reliable")]
