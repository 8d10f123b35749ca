"""python3 chat.py URL USERNAME PASSWORD CHANNEL-ID: says each line of its input in a channel, and prints what is said there.

`/edit TEXT` changes what it said last. It needs python3-socketio, python3-requests and python3-websocket.
"""
import sys
import time
import uuid

import requests
import socketio

url, username, password, channel = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
client = socketio.Client()
last = None  # the eventSeq up to which nothing is missing
beyond = set()  # what came after a gap
waiting = []  # what came before we knew where we are


def sign_in():
    while True:
        answer = requests.post(f'{url}/api/v1/auth/login', json={'username': username, 'password': password}, timeout=60)
        if answer.ok or answer.status_code < 429:
            return {'token': answer.json().get('accessToken')}
        time.sleep(1)  # busy, or its database is away


def take(event, data):
    global last
    if data['chatChannelId'] != channel:
        return
    if last is None:
        return waiting.append((event, data))
    if data['eventSeq'] <= last or data['eventSeq'] in beyond:
        return
    beyond.add(data['eventSeq'])
    while last + 1 in beyond:
        last += 1
        beyond.remove(last)
    if event == 'new_message':
        print(f"{data['message']['senderId']}: {data['message']['content']}", flush=True)
    if event == 'message_edited':
        print(f"{data['editedBy']} meant: {data['content']}", flush=True)


def joined(ack):
    global last
    if not ack['ok']:
        return print(ack['error']['message'], file=sys.stderr)
    if last is None or not ack.get('recovered', True):
        last = ack.get('lastEventSeq', ack['channel']['lastEventSeq'])
    for recorded in ack.get('events', []):
        take(recorded['event'], recorded['data'])
    while waiting:
        take(*waiting.pop(0))
    print('here', flush=True)


client.on('connected', lambda _: client.emit(
    'join_channel', {'chatChannelId': channel, 'lastEventSeq': last}, callback=joined))
for name in ['new_message', 'message_edited', 'message_deleted', 'reaction_added', 'reaction_removed', 'user_joined', 'user_left']:
    client.on(name, lambda data, event=name: take(event, data))



def ask(event, fields):
    while True:
        try:
            return client.call(event, {'chatChannelId': channel, **fields}, timeout=5)
        except (socketio.exceptions.TimeoutError, socketio.exceptions.BadNamespaceError):
            time.sleep(1)  # the same clientMessageId again: stored once, whatever became of the first


client.connect(url, auth=sign_in, transports=['websocket'])
said = None
for line in map(str.rstrip, sys.stdin):
    edit = line.startswith('/edit ')
    what = {'messageId': said, 'content': line[6:]} if edit else {'content': line, 'clientMessageId': str(uuid.uuid4())}
    ack = ask('edit_message' if edit else 'send_message', what)
    if ack['ok']:
        said = ack['message']['id']
    else:
        print(ack['error']['message'], file=sys.stderr)
