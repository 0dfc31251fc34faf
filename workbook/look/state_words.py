"""How a workbook and a report say how things stand: the words that begin the sentence.

``CLEAR``: nothing is to be done. ``OPEN``: the figures agree, and something that touches money is
open; amber. ``WRONG``: a figure is wrong or missing; red.
"""

CLEAR, OPEN, WRONG = "All checks agree", "NOT CLEAR", "NOT ALL AGREE"
