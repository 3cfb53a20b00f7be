"""Records without typing YAML: questions in the terminal, and tables of many people."""
