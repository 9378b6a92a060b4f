"""What is read, what failed and why."""
