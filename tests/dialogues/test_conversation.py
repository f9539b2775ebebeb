from dialogues.models import Conversation


def test_vera_reaches_alice(talking, alice):
    assert talking.live_agent == alice
    assert talking.live_chat.state == "active"
    assert [message.body for message in talking.messages.all()][-1] == "Alice joined the chat"


def test_just_looking_ends_the_conversation(talk_to_sales, vera):
    conversation = Conversation.start(vera, talk_to_sales)

    conversation.answer("talk", "no")

    assert conversation.ended_at
