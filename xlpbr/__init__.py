"""xlpbr: payment-by-results contracts for children's placements, as Excel functions."""

__version__ = "0.2.0"
