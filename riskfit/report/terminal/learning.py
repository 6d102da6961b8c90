"""What learning found, on the terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from riskfit._common import plural
from riskfit.report.json.learning import verdict_word
from riskfit.report.words import best_action

if TYPE_CHECKING:
    from rich.table import Table

    from riskfit.learning.calibration import Calibration
    from riskfit.learning.comparison import Trial
    from riskfit.learning.evaluation import Evaluation, Slice
    from riskfit.learning.model_file import ModelDiff
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


def evaluation_parts(evaluation: "Evaluation") -> Iterable[Any]:
    """Yield an evaluation as things that a rich console prints."""
    rows, model = evaluation.rows, evaluation.model
    yield (
        f"{model.id} {model.version} on {plural(rows, 'session')} of "
        f"{plural(evaluation.athletes, 'athlete')}, {evaluation.cramps} with a cramp; "
        f"the model expected {evaluation.expected:.1f}."
    )
    if evaluation.auc is None:
        yield "Only one kind of outcome: what tells them apart cannot be judged."
    table = _table("", "value", "90 % interval", "right would be")
    for name, estimate, right in (
        ("AUC (discrimination)", evaluation.auc, "1; 0.5 is a coin"),
        ("calibration slope", evaluation.slope, "1; below: too bold"),
        ("calibration intercept", evaluation.intercept, "0; above: too low"),
    ):
        if estimate is not None:
            interval = f"{estimate.low:z.2f} to {estimate.high:z.2f}"
            table.add_row(name, f"{estimate.value:z.2f}", interval, right)
    share = f"{evaluation.brier_of_share:.4f} for the share alone"
    table.add_row("Brier score", f"{evaluation.brier:.4f}", "", share)
    table.add_row("log loss", f"{evaluation.log_loss:.4f}", "", "as small as can be")
    yield table
    yield ""
    curve = _table("Predicted", "observed", "90 % interval", "sessions")
    for part in evaluation.curve:
        interval = f"{_per_cent(part.low)} to {_per_cent(part.high)}"
        observed = _per_cent(part.observed)
        curve.add_row(_per_cent(part.predicted), observed, interval, str(part.rows))
    yield curve
    yield ""
    yield from _decision_parts(evaluation)
    for title, parts in (("Context", evaluation.by_context), ("Athlete", evaluation.by_athlete)):
        if len(parts) > 1 or (parts and title == "Context"):
            yield ""
            yield _slices(title, parts)
    yield from evaluation.notes


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _decision_parts(evaluation: "Evaluation") -> Iterable[Any]:
    table = _table("Acting from", "net benefit", "acting always", "best")
    for decision in evaluation.decisions:
        best = best_action(decision.model, decision.always)
        chance = _per_cent(decision.threshold)
        table.add_row(chance, f"{decision.model:z.4f}", f"{decision.always:z.4f}", best)
    yield table


def _slices(title: str, parts: Sequence["Slice"]) -> "Table":
    table = _table(title, "sessions", "cramps", "expected", "AUC", "Brier")
    for part in parts[:_MANY_ATHLETES]:
        auc = "-" if part.auc is None else f"{part.auc:.2f}"
        expected, brier = f"{part.expected:.1f}", f"{part.brier:.4f}"
        table.add_row(part.name or "you", str(part.rows), str(part.cramps), expected, auc, brier)
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
        between = f"{verdict.low:g} to {verdict.high:g}"
        word = verdict_word(passed=verdict.passed)
        table.add_row(cohort, verdict.what, verdict.published, between, f"{verdict.ours:.2f}", word)
    yield table
    failed = sum(not verdict.passed for verdict in verdicts)
    yield f"{len(verdicts) - failed} of {len(verdicts)} PASS."


def diff_parts(diff: "ModelDiff") -> Iterable[Any]:
    """Yield a comparison of models as things that a rich console prints."""
    yield f"{' '.join(diff.old)} -> {' '.join(diff.new)}"
    if not diff.changes:
        yield "No difference."
        return
    if diff.points:
        table = _table("Points of", "old", "new", "")
        for name, (old, new) in diff.points.items():
            change = "" if old is None or new is None else f"{new - old:+.1f}"
            table.add_row(name, _points(old), _points(new), change)
        yield table
        yield ""
    for difference in diff.changes:
        place = f"{difference.place} {difference.key}".strip()
        yield f"{place}: {_short(difference.old)} -> {_short(difference.new)}"


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _short(value: Any) -> str:
    if value is None:
        return "absent"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
