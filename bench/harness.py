"""What the experiments share: build, servers on their core, the load generator on the other, tables."""
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
# HUBBUB_BIN_DIR: measure what is built there, such as another commit's.
BIN = Path(os.environ.get('HUBBUB_BIN_DIR', ROOT / 'build/release/bin')).resolve()
REPORTS = ROOT / 'build/bench'
SERVER_CORE, LOAD_CORE = 0, 1
GENERATOR_SHARE_MAX = 0.8


def build():
    if 'HUBBUB_BIN_DIR' not in os.environ:
        if not (ROOT / 'build/release/build.ninja').exists():
            subprocess.run(['cmake', '--preset', 'release'], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        targets = ['hubbub', 'hubbub_load', 'fanout_server', 'raw_send_loop', 'raw_insert_loop']
        built = subprocess.run(['ninja', '-C', ROOT / 'build/release', f'-j{os.cpu_count()}', *targets],
                               capture_output=True, text=True)
        if built.returncode:
            sys.exit(built.stdout + built.stderr)
    subprocess.run([ROOT / 'tools/npm-ci', 'bench/peers'], check=True, stdout=subprocess.DEVNULL)


def build_uwebsockets(checkout):
    """Builds the peer from a checkout of uWebSockets with its submodule uSockets; the program."""
    sockets, objects = checkout / 'uSockets/src', REPORTS / 'uwebsockets'
    objects.mkdir(parents=True, exist_ok=True)
    program = objects / 'fanout'
    flags = ['-O2', '-DLIBUS_NO_SSL', '-DUWS_NO_ZLIB', f'-I{sockets}', f"-I{checkout / 'src'}"]
    sources = [*sockets.glob('*.c'), *sockets.glob('eventing/*.c'), *sockets.glob('crypto/*.c')]
    if not sources:
        sys.exit(f'{checkout}: no checkout of uWebSockets with its submodule uSockets')
    for command in (['cc', *flags, '-c', *sources],
                    ['g++', '-std=c++20', *flags, ROOT / 'bench/peers/uwebsockets_fanout.cc',
                     *(objects / f'{source.stem}.o' for source in sources), '-o', program]):
        built = subprocess.run(command, cwd=objects, capture_output=True, text=True)
        if built.returncode:
            sys.exit(built.stderr)
    return program


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def pin(pid, core):
    """Keeps a process's threads, but not its children, on a core."""
    for thread in Path(f'/proc/{pid}/task').iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def environment(extra=None):
    """Ours without what would configure a Hubbub."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith('HUBBUB_') and name != 'DATABASE_URL'}
    return {**ours, **(extra or {})}


class Server:
    """A server that listens on `port`; `output()` is what it has written."""

    def __init__(self, process, port, log):
        self.process, self.port, self.log = process, port, log
        self.pid = process.pid

    def output(self):
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def server(command, env=None, ready=None):
    """Runs `command --port PORT` until the block ends; yields it once it listens, or answers GET `ready`, on its core."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*map(str, command), '--port', str(port)], cwd=ROOT, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, env=environment(env))
        running = Server(process, port, log)
        try:
            deadline = time.monotonic() + 60
            while True:
                with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                    if not ready or urlopen(f'http://127.0.0.1:{port}{ready}', timeout=5).status == 200:
                        break
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f'{command[0]} does not listen:\n{running.output()}')
                time.sleep(0.05)
            pin(process.pid, SERVER_CORE)
            yield running
        finally:
            running.stop()


def load(running, *arguments):
    """Runs the load generator; what it measured."""
    command = ['taskset', '-c', LOAD_CORE, BIN / 'hubbub_load', '--port', running.port, '--pid', running.pid, *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f'{done.stderr}{running.output()[-2000:]}')
    return json.loads(done.stdout)


def interleave(contestants, runs, arguments_of):
    """A B A B …: each contestant `runs` times, in a fresh process each time. Contestant → what was measured."""
    measured = {name: [] for name in contestants}
    for _ in range(runs):
        for name, (command, env) in contestants.items():
            with server(command, env) as running:
                measured[name].append(load(running, *arguments_of(name)))
    return measured


def column(results, key):
    """The values of `key`, which may be a path such as latencyMicros.p99."""
    values = results
    for part in key.split('.'):
        values = [value.get(part) if value else None for value in values]
    return [value for value in values if value is not None]


def median(results, key):
    return statistics.median(column(results, key))


def ratio(ours, theirs, key):
    """The median of the ratios of what was measured side by side."""
    return statistics.median(a / b for a, b in zip(column(ours, key), column(theirs, key)))


def spread(results, key, digits, unit=1):
    values = [value / unit for value in column(results, key)]
    if not values:
        return '–'
    middle = f'{statistics.median(values):,.{digits}f}'
    return middle if len(values) == 1 else f'{middle}  ({min(values):,.{digits}f} – {max(values):,.{digits}f})'


def generator(results):
    share = max(column(results, 'generatorCpuShare'))
    return f'{share:.0%}' + (' VOID' if share > GENERATOR_SHARE_MAX else '')


def print_table(title, head, rows):
    print(f'\n{title}')
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print('  ' + '   '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                                for i, (cell, width) in enumerate(zip(row, widths))))


def judge(options, what, value, digits, at_least=None, at_most=None):
    """Prints a figure beside its target (performance.md); a short run says nothing about it. What goes into the report."""
    met = value >= at_least if at_least is not None else value <= at_most
    target = f'≥ {at_least:g}' if at_least is not None else f'≤ {at_most:g}'
    verdict = '' if options.quick else ': met' if met else ': MISSED'
    print(f'  {what}: {value:.{digits}f} (target {target}{verdict})', flush=True)
    return {'figure': what, 'value': value, 'target': target, 'met': None if options.quick else met}
