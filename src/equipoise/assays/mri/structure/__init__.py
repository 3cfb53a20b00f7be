"""Tables of FreeSurfer."""
