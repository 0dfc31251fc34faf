"""The built-in contracts and the examples, as scripts know them: see ``xlpbr.contract.library``."""

from xlpbr.contract.library import (
    CONTRACT_NAMES,
    EXAMPLE_NAMES,
    Contract,
    assumptions_table,
    load_contract,
    terms_table,
)

__all__ = (
    "CONTRACT_NAMES",
    "EXAMPLE_NAMES",
    "Contract",
    "assumptions_table",
    "load_contract",
    "terms_table",
)
