"""Tables of many sessions: CSV, JSON Lines and Parquet, with full doubles.

Columns are named ``quantity_unit``; none holds a clock time of the run, so equal runs give
equal bytes.
"""

import io
import re
from collections.abc import Iterable, Iterator
from math import isnan
from typing import Any, Final

import msgspec

from riskfit._common import FloatArray, utc_text
from riskfit.batch.reduce import BatchReport, Sessions
from riskfit.errors import ResourceError
from riskfit.features.catalogue import CATALOGUE, FeatureSpec
from riskfit.report.json.document import failed_entry, heading
from riskfit.report.json.encoding import encode
from riskfit.report.json.session import activity_entry

#: How units are written at the end of a column's name, where the feature's own lacks one.
_UNITS = {
    "ratio": "ratio",
    "TSS": "tss",
    "TSS/d": "tss_per_day",
    "TRIMP": "trimp",
    "days": "days",
    "count": "count",
    "0/1": "flag",
    "0 to 1": "fraction",
    "level": "level",
    "% body mass": "pct",
    "RPE x min": "rpe_min",
    "years": "years",
    "h": "h",
}
#: Columns that hold words; the others hold numbers.
_WORDS: Final = frozenset(
    {
        "athlete",
        "start_time",
        "sport",
        "source",
        "sha256",
        "band",
        "context",
        "context_origin",
        "notes",
        "failure_kind",
        "failure",
    }
)
#: What a cell of words may not hold, or not begin with, as it is.
_SPECIAL: Final = re.compile(r'^[=+\-@\t\r]|[,"\n\r]')


def column_name(spec: FeatureSpec) -> str:
    """Return a feature's column: its name, with the unit where that does not say it.

    >>> column_name(CATALOGUE["form_tsb"]), column_name(CATALOGUE["duration_min"])
    ('form_tsb_tss_per_day', 'duration_min')
    """
    unit = _UNITS.get(spec.unit)
    if unit is None or spec.name.endswith(f"_{unit}") or spec.name == unit:
        return spec.name
    return f"{spec.name}_{unit}"


def table_columns(report: BatchReport) -> dict[str, list[Any]]:
    """Return the whole report as columns, failures as rows without a session."""
    parts = [_session_columns(sessions) for sessions in report.athletes]
    failures = report.failures
    columns: dict[str, list[Any]] = {
        name: [cell for part in parts for cell in part[name]] + [None] * len(failures)
        for name in (parts[0] if parts else ("source",))
    }
    columns["source"][len(report) :] = [failure.source for failure in failures]
    nothing = [None] * len(report)
    columns["failure_kind"] = [*nothing, *(failure.kind for failure in failures)]
    columns["failure"] = [*nothing, *(failure.error for failure in failures)]
    return columns


def _session_columns(one: Sessions) -> dict[str, Iterable[Any]]:
    """Return the columns of one athlete's sessions, in order."""
    scores, rows = one.scores, one.rows
    return {
        "athlete": [one.athlete] * len(one),
        "start_time": map(utc_text, rows.start_s.tolist()),
        "sport": rows.sport,
        "source": map(one.source, range(len(one))),
        "sha256": [digest.hex() for digest in rows.sha256],
        "score_points": _points(one, scores.score),
        "score_low_points": _points(one, scores.low),
        "score_high_points": _points(one, scores.high),
        "band": one.bands,
        "context": [taken.context for taken in one.taken],
        "context_origin": [taken.origin for taken in one.taken],
        "odds_vs_typical_ratio": _points(one, scores.odds_vs_typical),
        "you_points": _points(one, scores.parts["you"].points),
        "session_points": _points(one, scores.parts["session"].points),
        **{f"{cause}_points": _points(one, points) for cause, points in scores.causes.items()},
        **{
            f"rule_{rule.id}_points": _points(one, scores.contributions[:, k])
            for k, rule in enumerate(one.model.rules)
        },
        **{
            column_name(spec): _known(one.values[:, k], one.values[:, k])
            for k, spec in enumerate(CATALOGUE.values())
        },
        "notes": ["; ".join(one.notes(row)) or None for row in range(len(one))],
    }


def _points(sessions: Sessions, values: FloatArray) -> list[float | None]:
    """Return points of sessions that are scored, None for others."""
    return _known(values, sessions.scores.score)


def _known(values: FloatArray, by: FloatArray) -> list[float | None]:
    """Return numbers, None where ``by`` is nan."""
    pairs = zip(values.tolist(), by.tolist(), strict=True)
    return [None if isnan(told) else value for value, told in pairs]


def csv_bytes(report: BatchReport) -> bytes:
    """Return the report as CSV: a row a session, then a row a failure."""
    columns = table_columns(report)
    cells = [
        [_quoted(text) if text else "" for text in column] if name in _WORDS else _decimals(column)
        for name, column in columns.items()
    ]
    lines = [",".join(columns), *map(",".join, zip(*cells, strict=True)), ""]
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _quoted(text: str) -> str:
    """Return a cell of words; no spreadsheet may take a file's name or note for a formula."""
    if not _SPECIAL.search(text):
        return text
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'


def _decimals(column: list[float | None]) -> list[str]:
    """Return numbers as Python writes them: the fewest digits that give the same double."""
    # msgspec finds them in a fifth of the time, but has its own way with the smallest and largest
    text = "," + msgspec.json.encode(column)[1:-1].decode()
    if any(mark in text for mark in ("e", ",0.0000", "-0.0000")):
        return ["" if number is None else repr(number) for number in column]
    return text.replace("null", "").split(",")[1:] if column else []


def json_lines(report: BatchReport) -> Iterator[bytes]:
    """Yield one activity object a line, then one line a failure."""
    for sessions in report.athletes:
        for analysis in sessions.analyses():
            yield encode(activity_entry(analysis), indent=False)
    for failure in report.failures:
        yield encode({"failed": failed_entry(failure)}, indent=False)


def json_document(report: BatchReport) -> Iterator[bytes]:
    """Yield the JSON document in pieces, so that an archive need not be in memory at once."""
    head = encode(heading(report.model), indent=False).rstrip()
    yield head[:-1] + b',"activities":['
    first = True
    for sessions in report.athletes:
        for analysis in sessions.analyses():
            piece = encode(activity_entry(analysis), indent=False).rstrip()
            yield (b"\n" if first else b",\n") + piece
            first = False
    failed = encode([failed_entry(failure) for failure in report.failures], indent=False)
    yield b'\n],"failed":' + failed.rstrip() + b"}\n"


def parquet_bytes(report: BatchReport) -> bytes:
    """Return the table as Parquet, with full doubles.

    Raises
    ------
    ResourceError
        pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ResourceError(
            "Parquet needs pyarrow: install it with `pip install 'riskfit[parquet]'`"
        ) from error
    table = pyarrow.table(
        {
            name: pyarrow.array(
                cells, type=pyarrow.string() if name in _WORDS else pyarrow.float64()
            )
            for name, cells in table_columns(report).items()
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd")
    return file.getvalue()
