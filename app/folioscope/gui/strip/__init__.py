"""What goes on, in one line at the foot."""
