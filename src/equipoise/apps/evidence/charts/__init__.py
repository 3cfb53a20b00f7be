"""Pictures of meta-analyses, as parts of a page and as files of their own."""
