"""What a release is: its number, its day, its notes, and how a number is raised."""
