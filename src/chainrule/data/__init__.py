"""Rows on their way to the training loop: sources, augmentation, checks of what users give."""
