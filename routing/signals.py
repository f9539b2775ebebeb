from django.dispatch import Signal

# Sent inside the transaction of the verb, with `live_chat`: receivers write rows, or wait for the commit.
live_chat_changed = Signal()

# Sent inside the transaction, with `agent`, when what says whether they take chats was settled anew.
agent_changed = Signal()

# Sent inside the transaction, with `agent`, who has no password yet and is to be sent a link to set one.
agent_invited = Signal()
