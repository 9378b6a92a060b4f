"""The sample documents: all words, figures and pictures in them are our own."""
