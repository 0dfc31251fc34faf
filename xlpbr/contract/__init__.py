"""What a contract is: its terms, its evidence, what a forecast assumes, and the built-in ones.

Comes in: a contract's TOML file, or single cells. Goes out: frozen records, each value exact.
Every term and every column of evidence is declared here, once; all else is derived from that.
"""
