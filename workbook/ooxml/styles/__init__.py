"""The style table: formats looked up, and those of another workbook put in behind its own."""
