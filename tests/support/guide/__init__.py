"""The guides: their steps and figures read from the pages, and typed into Calc."""
