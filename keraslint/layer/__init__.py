"""What happens inside one layer class: LibCST over the methods that matter, and nothing else."""
