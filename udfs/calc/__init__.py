"""LibreOffice Calc: the functions as a component that it loads, and the files that register them.

Comes in: what Calc hands over. Goes out: cells for Calc. ``component`` and ``worker`` run under
LibreOffice's own Python; the project itself never imports them.
"""
