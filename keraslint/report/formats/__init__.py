"""One file per output format: the file is the name, `render(report)` is the format."""
