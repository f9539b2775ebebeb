class Trouble(Exception):
    """What keeps us from starting: one sentence for the operator, with the way out."""
