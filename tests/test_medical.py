"""Medicines, diseases and answers: found as people write them, and read strictly."""

from datetime import date

import pytest

from riskfit.athlete import Athlete, Medication
from riskfit.errors import RuleError
from riskfit.features.answers import parse_answers, ramp
from riskfit.features.person import medication_response
from riskfit.medical import (
    acting_on,
    classes_of,
    diseases_in,
    load_diseases,
    load_medicines,
    mentioned,
    parse_diseases,
    parse_medicines,
)
from riskfit.resources import models

TEXTS = {
    name: models().joinpath(name).read_text(encoding="utf-8")
    for name in ("medicines.toml", "conditions.toml", "answers.toml")
}
PARSERS = {
    "medicines.toml": parse_medicines,
    "conditions.toml": parse_diseases,
    "answers.toml": parse_answers,
}


def ids(entries):
    return [entry.id for entry in entries]


@pytest.mark.parametrize("medicine", load_medicines().classes, ids=lambda entry: entry.id)
def test_every_class_is_found_by_its_id_and_its_names(medicine):
    for name in (medicine.id, *medicine.names):
        assert ids(classes_of(name)) == [medicine.id]


@pytest.mark.parametrize("disease", load_diseases(), ids=lambda entry: entry.id)
def test_every_disease_is_found_by_its_id_and_its_names(disease):
    for name in (disease.id, *disease.names):
        assert ids(diseases_in(name)) == [disease.id]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Thiazide", ["thiazide"]),
        ("potassium-sparing diuretic", ["potassium_sparing_diuretic"]),
        ("a water pill, and Statins", ["diuretic", "statin"]),
        ("antidiuretic", []),
        ("nystatin", []),
        ("labada", []),  # short names are whole words or nothing
        ("vitamin", []),
        ("", []),
    ],
)
def test_a_medicine_is_found_as_whole_words_in_any_case(written, found):
    assert ids(classes_of(written)) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("High blood pressure", ["hypertension"]),
        ("mild hypertension since 2019", ["hypertension"]),
        ("Kidney-Disease, heart diseases", ["kidney_disease", "heart_disease"]),
        ("asthma", []),
    ],
)
def test_a_disease_is_found_in_a_persons_words(written, found):
    assert sorted(ids(diseases_in(written))) == sorted(found)


def test_a_name_that_stands_in_two_classes_is_of_both():
    text = TEXTS["medicines.toml"].replace(
        'id = "statin"\n', 'id = "statin"\nnames = ["water pill"]\n'
    )
    classes = parse_medicines(text, "x").classes
    assert ids(mentioned("a water pill", classes)) == ["statin", "diuretic"]


def test_what_acts_on_salt_and_thirst_comes_from_answers_words_and_medicines():
    assert acting_on("salt", Athlete()) == ()
    assert acting_on("salt", Athlete(hypertension=True)) == ("high blood pressure",)
    assert acting_on("salt", Athlete(chronic_conditions=("Heart disease",))) == ("heart disease",)
    twice = Athlete(medications=(Medication(name="thiazide"), Medication(name="loop_diuretic")))
    assert acting_on("salt", twice) == acting_on("thirst", twice) == ("water tablets",)
    painkillers = ("anti-inflammatory painkillers",)
    assert acting_on("thirst", Athlete(nsaid_use=True)) == painkillers
    assert acting_on("salt", Athlete(nsaid_use=True, hypertension=False)) == ()


def test_a_medicine_nobody_can_place_counts_like_a_diuretic_of_no_kind():
    today = date(2026, 7, 1)
    for name in ("vitamin", "diuretic", "nsaid"):
        assert medication_response((Medication(name=name),), today) == 0.5


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("medicines.toml", "response = 0.6", "response = 1.6", r"class thiazide, key response"),
        ("medicines.toml", "response = 0.6", "weight = 0.6", r"class thiazide, key weight"),
        ("medicines.toml", 'id = "statin"', 'id = "laba"', "class laba, key id: is there twice"),
        ("medicines.toml", '["seed1"]\n', "[]\n", "class steroid, key references: name at least"),
        ("medicines.toml", '["eah2015"]', '["eah"]', "class nsaid, key references: 'eah'"),
        ("medicines.toml", '["thirst"]', '["hunger"]', "class nsaid, key acts_on"),
        ("medicines.toml", '"nsaid_use"', '"painkillers"', "class nsaid, key profile_key"),
        ("medicines.toml", "new_factor = 1.25", "new_factor = 0.5", "key new_factor"),
        ("medicines.toml", "other_response = 0.5", "other_response = -1", "key other_response"),
        ("conditions.toml", "acts_on", "acts", "condition hypertension, key acts: is unknown"),
        ("conditions.toml", 'key = "heart_disease"', 'key = "heart"', "heart_disease, key profile"),
        ("answers.toml", "muscle = 1.0", "bone = 1.0", "recent_injury, key levels"),
        ("answers.toml", "sleep_h = [7, 5]", "sleep_h = [7, 7]", "overtired, key sleep_h"),
        ("answers.toml", "share_untold", "share", "plain_water_only.share: is unknown"),
        ("answers.toml", '["lau2019", "lau2021"]', '["lau"]', "plain_water_only, key references"),
    ],
)
def test_the_files_are_refused_with_their_place(file, old, new, said):
    assert old in TEXTS[file]
    with pytest.raises(RuleError, match=said) as caught:
        PARSERS[file](TEXTS[file].replace(old, new, 1), "mine.toml")
    assert str(caught.value).startswith("mine.toml")


def test_a_ramp_runs_from_nothing_to_full_either_way():
    assert ramp([4, 5, 6, 7, 8], (7, 5)).tolist() == [1, 1, 0.5, 0, 0]
    assert ramp([50, 90, 130], (60, 120)).tolist() == [0, 0.5, 1]
