"""P7 and P8: what clients read: missed events after a drop of all connections, pages of history, unread counts."""
import time

from chat import NO_RATE_LIMIT, chat, psql
from harness import judge, median, print_table, ratio, spread

# Spread over this month, whose partition there is.
FILL = """
INSERT INTO chat_message ("createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
SELECT date_trunc('month', now()) + (now() - date_trunc('month', now())) * (i::float8 / {count}), {channel}, i, i,
       (SELECT min(id) FROM chat_user), gen_random_uuid(), repeat('x', 120)
FROM generate_series(1, {count}) i"""
MOVE_HEAD = 'UPDATE chat_channel_head SET "lastSeq" = {count}, "lastEventSeq" = {count} WHERE "chatChannelId" = {channel}'


def p7(options):
    clients, users, channels, each, missed = (200, 20, 10, 5, 2) if options.quick else (10_000, 200, 50, 5, 2)
    runs = 1 if options.quick else options.runs
    with chat(users, channels, each) as ours:
        results = [ours.load(ours.running, '--clients', clients, 'storm', '--missed', missed) for _ in range(runs)]
    print_table(f'P7 reconnect storm: {clients:,} sockets of {users} users in {each} channels each, dropped at once; all come back at once '
                f'and resume, {each * missed} missed events each; {runs} times: median (range)',
                ['', 'all done s', 'one of two done s', 'server CPU µs a client', 'PostgreSQL CPU µs a client', 'refused'],
                [['Hubbub', spread(results, 'seconds', 2), spread(results, 'latencyMicros.p50', 2, 1e6),
                  spread(results, 'serverCpuMicrosPerClient', 0), spread(results, 'databaseCpuMicrosPerClient', 0), '0']])
    return {'clients': clients, 'users': users, 'channelsEach': each, 'missedEach': missed, 'runs': results,
            'targets': [judge(options, 'all resumed, s', median(results, 'seconds'), 2, at_most=5)]}


def transactions(ours):
    """Of all connections so far. PostgreSQL's backends report them once a second at most."""
    time.sleep(2.5)
    return int(psql(ours.database, '-A', '-t', '-c', "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = 'hubbub'"))


def p8(options):
    depth, channels, connects = (20_000, 50, 20) if options.quick else (1_000_000, 500, 500)
    seconds, runs = (0.5, 1) if options.quick else (3, options.runs)
    measured = {'first': [], 'deep': []}
    with chat(10, channels, channels, NO_RATE_LIMIT) as ours:
        channel = int(psql(ours.database, '-A', '-t', '-c', 'SELECT min(id) FROM chat_channel'))
        for statement in (FILL, MOVE_HEAD):
            psql(ours.database, '-c', statement.format(count=depth + 200, channel=channel))
        psql(ours.database, '-c', 'VACUUM ANALYZE chat_message')
        before = psql(ours.database, '-A', '-t', '-c',
                      f'SELECT id FROM chat_message WHERE "chatChannelId" = {channel} AND seq = 200')
        for _ in range(runs):
            for name, message in (('first', 0), ('deep', before)):
                measured[name].append(ours.load(ours.running, '--seconds', seconds, 'history', '--before', message))
        count_before = transactions(ours)
        unread = ours.load(ours.running, '--clients', connects, 'connect', '--at-once', 1, '--warm-up', 0)
        queries = (transactions(ours) - count_before) / connects
    label = {'first': 'the newest page', 'deep': f'the page {depth:,} messages deep'}
    print_table(f'P8 history: 50 messages by get_history, one in flight; {runs} × {seconds} s each, interleaved: median (range)',
                ['', 'p50 ms', 'p99 ms', 'server CPU µs', 'PostgreSQL CPU µs'],
                [[label[name], spread(results, 'latencyMicros.p50', 3, 1000), spread(results, 'latencyMicros.p99', 3, 1000),
                  spread(results, 'serverCpuMicrosPerPage', 0), spread(results, 'databaseCpuMicrosPerPage', 0)]
                 for name, results in measured.items()])
    print(f"  unread counts of {channels} channels, in `connected`: {1000 / unread['connectsPerSecond']:.2f} ms a connect, "
          f"{unread['databaseCpuMicrosPerConnect']:.0f} µs CPU of PostgreSQL, {queries:.2f} queries (one of them checks the session)")
    deeper = ratio(measured['deep'], measured['first'], 'latencyMicros.p50')
    return {'depth': depth, 'channels': channels, 'runs': measured, 'unread': unread, 'queriesPerConnect': queries,
            'targets': [judge(options, 'page p50, deep / first', deeper, 2, at_most=1.2),
                        judge(options, 'queries for the unread counts', queries - 1, 1, at_most=1.1)]}
