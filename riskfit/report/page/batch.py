"""A batch as its page needs it: one block of columns, the card once, a few tables."""

from typing import TYPE_CHECKING, Any, Final

from riskfit._common import plural
from riskfit.batch.health import coverage_of
from riskfit.report.page.columns import rule_entry, session_columns
from riskfit.report.page.ledger import cited
from riskfit.report.said.batch import (
    FIRST_MONDAY_S,
    Rise,
    Week,
    athlete_said,
    rising_weeks,
    set_aside,
    summary,
    weeks,
)
from riskfit.report.words import AVERAGE, CAUSE_NAMES, UNKNOWN, score_words
from riskfit.rules.model import Rule

if TYPE_CHECKING:
    from riskfit.batch.reduce import BatchReport

_WEEKS_SHOWN: Final = 10
#: From so many weeks on, a point of the curves is four of them.
_MANY_WEEKS: Final = 160
#: What the script puts together; only it knows what stands in braces.
_SAY: Final = {
    "all": "{count}. Open one to see its ledger.",
    "some": "{n} of {count}. Open one to see its ledger.",
    "more": "Show more sessions ({n} left)",
    "unscored": "not scored",
    "unknown": UNKNOWN,
    "usual": AVERAGE,
    "source": "source {n}",
    "calendar": "Calendar of {year}: sessions on {days} days, {high} of them {band}. The table of "
    "sessions below holds the same.",
    "latest": "the latest year",
    "day": "{date}: {score}, {band}",
    "days": "{date}: {score}, {band}, {n} sessions",
    "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "weekdays": ["Mon", "", "Wed", "", "Fri", "", "Sun"],
    "score": "Score: mean (line) and highest (circles)",
    "load": "Load, TSS a day",
    "highest": "highest",
    "mean": "mean",
    "acute": "acute",
    "chronic": "chronic",
}


def batch_view(report: "BatchReport", *, share: bool = False) -> dict[str, Any]:
    """Return a batch as its template and its script show it.

    Parameters
    ----------
    report : BatchReport
    share : bool
        Leave out file names, notes, the athletes' names and their time zones.
    """
    names, rules, model = _names(report, share), _rules(report), report.model
    references, numbers = cited(model, rules)
    columns = session_columns(report.athletes, rules, share=share)
    known = [score for score in columns["columns"].get("score", ()) if score is not None]
    bands = _band_counts(report)
    bin_weeks = _bin_weeks(columns["columns"]["day"])
    return {
        "title": f"Cramp risk of {plural(len(report), 'session')}",
        "facts": f"{summary(report)}.",
        "answer": _answer(bands[-1], max(known)) if known else "",
        "many": len(names) > 1,
        "bands": bands,
        "athletes": list(zip(names, map(athlete_said, report.athletes), strict=True)),
        "weeks": _worst_weeks(report, names, share),
        "rises": _rises(report, names, share),
        "coverage": _coverage(report),
        "aside": set_aside(report),
        "references": references,
        "bin": "a week" if bin_weeks == 1 else "four weeks",
        "years": sorted({date[-4:] for date in columns["words"].get("date", ())}, reverse=True),
        "sports": sorted(columns["words"].get("sport", ())),
        "block": {
            "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
            "causes": CAUSE_NAMES,
            "rules": [rule_entry(rule, model, numbers) for rule in rules],
            "athletes": names,
            "first_monday_s": FIRST_MONDAY_S,
            "bin_weeks": bin_weeks,
            "say": _SAY | {"count": plural(len(report), "session")},
            **columns,
        },
    }


def _names(report: "BatchReport", share: bool) -> list[str]:
    if len(report.athletes) == 1 and (share or report.athletes[0].athlete is None):
        return ["You"]
    return [
        f"Athlete {number}" if share else one.athlete or "You"
        for number, one in enumerate(report.athletes, 1)
    ]


def _rules(report: "BatchReport") -> list[Rule]:
    """Return the rules of the card that the sessions' contexts have."""
    contexts = {one.context for athlete in report.athletes for one in athlete.taken}
    contexts = contexts or {report.model.context().id}
    return [rule for rule in report.model.rules if contexts - set(rule.not_for)]


def _bin_weeks(days: list[int]) -> int:
    return 4 if days and max(days) - min(days) > 7 * _MANY_WEEKS else 1


def _band_counts(report: "BatchReport") -> list[dict[str, Any]]:
    bands = [band for one in report.athletes for band in one.bands]
    total = sum(band is not None for band in bands)
    return [
        {
            "id": band.id,
            "count": bands.count(band.id),
            **_share(bands.count(band.id), total),
        }
        for band in report.model.bands
    ]


def _share(count: float, total: int) -> dict[str, Any]:
    """Return a count with its share of all, to be drawn and to be read."""
    share = 100 * count / max(1, total)
    return {"share": round(share, 1), "text": f"{count:,.0f} ({share:.0f} %)"}


def _answer(band: dict[str, Any], highest: float) -> str:
    sessions = plural(band["count"], "session")
    return f"{sessions} in the band “{band['id']}”; the highest score is {score_words(highest)}."


def _worst_weeks(report: "BatchReport", names: list[str], share: bool) -> list[tuple[str, Week]]:
    """Return the weeks with the highest mean score."""
    found = [
        (name, week)
        for one, name in zip(report.athletes, names, strict=True)
        for week in weeks(one, share=share)
    ]
    found.sort(key=lambda pair: (-pair[1].mean, pair[1].number, pair[0]))
    return found[:_WEEKS_SHOWN]


def _rises(report: "BatchReport", names: list[str], share: bool) -> list[tuple[str, Rise]]:
    """Return the weeks that rose most above the four before them."""
    found = [
        (name, rise)
        for one, name in zip(report.athletes, names, strict=True)
        for rise in rising_weeks(one, share=share)
    ]
    found.sort(key=lambda pair: (-pair[1].points, pair[1].week.number, pair[0]))
    return found[:_WEEKS_SHOWN]


def _coverage(report: "BatchReport") -> list[dict[str, Any]]:
    """Return how many sessions have what."""
    totals: dict[str, float] = {}
    for one in report.athletes:
        if len(one):
            for word, share in coverage_of(one.rows).items():
                totals[word] = totals.get(word, 0.0) + share * len(one)
    return [{"name": word, **_share(total, len(report))} for word, total in totals.items()]
