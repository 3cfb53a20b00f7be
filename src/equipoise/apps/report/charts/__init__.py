"""Charts of the report: SVG marks by percent, words in HTML beside them."""
