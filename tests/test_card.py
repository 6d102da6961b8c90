"""The printed card leads to the printed score, with pencil and paper alone."""

import json
import re

import numpy as np
import pytest
from tools.command_line import run

from riskfit import Conditions, compute_features, load_model, read_activity
from riskfit.profiles import profile_from_bytes
from riskfit.report.rounding import round_down
from riskfit.report.terminal.card import rule_text
from riskfit.resources import sample_data
from riskfit.scoring.assess import assess
from riskfit.scoring.score_table import score_table


def printed_card(context):
    return run("card", "--context", context).output


def by_hand(card: str, values: dict[str, float | None]) -> float:
    """Add a session up from the card's text alone; values are by rule id."""
    raw, share, marked, group_of = {}, {}, set(), {}
    group = rule = None
    knots: list[float] = []
    for line in card.splitlines():
        if re.fullmatch(r"[A-Z]+(, [A-Z]+)?", line):
            group = line
        elif found := re.match(r"([POFD]\d+) (.+?)( \*)?: ", line):
            rule, group_of[found[1]] = found[1], group
            if found[3]:
                marked.add(rule)
        elif found := re.match(r"\s+\[.*?\]\s+(.*?)\s+not known", line):
            knots = [float(number) for number in found[1].split()]
        elif found := re.match(r"\s+raw points\s+(.*?)   (\S+|absent here)   \(evidence", line):
            points = [float(number) for number in found[1].split()]
            value = values.get(rule)
            if value is not None:
                raw[rule] = float(np.interp(value, knots, points))
            else:
                raw[rule] = 0.0 if found[2] == "absent" else float(found[2])
            share[rule] = raw[rule] / max(points)
    calm = np.prod([1 - 0.7 * share[rule] for rule in marked])
    total = 0.0
    for name in dict.fromkeys(group_of.values()):
        added = sum(raw[rule] for rule in raw if group_of[rule] == name)
        if name == "DEHYDRATION":
            added *= 0.3 + 0.7 * (1 - calm)
        table = card.split(f"RAW SUM TO POINTS: {name}\n")[1].split("\n\n", maxsplit=1)[0]
        above = [float(n) for row in re.findall(r"  raw  (.*)", table) for n in row.split()]
        below = [float(n) for row in re.findall(r"  points(.*)", table) for n in row.split()]
        total += float(np.interp(added, above, below))
    return total


@pytest.mark.parametrize(
    ("sample", "context"),
    [("marathon_heat.fit.gz", "marathon"), ("easy_run.fit", "training"), ("hike.fit.gz", "ultra")],
)
def test_a_sample_can_be_added_up_from_the_printed_card(sample, context):
    data = sample_data()
    athlete = profile_from_bytes(data.joinpath("athlete.toml").read_bytes(), "athlete.toml")
    activity = read_activity(data.joinpath(sample).read_bytes())
    features = compute_features(activity, athlete, Conditions(race=context != "training"))
    assessment = assess(features, context=context, athlete=athlete)
    values = {rule.id: features[rule.feature].value for rule in load_model().rules}
    total = by_hand(printed_card(context), values)
    assert total == pytest.approx(assessment.score, abs=0.3)
    assert abs(round_down(total) - round_down(assessment.score)) <= 1


def test_the_card_shows_every_rule_flag_and_context():
    card, model = printed_card("training"), load_model()
    for rule in model.rules:
        assert f"\n{rule.id} {rule.name}" in card
        lines = card.split(f"\n{rule.id} {rule.name}")[1].split("\n\n")[0]
        own = re.split(r"\n[POFD]\d+ ", lines)[0]
        assert own.count("\n     times ") == len(rule.times)
        assert own.count("\n     or ") == (rule.or_feature is not None)
    for flag in model.red_flags:
        assert f"{flag.id} {flag.name}" in card
    for context in model.contexts:
        assert f"  {context} " in card


def test_no_line_of_a_rule_is_wider_than_a_terminal():
    for rule in load_model().rules:
        result = run("explain", rule.id)
        assert max(map(len, result.output.splitlines())) <= 80, rule.id
        for key in rule.references:
            assert load_model().references[key].cite.split()[0] in result.output


def test_an_unknown_rule_names_those_there_are():
    result = run("explain", "X9", code=1)
    assert "there is no rule 'X9'" in result.output
    assert "P1, P2" in result.output


# ---- the same from the card as JSON, without riskfit


def by_the_numbers(card, values):
    """Score a session from what `riskfit card --json` prints and nothing else."""

    def between(knots, value):
        return float(np.interp(value, *zip(*knots, strict=True)))

    rules = {rule["id"]: rule for rule in card["rules"] if not rule["absent"]}
    responses = {}
    for name in sorted(rules, key=lambda name: any(f["rule"] for f in rules[name]["times"])):
        rule = rules[name]
        reads, other = [(rule["feature"], rule["knots"])], rule["or_feature"]
        if other and card["context"]["id"] in other["contexts"]:
            reads.append((other["feature"], other["knots"]))
        known = [between(knots, values[one]) for one, knots in reads if one in values]
        response = max(known) if known else rule["typical"]
        for factor in rule["times"] if known else ():
            if factor["rule"]:
                response *= factor["floor"] + factor["share"] * responses[factor["rule"]]
            elif factor["feature"] in values:
                response *= between(factor["knots"], values[factor["feature"]])
        responses[name] = response
    settings, total = card["score"], 0.0
    calm = np.prod(
        [1 - settings["exertion_reach"] * r for n, r in responses.items() if rules[n]["exertion"]]
    )
    for group in card["groups"]:
        x = sum(
            rules[n]["weight"] * r for n, r in responses.items() if rules[n]["group"] == group["id"]
        )
        if group["with_exertion"]:
            x *= settings["exertion_floor"] + settings["exertion_share"] * (1 - calm)
        saturated = group["cap"] * (1 - np.exp(-x / group["cap"]))
        total += settings["points_per_logit"] * group["factor"] * saturated
    return total


@pytest.mark.parametrize("context", ["training", "marathon", "walk", "standing_day"])
def test_the_card_as_json_is_all_that_its_arithmetic_needs(context):
    card = json.loads(run("card", "--context", context, "--json").stdout)
    model, rng = load_model(), np.random.default_rng(7)
    columns = {}
    for rule in model.rules:
        second = [rule.or_feature] if rule.or_feature else []
        for one in (*rule.measures(""), *second, *rule.times):
            if one.feature:
                low, high = one.knots[0][0], one.knots[-1][0]
                columns[one.feature] = low + (high - low) * rng.uniform(-0.3, 1.3, 2500)
                columns[one.feature][rng.random(2500) < 0.3] = np.nan
    assert set(columns) == set(model.inputs)
    scores = score_table(columns, model, context).score
    for row, score in enumerate(scores):
        told = {name: column[row] for name, column in columns.items() if column[row] == column[row]}
        assert by_the_numbers(card, told) == pytest.approx(score, abs=1e-9)


def test_kinds_of_session_are_named_in_words_and_not_by_their_ids():
    model = load_model()
    said = " ".join(rule_text(model, "O2").split())
    assert model.contexts["standing_day"].name in said
    assert "standing_day" not in said
