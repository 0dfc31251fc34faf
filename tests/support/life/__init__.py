"""The life of a contract worked out day by day, to hold against the functions.

Written from the words of the functions alone: every day of the programme is walked through, every
row is asked on every day whether it counts, and the sums are exact fractions. It imports nothing of
the project, so a mistake would have to be made twice, in two different ways, to go unseen.
"""
