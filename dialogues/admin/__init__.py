from dialogues.admin import (  # noqa: F401  they register themselves
    appearance,
    attribute,
    conversation,
    custom_rules,
    dialogue,
    goal,
    pdf,
    workspace,
)
