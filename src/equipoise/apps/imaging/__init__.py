"""The commands `target` and `circuits`: from files of a scan to a page, JSON and exports."""
