"""A page of rows that are all at hand."""

from core.shared.listing import Asked, slice_of_rows

ROWS = ["b", "c", "a", "d"]


def test_rows_stand_as_they_come_or_in_the_order_asked_a_page_at_a_time() -> None:
    sorts = {"name": str}
    assert slice_of_rows(ROWS, Asked(size=3), sorts).rows == ["b", "c", "a"]
    assert slice_of_rows(ROWS, Asked(sort="name", size=3), sorts).rows == ["a", "b", "c"]
    last = slice_of_rows(ROWS, Asked(sort="name", down=True, page=2, size=3), sorts)
    assert (last.rows, last.total) == (["a"], 4)
    assert ROWS == ["b", "c", "a", "d"], "nobody's rows are moved"
