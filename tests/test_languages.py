"""Card and advice in another language: what its file may say, and what stays as it was."""

import pytest
from click.testing import CliRunner

from riskfit.advice.texts import load_advice
from riskfit.cli import main
from riskfit.errors import InputError, RuleError
from riskfit.languages import languages, speaking, spoken
from riskfit.rules.load import load_model

GERMAN = """
[rule.P1]
sentence = "Sie hatten schon Krämpfe beim Sport."
[advice.outside]
text = "Hier gibt es keine Punkte: {unscored_because}."
"""


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "de.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def test_the_words_of_a_language_are_laid_over_the_english_ones_for_as_long_as_it_is_spoken(file):
    english = load_model()
    with speaking(file(GERMAN)):
        german = load_model()
        assert german.rule("P1").sentence == "Sie hatten schon Krämpfe beim Sport."
        assert german.rule("P2") == english.rule("P2")
        texts = {one.id: one.text for one in load_advice().advice}
        assert texts["outside"].startswith("Hier gibt es")
        assert load_model() is german
    assert spoken() == "en"
    assert load_model() is english


def test_a_card_of_ones_own_speaks_it_too(file, tmp_path):
    from riskfit.strict_toml import bundled_text

    card = tmp_path / "card.toml"
    card.write_text(bundled_text("cramp.toml"), encoding="utf-8")
    with speaking(file(GERMAN)):
        assert load_model(card).rule("P1").sentence.startswith("Sie hatten")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules.P1]", "key table: 'rules' is unknown"),
        ("[rule.P99]", "key rule: 'P99' is unknown"),
        ('[rule.P1]\nodds_ratio = "9"', "rule P1, key words: 'odds_ratio' is unknown"),
        ("[rule.P1]\nsentence = 5", "expected `str`, got `int`"),
        ('[rule.P1]\nsentence = "{value}"', "rule P1, key sentence: 'value' is unknown"),
        ('rule = "P1"', "expected `object`, got `str`"),
        ("[rule", "not valid TOML"),
    ],
)
def test_what_has_no_place_in_the_originals_is_refused(file, text, said):
    with pytest.raises(RuleError, match=said), speaking(file(text)):
        pass


def test_a_language_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match="give one of en"), speaking("xx"):
        pass
    result = CliRunner().invoke(main, ["card", "--language", "xx"])
    assert result.exit_code == 2
    assert "give one of en" in result.output


def test_the_variable_stands_for_the_option(file):
    result = CliRunner().invoke(main, ["explain", "P1"], env={"RISKFIT_LANGUAGE": file(GERMAN)})
    assert "Sie hatten schon Krämpfe" in result.output


@pytest.mark.parametrize("language", languages())
def test_every_language_there_is_can_be_spoken(language):
    with speaking(language):
        assert load_model().rules
        assert load_advice().advice
