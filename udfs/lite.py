"""xlwings Lite: the functions in Excel on Windows, Mac and the web, with Python inside the add-in.

The functions are members of this module, where xlwings finds them. A workbook imports them with
``from xlpbr.udfs.lite import *``. Holds no rule.
"""

from __future__ import annotations

from xlpbr.udfs.office_js import bound_functions

_FUNCTIONS = bound_functions()

globals().update(_FUNCTIONS)

__all__ = tuple(_FUNCTIONS)
