"""One file's tree → what each of its functions stores, calls and hands on, as plain data."""
