"""Exports as they arrive: folders, gzip, zip in zip; Strava, Garmin and Apple takeouts."""
