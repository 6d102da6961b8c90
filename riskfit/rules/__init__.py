"""The model: rules, groups, contexts and bands, read from a TOML file and checked strictly."""

from riskfit.rules.model import Model, load_model, load_references, parse_model
from riskfit.rules.model_tables import (
    CAUSES,
    PARTS,
    Band,
    Context,
    Grade,
    Group,
    Part,
    RedFlag,
    Reference,
    Rule,
    ZeroWeight,
)

__all__ = [
    "CAUSES",
    "PARTS",
    "Band",
    "Context",
    "Grade",
    "Group",
    "Model",
    "Part",
    "RedFlag",
    "Reference",
    "Rule",
    "ZeroWeight",
    "load_model",
    "load_references",
    "parse_model",
]
