"""Recorded runs: visit every step again, explain its numbers, branch, compare, diagnose."""
