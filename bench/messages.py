"""P3 and P4: messages that are stored: `hubbub serve`, Node with the same schema on the same PostgreSQL, and PostgreSQL alone."""
import contextlib
import json
import subprocess

from chat import NO_RATE_LIMIT, chat
from harness import BIN, LOAD_CORE, SERVER_CORE, generator, judge, median, print_table, ratio, server, spread

HUBBUB, NODE = 'Hubbub', 'Node socket.io'
HEAD = ['', 'messages/s', 'server CPU µs', 'PostgreSQL CPU µs', 'ack p50 ms', 'ack p99 ms', 'deliveries/s', 'generator']


@contextlib.contextmanager
def rivals(users, channels):
    """Hubbub and Node, each with a database of its own on one PostgreSQL, of `users` users in one of `channels` channels each."""
    with chat(users, channels, 1, NO_RATE_LIMIT) as ours:
        ours.copy('peer')
        peer = ['node', 'bench/peers/chat.mjs', '--database', ours.database, '--name', 'peer', '--secret', ours.data / 'jwt-secret']
        with server(peer, {'NODE_ENV': 'production'}) as theirs:
            yield ours, {HUBBUB: (ours.running, []), NODE: (theirs, ['--any-order'])}


def postgres_alone(ours, rows, seconds, core):
    """PostgreSQL's own speed with INSERTs of `rows` messages, from a program on `core`."""
    command = ['taskset', '-c', core, BIN / 'raw_insert_loop', '--database', ours.database, '--database-pid', ours.postmaster,
               '--rows', rows, '--seconds', seconds]
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=300)
    return json.loads(done.stdout)


def messages(ours, contestant, clients, seconds, warm_up_ms, senders, in_flight):
    running, extra = contestant
    return ours.load(running, '--clients', clients, '--seconds', seconds, 'messages', '--senders', senders, '--in-flight', in_flight,
                     '--warm-up-ms', warm_up_ms, *extra)


def row(name, results):
    return [name, spread(results, 'messagesPerSecond', 0), spread(results, 'serverCpuMicrosPerMessage', 1),
            spread(results, 'databaseCpuMicrosPerMessage', 1), spread(results, 'latencyMicros.p50', 2, 1000),
            spread(results, 'latencyMicros.p99', 2, 1000), spread(results, 'deliveriesPerSecond', 0), generator(results)]


def batch_row(results):
    return ['PostgreSQL, 100 rows an INSERT', spread(results, 'rowsPerSecond', 0), '', spread(results, 'databaseCpuMicrosPerRow', 1),
            *[''] * 4]


def p3(options):
    seconds, warm_up_ms, runs = (1, 300, 1) if options.quick else (5, 2000, options.runs)
    scale = 5 if options.quick else 1
    report, targets = {}, []
    # Name, users (clients), channels, and for each load its senders and messages in flight of each.
    works = [('a', 50 // scale, 1, {'8 × 16': (8, 16)}), ('b', 200 // scale, 100 // scale, {'32': (32, 1), '1,000': (200 // scale, 5)})]
    for part, users, channels, loads in works:
        measured = {load: {HUBBUB: [], NODE: []} for load in loads}
        batches = []
        with rivals(users, channels) as (ours, contestants):
            for _ in range(runs):
                batches.append(postgres_alone(ours, 100, seconds / 2, LOAD_CORE))
                for load, (senders, in_flight) in loads.items():
                    for name, contestant in contestants.items():
                        measured[load][name].append(messages(ours, contestant, users, seconds, warm_up_ms, senders, in_flight))
        rows = [row(f'{name}, {load} in flight', results) for load, both in measured.items() for name, results in both.items()]
        print_table(f'P3 ({part}) stored, acknowledged and delivered: {channels} channel(s) of {users // channels} members, 120-byte messages; '
                    f'{runs} × {seconds} s each, interleaved: median (range)', HEAD, [*rows, batch_row(batches)])
        for load, both in measured.items():
            targets.append(judge(options, f'({part}) {load} in flight, messages/s, Hubbub / Node',
                                 ratio(both[HUBBUB], both[NODE], 'messagesPerSecond'), 1, at_least=15))
        report[part] = {'users': users, 'channels': channels, 'runs': measured, 'postgresAlone': batches}
    share = median([{'share': ours['messagesPerSecond'] / alone['rowsPerSecond']}
                    for ours, alone in zip(measured['1,000'][HUBBUB], batches)], 'share')
    targets.append(judge(options, "(b) 1,000 in flight, share of PostgreSQL's own batch rate", share, 2, at_least=0.4))
    return {**report, 'targets': targets}


def p4(options):
    seconds, warm_up_ms, runs = (0.5, 200, 1) if options.quick else (5, 1000, options.runs)
    users, channels = 2, 1
    measured, alone = {HUBBUB: [], NODE: []}, []
    with rivals(users, channels) as (ours, contestants):
        for _ in range(runs):
            alone.append(postgres_alone(ours, 1, seconds, SERVER_CORE))
            for name, contestant in contestants.items():
                measured[name].append(messages(ours, contestant, users, seconds, warm_up_ms, 1, 1))
    latency = lambda results: [spread(results, f'roundTripMicros.{key}' if 'roundTripMicros' in results[0] else f'latencyMicros.{key}',
                                      3, 1000) for key in ('p50', 'p99', 'p999', 'max')]
    print_table(f'P4 one message in flight, from its send to its ack; beside INSERT and COMMIT of one row by libpq from the same core; '
                f'{runs} × {seconds} s each, interleaved: median (range)', ['', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms'],
                [['PostgreSQL alone', *latency(alone)], *[[name, *latency(results)] for name, results in measured.items()]])
    slower = median([{'ratio': a['latencyMicros']['p50'] / b['roundTripMicros']['p50']} for a, b in zip(measured[HUBBUB], alone)], 'ratio')
    tail = median([{'ratio': each['latencyMicros']['p99'] / each['latencyMicros']['p50']} for each in measured[HUBBUB]], 'ratio')
    return {'runs': measured, 'postgresAlone': alone,
            'targets': [judge(options, 'ack p50, Hubbub / INSERT and COMMIT', slower, 2, at_most=1.3),
                        judge(options, 'ack p99 / p50', tail, 2, at_most=3)]}
