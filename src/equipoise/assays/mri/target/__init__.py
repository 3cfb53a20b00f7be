"""Where to stimulate: search region, methods, confidence region, verdict."""
