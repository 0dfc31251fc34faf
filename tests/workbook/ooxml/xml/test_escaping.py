"""Texts in XML are written and read as the standard library does."""

from xml.sax import saxutils

from hypothesis import given
from hypothesis import strategies as st

from xlpbr.workbook.ooxml.xml.escaping import escape, quoteattr, unescape

TEXTS = st.text(st.sampled_from("a&;<>\"'\n\r\tltgamp#130"), max_size=20)
MORE = {"\r": "&#13;", "'": "&apos;"}


@given(TEXTS)
def test_a_text_is_written_and_read_as_by_the_standard_library(text):
    assert escape(text) == saxutils.escape(text)
    assert escape(text, MORE) == saxutils.escape(text, MORE)
    assert quoteattr(text) == saxutils.quoteattr(text)
    back = {written: character for character, written in MORE.items()}
    assert unescape(text) == saxutils.unescape(text)
    assert unescape(text, back) == saxutils.unescape(text, back)
    assert unescape(escape(text, MORE), back) == text
