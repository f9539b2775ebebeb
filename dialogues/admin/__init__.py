from dialogues.admin import attribute, conversation, custom_rules, dialogue, workspace  # noqa: F401  they register themselves
