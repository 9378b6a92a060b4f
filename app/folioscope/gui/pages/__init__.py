"""One page: its picture with marks, the panel beside the results, and the large page."""
