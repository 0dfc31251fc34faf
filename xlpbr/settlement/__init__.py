"""What is owed: the clauses as rules, the monthly statement, and how a figure came about.

Comes in: the records of ``contract``. Goes out: a ``Statement`` in whole pence, its workings, what
each open reading is worth, and our figures against theirs. This is the readable specification:
whatever settles faster elsewhere is held against it.
"""
