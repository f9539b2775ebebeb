from tests.dialogues.live.client import agent_line, visitor_line


def test_vera_and_alice_talk(product, talking, vera, alice):
    with visitor_line(product, vera) as veras, agent_line(product, alice) as alices:
        veras.hello()
        alices.hello()

        veras.write(talking.pk, "Does Prime include the API?")
        heard = alices.hear("message")
        alices.write(talking.pk, "It does.")
        answered = veras.hear("message", author="agent")

    assert heard["body"] == "Does Prime include the API?"
    assert answered["position"] == heard["position"] + 1
