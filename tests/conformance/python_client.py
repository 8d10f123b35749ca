"""Debian's python3-socketio against conformance_server: python_client.py URL TRANSPORT[,TRANSPORT]

Prints one JSON line per step that went as it has to; leaves with a traceback at the first that did not.
"""
import json
import os
import sys
import threading
import time
import traceback

import engineio.payload
import socketio

# The client takes 16 packets in one poll answer, its documented way to take more is this; no server keeps to 16.
engineio.payload.Payload.max_decode_packets = 1000


def give_up(*exception):
    """The client's threads would keep the process alive."""
    traceback.print_exception(*exception)
    sys.stderr.flush()
    os._exit(1)


sys.excepthook = give_up
url, transports = sys.argv[1], sys.argv[2].split(',')


def passed(step):
    print(json.dumps({'step': step}), flush=True)


class Inbox:
    """What came as `event` of `namespace`, in order."""

    def __init__(self, client, event, namespace='/'):
        self.items, self.changed = [], threading.Condition()
        client.on(event, self.add, namespace=namespace)

    def add(self, *args):
        with self.changed:
            self.items.append(list(args))
            self.changed.notify_all()

    def take(self, timeout=10):
        with self.changed:
            assert self.changed.wait_for(lambda: self.items, timeout), 'nothing came'
            return self.items.pop(0)


def connect(**options):
    client = socketio.Client(reconnection_delay=0.05, reconnection_delay_max=0.1, randomization_factor=0)
    inboxes = {
        'back': Inbox(client, 'message-back'),
        'auth': Inbox(client, 'auth'),
        'custom': Inbox(client, 'auth', '/custom'),
        'answered': Inbox(client, 'answered', '/features'),
    }
    client.connect(url, transports=transports, wait_timeout=10, **options)
    return client, inboxes


def until(what, condition, timeout=10):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


client, inbox = connect(auth={'token': 'abc'})
assert inbox['auth'].take() == [{'token': 'abc'}]
passed('connects with its auth object')

until('the last transport', lambda: client.transport() == transports[-1])
passed('ends on its last transport')

for args in [('text',), (1, -1.5, None, True), ({'a': [{'b': None}]}, []), ('zażółć 日本語 🦊 "\\',), ('é' * 100_000,)]:
    client.emit('message', args)
    assert inbox['back'].take() == list(args), args
passed('events')

for i in range(100):
    client.emit('message', i)
# The client gives each event to a thread of its own, so it does not keep their order.
assert sorted(inbox['back'].take() for _ in range(100)) == [[i] for i in range(100)]
passed('a hundred events')

assert client.call('message-with-ack', 'x', timeout=10) == 'x'
assert client.call('message-with-ack', (1, {'two': 2}), timeout=10) == (1, {'two': 2})
passed('acks, client to server')

data = ['x', {'deep': [b'\x01\x02\x03', {'more': b'\x07' * 70_000}]}, b'']
client.emit('message', tuple(data))
assert inbox['back'].take() == data
assert client.call('message-with-ack', data[1], timeout=10) == data[1]
passed('binary, in events and acks')
client.disconnect()

client, inbox = connect(namespaces=['/', '/custom', '/features'])
assert inbox['custom'].take() == [{}]
ids = [client.get_sid(namespace) for namespace in ['/', '/custom', '/features']]
assert len(set(ids)) == 3, ids
passed('namespaces share one connection')

client.on('question', lambda *args: list(args)[::-1] + [b'\xff'], namespace='/features')
client.emit('ask', (1, 'two'), namespace='/features')
assert inbox['answered'].take() == [['two', 1, b'\xff']]
passed('acks, server to client')

ended = threading.Event()
client.on('disconnect', ended.set, namespace='/custom')
client.disconnect()
assert ended.wait(10)
passed('disconnects')

client = socketio.Client(reconnection=False)
try:
    client.connect(url, transports=transports, namespaces=['/nowhere'], wait_timeout=1)
    raise AssertionError('connected to /nowhere')
except socketio.exceptions.ConnectionError:
    passed('connect_error: unknown namespace')
client.disconnect()

client, inbox = connect()
inbox['auth'].take()
before = client.get_sid()
print(json.dumps({'ready': 'restart'}), flush=True)
inbox['auth'].take(30)
assert client.get_sid() != before
assert client.call('message-with-ack', 'back', timeout=10) == 'back'
passed('reconnects to a server that was killed')

seen = client.get_sid()
time.sleep(2)
assert client.connected and client.get_sid() == seen
passed('stays connected over several heartbeats')
client.disconnect()
