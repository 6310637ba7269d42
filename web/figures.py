"""Figures of reports for readers: text in their unit, values for spreadsheets, pages of a workbook."""

from collections.abc import Sequence
from datetime import date

from centre.sheets.writing import Column as SheetColumn
from centre.sheets.writing import Page
from centre.translation import N_, translate
from matching.reports.rules import (
    HUNDREDTHS,
    REPORT_LABELS,
    UNIT_LABELS,
    Figure,
    Report,
    ReportColumn,
    ReportRow,
    ReportTable,
    Unit,
)
from web.formats import yuan

SIGNATURES = (N_("填表人"), N_("审核人"), N_("负责人"), N_("填报日期"))


def figure_text(value: Figure, unit: Unit) -> str:
    """A figure as people read it: a dash for none, money in yuan, shares with two decimals."""
    if value is None:
        return "—"
    if unit is Unit.FEN:
        return yuan(value)
    if unit in HUNDREDTHS:
        whole, rest = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{whole:,}.{rest:02d}"
    return f"{value:,}"


def column_title(locale: str, column: ReportColumn) -> str:
    """The title of a column with its unit."""
    label, unit = translate(locale, column.label), translate(locale, UNIT_LABELS[column.unit])
    return label if label == unit else translate(locale, N_("{label}（{unit}）"), label=label, unit=unit)


def row_title(locale: str, row: ReportRow) -> str:
    """The title of a row; that of a part is set in."""
    return ("　" if row.part_of else "") + translate(locale, row.label)


def period_text(since: date, until: date) -> str:
    """The days of a report."""
    return f"{since.isoformat()} – {until.isoformat()}"


def sheets(locale: str, report: Report) -> list[Page]:
    """A report as pages of a workbook: the same figures as on the screen."""
    return [_sheet(locale, report, table) for table in report.tables]


def _sheet(locale: str, report: Report, table: ReportTable) -> Page:
    def say(message: str) -> str:
        return translate(locale, message)

    columns = [SheetColumn(say(table.head), width=26)]
    columns += [
        SheetColumn(column_title(locale, column), kind="money" if column.unit in HUNDREDTHS else "number", width=13)
        for column in table.columns
    ]
    lines = [*table.rows, *([table.total] if table.total else [])]
    return Page(
        say(table.title),
        [
            say(REPORT_LABELS[report.key]) + " · " + say(table.title),
            say(N_("范围")) + ": " + say(report.centre),
            say(N_("期间")) + ": " + period_text(report.since, report.until),
        ],
        columns,
        [[row_title(locale, row), *_values(table.columns, row)] for row in lines],
        [*([say(table.note)] if table.note else []), "    ".join(f"{say(name)}: ________" for name in SIGNATURES)],
    )


def _values(columns: Sequence[ReportColumn], row: ReportRow) -> list[int | float | None]:
    values: list[int | float | None] = []
    for column in columns:
        value = row.figures.get(column.key)
        values.append(value / 100 if value is not None and column.unit in HUNDREDTHS else value)
    return values
