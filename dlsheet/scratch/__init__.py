"""The sheet's formulas in NumPy, one small module a topic. Imports neither keras nor tensorflow."""
