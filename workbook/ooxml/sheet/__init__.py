"""The XML of a sheet: its rows and cells read, found, changed, and read again after a change."""
