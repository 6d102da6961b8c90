"""What the server knows and works out: plans, files, the store.  Nothing of HTTP is here."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from riskfit.activity import Activity, Failure
from riskfit.analysis import Analysis, analyse
from riskfit.archives.walk import walk
from riskfit.athlete import Athlete, Conditions, History
from riskfit.batch.reduce import BatchReport, reduce_store
from riskfit.errors import InputError, RiskfitError
from riskfit.learning.log_book import merged, place_of_row, put
from riskfit.learning.outcomes import Told, outcome_words
from riskfit.learning.personal_log import read_logged
from riskfit.readers import read_each
from riskfit.report.json.plan import answer_entry
from riskfit.report.page.plan import add_plan, complete
from riskfit.report.page.session import answer_view, session_view, sessions_view
from riskfit.rules.model import Model
from riskfit.store import OWNER, Store
from riskfit.store.activities import read_rows
from riskfit.store.copies import recorded
from riskfit.store.past import read_history
from riskfit.store.told import outcomes, with_sweat_factor
from riskfit.web.fields import CheckForm, LogForm, conditions_of, plan_of
from riskfit.whatif.answer import answer

#: Reports that can be looked at again; older ones have to be dropped in anew.
_REPORTS_KEPT: Final = 8
#: Sessions of one file or archive that are analysed; more are for `riskfit batch`.
_MOST_SESSIONS: Final = 12
_ANSWERS_KEPT: Final = 64
_QUARTER_S: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Analyses of a file that was dropped in, ready for the template."""

    view: dict[str, Any]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """One person's desk: profile, model and store.

    Attributes
    ----------
    profile : Athlete
    model : Model
    context : str or None
        What sessions are unless told; None: what they show.
    store_file : Path or None
        None: nothing is remembered.
    name : str
        Whose, in the store.
    """

    profile: Athlete
    model: Model
    context: str | None
    store_file: Path | None = None
    name: str = OWNER
    _reports: "OrderedDict[str, Report]" = field(default_factory=OrderedDict)
    _answers: "OrderedDict[bytes, dict[str, Any]]" = field(default_factory=OrderedDict)
    #: What was read of the store, by its stamp; one entry, the newest.
    _known: "dict[tuple[int, int], tuple[History, Athlete]]" = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    # ---- what is remembered

    def _stamp(self) -> tuple[int, int] | None:
        """Return what changes when somebody writes to the store, None where there is none."""
        if self.store_file is None or not self.store_file.exists():
            return None
        ahead = self.store_file.with_name(self.store_file.name + "-wal")
        newest = max(file.stat().st_mtime_ns for file in (self.store_file, ahead) if file.exists())
        return newest, ahead.stat().st_size if ahead.exists() else 0

    def _remembered(self) -> tuple[History, Athlete]:
        """Return the whole history and the profile with what weigh-ins taught."""
        stamp = self._stamp()
        if stamp is None or self.store_file is None:
            return History(), self.profile
        with self._lock:
            known = self._known.get(stamp)
        if known is None:
            with Store(self.store_file, create=False) as store:
                key = store.athlete_id(self.name)
                if key is None:
                    return History(), self.profile
                logged = read_logged(store, key, self.model)
                history = replace(read_history(store, key), logged=logged)
                athlete = with_sweat_factor(store, key, self.profile)
            known = history, athlete
            with self._lock:
                self._known.clear()
                self._known[stamp] = known
        return known

    # ---- plans

    def check(self, form: CheckForm, key: str = "s1") -> dict[str, Any]:
        """Return a plan's view for the page, with what-ifs where all is asked for."""
        question = repr((form, key, self._stamp())).encode()
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return self._answers[question]
        view = self._checked(form, key)
        with self._lock:
            self._answers[question] = view
            while len(self._answers) > _ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return view

    def _checked(self, form: CheckForm, key: str) -> dict[str, Any]:
        plan, conditions = plan_of(form, next_quarter()), conditions_of(form)
        told = form.context or self.context
        context = None if told is None else self.model.context(told).id
        history, athlete = self._remembered()
        found = answer(
            plan,
            athlete,
            conditions,
            history,
            model=self.model,
            context=context,
            now_s=time.time(),
        )
        if not form.full:
            return answer_view(found.analysis, self.model, key=key)
        view = session_view(found.analysis, self.model, key=key)
        whole = complete(answer_entry(found), found.analysis, found.case)
        add_plan(view, whole, found.analysis, self.model)
        return view

    # ---- files

    def analyze(self, data: bytes, name: str, *, race: bool, context: str | None) -> str:
        """Analyse the bytes of a file that was dropped in; return the report's key."""
        history, athlete = self._remembered()
        wanted = None if context is None else self.model.context(context).id
        analyses: list[Analysis] = []
        failures: list[Failure] = []
        try:
            for member, content in walk(data, name):
                if isinstance(content, Failure):
                    failures.append(content)
                    continue
                self._read(content, member, analyses, failures, athlete, history, race, wanted)
                if len(analyses) >= _MOST_SESSIONS:
                    break
        except RiskfitError as error:
            failures.append(Failure(source=name, kind=error.kind, error=str(error)))
        if not analyses:
            reason = failures[0].error if failures else "there is no session in it"
            raise InputError(f"{name}: {reason}")
        view = sessions_view(analyses, self.model)
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._reports[key] = Report(view=view, failures=tuple(failures))
            while len(self._reports) > _REPORTS_KEPT:
                self._reports.popitem(last=False)
        return key

    def _read(
        self,
        content: bytes,
        name: str,
        analyses: list[Analysis],
        failures: list[Failure],
        athlete: Athlete,
        history: History,
        race: bool,
        context: str | None,
    ) -> None:
        """Analyse every session of one member; what cannot be read is kept as a failure."""
        digest = sha256(content).hexdigest()
        try:
            analyses += [
                analyse(
                    activity,
                    athlete,
                    Conditions(race=True if race else None),
                    self._before(activity, history),
                    model=self.model,
                    context=context,
                    source=name,
                    sha256=digest,
                )
                for activity in read_each(content)[: _MOST_SESSIONS - len(analyses)]
            ]
        except RiskfitError as error:
            failures.append(Failure(source=name, kind=error.kind, error=str(error)))

    def _before(self, activity: Activity, history: History) -> History:
        """Return the history without copies of the session itself."""
        if not len(history) or self.store_file is None:
            return history
        session = recorded(activity)
        with Store(self.store_file, create=False) as store:
            key = store.athlete_id(self.name)
            if key is None:
                return history
            found: History = read_history(store, key, session.start_s, not_the_same_as=session)
            return replace(found, logged=history.logged)

    def report(self, key: str) -> Report | None:
        """Return a report that was made since the start, None where it is gone."""
        with self._lock:
            return self._reports.get(key)

    # ---- the store

    def history(self) -> tuple[BatchReport, dict[str, str]] | None:
        """Return what is remembered, scored, with what was logged by start; None where nothing."""
        if self.store_file is None or not self.store_file.exists():
            return None
        with Store(self.store_file, create=False) as store:
            key = store.athlete_id(self.name)
            if key is None:
                return None
            profile = with_sweat_factor(store, key, self.profile)
            told = None if self.context is None else self.model.context(self.context).id
            mine = reduce_store(store, key, self.name, profile, self.model, told)
            report = BatchReport(athletes=[mine], failures=[], aside={}, model=self.model)
            logged = {f"{one.start_s:.0f}": outcome_words(one.told) for one in outcomes(store, key)}
        return report, logged

    def log(self, form: LogForm) -> str:
        """Log how a session of the store went; return it in words."""
        if self.store_file is None or not self.store_file.exists():
            raise InputError("there is no store to log in: `riskfit import` makes one")
        said = {
            "cramp": form.cramp,
            "muscle": _short(form.muscle),
            "when": form.when or None,
            "severity": form.severity or None,
            "note": _short(form.note, 500),
        }
        with Store(self.store_file, create=False) as store:
            key = store.athlete_id(self.name)
            rows = None if key is None else read_rows(store, key, details=False)
            if key is None or rows is None or not (abs(rows.start_s - form.start_s) < 1).any():
                raise InputError("the store holds no session of that moment")
            row = int(np.argmin(abs(rows.start_s - form.start_s)))
            place = place_of_row(outcomes(store, key), rows, row)
            told = Told(**merged(place.told, said).now)
            put(store, key, place, told)
        return outcome_words(told.plain())


def next_quarter(now: datetime | None = None) -> datetime:
    """Return the next full quarter of an hour, with its zone.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> next_quarter(datetime(2026, 7, 4, 7, 52, tzinfo=UTC)).isoformat()
    '2026-07-04T08:00:00+00:00'
    """
    now = now or datetime.now().astimezone()
    late = now.timestamp() % _QUARTER_S
    return (now + timedelta(seconds=_QUARTER_S - late)).replace(second=0, microsecond=0)


def _short(text: str | None, most: int = 80) -> str | None:
    return (text or "").strip()[:most] or None
