"""Measurements behind `python -m dlsheet bench NAME`: a module each, whose `measure` prints the result."""
