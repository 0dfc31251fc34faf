"""What a published report may show, so that no child's figures can be worked back from it.

Comes in: the full figures. Goes out: which of them are suppressed, and why.
"""
