"""A language of texts: data alone."""

import json

from tools.changes import Copy, riskfit, sample

WORDS = """
[rule.P1]
name = "Frühere Krämpfe"
sentence = "Sie hatten schon Krämpfe beim Sport."
question = "Hatten Sie schon einmal Muskelkrämpfe bei oder nach dem Sport?"

[context.training]
name = "ein Training"

[red_flag.RF8]
asks = "Brustschmerz"
means = "Brustschmerz beim Sport muss sofort behandelt werden."

[advice.red_flags_unasked]
text = "Nach Warnzeichen hat noch niemand gefragt: {questions}."

[stretch.calf]
name = "die Waden"
how = "Wade: Hände an die Wand, ein Bein zurück, Ferse am Boden."
"""


def make(copy: Copy) -> None:
    """Add the file."""
    copy.add("models/languages/de.toml", WORDS)


def prove() -> None:
    """Card, explanation, open questions and advice speak it, and no number is another one."""
    assert "P1 Frühere Krämpfe" in riskfit("card", "--language", "de")
    assert "Sie hatten schon Krämpfe" in riskfit("explain", "P1", "--language", "de")
    asked = "analyze", sample(), "--no-store", "--json"
    (german,) = json.loads(riskfit(*asked, "--language", "de"))["activities"]
    (english,) = json.loads(riskfit(*asked))["activities"]
    assert "Hatten Sie schon einmal Muskelkrämpfe" in json.dumps(german, ensure_ascii=False)
    assert "Nach Warnzeichen hat noch niemand gefragt" in str(german["advice"])
    assert "Nach Warnzeichen" not in str(english)
    assert german["assessment"]["score"] == english["assessment"]["score"]
    assert german["features"] == english["features"]
