"""Places in the XML of a part, and pieces spliced in there; the rest stays as the same bytes."""
