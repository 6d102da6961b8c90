"""Words for sports: every maker's types and the common words of the large languages."""

import pytest
import tomli

from riskfit.sports import _folded, sport_of, sport_of_apple

# What the makers write, from their own lists; not taken from ours.
GARMIN = {
    "running": "street_running track_running trail_running treadmill_running indoor_running "
    "virtual_run ultra_run obstacle_run",
    "cycling": "cycling road_biking mountain_biking gravel_cycling cyclocross downhill_biking bmx "
    "indoor_cycling virtual_ride track_cycling recumbent_cycling",
    "e_biking": "e_bike_fitness e_bike_mountain",
    "walking": "walking casual_walking speed_walking indoor_walking",
    "hiking": "hiking rucking",
    "swimming": "lap_swimming open_water_swimming swimming",
    "training": "strength_training yoga pilates indoor_cardio fitness_equipment_no mobility",
    "fitness_equipment": "elliptical stair_climbing fitness_equipment",
    "rowing": "rowing indoor_rowing rowing_v2",
    "hiit": "hiit",
    "cross_country_skiing": "cross_country_skiing_ws skate_skiing_ws",
    "alpine_skiing": "resort_skiing_snowboarding_ws backcountry_skiing_snowboarding_ws",
    "snowshoeing": "snow_shoe_ws",
    "rock_climbing": "rock_climbing bouldering indoor_climbing",
    "transition": "transition_v2 swimToBikeTransition_v2 bikeToRunTransition",
    "multisport": "multi_sport",
    "tennis": "tennis_v2",
    "racket": "padel pickleball badminton squash table_tennis racquetball platform_tennis",
    "soccer": "soccer",
    "motorcycling": "motorcycling_v2 motocross_v2 atv_v2",
    "generic": "other uncategorized",
}
STRAVA = {
    "running": "Run TrailRun VirtualRun",
    "cycling": "Ride GravelRide MountainBikeRide VirtualRide Handcycle Velomobile",
    "e_biking": "EBikeRide EMountainBikeRide",
    "walking": "Walk",
    "hiking": "Hike",
    "training": "Workout WeightTraining Yoga Pilates",
    "hiit": "Crossfit HighIntensityIntervalTraining",
    "fitness_equipment": "Elliptical StairStepper",
    "swimming": "Swim",
    "rowing": "Rowing VirtualRow",
    "cross_country_skiing": "NordicSki RollerSki BackcountryNordic_no",
    "alpine_skiing": "AlpineSki BackcountrySki",
    "paddling": "Canoeing",
    "kayaking": "Kayaking",
    "stand_up_paddleboarding": "StandUpPaddling",
    "ice_skating": "IceSkate",
    "inline_skating": "InlineSkate Skateboard",
    "racket": "Badminton Pickleball Racquetball Squash TableTennis",
    "soccer": "Soccer",
    "snowboarding": "Snowboard",
    "wheelchair_push_walk": "Wheelchair",
    "windsurfing": "Windsurf",
    "kitesurfing": "Kitesurf",
}
PEOPLE = {
    "running": (
        "Course à pied; Laufen; Correr; Corsa; Corrida; Hardlopen; Bieganie; "
        "Løping; Löpning; Løb; Juoksu; Běh; Бег; Біг; ランニング; 跑步; "
        "달리기; Koşu"
    ),
    "cycling": (
        "Vélo; Radfahren; Ciclismo; Bicicletta; Pedalada; Fietsen; Kolarstwo; "
        "Sykling; Cykling; Pyöräily; Cyklistika; Велосипед; サイクリング; "
        "骑行; 자전거; Bisiklet"
    ),
    "walking": (
        "Marche; Spazieren; Caminar; Camminata; Caminhada; Wandelen; Spacer; "
        "Gåtur; Promenad; Kävely; Chůze; Ходьба; ウォーキング; 散步; 걷기; "
        "Yürüyüş"
    ),
    "hiking": (
        "Randonnée; Wandern; Senderismo; Escursionismo; Trilha; Bergwandelen; "
        "Wędrówka; Fottur; Vandring; Vaellus; Turistika; Поход; ハイキング; "
        "徒步; 등산"
    ),
    "swimming": (
        "Natation; Schwimmen; Natación; Nuoto; Natação; Zwemmen; Pływanie; "
        "Svømming; Simning; Svømning; Uinti; Plavání; Плавание; 水泳; 游泳; "
        "수영; Yüzme"
    ),
    "e_biking": (
        "Vélo électrique; E-Bike; Bicicleta eléctrica; Elsykkel; Sähköpyörä; "
        "E-MTB; e-Touring Bicycle; E-Mountainbike"
    ),
}


def _pairs(table):
    for sport, words in table.items():
        for word in words.split("; ") if ";" in words else words.split():
            if not word.endswith("_no"):
                yield pytest.param(sport, word, id=word)


@pytest.mark.parametrize(("sport", "word"), [*_pairs(GARMIN), *_pairs(STRAVA), *_pairs(PEOPLE)])
def test_makers_and_people_are_understood(sport, word):
    assert sport_of(word)[0] == sport


@pytest.mark.parametrize(
    ("word", "sub_sport"),
    [
        ("Trail Run", "trail"),
        ("virtual_ride", "virtual_activity"),
        ("Laufband", "treadmill"),
        ("Tapis de course", "treadmill"),
        ("Natation en piscine", "lap_swimming"),
        ("Freiwasserschwimmen", "open_water"),
        ("Spinning", "indoor_cycling"),
        ("indoor_rowing", "indoor_rowing"),
        ("Krafttraining", "strength_training"),
        ("Boot Camp", "hiit"),
    ],
)
def test_a_word_says_the_kind_of_sport_too(word, sub_sport):
    assert sport_of(word)[1] == sub_sport


@pytest.mark.parametrize(
    "word", ["course a pied", "COURSE_A_PIED", "Course-à-pied", "course  à pied"]
)
def test_case_accents_and_separators_do_not_count(word):
    assert sport_of(word) == ("running", None)


@pytest.mark.parametrize("word", [None, "", "  ", "Test", "Morning", "xyzzy", "42"])
def test_what_is_no_sport_is_unknown(word):
    assert sport_of(word) == ("unknown", None)


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("TraditionalStrengthTraining", "training"),
        ("HighIntensityIntervalTraining", "hiit"),
        ("SwimBikeRun", "multisport"),
        ("CrossCountrySkiing", "cross_country_skiing"),
        ("StairClimbing", "fitness_equipment"),
        ("Archery", "archery"),
        ("WaterPolo", "team_sport"),
    ],
)
def test_apples_types_are_fits_words_where_there_is_one(word, sport):
    assert sport_of_apple(word) == sport


def test_a_word_stands_for_one_sport_only():
    import riskfit

    text = riskfit.__path__[0] + "/sports.toml"
    with open(text, "rb") as file:  # noqa: PTH123
        entries = tomli.load(file)["sport"]
    seen = {}
    for entry in entries:
        for word in entry["words"].replace("\n", " ").split(";"):
            if word.strip():
                seen.setdefault(_folded(word), set()).add((entry["sport"], entry.get("sub_sport")))
    assert {word: kinds for word, kinds in seen.items() if len(kinds) > 1} == {}


def test_who_is_carried_rests():
    from riskfit.athlete import Athlete
    from riskfit.features.energy import resting_rate_w, table_metabolic_rate_w
    from riskfit.features.person import resolve_person

    person = resolve_person(Athlete(), Athlete())
    assert table_metabolic_rate_w("driving", person) == resting_rate_w(person)
    assert table_metabolic_rate_w("cycling", person) > 3 * resting_rate_w(person)
