"""`hubbub serve` for the experiments, and P5 and P6: with its private PostgreSQL, users with channels, real tokens."""
import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from harness import BIN, environment, judge, load, median, print_table, ratio, server, spread

# As an operator would who trusts their users: the load is a few users who never rest.
NO_RATE_LIMIT = {'HUBBUB_LIMITS_EVENTS_PER_SECOND': '0'}

# One statement each: psql sends them one by one.
SEED = [
    """INSERT INTO chat_user (username, "displayName") SELECT 'bench' || i, 'Bench ' || i FROM generate_series(0, {users} - 1) i""",
    """INSERT INTO chat_channel (type, name, "createdBy")
       SELECT 'public', 'bench ' || c, (SELECT min(id) FROM chat_user) FROM generate_series(0, {channels} - 1) c""",
    """INSERT INTO chat_channel_head ("chatChannelId") SELECT id FROM chat_channel""",
    """INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId")
       SELECT c.id, u.id FROM chat_user u, chat_channel c WHERE (c.id + u.id) % {channels} < {channels_each}""",
    'VACUUM ANALYZE',
]


def psql(database, *arguments, name='hubbub', **options):
    """Runs psql as the database's owner."""
    return subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', database, '-U', 'hubbub', '-d', name, *arguments],
                          check=True, text=True, **{'stdout': subprocess.PIPE, **options}).stdout.strip()


def hubbub(data, *arguments):
    """Runs an administrator's command; what it printed."""
    done = subprocess.run([BIN / 'hubbub', *arguments, '--data-dir', data], env=environment(), capture_output=True, text=True,
                          timeout=60)
    if done.returncode:
        raise RuntimeError(f'hubbub {arguments[0]}: {done.stderr or done.stdout}')
    return done.stdout.strip()


class Chat:
    """A running `hubbub serve` with `users` users in `channels_each` of `channels` channels."""

    def __init__(self, running, folder, users, channels, channels_each):
        self.running = running
        self.data = folder / 'data'
        self.database = self.data / 'postgres-socket'
        self.postmaster = int((self.data / 'postgres/postmaster.pid').read_text().split()[0])
        for statement in SEED:
            text = statement.format(users=users, channels=channels, channels_each=channels_each)
            psql(self.database, '-c', text)
        self.tokens = folder / 'tokens'
        self.tokens.write_text(''.join(hubbub(self.data, 'token', '--user', f'bench{i}', '--ttl', '2h') + '\n'
                                       for i in range(users)))

    def copy(self, name):
        """A database of that name on the same PostgreSQL, with what is in this one now."""
        psql(self.database, '-c', f'CREATE DATABASE {name}')
        dump = subprocess.Popen(['pg_dump', '-h', self.database, '-U', 'hubbub', 'hubbub'], stdout=subprocess.PIPE)
        psql(self.database, name=name, stdin=dump.stdout)
        if dump.wait():
            raise RuntimeError('pg_dump failed')
        psql(self.database, '-c', 'VACUUM ANALYZE', name=name)

    def load(self, running, *arguments):
        return load(running, '--tokens', self.tokens, '--database-pid', self.postmaster, *arguments)


@contextlib.contextmanager
def chat(users, channels, channels_each, env=None):
    with tempfile.TemporaryDirectory(prefix='hubbub-bench-') as name:
        # As root, Hubbub runs PostgreSQL as another user, who must reach the data.
        os.chmod(name, 0o755)
        folder = Path(name)
        command = [BIN / 'hubbub', 'serve', '--host', '127.0.0.1', '--data-dir', folder / 'data', '--threads', 1]
        with server(command, env, ready='/readyz') as running:
            yield Chat(running, folder, users, channels, channels_each)


def p5(options):
    users, channels, channels_each = (2, 10, 5) if options.quick else (100, 50, 10)
    clients, warm_up, at_once = (100, 50, 10) if options.quick else (4000, 4000, 50)
    runs = 1 if options.quick else options.runs
    measured = {'Hubbub': [], 'Node socket.io': []}
    with chat(users, channels, channels_each) as ours:
        peer = ['node', 'bench/peers/connect.mjs', '--database', ours.database, '--secret', ours.data / 'jwt-secret']
        with server(peer, {'NODE_ENV': 'production'}) as theirs:
            for _ in range(runs):
                for name, running in (('Hubbub', ours.running), ('Node socket.io', theirs)):
                    measured[name].append(ours.load(running, '--clients', clients, 'connect', '--at-once', at_once,
                                                    '--warm-up', warm_up))
    rows = [[name, spread(results, 'connectsPerSecond', 0), spread(results, 'serverCpuMicrosPerConnect', 1),
             spread(results, 'databaseCpuMicrosPerConnect', 1)] for name, results in measured.items()]
    print_table(f'P5 connect + JWT + {channels_each} channels, on the same PostgreSQL: {clients} sockets of {users} users, {at_once} at '
                f'a time, after {warm_up} others; {runs} times each, interleaved: median (range)',
                ['', 'connects/s', 'server CPU µs', 'PostgreSQL CPU µs'], rows)
    cheaper = ratio(measured['Node socket.io'], measured['Hubbub'], 'serverCpuMicrosPerConnect')
    return {'users': users, 'channelsEach': channels_each, 'clients': clients, 'warmUp': warm_up, 'atOnce': at_once, 'runs': measured,
            'targets': [judge(options, 'server CPU a connect, Node / Hubbub', cheaper, 1, at_least=6),
                        judge(options, 'server CPU a connect, µs', median(measured['Hubbub'], 'serverCpuMicrosPerConnect'), 1,
                              at_most=80)]}


def p6(options):
    sockets, users, seconds = (200, 2, 2) if options.quick else (10_000, 100, 60)
    with chat(users, 1, 1) as ours:
        result = ours.load(ours.running, '--clients', sockets, '--seconds', seconds, 'idle')
    print_table(f'P6 idle: {sockets:,} authenticated sockets of {users} users in one channel on `hubbub serve`, {seconds} s',
                ['', 'PSS a socket', 'CPU a socket and second'],
                [['Hubbub', f"{result['pssBytesPerSocket'] / 1024:.2f} KiB", f"{result['cpuMicrosPerSocketSecond']:.3f} µs"]])
    return {'sockets': sockets, 'users': users, **result,
            'targets': [judge(options, 'PSS a socket, bytes', result['pssBytesPerSocket'], 0, at_most=2048),
                        judge(options, 'CPU a socket and second, µs', result['cpuMicrosPerSocketSecond'], 3, at_most=1)]}
