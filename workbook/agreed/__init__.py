"""What both parties agreed: a month written into a workbook, with the tables that it came from.

Comes in: a workbook with its tables read. Goes out: a copy with one row more in its Agreed table
and a snapshot of all tables, as a part of the file and on the sheet where PBR_CHANGES reads it;
and what changed since such a snapshot.
"""
