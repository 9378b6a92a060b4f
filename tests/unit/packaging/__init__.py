"""What packaging/ makes and checks."""
