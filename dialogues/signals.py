from django.dispatch import Signal

# Sent inside the transaction, with `message`, for what the bot and the system say. What people type goes
# through the message plane, which delivers it itself.
message_posted = Signal()
