"""The built-in contracts, under the name that scripts know: see ``xlpbr.contract.library``."""

from xlpbr.contract.library import (
    CONTRACT_NAMES,
    Contract,
    assumptions_table,
    load_contract,
    terms_table,
)

__all__ = (
    "CONTRACT_NAMES",
    "Contract",
    "assumptions_table",
    "load_contract",
    "terms_table",
)
