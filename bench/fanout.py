"""P1, P2, P10, P11: one room, in memory. Each contestant broadcasts every `send_message` to all clients as `new_message`."""
import json
import math
from urllib.request import urlopen

from harness import BIN, GENERATOR_SHARE_MAX, generator, interleave, judge, load, median, print_table, ratio, server, spread

HUBBUB, NODE, RAW, UWEBSOCKETS = 'Hubbub', 'Node socket.io', 'raw send loop', 'uWebSockets'
COMMANDS = {
    HUBBUB: ([BIN / 'fanout_server', '--threads', 1], {}),
    NODE: (['node', 'bench/peers/fanout.mjs'], {'NODE_ENV': 'production'}),
    RAW: ([BIN / 'raw_send_loop'], {}),
}


def contestants(*names):
    return {name: COMMANDS[name] for name in names}


def count_syscalls(names, arguments):
    """The servers' system calls a delivery, counted in runs of their own: counting slows them. None: the kernel would not."""
    return {name: results[0].get('syscallsPerDelivery')
            for name, results in interleave(contestants(*names), 1, lambda name: [*arguments(name), '--count-syscalls']).items()}


def cost_rows(measured, syscalls):
    return [[name, spread(results, 'deliveriesPerSecond', 0), spread(results, 'serverCpuMicrosPerDelivery', 3),
             '–' if syscalls[name] is None else f'{syscalls[name]:.3f}', f"{median(results, 'bytesPerDelivery'):.0f}",
             generator(results)] for name, results in measured.items()]


COST_HEAD = ['', 'deliveries/s', 'server CPU µs/delivery', 'syscalls', 'bytes', 'generator']
LATENCY_HEAD = ['', 'messages/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'generator']


def latency_row(name, results, clients):
    return [name, f"{median(results, 'deliveriesPerSecond') / clients:,.1f}",
            *(spread(results, f'latencyMicros.{key}', 2, 1000) for key in ('p50', 'p99', 'p999', 'max')), generator(results)]


def race(options, name, transport, rivals, shares):
    """Closed loop to find each contestant's knee, then open loop at `shares` of it for the latencies."""
    clients, publishers, in_flight = (100, 4, 2) if options.quick else (1000, 8, 4)
    seconds, runs = (0.5, 1) if options.quick else (5, options.runs)
    common = ['--transport', transport, '--clients', clients, '--seconds', seconds, 'fanout', '--publishers', publishers,
              '--warm-up-ms', 200 if options.quick else 1000]
    closed = [*common, '--in-flight', in_flight]
    measured = interleave(contestants(HUBBUB, *rivals), runs, lambda _: closed)
    syscalls = count_syscalls(measured, lambda _: closed)
    print_table(f'{name} fan-out over {transport}: {clients} clients in a room, {publishers} publishers × {in_flight} in flight, '
                f'120-byte messages; {runs} × {seconds} s each, interleaved: median (range)', COST_HEAD,
                cost_rows(measured, syscalls))
    knees = {who: median(results, 'deliveriesPerSecond') / clients for who, results in measured.items()}
    latencies = {}
    for share in shares:
        latencies[share] = interleave(contestants(*measured), runs, lambda who: [*common, '--rate', knees[who] * share])
    print_table(f'{name} latency, open loop at a share of the own knee, from the intended time of the send', LATENCY_HEAD,
                [latency_row(f'{who} at {share:.0%}', latencies[share][who], clients) for who in measured for share in shares])
    report = {'clients': clients, 'publishers': publishers, 'inFlight': in_flight, 'closedLoop': measured,
              'syscallsPerDelivery': syscalls, 'openLoop': {f'{share:.0%}': runs for share, runs in latencies.items()}}
    for rival in rivals:
        cheaper = ratio(measured[rival], measured[HUBBUB], 'serverCpuMicrosPerDelivery')
        print(f'  deliveries for the same CPU, Hubbub / {rival}: {cheaper:.1f}')
    return measured, report


def p1(options):
    rivals = [NODE] + ([UWEBSOCKETS] if options.uwebsockets else [])
    measured, report = race(options, 'P1', 'websocket', rivals, [0.5] if options.quick else [0.25, 0.5, 0.75])
    speed = lambda rival: ratio(measured[HUBBUB], measured[rival], 'deliveriesPerSecond')
    report['targets'] = [judge(options, 'deliveries/s, Hubbub / Node', speed(NODE), 1, at_least=40)]
    if options.uwebsockets:
        report['targets'].append(judge(options, 'deliveries/s, Hubbub / uWebSockets', speed(UWEBSOCKETS), 2, at_least=0.8))
    return report


def p10(options):
    measured, report = race(options, 'P10', 'polling', [NODE], [0.5])
    report['targets'] = [judge(options, 'deliveries/s, Hubbub / Node',
                               ratio(measured[HUBBUB], measured[NODE], 'deliveriesPerSecond'), 1, at_least=5)]
    return report


def p2(options):
    clients, rate = (100, 50) if options.quick else (1000, 20)
    seconds, runs = (0.5, 1) if options.quick else (5, options.runs)
    arguments = ['--clients', clients, '--seconds', seconds, 'fanout', '--rate', rate,
                 '--warm-up-ms', 200 if options.quick else 1000]
    measured = interleave(contestants(HUBBUB, RAW, NODE), runs, lambda _: arguments)
    syscalls = count_syscalls(measured, lambda _: arguments)
    print_table(f'P2 fan-out at a low rate: {clients} clients in a room, {rate} messages/s of 120 bytes; '
                f'{runs} × {seconds} s each, interleaved: median (range)', COST_HEAD, cost_rows(measured, syscalls))
    print_table('P2 latency, from the intended time of the send', LATENCY_HEAD,
                [latency_row(name, results, clients) for name, results in measured.items()])
    cost = ratio(measured[HUBBUB], measured[RAW], 'serverCpuMicrosPerDelivery')
    return {'clients': clients, 'rate': rate, 'runs': measured, 'syscallsPerDelivery': syscalls,
            'targets': [judge(options, 'CPU a delivery, Hubbub / raw send loop', cost, 2, at_most=1.25)]}


def p11(options):
    clients, size, publishers, runs = (50, 16384, 4, 1) if options.quick else (1000, 2048, 8, min(options.runs, 3))
    slow = clients // 10
    base = ['fanout', '--publishers', publishers, '--message-bytes', size, '--warm-up-ms', 200 if options.quick else 1000]

    def measure(clients, seconds, *arguments):
        return interleave(contestants(HUBBUB), 1, lambda _: ['--clients', clients, '--seconds', seconds, *base, *arguments])[HUBBUB][0]

    if options.quick:
        rate = 200
    else: # far below the knee nothing is coalesced, and each delivery wakes the generator: halve until it keeps up well
        rate = measure(clients, 5)['deliveriesPerSecond'] / clients / 2
        while measure(clients - slow, 5, '--rate', rate)['generatorCpuShare'] > GENERATOR_SHARE_MAX - 0.1:
            rate /= 2
    # So that the slow ones are dropped within the time measured: that takes 4 MiB in Hubbub, behind up to as much in the kernel.
    seconds = math.ceil(12e6 / rate / size)
    measured = {'without slow ones': [], 'with slow ones': []}
    dropped, counted = [], []
    for _ in range(runs):
        for name, arguments in (('without slow ones', ['--clients', clients - slow, '--seconds', seconds, *base]),
                                ('with slow ones', ['--clients', clients, '--seconds', seconds, *base, '--slow', slow])):
            with server(*COMMANDS[HUBBUB]) as running:
                measured[name].append(load(running, *arguments, '--rate', rate))
                with urlopen(f'http://127.0.0.1:{running.port}/counters', timeout=10) as answer:
                    counters = json.load(answer)
        dropped.append(measured['with slow ones'][-1]['slowEnded'])
        counted.append(counters['slowConsumers'])
    readers = clients - slow
    print_table(f'P11 slow consumers: {readers} clients that read, with and without {slow} that do not; {rate:,.0f} messages/s of '
                f'{size} bytes; {runs} × {seconds} s each, interleaved: median (range)', LATENCY_HEAD,
                [latency_row(name, results, readers) for name, results in measured.items()])
    print(f'  of {slow} slow clients Hubbub dropped {dropped}, and counted {counted}')
    if any(count != slow for count in dropped + counted):
        raise RuntimeError('P11: not every slow client was dropped and counted')
    cost = ratio(measured['with slow ones'], measured['without slow ones'], 'latencyMicros.p99')
    return {'readers': readers, 'slow': slow, 'rate': rate, 'messageBytes': size, 'dropped': dropped, 'counted': counted, 'runs': measured,
            'targets': [judge(options, 'p99 of the others, with / without', cost, 2, at_most=1.2)]}
