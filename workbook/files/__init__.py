"""Files kept safe: written beside their place and moved, one writer at a time.

Comes in: a path and what writes it. Goes out: the old file or the whole new one, never a part.
"""
