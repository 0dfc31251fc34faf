"""The inside of a workbook's package: its zip archive, and each kind of part as bytes of XML.

Nothing here knows a whole workbook; ``book`` and ``package`` above put the parts together.
"""
