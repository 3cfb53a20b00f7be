"""What treatments tried before say about the next one."""
