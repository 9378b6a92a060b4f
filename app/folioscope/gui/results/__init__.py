"""The pages found: as a grid of tiles, or grouped by document."""
