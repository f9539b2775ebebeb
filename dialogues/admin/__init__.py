from dialogues.admin import (  # noqa: F401  they register themselves
    attribute,
    conversation,
    custom_rules,
    dialogue,
    goal,
    pdf,
    workspace,
)
