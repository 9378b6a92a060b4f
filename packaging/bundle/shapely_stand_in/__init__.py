"""What the frozen program has in the place of ``shapely``: see ``geometry``."""
