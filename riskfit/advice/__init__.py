"""Advice: ordered steps and what to drink, each with what caused it."""
