"""The programmes as formulas: one module for each, every number from its book."""
