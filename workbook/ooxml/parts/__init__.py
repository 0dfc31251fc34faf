"""One module for each kind of part beside the sheets: bytes in, records or bytes out."""
