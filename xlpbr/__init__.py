"""xlpbr: payment-by-results contracts for children's placements, as Excel functions.

Imports nothing, so that ``xlpbr --version`` starts at once.
"""

__version__ = "0.1.0"
