def healthy(half=None):
    return iter(())
