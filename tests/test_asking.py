"""What people say of themselves: answers in words and units, and the profile that keeps them."""

import itertools
import json
import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest
import tomli
from tools.asking import TYPICAL as TYPICAL_ANSWERS
from tools.asking import medians, of_corpus, sessions
from tools.command_line import run
from tools.corpus import needs_corpus
from tools.generator import generate_archive

from riskfit.asking.one_question import most_telling
from riskfit.asking.profile_lines import edited
from riskfit.asking.questions import load_questions, parse_questions, profile_key, short_name
from riskfit.asking.told_values import value_of
from riskfit.athlete import WORDS
from riskfit.errors import InputError, RuleError
from riskfit.profiles import TEMPLATE, load_profile
from riskfit.rules.load import load_model
from riskfit.strict_toml import bundled_text

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"
TODAY = date(2026, 7, 4)


# ---- from words to values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("mass", "61kg", 61.0),
        ("weight", "134lb", 60.7814),
        ("height", "5ft11", 1.8034),
        ("threshold", "4:05/km", 4.08163),
        ("threshold", "14.4", 4.0),
        ("threshold_speed_m_s", "4.1", 4.1),
        ("age", "41", 41.0),
        ("sex", "woman", "female"),
        ("gender", "m", "male"),
        ("cramps", "never", "none"),
        ("cramps", "2", "ever"),
        ("cramps", "last_12_months", "last_12_months"),
        ("injury", "a muscle", "muscle"),
        ("strength", "weekly", True),
        ("flat-feet", "No", False),
        ("sport", "Jogging", "running"),
        ("longest", "1h30", 1.5),
        ("longest", "2", 2.0),
        ("illnesses", "none", []),
        (
            "illnesses",
            "asthma, high blood pressure and gout",
            ["asthma", "high blood pressure", "gout"],
        ),
        ("illnesses", "no diabetes, but asthma", ["no diabetes, but asthma"]),
        ("warning_signs", "none", []),
        ("warning_signs", "1 rf5", ["RF1", "RF5"]),
        ("medications", "none", []),
        (
            "meds",
            "Lasix since May, ibuprofen",
            [{"name": "Lasix", "started": date(2026, 5, 1)}, {"name": "ibuprofen"}],
        ),
    ],
)
def test_an_answer_is_taken_as_people_write_it(name, text, value):
    assert value_of(profile_key(name), text, TODAY, name=name) == value


@pytest.mark.parametrize(
    ("since", "day"),
    [
        ("may", date(2026, 5, 1)),
        ("November", date(2025, 11, 1)),
        ("Sept 2024", date(2024, 9, 1)),
        ("2026-06-30", date(2026, 6, 30)),
        ("2019", date(2019, 1, 1)),
        ("3 weeks ago", date(2026, 6, 13)),
        ("last week", date(2026, 6, 27)),
        ("yesterday", date(2026, 7, 3)),
    ],
)
def test_the_day_a_medicine_was_begun_may_be_said_in_many_ways(since, day):
    (medicine,) = value_of("medications", f"Lasix (since {since})", TODAY)
    assert medicine == {"name": "Lasix", "started": day}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mass", "3", "20 to 300 kg"),
        ("mass", "heavy", "kg"),
        ("cramps", "sometimes", "never, longer ago, last 12 months"),
        ("sex", "x", "female, male"),
        ("diabetes", "perhaps", "yes or no"),
        ("sport", "zzz", "running, cycling"),
        ("warning_signs", "77", "numbers from 1"),
        ("medications", "Lasix since forever", "3 weeks ago"),
        ("medications", "Lasix since 2026-08-01", "still to come"),
        ("age", "", "nothing is said"),
    ],
)
def test_what_later_commands_would_refuse_is_refused_at_once_with_what_would_do(name, text, said):
    with pytest.raises(InputError, match=f"^{name}.*{said}"):
        value_of(profile_key(name), text, TODAY, name=name)


def test_a_name_that_is_none_gets_the_one_most_like_it():
    with pytest.raises(InputError, match="did you mean 'mass'"):
        profile_key("mas")


# ---- the table of questions


def test_each_word_of_the_profile_can_be_said_and_each_choice_has_a_word_of_its_own():
    for question in load_questions().question:
        for part in question.part:
            values = [choice.value for choice in part.choices]
            assert len(set(values)) == len(values), part.key
            if part.key in WORDS:
                assert set(values) == set(WORDS[part.key])


def test_the_warning_signs_are_asked_first():
    assert [part.key for part in load_questions().question[0].part] == ["red_flags"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "sex"', 'key = "sexx"', "did you mean 'sex'"),
        ('value = "muscle"', 'value = "bone"', "not one of recent_injury"),
        ('rules = ["P2"]', 'rules = ["P77"]', "P77"),
        ('also = ["man"', 'also = ["woman"', "twice"),
        ('weight = "mass_kg"', 'weight = "mass"', "mass"),
    ],
)
def test_a_table_with_a_slip_is_refused_by_place(old, new, said):
    text = bundled_text("questions.toml").replace(', also = ["m", "man"]', ', also = ["man"]')
    assert old in text
    with pytest.raises(RuleError, match=said):
        parse_questions(text.replace(old, new, 1), "questions.toml")


def test_a_short_name_leads_back_to_its_key():
    for key in ("mass_kg", "cramp_history", "threshold_speed_m_s", "medications", "diabetes"):
        assert profile_key(short_name(key)) == key


# ---- the file


def test_a_changed_answer_leaves_comments_and_all_else_as_it_stands():
    text = '# me\nmass_kg = 70  # scales of June\nhat = "red"  # unknown\n\n# end\nage_years = 40\n'
    assert edited(text, {"mass_kg": 61.0, "sex": "male"}) == (
        '# me\nmass_kg = 61  # scales of June\nhat = "red"  # unknown\n\n# end\nage_years = 40\n'
        'sex = "male"\n'
    )


def test_the_line_of_the_template_that_shows_a_key_is_filled_in():
    new = edited(TEMPLATE, {"sex": "male", "medications": [{"name": 'a "b" \\ #c'}]})
    assert 'sex = "male"                      # female or male' in new
    assert len(new.splitlines()) == len(TEMPLATE.splitlines())
    assert tomli.loads(new) == {"sex": "male", "medications": [{"name": 'a "b" \\ #c'}]}


def test_answers_over_several_lines_and_in_tables_are_replaced_whole():
    flags = 'red_flags = [  # asked\n  "RF1",\n]\n'
    text = flags + '[[medications]]\nname = "a"\n[[medications]]\nname = "b"\n'
    assert (
        edited(text, {"medications": []})
        == 'red_flags = [  # asked\n  "RF1",\n]\nmedications = []\n'
    )
    assert edited(text, {"red_flags": [], "medications": None}) == "red_flags = []\n"
    before = edited(text, {"sex": "male"})
    assert before.index("sex") < before.index("[[medications]]")


def test_what_cannot_be_changed_in_place_is_left_to_the_editor():
    text = '[hat]\nred = 1\n[[medications]]\nname = "a"\n'
    with pytest.raises(InputError, match="profile edit"):
        edited(text, {"medications": []})


# ---- the command


def test_profile_set_writes_what_is_told_and_shows_what_it_was_taken_for(tmp_path):
    result = run("profile", "set", "mass=61kg", "threshold=4:05/km", "medications=Lasix since May")
    assert "mass_kg = 61" in result.output
    assert "Lasix: water tablets" in result.output
    athlete = load_profile()
    assert (athlete.mass_kg, athlete.threshold_speed_m_s) == (61, 4.08163)
    assert athlete.medications[0].started.month == 5
    assert (tmp_path / "profile.toml").stat().st_mode & 0o777 == 0o600


def test_profile_set_changes_nothing_when_one_answer_is_refused():
    result = run("profile", "set", "mass=61kg", "cramps=sometimes", code=1)
    assert "give one of never" in result.output
    assert load_profile().known() == {}


def test_profile_unset_forgets_and_names_what_was_not_there():
    run("profile", "set", "mass=61", "age=41")
    result = run("profile", "unset", "mass", "ftp")
    assert "mass_kg: forgotten" in result.output
    assert "ftp_w: there was no answer" in result.output
    assert load_profile().known() == {"age_years": 41}


def test_a_key_of_the_file_that_is_not_known_stays_and_is_named(tmp_path):
    (tmp_path / "profile.toml").write_text("hat = 1\n", encoding="utf-8")
    result = run("profile", "set", "mass=61")
    assert "hat, which riskfit does not know" in result.stderr
    assert (tmp_path / "profile.toml").read_text(encoding="utf-8") == "hat = 1\nmass_kg = 61\n"


# ---- the questions, one after another

TYPICAL = "none\nlonger ago\nno\n41\nmale\nnone\nnone\nno\nno\nno\nrunning\n8\n1h30\n"
SESSION = "running\n1h30\nhard\nwarm\nwater\n"


def ask(said, *options):
    return run("ask", *options, input=said).output


def test_twelve_answers_fill_the_profile_and_end_in_the_command_for_the_next_session():
    said = ask(TYPICAL + SESSION)
    assert load_profile().known() == {
        "age_years": 41,
        "sex": "male",
        "cramp_history": "ever",
        "family_history": False,
        "recent_injury": "none",
        "strength_training": False,
        "chronic_conditions": (),
        "diabetes": False,
        "nerve_or_back_condition": False,
        "medications": (),
        "red_flags": (),
        "usual_sport": "running",
        "usual_sessions_28d": 8,
        "usual_longest_h": 1.5,
    }
    command = re.search(r"riskfit (check --sport .*)", said)[1]
    assert command.split() == [
        "check",
        "--sport",
        "running",
        "--duration",
        "1h30",
        "--intensity",
        "threshold",
        "--temp",
        "22",
        "--drink-sodium",
        "0",
    ]
    assert "Cramp risk" in run(*command.split()).output


def test_each_answer_says_what_it_changed_and_the_range_narrows():
    said = ask(TYPICAL)
    ranges = re.findall(r"range(?: is|:) (\d+) to (\d+)(?: before, (\d+) to (\d+) now)?", said)
    first, changes = ranges[0], ranges[1:]
    assert changes[0][:2] == first[:2]
    assert all(a[2:] == b[:2] for a, b in itertools.pairwise(changes))
    assert int(changes[-1][3]) - int(changes[-1][2]) < int(first[1]) - int(first[0])


def test_the_range_is_that_of_the_last_session_where_there_is_a_store(tmp_path):
    shutil.copy(SAMPLES / "easy_run.fit", tmp_path / "run.fit")
    run("import", tmp_path / "run.fit")
    entry = json.loads(run("analyze", tmp_path / "run.fit", "--json").stdout)["activities"][0]
    score = entry["assessment"]
    found = ask("none\n", "--again")
    assert "For your last session" in found
    low, high = map(int, re.search(r"range is (\d+) to (\d+)", found).groups())
    assert (low, high) == (int(score["low"]), int(score["high"]))
    assert "For a typical training session" in ask("", "--no-store")


def test_what_was_answered_is_not_asked_again_unless_wanted():
    ask("none\nnever\nq\n")
    left = ask("")
    assert "warning" not in left
    assert "Do your parents" in left
    assert "Have you had" not in left
    assert "Have you had" in ask("\n", "--again")


def test_enter_skips_b_goes_back_and_q_keeps_what_was_said():
    said = ask("none\n\nno\nb\nyes\nq\n41\n")
    athlete = load_profile()
    assert athlete.red_flags == ()
    assert athlete.cramp_history is None
    assert athlete.family_history is True
    assert athlete.age_years is None
    assert said.count("Do your parents") == 2
    assert "`riskfit ask` goes on from here" in said


def test_what_is_not_understood_is_asked_again_with_what_would_do():
    said = ask("none\nsometimes\nnever\n")
    assert "give one of never" in said
    assert load_profile().cramp_history == "none"
    assert "is no duration" in ask("\n" * 12 + "running\nlong\n2h\n")


def test_medicines_and_illnesses_are_shown_as_they_were_taken():
    said = ask("none\n\n\n\n\nasthma, type 2 diabetes\nLasix since May\nq\n")
    assert "asthma: a lung disease" in said
    assert "Lasix: water tablets" in said
    assert load_profile().diabetes is None  # the words say it


def test_an_urgent_warning_sign_is_answered_by_a_doctor_not_by_a_range():
    said = ask("8\nq\n")
    assert "See a doctor now" in said
    assert "No score" in said


def test_no_line_is_wider_than_a_screen():
    assert max(map(len, ask(TYPICAL).splitlines())) < 80


# ---- what is usual


RUN = SAMPLES / "easy_run.fit"


def features_of(*arguments):
    return json.loads(run(*arguments, "--json").stdout)["activities"][0]["features"]


def test_what_is_usual_in_the_sport_done_most_counts_where_nothing_is_imported():
    run("profile", "set", "sport=running", "sessions=8", "longest=90min")
    found = features_of("check", "--sport", "running", "--duration", "3h")
    assert found["same_sport_sessions_28d"]["value"] == 8
    assert found["duration_vs_longest_28d_ratio"]["value"] == pytest.approx(2.0)
    assert found["same_sport_sessions_28d"]["source"] == "profile"
    assert features_of("analyze", RUN)["same_sport_sessions_28d"]["value"] == 8
    other = features_of("check", "--sport", "cycling", "--duration", "3h")
    assert other["same_sport_sessions_28d"]["value"] is None
    assert other["duration_vs_longest_28d_ratio"]["value"] is None


def test_a_history_beats_what_was_told_to_be_usual(tmp_path):
    generate_archive(tmp_path / "archive", 40, hours=0.3, every_s=(15,))
    last = sorted((tmp_path / "archive").iterdir())[-1]
    without = features_of("analyze", last, "--history", tmp_path / "archive")
    assert without["duration_vs_longest_28d_ratio"]["value"] is not None
    for sport in ("running", "cycling"):
        run("profile", "set", f"sport={sport}", "sessions=199", "longest=99h")
        assert features_of("analyze", last, "--history", tmp_path / "archive") == without


def test_what_is_usual_gives_one_score_through_analyze_and_batch(tmp_path):
    run("profile", "set", "sport=running", "sessions=0", "longest=30min")
    one = json.loads(run("analyze", RUN, "--json").stdout)["activities"][0]["assessment"]["score"]
    run("profile", "unset", "sport", "sessions", "longest")
    without = json.loads(run("analyze", RUN, "--json").stdout)["activities"][0]["assessment"]
    assert one > without["score"]
    run("profile", "set", "sport=running", "sessions=0", "longest=30min")
    shutil.copy(RUN, tmp_path / "run.fit")
    many = json.loads(run("batch", tmp_path / "run.fit", "--json").stdout)["activities"]
    assert many[0]["assessment"]["score"] == pytest.approx(one)


# ---- the one question at the end


def ending(*arguments):
    return run(*arguments).output.split("One answer would help most: ")[1]


def test_a_session_ends_with_the_question_that_would_help_most_and_how_to_answer_it():
    said = ending("analyze", SAMPLES / "easy_run.fit")
    assert said.startswith("Have you had muscle cramps")
    command = re.search(r"riskfit (profile set .*)", said)[1]
    run(*command.split())
    assert not ending("analyze", SAMPLES / "easy_run.fit").startswith("Have you had muscle cramps")


def test_a_plan_ends_with_the_question_that_narrows_its_range_most():
    plan = ("check", "--sport", "running", "--duration", "2h")
    tell = json.loads(run(*plan, "--json").stdout)["activities"][0]["plan"]["tell"]
    assert tell[0]["rules"] == ["P1"]
    assert ending(*plan).startswith("Have you had muscle cramps")
    run("profile", "set", "cramps=never", "family=no", "age=41", "sex=male", "illnesses=none")
    run("profile", "set", "meds=none", "back=no", "injury=no", "strength=no", "shoes=no")
    run("profile", "set", "sport=running", "sessions=8", "longest=1h30")
    assert ending(*plan).startswith("How warm will it be")
    assert ending(*plan, "--temp", "20", "--humidity", "60", "--fluid", "500ml") != ending(*plan)


def test_only_text_of_one_session_ends_with_a_question(tmp_path):
    two = run("analyze", SAMPLES / "easy_run.fit", SAMPLES / "evening_run.fit").output
    assert "One answer" not in two
    run("analyze", SAMPLES / "easy_run.fit", "-o", tmp_path / "a.txt")
    assert "One answer" not in (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert "One answer" not in run("analyze", SAMPLES / "easy_run.fit", "--json").output
    run("profile", "set", "red_flags=8")
    assert "One answer" not in run("analyze", SAMPLES / "easy_run.fit", code=None).output


def _questions():
    table = load_questions()
    return [*table.question[1:], *table.otherwise]


@pytest.mark.parametrize("question", _questions(), ids=lambda question: question.id)
def test_what_is_suggested_as_an_answer_is_one(question):
    one = most_telling([(question.rules, 1.0)])
    assert one.id == question.id
    assert bool(one.command) != bool(one.options)
    if one.options:
        run("analyze", SAMPLES / "easy_run.fit", *one.options.split())
        run("check", "--sport", "running", "--duration", "2h", *one.options.split())
    elif "FOLDER" not in one.command:
        run(*shlex.split(one.command)[1:])
        assert load_profile().known()


def test_every_rule_that_can_be_told_has_a_question():
    asked = {rule for question in _questions() for rule in question.rules}
    untold = {rule.id for rule in load_model().rules} - asked
    assert untold == {"O7", "F3"}  # a file tells them


def test_of_several_open_rules_the_question_that_settles_most_is_put():
    one = most_telling([(("P7",), 3.0), (("P3",), 2.5), (("P4",), 2.0)])
    assert one.id == "age_and_sex"
    assert one.command == "riskfit profile set age=41 sex=female"
    assert most_telling([(("O7",), 9.0)]) is None


# ---- what the answers are worth


def narrowed(measured):
    before, after = medians(measured)[0], medians(measured)[-1]
    return after.width / before.width, after.assumed_fraction


def test_typical_answers_halve_the_range_of_the_samples_and_leave_little_assumed():
    measured = list(sessions(sorted(SAMPLES.glob("*.fit*"))))
    assert len(measured) >= 5
    width, assumed = narrowed(measured)
    assert width <= 0.5
    assert assumed < 0.25


@pytest.mark.slow
@needs_corpus
def test_typical_answers_halve_the_range_of_the_corpus_and_leave_little_assumed():
    measured = of_corpus()
    assert len(measured) >= 150
    width, assumed = narrowed(measured)
    assert width <= 0.5
    assert assumed < 0.25
    assert medians(measured)[0].assumed_fraction > 0.7


def test_there_are_twelve_questions():
    assert len(load_questions().question) == 12


def test_the_typical_answers_answer_every_question():
    assert set(TYPICAL_ANSWERS) == {question.id for question in load_questions().question}
