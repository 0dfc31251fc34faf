"""How the workbooks that xlpbr makes look: colours, formats, widths of text, the fan chart."""
