#!/usr/bin/env python3
"""Compares how well eviction policies keep the keys that are used: hit ratios on a Zipf trace, on two or more servers.

Each server gets as much maxmemory as it needs for --resident keys, however many bytes that is for it. Then a cache in front of
a slow store is played: GET of a key, and SET if it is not there. The i-th most popular of --keys keys is asked for with a
probability proportional to 1 / i ** --exponent. After half of the trace, popularity is dealt out anew if --shift is given: what
was popular has to go. Hits are counted in the second half of each phase, when the cache is full.

    hit_ratio.py --server 'redis=redis-server --port {port} --save ""' --server 'spinel=bin/spinel-server --port {port} --save ""'

The rows 'exact LRU' and 'most popular' are computed: a cache that evicts exactly the key that was not used for the longest
time, and one that holds the most popular keys and nothing else. Memory is looked at after each second of the trace: the column
'over' is the most by which used_memory was above maxmemory.
"""

import argparse
import bisect
import itertools
import random
import shlex
import socket
import subprocess
import tempfile
import time
from collections import OrderedDict

POLICIES = ["allkeys-lru", "allkeys-lfu", "allkeys-random"]
BATCH = 32


class Client:
    """A connection that sends pipelined commands and reads the replies that they have."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")

    def send(self, *commands):
        request = bytearray()
        for command in commands:
            request += b"*%d\r\n" % len(command)
            for word in command:
                word = word if isinstance(word, bytes) else str(word).encode()
                request += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(request)
        return [self.reply() for _ in commands]

    def reply(self):
        line = self.input.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.input.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return rest

    def info(self, field):
        for line in self.send(["INFO", "memory"])[0].decode().splitlines():
            if line.startswith(field + ":"):
                return int(line.split(":")[1])
        raise RuntimeError(f"no {field} in INFO")


class Server:
    """A server process on a free port, without data."""

    def __init__(self, command):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.directory = tempfile.TemporaryDirectory(prefix="hit-ratio-")
        self.process = subprocess.Popen(
            shlex.split(command.replace("{port}", str(port))), cwd=self.directory.name,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.client = Client(port)
                self.client.send(["PING"])
                break
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.directory.cleanup()


def zipf_trace(options):
    """The numbers of the keys that are asked for, phase by phase."""
    source = random.Random(options.seed)
    weights = list(itertools.accumulate(1 / rank ** options.exponent for rank in range(1, options.keys + 1)))
    phases = 2 if options.shift else 1
    for _ in range(phases):
        keys = list(range(options.keys))
        source.shuffle(keys)
        length = options.accesses // phases
        yield keys, [keys[bisect.bisect_left(weights, source.random() * weights[-1])] for _ in range(length)]


def exact_lru(phases, resident):
    cache = OrderedDict()
    hits = total = 0
    for _, trace in phases:
        for position, key in enumerate(trace):
            hit = key in cache
            if hit:
                cache.move_to_end(key)
            else:
                cache[key] = True
                if len(cache) > resident:
                    cache.popitem(last=False)
            if position >= len(trace) // 2:
                total += 1
                hits += hit
    return hits / total


def most_popular(phases, resident):
    hits = total = 0
    for keys, trace in phases:
        cached = set(keys[:resident])
        measured = trace[len(trace) // 2:]
        hits += sum(key in cached for key in measured)
        total += len(measured)
    return hits / total


def key_name(number):
    return b"key:%010d" % number


def measure(command, policy, phases, options):
    """Hit ratio, keys that were resident at the end, bytes above the limit at worst, seconds."""
    server = Server(command)
    try:
        client = server.client
        value = b"v" * options.value_bytes
        for first in range(0, options.resident, BATCH):
            last = min(first + BATCH, options.resident)
            client.send(*[["SET", key_name(number), value] for number in range(first, last)])
        limit = client.info("used_memory")
        client.send(["FLUSHALL"], ["CONFIG", "SET", "maxmemory", limit, "maxmemory-policy", policy])
        hits = total = over = 0
        started = looked = time.monotonic()
        for _, trace in phases:
            for position in range(0, len(trace), BATCH):
                keys = [key_name(number) for number in trace[position:position + BATCH]]
                found = client.send(*[["GET", key] for key in keys])
                missing = [["SET", key, value] for key, got in zip(keys, found) if got is None]
                if missing:
                    client.send(*missing)
                if position >= len(trace) // 2:
                    total += len(keys)
                    hits += len(keys) - len(missing)
                if time.monotonic() - looked > 1:
                    looked = time.monotonic()
                    over = max(over, client.info("used_memory") - limit)
        return hits / total, int(client.send(["DBSIZE"])[0]), over, time.monotonic() - started
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", action="append", required=True, metavar="NAME=COMMAND", help="{port} is replaced")
    parser.add_argument("--policies", nargs="+", default=POLICIES)
    parser.add_argument("--keys", type=int, default=200_000, help="keys that are ever asked for")
    parser.add_argument("--resident", type=int, default=20_000, help="keys that memory suffices for")
    parser.add_argument("--accesses", type=int, default=1_000_000, help="length of the trace")
    parser.add_argument("--exponent", type=float, default=1.0, help="of the Zipf distribution")
    parser.add_argument("--value-bytes", type=int, default=100)
    parser.add_argument("--shift", action="store_true", help="deal popularity out anew after half of the trace")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    phases = list(zipf_trace(options))
    print(f"{'policy':<18}{'server':<16}{'hit ratio':>10}{'keys':>9}{'over':>10}{'seconds':>9}")
    print(f"{'exact LRU':<34}{exact_lru(phases, options.resident):>10.4f}{options.resident:>9}")
    print(f"{'most popular':<34}{most_popular(phases, options.resident):>10.4f}{options.resident:>9}", flush=True)
    for policy in options.policies:
        for server in options.server:
            name, _, command = server.partition("=")
            ratio, keys, over, seconds = measure(command, policy, phases, options)
            print(f"{policy:<18}{name:<16}{ratio:>10.4f}{keys:>9}{over:>10}{seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
