"""Libraries, folders and filters at the left."""
