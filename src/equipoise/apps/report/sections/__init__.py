"""Sections of the report: each turns part of a dossier into a view for its template."""
