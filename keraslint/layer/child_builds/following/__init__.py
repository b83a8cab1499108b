"""`call()` of one layer class → what each of its expressions stands for, as far as shapes go."""
