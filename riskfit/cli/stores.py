"""The store on the command line: which one, whose, what it remembers, how sessions went."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from riskfit.activity import Activity
    from riskfit.athlete import Athlete, History, Logged, WeighedSession
    from riskfit.learning.outcome_table import OutcomeTable
    from riskfit.rules.model import Model
    from riskfit.store import Store


def open_store(values: dict[str, Any], *, create: bool) -> "Store":
    """Open the store that the options name."""
    from riskfit.folders import store_path
    from riskfit.store import Store

    return Store(values.pop("store_file") or store_path(), create=create)


class Memory:
    """What the store knows of an athlete, read when it is asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        no_store, path = values.pop("no_store"), values.pop("store_file")
        name = values.pop("athlete_name")
        self.name: str | None = name
        self._store: Store | None = None
        self._key: int | None = None
        self._logged: Logged | None = None
        if no_store:
            return
        from riskfit.folders import store_path

        usual = path is None
        path = path or store_path()
        # an option that names a store which is not there is a mistake; no store yet is none
        if not path.exists() and usual:
            return
        from riskfit.store import OWNER
        from riskfit.store import Store as OpenStore

        self._store = OpenStore(path, create=False)
        self._key = self._store.athlete_id(name or OWNER)

    def athlete(self, profile: "Athlete") -> "Athlete":
        """Return the profile with what weigh-ins taught, and under the name that was given."""
        from dataclasses import replace

        if self.name is not None:
            profile = replace(profile, name=self.name)
        if self._store is None or self._key is None:
            return profile
        from riskfit.store.told import with_sweat_factor

        return with_sweat_factor(self._store, self._key, profile)

    def weigh_in(self, start_s: float) -> "WeighedSession | None":
        """Return what the scales showed of the session that begins then, None without them."""
        if self._store is None or self._key is None:
            return None
        from riskfit.athlete import WeighedSession
        from riskfit.store.told import weigh_ins

        for one in weigh_ins(self._store, self._key):
            if abs(one.start_s - start_s) < 1:
                return WeighedSession(
                    sweat_l=one.sweat_l, intake_l=float(one.told.get("intake_l") or 0)
                )
        return None

    def history(self, before_s: float, session: "Activity | None" = None) -> "History | None":
        """Return what came strictly before a moment, copies of ``session`` left out."""
        if self._store is None or self._key is None:
            return None
        from riskfit.store.copies import recorded
        from riskfit.store.past import read_history

        told = None if session is None else recorded(session)
        return read_history(self._store, self._key, before_s, not_the_same_as=told)

    def logged(self, model: "Model") -> "Logged":
        """Return how sessions went, for the person's own record."""
        from riskfit.athlete import Logged

        if self._store is None or self._key is None:
            return Logged()
        from riskfit.store.told import outcomes

        # most people log nothing, and need not wait for their sessions to be read
        if not outcomes(self._store, self._key):
            return Logged()
        if self._logged is None:
            from riskfit.learning.personal_log import read_logged

            self._logged = read_logged(self._store, self._key, model)
        return self._logged

    def outcomes(self) -> dict[float, str]:
        """Return what was logged of sessions, in words, by their start [s]."""
        if self._store is None or self._key is None:
            return {}
        from riskfit.store.told import outcomes

        logged = outcomes(self._store, self._key)
        if not logged:
            return {}
        from riskfit.learning.outcomes import outcome_words

        return {one.start_s: outcome_words(one.told) for one in logged}


def load_outcomes(cohort: "Path | None", model: "Model", values: dict[str, Any]) -> "OutcomeTable":
    """Read outcomes with features: from a cohort file, or from the store."""
    from riskfit.learning.outcome_table import read_cohort

    store_file, name = values["store_file"], values["athlete_name"]
    if cohort is not None:
        table = read_cohort(cohort, model)
        return table if name is None else table.of_athlete(name)
    from riskfit.errors import StoreError
    from riskfit.folders import store_path
    from riskfit.learning.outcomes import table_of_store
    from riskfit.store import OWNER, Store

    path = store_file or store_path()
    if not path.exists():
        raise StoreError(
            f"there is no store at {path}, and no CSV file was named: `riskfit import` sessions "
            "and `riskfit log` how they went, or name a CSV file that has a column cramp"
        )
    with Store(path, create=False) as store:
        names = store.athletes() if values["everybody"] else [name or OWNER]
        return table_of_store(store, names, model)
