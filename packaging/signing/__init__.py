"""Signing what a release publishes, in minisign's form."""
