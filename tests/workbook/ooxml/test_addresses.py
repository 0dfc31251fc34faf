"""Addresses of cells: letters of columns to numbers and back, and areas."""

import pytest

from xlpbr.workbook.ooxml.addresses import column_letter, column_number, split_area


def test_addresses_both_ways():
    for column in range(1, 16385):
        assert column_number(column_letter(column)) == column
    assert (column_letter(1), column_letter(28), column_letter(16384)) == ("A", "AB", "XFD")
    assert split_area("$H$40:A4") == (4, 1, 40, 8)
    for wrong in ("A0", "XFE1", "A1048577", "A1:", "1A", ""):
        with pytest.raises(ValueError, match=r"^[XFEA1:048576]*$"):
            split_area(wrong)
