"""The JSON document; docs/riskfit.schema.json describes it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from riskfit.activity import Failure
from riskfit.report.json.encoding import versioned
from riskfit.report.json.session import activity_entry, anonymous
from riskfit.rules.model import Model

if TYPE_CHECKING:
    from riskfit.analysis import Analysis


def document(
    analyses: "Iterable[Analysis]", failures: Iterable[Failure], model: Model
) -> dict[str, Any]:
    """Return the whole document, also when every input failed."""
    return {
        **heading(model),
        "activities": [activity_entry(analysis) for analysis in analyses],
        "failed": [failed_entry(failure) for failure in failures],
    }


def heading(model: Model) -> dict[str, Any]:
    """Return what made a document: the version and the model."""
    return versioned({"model": model_entry(model)})


def model_entry(model: Model) -> dict[str, str]:
    """Return a model's entry."""
    return {"id": model.id, "version": model.version}


def failed_entry(failure: Failure) -> dict[str, str]:
    """Return a failed input's entry."""
    return {"source": failure.source, "kind": failure.kind, "error": failure.error}


def anonymous_failures(failed: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return entries of failed inputs without their names and words: an error quotes a file."""
    return [
        {"source": f"file {number}", "kind": one["kind"], "error": one["kind"].replace("_", " ")}
        for number, one in enumerate(failed, 1)
    ]


def without_identity(content: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what tells whose it is: names, digests and notes.

    Notes go as a whole, and so do the words of errors: a reader may quote any word of a file.
    """
    shared = content | {
        "activities": [anonymous(entry) for entry in content["activities"]],
        "failed": anonymous_failures(content["failed"]),
    }
    if "set_aside" in content:
        shared["set_aside"] = anonymous_failures(content["set_aside"])
    if content.get("plan"):
        plan = content["plan"]
        roster = {"roster": [anonymous(one) for one in plan["roster"]]} if "roster" in plan else {}
        shared["plan"] = anonymous(plan) | roster
    return shared
