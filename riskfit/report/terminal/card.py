"""The score card on paper: every rule with its points, and the tables to add it up by hand."""

import textwrap
from collections.abc import Iterable, Mapping
from math import exp
from typing import Final

from riskfit.features.catalogue import CATALOGUE
from riskfit.references import Reference
from riskfit.rules.model import CAUSES, Context, Factor, Group, Knots, Model, Rule

WIDTH: Final = 80
GRADES: Final = {
    "A": "consistent, prospective or large",
    "B": "prospective, or very large and cross-sectional, with an effect size",
    "C": "small, retrospective, of the laboratory, or confounded",
    "D": "the documents' or experts' opinion, or no data",
}


def card_text(model: Model, context_id: str = "training") -> str:
    """Return the whole card as text, to be followed with pencil and paper.

    Parameters
    ----------
    model : Model
    context_id : str
        Whose average points stand in for what is not known.
    """
    context = model.context(context_id)
    parts = [
        f"{model.title}\nModel {model.id}, version {model.version}.",
        _how_to(model, context),
        *(_group_rules(model, group, context) for group in model.groups),
        _exertion(model),
        *(_saturation(model, group) for group in model.groups),
        _bands(model),
        _contexts(model),
        _grades(),
        _red_flags(model),
        _zero_weights(model),
    ]
    return "\n\n".join(parts) + "\n"


def _how_to(model: Model, context: Context) -> str:
    steps = (
        (
            "Look each rule up: the value you measured gives its raw points, in a straight line "
            "between the columns. Where nothing is known take the last column, the average "
            f'for {context.name}. Of a rule with an "or" the larger points count; multiply them '
            'by its "times", if it has any.'
        ),
        "Dehydration only: multiply its raw points by the exertion factor (see below).",
        (
            "Add the raw points of each group, and look the sum up in the group's table: "
            "rules of one group overlap, so it gives less than the sum."
        ),
        "Overuse is the sum of its two groups. The score is the sum of the four causes.",
        f"Every {model.settings.points_per_doubling:g} points double the odds.",
    )
    lines = ["HOW TO ADD IT UP"]
    for number, step in enumerate(steps, 1):
        lines += textwrap.wrap(f"{number}. {step}", WIDTH, subsequent_indent="   ")
    return "\n".join(lines)


def _group_rules(model: Model, group: Group, context: Context) -> str:
    """Return a group's rules: values above, raw points below."""
    rules = [rule for rule in model.rules if rule.group == group.id]
    lines = [_title(group).upper()]
    for rule in rules:
        absent = context.id in rule.not_for
        average = model.typical(rule, context)[0] * model.max_points(rule)
        marks = " *" if rule.exertion else ""
        said = f"{rule.id} {rule.name}{marks}: {CATALOGUE[rule.feature].meaning}"
        lines += textwrap.wrap(said, WIDTH, subsequent_indent="   ")
        lines += _knot_rows(model, rule, "absent here" if absent else f"{average:.2f}")
        lines += _more_of(model, rule)
    return "\n".join(lines)


def _more_of(model: Model, rule: Rule) -> list[str]:
    """Return what else a rule reads: a second feature, and factors."""
    said = [f"times {factor_words(factor)}" for factor in rule.times]
    if other := rule.or_feature:
        meaning, where = CATALOGUE[other.feature].meaning, _names(model, other.contexts)
        said.append(f"or {meaning} ({where}): share of the most {knot_words(other.knots)}")
    return [
        line
        for text in said
        for line in textwrap.wrap(text, WIDTH, initial_indent="     ", subsequent_indent="       ")
    ]


def factor_words(factor: Factor) -> str:
    """Say what a rule's response is multiplied by."""
    if factor.rule is not None:
        return (
            f"{factor.floor:g} + {factor.share:g} x (raw points of {factor.rule} / the most it has)"
        )
    return f"{CATALOGUE[str(factor.feature)].meaning}: {knot_words(factor.knots)}, unknown 1"


def _names(model: Model, contexts: Iterable[str]) -> str:
    return ", ".join(model.contexts[context].name for context in contexts)


def knot_words(knots: Knots) -> str:
    """Write knots in a line: value and response."""
    return ", ".join(f"{response:g} at {value:g}" for value, response in knots)


def _title(group: Group) -> str:
    return group.cause if group.id == group.cause else f"{group.cause}, {group.id}"


def _knot_rows(model: Model, rule: Rule, average: str) -> list[str]:
    """Return two rows: the values of the knots with their unit, the raw points below."""
    most = model.max_points(rule)
    values = [f"{x:g}" for x, _ in rule.knots]
    points = [f"{most * response:.2f}" for _, response in rule.knots]
    widths = [max(len(v), len(p)) for v, p in zip(values, points, strict=True)]
    above = "  ".join(v.rjust(w) for v, w in zip(values, widths, strict=True))
    below = "  ".join(p.rjust(w) for p, w in zip(points, widths, strict=True))
    unit = f"[{rule.unit}]"
    return [
        f"     {unit:<14}{above}   not known",
        f"     {'raw points':<14}{below}   {average}   (evidence {rule.grade})",
    ]


def _exertion(model: Model) -> str:
    """Return how the exertion factor of dehydration is worked out."""
    settings = model.settings
    ids = " ".join(rule.id for rule in model.rules if rule.exertion)
    text = (
        "Dehydration counts in so far as the muscles work. For each rule marked * "
        f"({ids}) take the share of its raw points in its most, and multiply "
        f"(1 - {settings.exertion_reach:g} x share) over all of them: that is the calm C. The "
        f"exertion factor is {settings.exertion_floor:g} + {settings.exertion_share:g} x (1 - C)."
    )
    return "EXERTION FACTOR\n" + "\n".join(textwrap.wrap(text, WIDTH))


def _saturation(model: Model, group: Group) -> str:
    """Return the table from a group's raw sum to its points."""
    cap = model.settings.points_per_logit * group.cap * model.cause_factors[group.cause]
    most = sum(model.max_points(rule) for rule in model.rules if rule.group == group.id)
    step = 1 if most <= 24 else 2 if most <= 60 else 4
    raw = list(range(0, int(most) + step + 1, step))
    cells = [(f"{x}", f"{cap * (1 - exp(-x / cap)):.1f}" if cap else "0.0") for x in raw]
    lines = [f"RAW SUM TO POINTS: {_title(group).upper()}"]
    per_line = 11
    for start in range(0, len(cells), per_line):
        row = cells[start : start + per_line]
        lines.append("  raw    " + "".join(f"{a:>6}" for a, _ in row))
        lines.append("  points " + "".join(f"{b:>6}" for _, b in row))
    return "\n".join(lines)


def _bands(model: Model) -> str:
    bands = ", ".join(
        f"{band.id} from {band.from_:g}" if band.from_ else band.id for band in model.bands
    )
    words = ", ".join(
        f"{word.id} from {word.from_:g}" if word.from_ else word.id for word in model.session_words
    )
    causes = ", ".join(f"{cause} {model.cause_points[cause]:.1f}" for cause in CAUSES)
    lines = [
        f"Score: {bands}. The unrounded score counts; an edge belongs to the band above.",
        f"This session's part: {words}.",
        f"The most a cause can give: {causes}; together {sum(model.cause_points.values()):.1f}.",
    ]
    return "BANDS\n" + "\n".join(
        "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="  ")) for line in lines
    )


def _contexts(model: Model) -> str:
    """Return the contexts with their base rates."""
    lines = ["CONTEXTS (--context), cramps in 100 sessions with the range"]
    for context in model.contexts.values():
        rate = f"{100 * context.p0:.2g} ({100 * context.p0_low:.2g} to {100 * context.p0_high:.2g})"
        guess = ", a guess" if context.guess else ""
        lines.append(f"  {context.id:<22}{rate}{guess}")
    return "\n".join(lines)


def _grades() -> str:
    return "EVIDENCE\n" + "\n".join(f"  {grade}  {text}" for grade, text in GRADES.items())


def _red_flags(model: Model) -> str:
    lines = ["RED FLAGS: never scored; see a doctor first"]
    for flag in model.red_flags:
        wrapped = textwrap.wrap(
            f"{flag.id} {flag.name}: {flag.asks}", WIDTH - 2, subsequent_indent="    "
        )
        lines += [f"  {line}" for line in wrapped]
    return "\n".join(lines)


def _zero_weights(model: Model) -> str:
    lines = ["LOOKED AT, AND WORTH NOTHING"]
    for item in model.zero_weights:
        wrapped = textwrap.wrap(f"{item.what}: {item.reason}", WIDTH - 2, subsequent_indent="    ")
        lines += [f"  {line}" for line in wrapped]
    return "\n".join(lines)


def rule_text(model: Model, rule_id: str) -> str:
    """Return one rule with all it rests on.

    Parameters
    ----------
    model : Model
    rule_id : str
        Such as ``O2``; case does not matter.
    """
    rule = model.rule(rule_id)
    spec = CATALOGUE[rule.feature]
    shrink = model.settings.shrink[rule.grade]
    facts = [
        ("measures", f"{spec.meaning} ({rule.feature}, {rule.unit})"),
        ("needs", spec.needs),
        ("cause", f"{rule.cause}; part: {'you' if rule.part == 'you' else 'this session'}"),
        ("documents say", rule.seed),
        ("odds ratio", f"{rule.odds_ratio:g} at full response: {rule.odds_from}"),
        ("evidence", f"{rule.grade}, {GRADES[rule.grade]}: counts {shrink:g} of its log odds"),
        ("points", f"up to {model.max_points(rule):.2f} on the card, less beside its like"),
        (
            "where unknown",
            f"average assumed: {rule.typical:g} of full response ({rule.typical_from})",
        ),
        ("to settle it", f"{rule.question} ({rule.settled_by})"),
    ]
    if rule.factor != 1 or model.cause_factors[rule.cause] != 1:
        learnt = rule.factor * model.cause_factors[rule.cause]
        facts.append(("learnt", f"{learnt:.2f} times the published points"))
    facts += [("times", factor_words(factor)) for factor in rule.times]
    if other := rule.or_feature:
        meaning = f"{CATALOGUE[other.feature].meaning}, in {_names(model, other.contexts)}"
        facts.append(("or", f"{meaning}: {knot_words(other.knots)}"))
    if rule.not_for:
        facts.append(("absent in", _names(model, rule.not_for)))
    lines = [f"{rule.id} {rule.name}", *textwrap.wrap(f'"{rule.sentence}"', WIDTH), ""]
    for label, text in facts:
        wrapped = textwrap.wrap(text, WIDTH - 16)
        lines.append(f"{label:<16}" + f"\n{'':<16}".join(wrapped))
    lines += ["", *_knot_rows(model, rule, f"{rule.typical * model.max_points(rule):.2f}"), ""]
    return "\n".join([*lines, *source_lines(model.references, rule.references)]) + "\n"


def source_lines(references: Mapping[str, Reference], keys: Iterable[str]) -> list[str]:
    """Return what is cited, with what each found."""
    lines = ["Sources"]
    for source in map(references.__getitem__, keys):
        doi = f" doi:{source.doi}" if source.doi else ""
        said = f"{source.cite}.{doi} {source.finding}"
        lines += textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines
