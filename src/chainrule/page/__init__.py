"""The Lab: the page that shows and runs networks in a browser."""
