"""An exporter: tables with tabs, of a few sessions and of a batch."""

from pathlib import Path

from tools.changes import Copy, riskfit, sample

MODULE = '''
"""Tables with tabs between the cells, which spreadsheets paste."""

from riskfit.batch.reduce import BatchReport
from riskfit.report.export import table_columns
from riskfit.report.exporters import Results


def sessions_table(results: Results) -> bytes:
    """Return sessions as start and score."""
    rows = [(f"{one.session.start_time:%F}", f"{one.assessment.score}") for one in results.analyses]
    return _table([("start_time", "score_points"), *rows])


def batch_table(report: BatchReport) -> bytes:
    """Return a whole batch with all its columns."""
    columns = table_columns(report)
    return _table([tuple(columns), *zip(*columns.values(), strict=True)])


def _table(rows: list[tuple[object, ...]]) -> bytes:
    return "".join("\\t".join(map(str, row)) + "\\n" for row in rows).encode()
'''


def make(copy: Copy) -> None:
    """Add a module, and name its functions in the tables of exporters."""
    copy.add("riskfit/report/tsv.py", MODULE)
    table = "riskfit/report/exporters.py"
    for of, function in (("SESSIONS", "sessions_table"), ("BATCHES", "batch_table")):
        copy.after(
            table,
            f"{of}: Final = {{\n",
            f'    "tsv": Exporter(suffixes=(".tsv",), function="riskfit.report.tsv:{function}"),\n',
        )


def prove() -> None:
    """Both commands write it, by the suffix and by --format."""
    riskfit("analyze", sample(), "--no-store", "-o", "one.tsv")
    head, row = Path("one.tsv").read_text(encoding="utf-8").splitlines()
    assert head.split("\t") == ["start_time", "score_points"]
    assert float(row.split("\t")[1]) > 0
    riskfit("batch", sample(), "-o", "many.tsv")
    assert "rule_O1_points" in Path("many.tsv").read_text(encoding="utf-8").splitlines()[0]
    assert "rule_O1_points" in riskfit("batch", sample(), "--format", "tsv", "--quiet")
