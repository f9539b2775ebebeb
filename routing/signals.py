from django.dispatch import Signal

# Sent inside the transaction of the verb, with `live_chat`: receivers write rows, or wait for the commit.
live_chat_changed = Signal()
