"""What a person types: the commands, their options, and what they print.

Comes in: words on the command line. Goes out: text, files, and an exit status. Nothing here
calculates.
"""
