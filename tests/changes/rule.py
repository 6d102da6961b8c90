"""A rule: cold muscles.  Data alone."""

from tools.changes import Copy, riskfit, sample

REFERENCE = """
[cold2099]
cite = "Nobody and others 2099, J Made-Up Sports"
finding = "Runners who started without a warm-up cramped twice as often."
read = "abstract"
"""
RULE = """
[[rule]]
id = "O99"
name = "Cold air"
cause = "overuse"
group = "excess"
part = "session"
feature = "air_temperature_c"
unit = "°C"
knots = [[5, 1.0], [15, 0.0]]
odds_ratio = 2.0
odds_from = "made up"
grade = "C"
typical = 0.2
spread = 0.3
references = ["cold2099"]
seed = "made up"
sentence = "At {value} °C muscles stay cold."
question = "How warm was it?"
settled_by = "--temp"

"""


def make(copy: Copy) -> None:
    """Add a rule and its source."""
    copy.at_end("models/references.toml", REFERENCE)
    copy.before("models/cramp.toml", '[[rule]]\nid = "F1"\n', RULE)


def prove() -> None:
    """The card prints it, explain knows it, and the score of a cold session is higher for it."""
    assert "O99 Cold air" in riskfit("card")
    assert "Nobody and others 2099" in riskfit("explain", "O99")

    from riskfit import Conditions, assess, compute_features, load_model, read_activity

    def points(temperature_c: float) -> float:
        conditions = Conditions(air_temperature_c=temperature_c)
        features = compute_features(read_activity(sample()), conditions=conditions)
        assessment = assess(features, load_model())
        return {one.rule: one.points for one in assessment.contributions}["O99"]

    assert points(16.0) == 0.0 < points(4.0)
