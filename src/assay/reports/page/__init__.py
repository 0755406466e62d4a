"""Self-contained pages: one HTML file each, without scripts and without any request."""
