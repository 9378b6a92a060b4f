"""What the installers of all systems share: the frozen program and what belongs to it."""
