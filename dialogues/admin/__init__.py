from dialogues.admin import attribute, conversation, dialogue, workspace  # noqa: F401  they register themselves
