from dialogues.admin import attribute, conversation, dialogue  # noqa: F401  they register themselves
