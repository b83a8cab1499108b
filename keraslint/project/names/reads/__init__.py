"""What was read for an answer → what the answer rests on."""
