"""xlwings Server: the functions for all people of a council, run on its own computer.

Comes in: requests over HTTP from Excel's add-in and from the task pane. Goes out: results, true
errors with their reason, the manifest and the pages. Nothing of a cell's content is logged.
"""
