"""The worksheet functions: each declared once, called by every host, by scripts and by tests.

Comes in: cell values and ranges. Goes out: a cell value or a table of cells that spills; a wrong
input raises ``CellError``. ``FUNCTIONS`` lists them by name; ``pbr_fee_cap`` and its like are the
functions themselves.
"""

from xlpbr.functions.catalogue import FUNCTIONS as FUNCTIONS
from xlpbr.functions.clauses import *  # noqa: F403
from xlpbr.functions.contracts import *  # noqa: F403
