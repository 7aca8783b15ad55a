"""The report as a spreadsheet reads it: every count in its column, nothing that could be taken for a date."""

import csv
import io

from adapters.console.csvfile import MARK
from adapters.console.weekfile import COLUMNS, csv_of
from core.offers.reporting import STAGES
from tests.core.offers.test_verdicts import arm, report


def test_each_group_has_a_line_with_its_counts() -> None:
    told = csv_of(report(arm(3, 9), arm(4, 8)))
    assert told.startswith(MARK)
    rows = list(csv.DictReader(io.StringIO(told.removeprefix(MARK)), delimiter=";"))
    assert [(row["group"], row["name"]) for row in rows] == [
        ("all", ""), ("reason", "due"), ("champion", "kartka"), ("challenger", "popular"),
    ]  # fmt: skip
    assert (rows[1]["shown_offers"], rows[1]["shown_people"], rows[1]["bought_offers"]) == ("3", "2", "0")
    assert (rows[3]["made_offers"], rows[3]["bought_people"]) == ("90", "3")
    assert len(COLUMNS) == 3 + 2 * len(STAGES)
    assert all(cell.isdigit() for row in rows for name, cell in row.items() if name.endswith(("offers", "people")))
