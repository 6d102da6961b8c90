"""GPX and TCX: XML with thousands of equal points."""
