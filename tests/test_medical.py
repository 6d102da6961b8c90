"""Medicines, diseases and answers: found as people write them, and read strictly."""

from datetime import date

import pytest

from riskfit import free_text
from riskfit.athlete import Athlete, Medication
from riskfit.errors import RuleError
from riskfit.features.answers import parse_answers, ramp
from riskfit.features.person import medication_response
from riskfit.medical import (
    acting_on,
    classes_of,
    diseases_in,
    has,
    load_diseases,
    load_medicines,
    organ_systems,
    parse_diseases,
    parse_medicines,
    readings,
)
from riskfit.resources import models
from riskfit.rules.load import load_model
from riskfit.scoring.assess import assess

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


def owners(name, entries):
    """Return the ids of all entries that a name stands in."""
    return {entry.id for entry in entries if name in names_of(entry)}


def names_of(entry):
    return (entry.id, *entry.names, *getattr(entry, "brands", ()))


MEDICINES = load_medicines().classes
DISEASES = load_diseases()
VARIANTS = [
    "{}",
    "{} 40 mg",
    "{}, twice a day",
    "takes {} since May 2025",
    "{} (for years)",
]


@pytest.mark.parametrize("medicine", MEDICINES, ids=lambda entry: entry.id)
def test_every_medicine_is_found_as_people_write_it(medicine):
    for name in names_of(medicine):
        expected = owners(name, MEDICINES)
        for spelling in {name, name.upper(), name.replace("-", " "), name.replace("e", "é")}:
            for variant in VARIANTS:
                said = variant.format(spelling)
                assert set(ids(classes_of(said))) == expected, said


@pytest.mark.parametrize("disease", DISEASES, ids=lambda entry: entry.id)
def test_every_disease_is_found_as_people_write_it(disease):
    for name in names_of(disease):
        for spelling in (name, name.upper(), name.title(), name.replace(" ", "-")):
            for variant in ("{}", "mild {} since 2019", "I have {}; no asthma", "{}, treated"):
                said = variant.format(spelling)
                assert ids(diseases_in(said)) == [disease.id], said
        assert diseases_in(f"no {name}") == diseases_in(f"My father had {name}") == ()


def test_the_table_of_names_is_as_long_as_it_was_found():
    assert sum(map(len, map(names_of, MEDICINES))) >= 390
    assert sum(map(len, map(names_of, DISEASES))) >= 150


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Thiazide", ["thiazide"]),
        ("potassium-sparing diuretic", ["potassium_sparing_diuretic"]),
        ("a water pill, and Statins", ["diuretic", "statin"]),
        ("Lasix since May", ["loop_diuretic"]),
        ("furosemide40mg", ["loop_diuretic"]),
        ("Dyazide", ["potassium_sparing_diuretic", "thiazide"]),
        ("co-amilofruse 5/40", ["potassium_sparing_diuretic", "loop_diuretic"]),
        ("Diovan-HCT 160/12,5", ["thiazide", "blood_pressure_other"]),
        ("CoDiovan", ["thiazide", "blood_pressure_other"]),
        ("Tenoretic", ["thiazide", "beta_blocker"]),
        ("furosemid", ["loop_diuretic"]),
        ("furosemida", ["loop_diuretic"]),
        ("atorvastatina", ["statin"]),
        ("simvastatine", ["statin"]),
        ("metoprololo", ["beta_blocker"]),
        ("Spironolakton", ["potassium_sparing_diuretic"]),
        ("hidroclorotiazida", ["thiazide"]),
        ("ibuprofeno", ["nsaid"]),
        ("losartán", ["blood_pressure_other"]),
        ("budesonide", ["inhaled_steroid"]),
        ("budesonide capsules", ["steroid"]),
        ("furosimide", ["loop_diuretic"]),  # a slip of the pen
        ("hydrochlorthiazide 25", ["thiazide"]),
        ("Entresto 49/51", ["heart_failure_drug"]),
        ("Synjardy", ["fluid_caution"]),
        ("Lithiumcarbonat", ["fluid_caution"]),
        ("Wassertabletten", ["diuretic"]),
        ("Entwässerungstabletten", ["diuretic"]),
        ("Diamox for altitude", ["diuretic"]),
        ("Candesartan/HCT", ["blood_pressure_other", "thiazide"]),
        # taken, though a word of denial is near
        ("no problems with my lithium", ["fluid_caution"]),
        ("lithium without side effects", ["fluid_caution"]),
        ("I never miss my furosemide", ["loop_diuretic"]),
        ("not taking furosemide regularly", ["loop_diuretic"]),
        ("no medicines, only lithium", ["fluid_caution"]),
        ("not only furosemide", ["loop_diuretic"]),
        ("stopped lisinopril and started furosemide", ["loop_diuretic"]),
        ("stopped ramipril, now furosemide", ["loop_diuretic"]),
        ("furosemide stopped my swelling", ["loop_diuretic"]),
        ("on and off lithium", ["fluid_caution"]),
        # not taken any more
        ("stopped Lasix in May", []),
        ("Lasix stopped last year", []),
        ("Lasix, stopped 3 months ago", ["loop_diuretic"]),  # nobody knows what was stopped
        ("used to take Lasix", []),
        ("came off atorvastatin", []),
        ("off statins since January", []),
        ("I don't take furosemide", []),
        ("never started statins", []),
        ("Lasix (stopped)", []),
        ("allergic to ibuprofen", []),
        ("no statins", []),
        ("my mother takes furosemide", []),
    ],
)
def test_a_medicine_is_found_as_whole_words_in_any_spelling(written, found):
    assert ids(classes_of(written)) == found


UNKNOWN = """
zorblax vitaminwater labada antidiuretic nystatin laser lasagne statistics statue potassium
fostering adopted concord concert oxygen breath advice advisor aviator diovanic foradays
torment altitude altar tricorn evening mobile aleviate prozaic ritalinesque
hydromagnesite recreation decaffeinated turmeric melanoma insular insomnia ginger zincographer
proteinuria collagen curcumin ginseng ashwagandha biotin tea coffee beer
"""


@pytest.mark.parametrize("word", UNKNOWN.split())
def test_a_word_that_is_no_name_is_unknown_and_weighs_least(word):
    assert classes_of(word) == ()
    reading = readings(Athlete(medications=(Medication(name=word),)))[0]
    assert reading.unknown
    today = date(2026, 7, 1)
    assert medication_response(Athlete(medications=(Medication(name=word),)), today) == 0.2
    assert all(entry.response >= 0.2 for entry in MEDICINES if entry.response)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("High blood pressure", ["hypertension"]),
        ("mild hypertension since 2019", ["hypertension"]),
        ("Kidney-Disease, heart diseases", ["kidney_disease", "heart_disease"]),
        ("persistent asthma", ["lung_disease"]),  # and no stent
        ("allergic asthma", ["lung_disease"]),
        ("not well controlled asthma", ["lung_disease"]),
        ("hypertension, not controlled", ["hypertension"]),
        ("no medication for gout", ["hormone_disease"]),
        ("hypothyroidism", ["hormone_disease"]),
        ("diabetic neuropathy", ["diabetes", "nerve_or_back_condition"]),
        ("CKD stage 3", ["kidney_disease"]),
        ("heatstroke in 2019", ["past_event"]),
        ("low sodium after a marathon", ["past_hyponatraemia"]),
        ("non-diabetic", ["nothing_that_counts"]),
        ("gastric bypass", ["gut_or_liver_disease"]),
        ("healthy except hypertension", ["hypertension"]),
        ("No known heart disease. High blood pressure.", ["hypertension"]),
        ("Father: heart attack, I have gout", ["hormone_disease"]),
        ("CKD3a", ["kidney_disease"]),
        ("renal transplant 2015", ["kidney_disease"]),
        ("I have only one kidney", ["reduced_kidneys"]),
        ("eGFR 45", ["reduced_kidneys"]),
        ("AF, two ablations", ["heart_disease"]),
        ("Herzinsuffizienz", ["heart_disease"]),
        ("cirrhosis with ascites", ["liver_failure"]),
        ("adrenal insufficiency", ["fluid_or_salt_disorder"]),  # and no kidney disease
        ("Addison's disease", ["fluid_or_salt_disorder"]),
        ("SIADH", ["fluid_or_salt_disorder"]),
        ("no problems with my heart failure", ["heart_disease"]),
        # what only looks like one
        ("stomach ulcer", []),
        ("trying to get pregnant", ["nothing_that_counts"]),
        ("lung collapse", ["lung_disease"]),
        ("kidney stones", ["kidney_stones"]),
        ("chronic kidney stones", ["kidney_stones"]),
        ("prediabetes", ["nothing_that_counts"]),
        ("pre-diabetic", ["nothing_that_counts"]),
        ("restless legs", ["nothing_that_counts"]),
        ("heel pad pain", ["nothing_that_counts"]),
        ("stroke", []),
        ("fallen arches", []),
        ("scad", []),  # abbreviations are whole words
        ("type 10", []),
        # denied, or somebody else's
        ("no diabetes", []),
        ("diabetes: no", []),
        ("No diabetes, hypertension or asthma", []),
        ("never had a heart attack", []),
        ("father had heart attack", []),
        ("family history of diabetes, heart disease", []),
        ("runs in the family: diabetes", []),
        ("I don't have heart failure", []),
        ("none", []),
        ("No", []),
    ],
)
def test_a_disease_is_found_in_a_persons_words(written, found):
    assert sorted(ids(diseases_in(written))) == sorted(found)


def test_words_count_like_the_answers_of_the_profile():
    for key in ("kidney_disease", "pregnant", "neuromuscular_disease"):
        named = next(entry for entry in DISEASES if entry.id == key)
        for name in named.names:
            athlete = Athlete(chronic_conditions=(name,))
            assert has(athlete, key)
            found = assess({"duration_min": 60}, athlete=athlete)
            assert found.score is None
            assert load_model().outside.conditions[key] in found.unscored_because
    assert has(Athlete(), "diabetes") is None
    assert has(Athlete(diabetes=False), "diabetes") is False
    assert has(Athlete(chronic_conditions=("no diabetes",)), "diabetes") is None
    assert has(Athlete(chronic_conditions=("hyponatraemia",)), "past_event")
    assert has(Athlete(medications=(Medication(name="Advil"),)), "nsaid_use")


def test_sickle_cell_disease_is_outside_and_the_trait_is_not():
    ill = assess({"duration_min": 60}, athlete=Athlete(chronic_conditions=("sickle-cell anaemia",)))
    assert ill.score is None
    assert "sickle cell disease" in ill.unscored_because
    for athlete in (
        Athlete(sickle_cell_trait=True),
        Athlete(chronic_conditions=("sickle cell trait",)),
    ):
        assert has(athlete, "sickle_cell_trait")
        assert assess({"duration_min": 60}, athlete=athlete).score is not None


@pytest.mark.parametrize(
    ("athlete", "count"),
    [
        (Athlete(), None),
        (Athlete(chronic_conditions=()), 0),
        (Athlete(chronic_conditions=("none",)), 0),
        (Athlete(chronic_conditions=("asthma", "COPD", "emphysema")), 1),
        (Athlete(chronic_conditions=("asthma", "angina", "high blood pressure")), 2),
        (Athlete(hypertension=True), 1),
        (Athlete(chronic_conditions=("diabetes", "sciatica")), 0),  # rules of their own
        (Athlete(chronic_conditions=("prediabetes", "kidney stones")), 1),
        (Athlete(chronic_conditions=("endometriosis", "zorblitis", "gout")), 2),
        (Athlete(chronic_conditions=("rheumatoid arthritis",)), 1),
        (Athlete(chronic_conditions=("hay fever", "food allergies")), 0),  # Z7 of the card
    ],
)
def test_organ_systems_are_counted_and_not_names(athlete, count):
    assert organ_systems(athlete) == count


def test_a_name_that_stands_in_two_classes_is_of_both():
    text = TEXTS["medicines.toml"].replace('"hctz",', '"hctz", "water pill",')
    named = [
        (name, True, entry)
        for entry in parse_medicines(text, "x").classes
        for name in (entry.id, *entry.names)
    ]
    found = free_text.Medicines(named).in_text("a water pill")
    assert ids(found) == ["thiazide", "diuretic"]


@pytest.mark.parametrize("effect", ["salt", "fluid"])
def test_whose_drinking_is_for_a_doctor_to_say(effect):
    takes = {
        name: effect in acting_on_both
        for name, acting_on_both in {
            "furosemide": ("salt", "fluid"),
            "hctz": ("salt", "fluid"),
            "Aldactone": ("salt", "fluid"),
            "Jardiance": ("fluid",),
            "lithium": ("fluid",),
            "desmopressin": ("fluid",),
            "sacubitril/valsartan": ("salt", "fluid"),  # for a weak heart alone
            "ramipril": ("salt",),
            "metoprolol": (),
            "atorvastatin": (),
        }.items()
    }
    for name, acts in takes.items():
        assert bool(acting_on(effect, Athlete(medications=(Medication(name=name),)))) is acts, name
    has_it = {"heart failure": True, "ckd": True, "hypertension": effect == "salt", "gout": False}
    for name, acts in has_it.items():
        assert bool(acting_on(effect, Athlete(chronic_conditions=(name,)))) is acts, name


def test_what_acts_on_salt_and_thirst_comes_from_answers_words_and_medicines():
    assert acting_on("salt", Athlete()) == ()
    assert acting_on("salt", Athlete(hypertension=True)) == ("high blood pressure",)
    assert acting_on("salt", Athlete(chronic_conditions=("Heart disease",))) == ("heart disease",)
    twice = Athlete(medications=(Medication(name="thiazide"), Medication(name="loop_diuretic")))
    assert acting_on("salt", twice) == acting_on("thirst", twice) == ("water tablets",)
    painkillers = ("anti-inflammatory painkillers",)
    assert acting_on("thirst", Athlete(nsaid_use=True)) == painkillers
    assert acting_on("salt", Athlete(nsaid_use=True, hypertension=False)) == ()


def test_a_medicine_counts_by_its_class_and_an_unknown_one_least():
    today = date(2026, 7, 1)
    weights = {"oral": 0.2, "diuretic": 0.3, "nsaid": 0, "none": 0, "vitamin D": 0, "statin": 0.3}
    for name, response in weights.items():
        assert medication_response(Athlete(medications=(Medication(name=name),)), today) == response


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("medicines.toml", "response = 0.45", "response = 1.6", r"class thiazide, key response"),
        ("medicines.toml", "response = 0.45", "weight = 0.6", r"class thiazide, key weight"),
        ("medicines.toml", 'id = "statin"', 'id = "laba"', "class laba, key id: is there twice"),
        ("medicines.toml", '["seed1"]\n', "[]\n", "class steroid, key references: name at least"),
        ("medicines.toml", '["katzberg2014"]', '["katz"]', "class quinine, key references: 'katz'"),
        ("medicines.toml", '["heart_rate"]', '["pulse"]', "class beta_blocker, key acts_on"),
        ("medicines.toml", '"nsaid_use"', '"painkillers"', "class nsaid, key profile_key"),
        ("medicines.toml", "new_factor = 1.25", "new_factor = 0.5", "key new_factor"),
        ("medicines.toml", "unknown_response = 0.2", "unknown_response = -1", "unknown_response"),
        ("medicines.toml", "unknown_response = 0.2", "unknown_response = 0.3", "of a known class"),
        ("conditions.toml", "acts_on", "acts", "condition kidney_disease, key acts: is unknown"),
        ("conditions.toml", 'key = "heart_disease"', 'key = "heart"', "heart_disease, key profile"),
        ("conditions.toml", '["past_event"]', '["past"]', "past_hyponatraemia, key implies"),
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
