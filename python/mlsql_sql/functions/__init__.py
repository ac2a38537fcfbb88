"""Spark's functions: an allow-list of those whose meaning here was checked against a real Spark."""
