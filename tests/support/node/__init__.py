"""The Office.js functions called as the add-in calls them: under Python, and under Pyodide."""
