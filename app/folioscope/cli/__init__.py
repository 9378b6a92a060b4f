"""The command line: the second face of Folioscope, without a window and without Qt."""
