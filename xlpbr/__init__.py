"""xlpbr: payment-by-results contracts for children's placements, in Excel and in Python.

``import xlpbr`` loads nothing else: each name is loaded when it is asked for. The worksheet
functions are in ``xlpbr.functions``; docs/guide/python.md shows what is here.

>>> import xlpbr
>>> terms = xlpbr.terms("plymouth-l04-2526")
>>> placements = [
...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
...     ["C01", 7000, 1400, "01/11/2025", None],
... ]
>>> xlpbr.settle(terms, placements, as_at="31/03/2026").payable
Decimal('120800.00')
"""

__version__ = "0.2.0"

TYPE_CHECKING = False  # the name is what type checkers look for; typing takes long to load

_HOMES = {
    "CellError": "xlpbr.errors",
    "FileProblem": "xlpbr.errors",
    "check": "xlpbr.api.check",
    "contracts": "xlpbr.contracts",
    "make_forecast": "xlpbr.api.forecast",
    "read": "xlpbr.api.read",
    "readings": "xlpbr.api.readings",
    "reconcile": "xlpbr.api.reconcile",
    "settle": "xlpbr.api.settle",
    "settle_many": "xlpbr.api.portfolio",
    "terms": "xlpbr.api.terms",
    "write": "xlpbr.api.write",
}
"""Where each public name is: a module under its own name, or a name of a module."""

__all__ = [*_HOMES]  # noqa: PLE0604 - derived, so that the two cannot differ

if TYPE_CHECKING:
    from xlpbr import contracts as contracts
    from xlpbr.api.check import check as check
    from xlpbr.api.forecast import make_forecast as make_forecast
    from xlpbr.api.portfolio import settle_many as settle_many
    from xlpbr.api.read import read as read
    from xlpbr.api.readings import readings as readings
    from xlpbr.api.reconcile import reconcile as reconcile
    from xlpbr.api.settle import settle as settle
    from xlpbr.api.terms import terms as terms
    from xlpbr.api.write import write as write
    from xlpbr.errors import CellError as CellError
    from xlpbr.errors import FileProblem as FileProblem
else:

    def __getattr__(name):  # noqa: ANN001, ANN202 - a type checker sees the names above
        """A public name, loaded when it is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - not needed to say the version

        module = import_module(_HOMES[name])
        found = module if _HOMES[name] == f"{__name__}.{name}" else getattr(module, name)
        globals()[name] = found
        return found

    def __dir__():  # noqa: ANN202
        """What is here, loaded or not."""
        return sorted({*globals(), *_HOMES})
