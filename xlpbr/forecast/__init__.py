"""What a contract may cost and save: what is assumed is drawn thousands of times and settled.

Comes in: terms, evidence and assumptions. Goes out: months, chances and percentiles. A scenario is
settled by the contract's own rules, on columns or, where those do not know a rule, one by one.
"""
