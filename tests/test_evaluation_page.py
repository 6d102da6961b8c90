"""The page of an evaluation: its words are those of the numbers, and the numbers the document's."""

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from tools.cohorts import outcome_file
from tools.command_line import run
from tools.pages import blocks, data_values, evaluation_page_of, published_page_of, text_of

from riskfit.learning.published import load_cohorts, run_cohort
from riskfit.report.json.learning import published_entry, shared_evaluation
from riskfit.report.page.evaluation import evaluation_view
from riskfit.report.page.html import evaluation_page
from riskfit.report.page.published import published_view
from riskfit.resources import models
from riskfit.rules.load import load_model, parse_model

MODEL = load_model()
SCHEMA = Path(__file__).parents[1] / "docs" / "evaluation.schema.json"
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cohort file and its page."""
    path = tmp_path_factory.mktemp("made") / "squad.csv"
    return outcome_file(path, athletes=12, each=25)


@pytest.fixture(scope="module")
def page(made):
    return evaluation_page_of(made)


@pytest.fixture(scope="module")
def document(page):
    return blocks(page)["evaluation-data"]["document"]


def numbers_in(value):
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(part)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield float(value)


def estimate(value, low, high):
    return {"value": value, "low": low, "high": high}


def with_auc(document, *ends):
    return document | {"discrimination": {**document["discrimination"], "auc": estimate(*ends)}}


def with_calibration(document, **changes):
    return document | {"calibration": {**document["calibration"], **changes}}


# ---- what it says


@pytest.mark.parametrize(
    ("auc", "words"),
    [
        ((0.76, 0.70, 0.81), "in 76 of 100 such pairs (90 % interval 70 to 81)"),
        ((0.76, 0.70, 0.81), "here it is better than that"),
        ((0.53, 0.46, 0.60), "these outcomes cannot tell the model from one"),
        ((0.42, 0.36, 0.48), "here it is worse than that"),
        ((0.504, 0.502, 0.506), "in 50.4 of 100 such pairs (90 % interval 50.2 to 50.6)"),
        ((1.0, 1.0, 1.0), "can be luck, and has no interval"),
    ],
)
def test_the_answer_says_what_the_interval_allows(document, auc, words):
    assert words in evaluation_view(with_auc(document, *auc), MODEL)["answer"]


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.5, 0.2, 0.8), "its chances were too low"),
        ((-0.5, -0.8, -0.2), "its chances were too high"),
        ((0.1, -0.2, 0.4), "which agrees as far as"),
    ],
)
def test_it_says_which_way_chances_were_wrong(document, ends, words):
    view = evaluation_view(with_calibration(document, intercept=estimate(*ends)), MODEL)
    assert words in view["said"][0]


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.5, 0.2, 0.8), "too bold"),
        ((1.5, 1.2, 1.8), "too timid"),
        ((1.0, 0.8, 1.2), "agrees with what came"),
        ((0.9, -0.2, 2.0), "these outcomes cannot tell"),
        ((-0.5, -0.8, -0.2), "fewer cramps, not with more"),
        ((0.0, -0.2, 0.2), "too bold"),
    ],
)
def test_it_says_whether_chances_lie_too_far_apart(document, ends, words):
    view = evaluation_view(with_calibration(document, slope=estimate(*ends)), MODEL)
    assert words in view["said"][1]


def test_the_brier_score_is_held_against_the_base_rate_alone(document):
    better = with_calibration(document, brier=0.1, brier_of_share=0.2)
    assert "smaller, so better" in evaluation_view(better, MODEL)["said"][2]
    same = with_calibration(document, brier=0.2, brier_of_share=0.2)
    assert "no smaller, so no better" in evaluation_view(same, MODEL)["said"][2]


def test_acting_on_it_is_worth_something_only_where_it_beats_both(document):
    curve = [
        {"threshold": 0.01, "model": 0.2, "always": 0.2, "acted": 9, "met": 2},
        {"threshold": 0.1, "model": 0.1, "always": 0.05, "acted": 9, "met": 2},
        {"threshold": 0.2, "model": 0.02, "always": -0.1, "acted": 9, "met": 2},
        {"threshold": 0.5, "model": -0.1, "always": -0.5, "acted": 9, "met": 2},
    ]
    said = evaluation_view(document | {"decision_curve": curve}, MODEL)["said"][3]
    assert "from a chance of 10 and 20 % on; 4 chances were tried" in said
    said = evaluation_view(document | {"decision_curve": curve[:1]}, MODEL)["said"][3]
    assert "nowhere worth more" in said


def test_it_says_what_it_cannot_say(document):
    few = " ".join(evaluation_view(document | {"cramps": 14}, MODEL)["unsaid"])
    assert "at least 100 of each are advised" in few
    assert "One context only, marathon" in few
    assert "no session tells" not in few
    enough = document | {"cramps": 150, "rows": 300}
    assert "are advised" not in " ".join(evaluation_view(enough, MODEL)["unsaid"])
    silent = [one | {"rows": 0} if one["rule"] == "P2" else one for one in document["known"]]
    unsaid = evaluation_view(document | {"known": silent}, MODEL)["unsaid"]
    assert any("What 1 of 28 rules ask (P2) no session tells" in said for said in unsaid)
    alone = " ".join(evaluation_view(document | {"athletes": 1}, MODEL)["unsaid"])
    assert "One athlete only" in alone


def test_a_card_that_was_learned_says_that_it_may_be_flattered(document):
    text = models().joinpath("cramp.toml").read_text(encoding="utf-8")
    text = text.replace('made_by = "the riskfit authors"', 'made_by = "riskfit calibrate"')
    text = text.replace("[provenance]", "[provenance]\noutcomes = 1200\ncramps = 300\nathletes = 9")
    learned = parse_model(text + "\n[cause_factor]\ndehydration = 1.5\n", "learned.toml")
    view = evaluation_view(document, learned)
    assert "learned from 1,200 outcomes" in view["unsaid"][0]
    facts = dict(view["model_facts"])
    assert facts["From"] == "1,200 outcomes, 300 of them cramps, of 9 athletes"
    assert facts["Causes count"] == "Dehydration x1.50"
    assert "learned" not in " ".join(evaluation_view(document, MODEL)["unsaid"])


def test_one_kind_of_outcome_gives_a_page_that_says_so(tmp_path):
    page = evaluation_page_of(outcome_file(tmp_path / "none.csv", athletes=2, each=5, kinds=1))
    text = text_of(page)
    assert "None of these sessions had a cramp" in text
    assert "It takes sessions with a cramp and sessions without" in text
    assert "-0.0000" not in text


# ---- its numbers


def test_every_number_is_one_of_the_document(page, document):
    known = set(numbers_in(document))
    shown = data_values(page)
    assert len(shown) > 100
    assert [value for value, _ in shown if value not in known] == []


def test_the_page_holds_what_json_prints(made, document):
    assert json.loads(run("evaluate", made, "--json").stdout) == document


def test_the_page_shows_the_numbers_that_the_table_prints(made, page, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    printed = run("evaluate", made).stdout
    assert "Brier score" in printed
    shown = re.findall(r"-?\d+\.\d+", text_of(page))
    table = re.findall(r"-?\d+\.\d+", printed.split("AUC (discrimination)")[1])
    assert len(table) > 90
    assert sorted(set(table) - set(shown)) == []


def test_who_warns_of_everything_meets_all_and_warns_all_others_in_vain(document):
    first = evaluation_view(document, MODEL)["decisions"][0]
    assert (first["acted"], first["met"]) == (document["rows"], document["cramps"])
    assert (first["met_share"], first["in_vain_share"]) == (1, 1)


def test_places_on_a_scale_stay_on_it(document):
    for table in evaluation_view(document, MODEL)["slices"]:
        for row in table["rows"]:
            assert 0 <= row["from"] < row["to"] <= 100
            assert 0 <= row["at"] <= 100
            share = 100 * row["cramps"] / row["rows"]
            assert row["from"] <= share * 100 / float(table["top"].split()[0]) <= row["to"]


def test_athletes_stand_in_the_order_of_their_numbers(document):
    (table,) = [t for t in evaluation_view(document, MODEL)["slices"] if t["key"] == "by_athlete"]
    assert [row["name"] for row in table["rows"]] == [f"a{number}" for number in range(12)]


def test_of_very_many_athletes_those_with_most_sessions_are_shown(document):
    one = document["by_athlete"][0]
    many = [one | {"name": f"a{number}", "rows": 10 + number} for number in range(250)]
    (table,) = [
        table
        for table in evaluation_view(document | {"by_athlete": many}, MODEL)["slices"]
        if table["key"] == "by_athlete"
    ]
    assert table["left_out"] == 50
    assert [row["name"] for row in table["rows"]] == [f"a{number}" for number in range(50, 250)]


def test_of_several_contexts_it_says_that_the_area_holds_their_difference(document):
    def unsaid(several):
        return " ".join(evaluation_view(several, MODEL)["unsaid"])

    words = "The AUC over all 2 contexts also contains the difference between them"
    one = document["by_context"][0]
    several = document | {"by_context": [one, one | {"name": "training"}]}
    assert words in unsaid(several)
    assert "also contains" not in unsaid(document)
    nothing = several["discrimination"] | {"auc": None}
    assert "also contains" not in unsaid(several | {"discrimination": nothing})


# ---- what it keeps to itself


def test_names_stay_text(document):
    evil = document | {
        "source": EVIL,
        "notes": [EVIL],
        "by_athlete": [part | {"name": EVIL} for part in document["by_athlete"]],
    }
    page = evaluation_page(evil, MODEL).decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert blocks(page.encode())["evaluation-data"]["document"]["source"] == EVIL


def test_a_shared_page_names_no_file_and_no_athlete(tmp_path):
    secret = outcome_file(tmp_path / "secret_squad.csv", athletes=3, each=8, prefix="Ada ")
    out = tmp_path / "page.html"
    run("evaluate", secret, "--share", "-o", out)
    kept = re.sub(rb"<script>.*?</script>", b"", out.read_bytes(), flags=re.DOTALL)
    for word in (b"secret_squad", b"Ada ", str(tmp_path).encode()):
        assert word not in kept, word
    assert b"athlete 3" in kept
    shared = json.loads(run("evaluate", secret, "--share", "--json").stdout)
    assert shared["source"] is None
    assert [part["name"] for part in shared["by_athlete"]] == [
        "athlete 1",
        "athlete 2",
        "athlete 3",
    ]
    assert run("evaluate", secret, "--share", code=2).output.count("--share") >= 1


def test_what_is_shared_leaves_the_owner_unnamed():
    part = {"name": "", "rows": 1}
    shared = shared_evaluation({"by_athlete": [part], "source": "x", "notes": ["y"]})
    assert shared == {"by_athlete": [part], "source": None, "notes": []}


# ---- the published cohorts


@pytest.fixture(scope="module")
def verdicts():
    return [line for cohort in load_cohorts() for line in run_cohort(cohort)]


def published_document(verdicts):
    model = {"id": MODEL.id, "version": MODEL.version}
    return {"riskfit": "0", "model": model, **published_entry(verdicts)}


def test_every_line_of_the_cohorts_is_drawn_where_its_numbers_are(verdicts):
    view = published_view(published_document(verdicts), load_cohorts(), MODEL)
    lines = [line for group in view["groups"] for line in group["lines"]]
    assert len(lines) == len(verdicts) == view["passed"]
    for line in lines:
        assert 0 < line["from"] <= line["at"] <= line["to"] < 100, line["what"]
    auc = view["groups"][0]
    assert {tick["text"]: tick["at"] for tick in auc["ticks"]}["0.5"] == auc["none"]
    odds = next(group for group in view["groups"] if group["title"].startswith("Odds"))
    places = {tick["text"]: tick["at"] for tick in odds["ticks"]}
    assert places["10"] - places["1"] == pytest.approx(places["50"] - places["5"], abs=0.01)


def test_a_finding_that_is_missed_is_named_first_and_drawn_outside(verdicts):
    first = replace(verdicts[0], ours=0.9, passed=False)
    view = published_view(published_document([first, *verdicts[1:]]), load_cohorts(), MODEL)
    assert view["answer"].startswith(f"In 1 of {len(verdicts)} comparisons the model lies outside")
    assert view["failed"] == [f"{first.cohort}: {first.what}"]
    line = view["groups"][0]["lines"][0]
    assert line["at"] > line["to"]
    assert not line["passed"]


def test_the_page_of_the_cohorts_says_what_the_table_prints(verdicts):
    page = published_page_of()
    text = text_of(page)
    for line in verdicts:
        assert line.published in text
        assert f"{line.low:g} to {line.high:g} {line.ours:.2f} PASS" in text
    assert page.decode().count('data-verdict="PASS"') == len(verdicts)
    assert "so this is no validation" in text
    assert b"Copyright 2012-" not in page, "nothing on it needs the charts' script"
    known = set(numbers_in(blocks(page)["published-data"]["document"]))
    assert [value for value, _ in data_values(page) if value not in known] == []


# ---- the command line


def test_the_suffix_says_what_is_written(made, tmp_path):
    for name, begins in (("e.html", "<!doctype html>"), ("e.json", "{"), ("e.txt", "riskfit-")):
        out = tmp_path / name
        assert run("evaluate", made, "-o", out).stdout == ""
        assert out.read_text(encoding="utf-8").startswith(begins)
    assert json.loads((tmp_path / "e.json").read_text())["rows"] == 300
    assert "Brier score" in (tmp_path / "e.txt").read_text()


def test_published_cohorts_go_to_files_too(tmp_path):
    for name, word in (("p.html", "34 comparisons"), ("p.json", '"failed": 0'), ("p.txt", "34 of")):
        run("evaluate", "--published", "-o", tmp_path / name)
        written = (tmp_path / name).read_text(encoding="utf-8")
        assert word in written or word.replace(" ", "") in written


def test_a_card_that_fails_still_writes_its_page(tmp_path):
    text = models().joinpath("cramp.toml").read_text(encoding="utf-8")
    card = tmp_path / "dry.toml"
    card.write_text(text + "\n[cause_factor]\ndehydration = 9\n")
    out = tmp_path / "p.html"
    run("evaluate", "--published", "--model", card, "-o", out, code=1)
    assert "lies outside the range" in text_of(out.read_bytes())
    assert "Causes count Dehydration x9.00" in text_of(out.read_bytes())


@pytest.mark.parametrize("name", ["page.xyz", "page", "page.csv"])
def test_other_suffixes_are_refused_before_anything_is_done(made, tmp_path, name):
    for source in ([made], ["--published"]):
        refused = run("evaluate", *source, "-o", tmp_path / name, code=2)
        assert "the suffix must be one of .html, .json, .txt" in refused.output
        assert not (tmp_path / name).exists()


def test_documents_keep_their_schema(made, document):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    validator.validate(document)
    validator.validate(json.loads(run("evaluate", "--published", "--json").stdout))
    for broken in (document | {"rows": "many"}, document | {"more": 1}, {}):
        assert not validator.is_valid(broken)


def test_an_evaluation_without_times_and_of_one_kind_keeps_the_schema(tmp_path):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    alone = outcome_file(tmp_path / "one.csv", athletes=1, each=6, kinds=1, dates=False)
    found = json.loads(run("evaluate", alone, "--json").stdout)
    assert found["period"] is None
    assert found["discrimination"] == {"auc": None, "roc": []}
    validator.validate(found)
    validator.validate(shared_evaluation(found))
