"""Tables of many sessions: CSV, JSON Lines and Parquet, with full doubles.

Columns are named ``quantity_unit``; none holds a clock time of the run, so equal runs give
equal bytes.
"""

import io
import re
from collections.abc import Iterator
from math import isnan
from typing import Any, Final

import msgspec

from riskfit._common import utc_text
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
    columns: dict[str, list[Any]] = {name: [] for name in _names(report)}
    for sessions in report.athletes:
        _add_sessions(columns, sessions)
    rows = len(report)
    for failure in report.failures:
        columns["source"].append(failure.source)
        columns["failure_kind"].append(failure.kind)
        columns["failure"].append(failure.error)
    total = rows + len(report.failures)
    for name, cells in columns.items():
        if len(cells) < total:
            # of sessions nothing failed; of failures nothing else is known
            empty = [None] * (total - len(cells))
            columns[name] = (
                [*([None] * rows), *cells] if name.startswith("failure") else (cells + empty)
            )
    return columns


def _names(report: BatchReport) -> list[str]:
    model = report.model
    return [
        "athlete",
        "start_time",
        "sport",
        "source",
        "sha256",
        "score_points",
        "score_low_points",
        "score_high_points",
        "band",
        "odds_vs_typical_ratio",
        "you_points",
        "session_points",
        *(f"{cause}_points" for cause in model.cause_factors),
        *(f"rule_{rule.id}_points" for rule in model.rules),
        *(column_name(spec) for spec in CATALOGUE.values()),
        "notes",
        "failure_kind",
        "failure",
    ]


def _add_sessions(columns: dict[str, list[Any]], sessions: Sessions) -> None:
    scores, rows = sessions.scores, sessions.rows
    count = len(sessions)
    columns["athlete"] += [sessions.athlete] * count
    columns["start_time"] += [utc_text(start) for start in rows.start_s.tolist()]
    columns["sport"] += rows.sport
    columns["source"] += [sessions.source(row) for row in range(count)]
    columns["sha256"] += [digest.hex() for digest in rows.sha256]
    unscored = [isnan(score) for score in scores.score.tolist()]
    columns["band"] += sessions.bands
    numbers = {
        "score_points": scores.score,
        "score_low_points": scores.low,
        "score_high_points": scores.high,
        "odds_vs_typical_ratio": scores.odds_vs_typical,
        "you_points": scores.parts["you"].points,
        "session_points": scores.parts["session"].points,
        **{f"{cause}_points": points for cause, points in scores.causes.items()},
        **{
            f"rule_{rule.id}_points": scores.contributions[:, number]
            for number, rule in enumerate(sessions.model.rules)
        },
    }
    for name, values in numbers.items():
        columns[name] += [
            None if out else value for out, value in zip(unscored, values.tolist(), strict=True)
        ]
    for number, spec in enumerate(CATALOGUE.values()):
        cells = sessions.values[:, number].tolist()
        columns[column_name(spec)] += [None if isnan(cell) else cell for cell in cells]
    columns["notes"] += ["; ".join(sessions.notes(row)) or None for row in range(count)]


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
