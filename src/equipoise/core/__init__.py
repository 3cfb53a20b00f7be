"""What every stage shares: nouns and their JSON, units, errors, tables and shared mathematics."""
