"""The zip file around a workbook: opened, refused where it is unsafe, copied member by member."""
