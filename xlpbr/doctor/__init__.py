"""What is there and what is missing on a person's computer, for each host of the functions.

Comes in: the computer, read and never changed. Goes out: findings, each with what to do.
"""
