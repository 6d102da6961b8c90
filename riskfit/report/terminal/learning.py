"""What learning found, on the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from riskfit._common import plural
from riskfit.report.json.learning import verdict_word
from riskfit.report.said.evaluation import measures, written
from riskfit.report.words import best_action, per_cent

if TYPE_CHECKING:
    from rich.table import Table

    from riskfit.learning.calibration import Calibration
    from riskfit.learning.comparison import Trial
    from riskfit.learning.model_diff import ModelDiff
    from riskfit.learning.published import Verdict

_MANY_ATHLETES = 20


def _table(*heads: str) -> "Table":
    """Return a table; columns after the first are numbers."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(heads[0])
    for head in heads[1:]:
        table.add_column(head, justify="right")
    return table


def evaluation_parts(entry: Mapping[str, Any]) -> Iterable[Any]:
    """Yield an evaluation's entry as things that a rich console prints."""
    yield (
        f"{entry['model']['id']} {entry['model']['version']} on {plural(entry['rows'], 'session')} "
        f"of {plural(entry['athletes'], 'athlete')}, {entry['cramps']} with a cramp; "
        f"the model expected {entry['expected_cramps']:.1f}."
    )
    if entry["discrimination"]["auc"] is None:
        yield "Only one kind of outcome: what tells them apart cannot be judged."
    table = _table("", "value", "90 % interval", "right would be")
    for one in measures(entry):
        table.add_row(one.name, one.text, one.between, one.right)
    yield table
    yield ""
    table = _table("Predicted", "observed", "90 % interval", "sessions")
    for part in entry["calibration"]["curve"]:
        interval = f"{per_cent(part['low'])} to {per_cent(part['high'])}"
        shares = per_cent(part["predicted"]), per_cent(part["observed"])
        table.add_row(*shares, interval, str(part["rows"]))
    yield table
    yield ""
    table = _table("Acting from", "net benefit", "acting always", "best")
    for one in entry["decision_curve"]:
        worth = f"{one['model']:z.4f}", f"{one['always']:z.4f}"
        table.add_row(per_cent(one["threshold"]), *worth, best_action(one["model"], one["always"]))
    yield table
    for title, parts in (("Context", entry["by_context"]), ("Athlete", entry["by_athlete"])):
        if len(parts) > 1 or (parts and title == "Context"):
            yield ""
            yield _slices(title, parts)
    yield from entry["notes"]


def _slices(title: str, parts: Sequence[Mapping[str, Any]]) -> "Table":
    table = _table(title, "sessions", "cramps", "expected", "AUC", "Brier")
    for part in parts[:_MANY_ATHLETES]:
        auc = "-" if part["auc"] is None else f"{part['auc']:.2f}"
        counts = str(part["rows"]), str(part["cramps"]), f"{part['expected_cramps']:.1f}"
        table.add_row(part["name"] or "you", *counts, auc, f"{part['brier']:.4f}")
    if len(parts) > _MANY_ATHLETES:
        table.add_row(f"... {len(parts) - _MANY_ATHLETES} more with --json")
    return table


def calibration_parts(calibration: "Calibration") -> Iterable[Any]:
    """Yield a calibration as things that a rich console prints."""
    ready, fit = calibration.readiness, calibration.fit
    have = ready.sentence()
    yield have[0].upper() + have[1:] + "."
    if ready.constant:
        yield f"The same in all sessions, so nothing is learned of it: {', '.join(ready.constant)}."
    if fit.level == "rules":
        yield "Learned are factors of causes and of their rules (see riskfit model diff)."
    yield ""
    factors = _table("Cause", "factor", "90 % interval", "from your outcomes")
    share = calibration.data_share()
    numbers = zip(share, fit.cause_factors, fit.cause_low, fit.cause_high, strict=True)
    for cause, factor, low, high in numbers:
        interval = f"{low:.2f} to {high:.2f}"
        factors.add_row(cause, f"{factor:.2f}", interval, f"{100 * share[cause]:.0f} %")
    yield factors
    for trial in calibration.trials:
        yield ""
        yield from _trial_parts(trial)
    yield ""
    if calibration.kept:
        yield "The learned card wins out of sample: it is kept."
    else:
        yield "The learned card does not clearly win out of sample: the card stays as it was."
    yield from calibration.notes


def _trial_parts(trial: "Trial") -> Iterable[Any]:
    from riskfit.learning.comparison import NAMES

    table = _table(f"On {trial.way}", "log loss", "Brier", "gain / its error")
    for name, words in NAMES.items():
        z = trial.z.get(name)
        gain = "" if z is None else f"{z:+.1f}"
        table.add_row(words, f"{trial.log_loss[name]:.4f}", f"{trial.brier[name]:.4f}", gain)
    yield table


def published_parts(verdicts: Sequence["Verdict"]) -> Iterable[Any]:
    """Yield the published cohorts' table as things that a rich console prints."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in ("Cohort", "What", "Published", "Range", "Ours", "Verdict"):
        table.add_column(head, overflow="fold")
    before = ""
    for verdict in verdicts:
        cohort = f"{verdict.cohort} {verdict.title}" if verdict.cohort != before else ""
        before = verdict.cohort
        word = verdict_word(passed=verdict.passed)
        table.add_row(cohort, verdict.what, verdict.published, *written(verdict), word)
    yield table
    failed = sum(not verdict.passed for verdict in verdicts)
    yield f"{len(verdicts) - failed} of {len(verdicts)} PASS."


def diff_parts(diff: "ModelDiff") -> Iterable[str]:
    """Yield a comparison of models as lines: its rules one by one, then the rest."""
    from riskfit.report.said.model_diff import changed_lines, points_words

    yield f"{' '.join(diff.old)} -> {' '.join(diff.new)}"
    if not diff.changes:
        yield "No difference."
        return
    for name, changes in diff.of_rules().items():
        yield f"\n{name} {diff.names[name]}"
        yield from changed_lines((change.key, change.old, change.new) for change in changes)
    if causes := {name: both for name, both in diff.points.items() if name not in diff.names}:
        yield "\nThe most that a cause can give"
        yield from changed_lines(
            (name, points_words(old), points_words(new)) for name, (old, new) in causes.items()
        )
    if others := diff.others():
        yield "\nBeside the rules"
        yield from changed_lines(
            (f"{one.place} {one.key}".strip(), one.old, one.new) for one in others
        )
