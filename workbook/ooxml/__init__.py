"""The lossless editor: Excel files read and edited inside their package, part by part.

Comes in: a file that anybody made. Goes out: its cells as they are stored, or a copy in which only
what was asked differs. Knows nothing of payment by results.
"""
