"""The edits of packages as xlpbr makes them: with its marks, and saved as it saves."""

from __future__ import annotations

from functools import partial

from xlpbr.workbook.ooxml.edit import package
from xlpbr.workbook.ours import XLPBR

edit = partial(package.edit, program=XLPBR)
write_values = partial(package.write_values, program=XLPBR)
detach = partial(package.detach, program=XLPBR)
