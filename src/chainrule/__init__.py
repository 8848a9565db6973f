"""chainrule: neural networks from scratch. The mathematics is the code."""
