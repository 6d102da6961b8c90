"""One screen of a session: short, narrow, adding up, and no warning lost."""

import re
from functools import cache

import pytest
from test_sixty_people import PEOPLE
from tools import command_line
from tools.people import answered

from riskfit.advice.texts import load_advice
from riskfit.resources import sample_data
from riskfit.rules.load import load_model

HOT = ("--temp", "31", "--humidity", "60", "--race")
PERSON = 'mass_kg = 61\nsex = "female"\nage_years = 44\nred_flags = []\n'
ILL = 'mass_kg = 90\nmedications = [{ name = "Lasix" }, { name = "zorblax" }]\ndiabetes = true\n'
SESSIONS = {
    "easy run": ("analyze", "easy_run.fit"),
    "evening run": ("analyze", "evening_run.gpx"),
    "evening run as TCX": ("analyze", "evening_run.tcx", *HOT),
    "cut off": ("analyze", "cut_off.fit"),
    "hike": ("analyze", "hike.fit.gz"),
    "long ride": ("analyze", "long_ride.fit.gz", "--temp", "30", "--history", "history.zip"),
    "marathon": ("analyze", "marathon_heat.fit.gz", *HOT, "--history", "history.zip"),
    "triathlon": ("analyze", "triathlon.fit.gz", *HOT),
    "demo": ("demo", "-o", "{folder}/demo.json"),
    "planned run": ("check", "--sport", "running", "--duration", "1h"),
    "hot ride": ("check", "--sport", "cycling", "--duration", "5h", "--intensity", "0.75", *HOT),
    "race far off": (
        *("check", "--sport", "running", "--distance", "42.2km", "--target-time", "4h", "--race"),
        *("--start", "2099-07-20T08:00+02:00", "--temp", "27"),
    ),
    "hot match": ("check", "--sport", "soccer", "--duration", "90min", *HOT),
}


@cache
def _shown(name, profile, folder):
    (folder / "p.toml").write_text(profile, encoding="utf-8")
    words = [
        str(sample_data() / word) if (sample_data() / word).is_file() else word
        for word in (word.format(folder=folder) for word in SESSIONS[name])
    ]
    own = () if words[0] == "demo" else ("--profile", folder / "p.toml", "--no-store")
    result = command_line.run(*words, *own, code=None)
    assert result.exit_code in (0, 3), result.output
    return result.stdout


@pytest.mark.parametrize("profile", ["", PERSON, ILL], ids=["nobody", "person", "ill"])
@pytest.mark.parametrize("name", SESSIONS)
class TestOneScreen:
    def test_fits_a_terminal(self, name, profile, tmp_path):
        lines = _shown(name, profile, tmp_path).splitlines()
        assert len(lines) <= 40, "\n".join(lines)
        assert max(map(len, lines)) <= 80

    def test_reasons_are_sorted_and_add_up(self, name, profile, tmp_path):
        text = _shown(name, profile, tmp_path)
        score = int(re.search(r"Cramp risk (\d+) of 100, \w+ for an? ", text)[1])
        under = text.partition(f"Where the {score} points come from")[2].partition("What to do")[0]
        points = [int(one) for one in re.findall(r"^ +(-?\d+)  \w", under, re.M)]
        assert points == sorted(points, reverse=True)
        assert sum(points) == score
        parts = re.search(r"This session: (-?\d+) of the (\d+) points .*You: (-?\d+)\.", text)
        assert int(parts[1]) + int(parts[3]) == int(parts[2]) == score

    def test_says_at_most_five_things_to_do_and_no_ids(self, name, profile, tmp_path):
        text = _shown(name, profile, tmp_path)
        assert 2 <= text.count("• ") <= 5
        assert not re.search(r"\[[A-Z]\d", text)
        asked = "See a doctor first if you have a warning sign: riskfit explain red-flags"
        assert (asked in text) == ("red_flags" not in profile or name == "demo")


STOPS = {entry.id for entry in load_advice().advice if entry.stops}


@pytest.mark.parametrize("name", [n for n, one in PEOPLE.items() if STOPS & {*one.says}])
def test_no_warning_of_the_sixty_is_lost(name):
    said = answered(PEOPLE[name], full=False)
    warnings = [one["text"] for one in said.entry["advice"] if one["id"] in STOPS]
    assert warnings
    assert [one for one in warnings if one not in said.text] == []


def test_explain_takes_every_id():
    ids = [entry.id for entry in load_advice().advice]
    for flag in load_model().red_flags:
        ids += [flag.id, flag.name]
        assert flag.id in command_line.run("explain", "red-flags").stdout
    for one in ids:
        lines = command_line.run("explain", one).stdout.splitlines()
        assert lines
        assert max(map(len, lines)) <= 80, one
