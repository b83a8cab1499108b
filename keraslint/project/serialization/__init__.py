"""The facts of a class → what saving keeps of its arguments, and what loading needs."""
