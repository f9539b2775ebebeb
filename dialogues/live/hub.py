def announce(*, visitor=None, agent=None, pane=None, message=None):
    """Tells the pages of a visitor and of an agent, after the commit. Never raises."""
