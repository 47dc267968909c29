import pytest
import websocket


def test_everyone_gets_what_anyone_says(join):
    alice, bob = join("alice"), join("bob")
    alice.send("hello")
    assert bob.recv() == "alice: hello"
    assert alice.recv() == "alice: hello"


def test_the_backend_gets_the_connection_id_and_the_name(gateway, join):
    join("alice")
    [handshake] = gateway.get("/_gateway/events?type=handshake")["items"]
    [mapped] = [step["parameters"] for step in handshake["steps"] if step["step"] == "parameters"]
    assert {each["destination"]: each["values"] for each in mapped} == {
        "integration.request.header.ConnectionId": [handshake["connectionId"]],
        "integration.request.header.Name": ["alice"],
    }


def test_a_client_without_a_name_is_refused(gateway):
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        websocket.create_connection(gateway.websocket_url("dev"))
    assert refusal.value.status_code == 400


def test_a_client_whose_disconnect_never_arrives_does_not_stop_the_others(gateway, join):
    alice, bob = join("alice"), join("bob")
    gateway.put("/_gateway/faults", {"disconnect": "drop"})
    bob.close()
    alice.send("anyone here?")
    assert alice.recv() == "alice: anyone here?"


def test_every_connection_ends_after_two_hours(gateway, join):
    alice = join("alice")
    gateway.post("/_gateway/clock", {"advance": "2h"})
    opcode, _ = alice.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE
