"""Codecs turn data into arrays and back, without losing what the data are."""
