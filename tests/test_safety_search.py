"""A search over people and plans for what nobody may be told, and what must go one way only."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tools.random_people import CONDITIONS, MEDICINES, somebody
from tools.safe_words import entry_of, unsafe

from riskfit.athlete import History
from riskfit.rules.load import load_model
from riskfit.whatif.answer import answer

MODEL = load_model()
#: Kinds of advice that warn; how strong each heat text is: the last three forbid alike.
CAUTIONS = {"red_flag", "clinician", "heat", "caution"}
HEAT_LEVELS = {
    "heat_22": 0,
    "heat_25": 1,
    "heat": 2,
    "heat_30": 3,
    "heat_32": 4,
    "heat_outside": 4,
    "heat_limited": 4,
}
SEEDS = range(40)


def _found(one):
    return answer(
        one.plan, one.athlete, one.conditions, History(), model=MODEL, context=one.context
    ).analysis


def _unsafe(seeds):
    for seed in seeds:
        one = somebody(seed)
        entry = entry_of(_found(one))
        found = unsafe(entry, no_volume=one.no_volume, no_salt=one.no_salt)
        if found:
            yield seed, found[0]


def _first(iterator, count=5):
    return [found for found, _ in zip(iterator, range(count), strict=False)]


def test_nobody_of_a_thousand_is_told_what_is_unsafe():
    assert not _first(_unsafe(range(1000)))


@pytest.mark.slow
def test_nobody_of_a_hundred_thousand_is_told_what_is_unsafe():
    assert not _first(_unsafe(range(1000, 100_000)))


# ---- the search can fail


def _entry(**changes):
    plain = {
        "advice": [{"id": "drinking_plan", "kind": "drinking", "text": "Up to 0.5 L an hour."}],
        "drinking": {"sweat_rate_l_h": 0.8, "ceiling_l_h": 0.5, "floor_l_h": 0.5},
        "assessment": {"score": 30.0, "red_flags": {"present": ()}, "contributions": ()},
        "features": {"wbgt_c": {"value": 25.3}, "body_mass_loss_pct": {"value": 1.2}},
    }
    return plain | changes


def _says(text, kind="drinking", name="drinking_plan"):
    return [{"id": name, "kind": kind, "text": text}]


def test_a_safe_answer_is_safe():
    assert not unsafe(_entry())


@pytest.mark.parametrize(
    ("entry", "limits", "word"),
    [
        (_entry(), {"no_volume": True}, "fluid is limited"),
        (_entry(advice=_says("Drink 420 to 590 mL.")), {"no_volume": True}, "fluid is limited"),
        (_entry(advice=_says("Up to 1.2 L an hour.")), {}, "more than is sweated"),
        (
            _entry(drinking={"sweat_rate_l_h": 0.4, "every_20_min_l": 0.2}),
            {},
            "more than is sweated",
        ),
        (_entry(advice=_says("Eat something salty.")), {"no_salt": True}, "salt where"),
        (_entry(drinking={"sodium_mg_h": 500.0}), {"no_salt": True}, "salt where"),
        (
            _entry(advice=[*_entry()["advice"], *_says("At most 0.4 L an hour.")]),
            {},
            "two numbers",
        ),
        (_entry(advice=_says("Heat stress is 31.0 °C (WBGT).", "heat")), {}, "heat stress is"),
        (
            _entry(
                assessment={"red_flags": {"present": ("RF5",)}},
                advice=_says("Stretch the calves.", "caution"),
            ),
            {},
            "a stretch beside",
        ),
        (
            _entry(advice=[], assessment={"score": 30.0, "red_flags": {"present": ("RF8",)}}),
            {},
            "beside an emergency",
        ),
    ],
)
def test_an_unsafe_answer_is_found(entry, limits, word):
    assert word in " ".join(unsafe(entry, **limits))


def test_the_search_meets_everybody_it_is_about():
    people = [somebody(seed) for seed in range(1000)]
    for share in (
        sum(one.no_volume for one in people),
        sum(one.no_salt for one in people),
        sum(bool(one.athlete.red_flags) for one in people),
        sum(one.plan.duration_s > 4 * 3600 for one in people),
    ):
        assert 40 < share < 600


# ---- whole persons, one thing changed


def _ids(analysis, kinds=CAUTIONS):
    return {one.id for one in analysis.advice if one.kind in kinds}


def _heat_level(ids):
    return max((HEAT_LEVELS[name] for name in ids & HEAT_LEVELS.keys()), default=-1)


@pytest.mark.parametrize("medicine", MEDICINES)
def test_one_more_medicine_takes_no_caution_away(medicine):
    for seed in SEEDS[:12]:
        one = somebody(seed)
        before, after = _ids(_found(one)), _ids(_found(one.taking(medicine)))
        gone = before - after - {"medicine_new", *HEAT_LEVELS}
        assert not gone, (seed, gone)
        assert _heat_level(after) >= _heat_level(before), seed


@pytest.mark.parametrize("condition", CONDITIONS)
def test_one_more_illness_never_lowers_what_you_bring(condition):
    for seed in SEEDS[:12]:
        one = somebody(seed)
        healthy = replace(one.athlete, chronic_conditions=())
        ill = replace(one.athlete, chronic_conditions=(condition,))
        parts = [
            _found(replace(one, athlete=who)).assessment.parts.get("you") for who in (healthy, ill)
        ]
        if None not in parts:
            assert parts[1].points >= parts[0].points - 1e-9, seed


def test_the_heat_text_is_never_milder_where_it_is_hotter():
    for seed in SEEDS:
        one = somebody(seed)
        levels = []
        for temperature in range(14, 46, 2):
            day = replace(one.conditions, air_temperature_c=float(temperature))
            levels.append(_heat_level(_ids(_found(replace(one, conditions=day)))))
        assert levels == sorted(levels), (seed, levels)


def test_only_one_heat_level_is_said():
    for seed in range(200):
        assert len(_ids(_found(somebody(seed)), {"heat"}) & {*HEAT_LEVELS}) <= 1, seed


def test_who_sweats_more_is_never_allowed_less():
    for seed in SEEDS:
        one = somebody(seed)
        most = []
        for factor in (0.5, 0.8, 1.0, 1.3, 2.0):
            who = replace(one.athlete, sweat_factor=factor)
            plan = _found(replace(one, athlete=who)).drinking
            most.append(None if plan is None else plan.ceiling_l_h)
        known = [amount for amount in most if amount is not None]
        assert len(known) in (0, len(most)), seed
        assert all(low <= high + 1e-9 for low, high in pairwise(known)), (seed, most)


def test_a_warning_of_drinking_too_much_stays_with_more_drinking():
    for seed in SEEDS:
        one = somebody(seed)
        warned = [
            "drinking_gain"
            in _ids(_found(replace(one, conditions=replace(one.conditions, fluid_l_h=litres))))
            for litres in (0.0, 0.3, 0.6, 1.0, 1.5, 2.5)
        ]
        assert warned == sorted(warned), (seed, warned)


def test_drinking_above_sweat_never_lowers_the_score_below_that_of_drinking_to_thirst():
    for seed in SEEDS:
        one = somebody(seed)
        scores = {}
        for litres in (None, 2.5):
            day = replace(one.conditions, fluid_l_h=litres)
            found = _found(replace(one, conditions=day))
            scores[litres] = found.assessment.score
        if None not in scores.values():
            assert scores[2.5] >= scores[None] - 1e-6, (seed, scores)


def test_a_warning_sign_takes_stretches_away_and_adds_no_amount():
    for seed in SEEDS:
        one = somebody(seed)
        for flag in ("RF2", "RF5", "RF8"):
            athlete = replace(one.athlete, red_flags=(flag,))
            found = _found(replace(one, athlete=athlete))
            assert {"red_flag", "emergency"} & _ids(found)
            assert not _ids(found, {"before", "acute", "after", "drinking"}), (seed, flag)


def test_what_is_lost_is_no_surer_than_what_is_sweated():
    for seed in SEEDS:
        one = somebody(seed)
        day = replace(one.conditions, fluid_l_h=0.3)
        features = _found(replace(one, conditions=day)).features
        lost, sweated = features["body_mass_loss_pct"], features["sweat_loss_pct"]
        if lost.value is not None and sweated.low is not None:
            assert lost.high - lost.low >= 0.99 * (sweated.high - sweated.low), seed
