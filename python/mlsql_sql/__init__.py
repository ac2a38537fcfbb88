"""Turns Spark SQL into DuckDB SQL that has Spark's meaning (ANSI mode off, UTC), or refuses it by name."""
