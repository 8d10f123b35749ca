"""python3 chat.py URL USERNAME PASSWORD CHANNEL-ID: says each line of its input in a channel, and prints what is said there."""
import sys
import time
import uuid

import requests
import socketio

url, username, password, channel = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
client = socketio.Client()
last = None  # the eventSeq up to which nothing is missing
waiting = []  # what comes before we have joined


def sign_in():
    while True:
        answer = requests.post(f'{url}/api/v1/auth/login', json={'username': username, 'password': password}, timeout=60)
        if answer.ok or answer.status_code < 429:
            return {'token': answer.json().get('accessToken')}
        time.sleep(1)  # busy, or its database is away


@client.on('new_message')
def take(event):
    global last
    if waiting is not None:
        waiting.append(event)
    elif event['chatChannelId'] == channel and event['eventSeq'] > last:
        last = event['eventSeq']
        print(f"{event['message']['senderId']}: {event['message']['content']}", flush=True)


def joined(ack):
    global last, waiting
    if not ack['ok']:
        return print(ack['error']['message'], file=sys.stderr)
    if not ack.get('recovered'):
        last = ack.get('lastEventSeq', ack['channel']['lastEventSeq'])
    missed = [recorded['data'] for recorded in ack.get('events', []) if recorded['event'] == 'new_message'] + (waiting or [])
    waiting = None
    for event in missed:
        take(event)
    print('here', flush=True)


@client.on('disconnect')
def gone():
    global waiting
    waiting = []


client.on('connected', lambda _: client.emit('join_channel', {'chatChannelId': channel, 'lastEventSeq': last}, callback=joined))
client.connect(url, auth=sign_in, transports=['websocket'])
for line in sys.stdin:
    message = {'chatChannelId': channel, 'content': line.rstrip('\n'), 'clientMessageId': str(uuid.uuid4())}
    while message:
        try:
            ack = client.call('send_message', message, timeout=5)
            message = print(ack['error']['message'], file=sys.stderr) if not ack['ok'] else None
        except (socketio.exceptions.TimeoutError, socketio.exceptions.BadNamespaceError):
            time.sleep(1)  # the same clientMessageId again: stored once, whatever became of the first
