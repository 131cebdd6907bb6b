#!/usr/bin/env python3
"""Runs the Tcl test suite of Redis 7.0.15 against a Spinel server, and fails below the recorded floor.

The suite comes from Debian's source package `redis`, fetched by apt from the machine's own package sources and kept
under distribution/target. It runs with `--tags -slow`; the option --durable turns an exception inside a test into a
failure, so that the tests after it still run. A unit's name says how it runs:

    type/list, expire               external mode: tests/unit/<name>.tcl against one fresh server
    integration/rdb, unit/other     full mode: the suite starts and stops servers itself, through src/redis-server

    run.py                          all units of floor.tsv, compared with their floors
    run.py type/list expire         only these units
    run.py --record                 as above, and raise the floors to what passed
    run.py --server 'CMD {port}'    another server, not compared; e.g.
        run.py --server 'redis-server --port {port} --save "" --enable-debug-command yes'
                                    (full mode takes only the program's name from it)

Files beside this one: floor.tsv (unit, ok of redis-server 7.0.15, floor of Spinel) and skip.tsv (unit, test, reason).
"""

import argparse
import glob
import hashlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "target"
VERSION = "7.0.15"
SUITE = TARGET / "conformance" / f"redis-{VERSION}"
START_SECONDS = 20
ANSI = re.compile(r"\x1b\[[0-9;]*m")
RESULT = re.compile(r"^\[(ok|err|skip|ignore|exception|TIMEOUT)\]:? ?(.*)")
MARKER = re.compile(r"^(\[[\w/ -]+\]:|Testing |Cleanup: |Starting test server|=====|\s+The End|Killing )")


class Outcome:
    """What one run of one unit printed."""

    def __init__(self):
        self.ok = 0
        self.ignored = 0
        self.skipped = 0
        self.failed = []  # names of tests, each with the first line of its reason
        self.exceptions = []  # the same for tests that ended by an exception instead of an assertion
        self.aborted = None  # why the unit did not reach its end
        self.server_death = None  # how the server ended, if it did before it was told to


def fetch_suite():
    """Fetches and unpacks the source package unless an earlier run did."""
    if (SUITE / "runtest").exists():
        return
    SUITE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        work.chmod(0o755)  # apt reads as a user of its own
        parts = work / "parts"
        parts.mkdir()
        (work / "lists" / "partial").mkdir(parents=True)
        write_source_entries(parts)
        options = [
            "-o", "Dir::Etc::sourcelist=/dev/null",
            "-o", f"Dir::Etc::sourceparts={parts}",
            "-o", f"Dir::State::lists={work / 'lists'}",
            "-o", f"Dir::Cache::srcpkgcache={work / 'srcpkgcache.bin'}",
            "-o", f"Dir::Cache::pkgcache={work / 'pkgcache.bin'}",
            "-o", "APT::Sandbox::User=root",
        ]
        subprocess.run(["apt-get", *options, "-qq", "update"], check=True)
        subprocess.run(["apt-get", *options, "-qq", "source", "--download-only", "redis"], check=True, cwd=work)
        archive = work / f"redis_{VERSION}.orig.tar.gz"
        if not archive.exists():
            sys.exit(f"apt offers another Redis than {VERSION}: {[p.name for p in work.glob('*.dsc')]}")
        verify(archive, next(work.glob("*.dsc")))
        unpacked = work / "unpacked"
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked)
        shutil.move(str(next(unpacked.iterdir())), SUITE)


def write_source_entries(parts):
    """Copies the machine's apt sources, both notations, with source packages switched on."""
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]:
        source = Path(path)
        if source.suffix == ".sources":
            stanzas = re.split(r"\n\s*\n", source.read_text())
            binary = [stanza for stanza in stanzas if re.search(r"(?m)^Types:.*\bdeb(?!-)", stanza)]
            text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", "\n\n".join(binary)) + "\n"
        elif source.suffix == ".list" and source.exists():
            lines = [line for line in source.read_text().splitlines() if re.match(r"deb\s", line)]
            text = "".join(re.sub(r"^deb\s", "deb-src ", line) + "\n" for line in lines)
        else:
            continue
        (parts / source.name).write_text(text)


def verify(archive, dsc):
    """Checks the archive against the SHA-256 that the signed source description names."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if not re.search(rf"(?m)^ {digest} \d+ {re.escape(archive.name)}$", dsc.read_text()):
        sys.exit(f"{archive.name} has the SHA-256 {digest}, which {dsc.name} does not list")


def free_port(limit=65536):
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            if probe.getsockname()[1] < limit:
                return probe.getsockname()[1]


class Server:
    """A server process in a directory of its own, started for one unit."""

    def __init__(self, command):
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="conformance-")
        self.log = open(Path(self.directory) / "log", "wb")
        words = [word.replace("{port}", str(self.port)) for word in shlex.split(command)]
        self.process = subprocess.Popen(
            words, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)

    def await_pong(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.05)
        sys.exit(f"the server did not answer PING: exit code {self.process.poll()}, its output:\n{self.tail()}")

    def tail(self):
        self.log.flush()
        return "".join(Path(self.log.name).read_text(errors="replace").splitlines(keepends=True)[-30:])

    def stop(self):
        """Ends the process and returns how it ended, or None when it ended as told."""
        died = self.process.poll()
        if died is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        return None if died is None else f"the server ended by itself with exit code {died}"


def run_unit(unit, command, skips, timeout_seconds, log):
    """Runs one unit, in the mode that its name stands for."""
    if is_full(unit):
        link_programs(command)
        return run_suite(["--single", unit, "--clients", "1"], skips, timeout_seconds, log)
    server = Server(command)
    outcome = Outcome()
    try:
        server.await_pong()
        arguments = ["--host", "127.0.0.1", "--port", str(server.port), "--single", f"unit/{unit}"]
        outcome = run_suite(arguments, skips, timeout_seconds, log)
    finally:
        outcome.server_death = server.stop()
    return outcome


def is_full(unit):
    return unit.startswith(("unit/", "integration/"))


def link_programs(command):
    """Makes the programs that the suite looks for in src/: the checkers of the server that is tested, the rest from PATH."""
    server = Path(shutil.which(shlex.split(command)[0])).absolute()
    own = {"redis-server": server}
    for tool in ("check-rdb", "check-aof"):
        own[f"redis-{tool}"] = server.with_name(f"{server.name.split('-')[0]}-{tool}")
    for name in ("redis-server", "redis-check-rdb", "redis-check-aof", "redis-cli", "redis-benchmark"):
        script = SUITE / "src" / name
        script.unlink(missing_ok=True)  # it may be a link to a program of the system
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(str(own.get(name) or shutil.which(name)))} "$@"\n')
        script.chmod(0o755)


def run_suite(arguments, skips, timeout_seconds, log):
    # The suite listens on a port of its own from 32 below the base port on, and also tries that port plus 10,000.
    # With its default base, two runs at once get into each other's way.
    base_port = free_port(limit=50_000) + 32
    arguments = ["./runtest", *arguments, "--tags", "-slow", "--durable", "--baseport", str(base_port)]
    for test in skips:
        arguments += ["--skiptest", test]
    aborted = None
    with open(log, "wb") as output:
        process = subprocess.Popen(
            arguments, cwd=SUITE, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True)
        try:
            process.wait(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            aborted = f"no end within {timeout_seconds} s"
        finally:
            end_group(process)
    outcome = parse(log.read_text(errors="replace"))
    outcome.aborted = aborted or outcome.aborted
    return outcome


def end_group(process):
    """Ends what is left of the suite's processes; they share the session that `process` leads."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def parse(text):
    outcome = Outcome()
    lines = ANSI.sub("", text).splitlines()
    ended = False
    for index, line in enumerate(lines):
        ended = ended or line.strip() == "The End"
        match = RESULT.match(line)
        if not match:
            continue
        status, detail = match.groups()
        if status == "ok":
            outcome.ok += 1
        elif status == "ignore":
            outcome.ignored += 1
        elif status == "skip":
            outcome.skipped += 1
        elif status == "err":
            body = [detail, *following(lines, index + 1)]
            name = re.sub(r" in tests/\S+\.tcl$", "", detail)
            reason = next((part for part in body[1:] if part.strip()), "")
            raised = any("while executing" in part for part in body)
            (outcome.exceptions if raised else outcome.failed).append((name, reason.strip()))
        else:
            outcome.aborted = f"{status}: {detail}"
    if not ended and outcome.aborted is None:
        outcome.aborted = "the suite ended early: " + " | ".join(lines[-3:])
    return outcome


def following(lines, index):
    """The further lines of a result that spans several."""
    while index < len(lines) and not MARKER.match(lines[index]):
        yield lines[index]
        index += 1


def read_table(name):
    rows = (HERE / name).read_text().splitlines()
    return [row.split("\t") for row in rows if row and not row.startswith("#")]


def write_floors(floors):
    head = [row for row in (HERE / "floor.tsv").read_text().splitlines() if row.startswith("#")]
    rows = [f"{unit}\t{reference}\t{floor}" for unit, (reference, floor) in floors.items()]
    (HERE / "floor.tsv").write_text("\n".join(head + rows) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("units", nargs="*", metavar="unit")
    parser.add_argument("--record", action="store_true", help="raise the floors to what passed")
    parser.add_argument("--server", metavar="COMMAND", help="start this instead of the packed Spinel; {port} is replaced")
    parser.add_argument("--no-skips", action="store_true", help="run the tests of skip.tsv too")
    parser.add_argument("--timeout", type=int, default=180, metavar="SECONDS", help="limit of one unit")
    options = parser.parse_args()
    if options.record and options.server:
        parser.error("--record is for Spinel's own floors")

    floors = {unit: (int(reference), int(floor)) for unit, reference, floor in read_table("floor.tsv")}
    skips = [] if options.server or options.no_skips else read_table("skip.tsv")
    units = options.units or list(floors)
    command = options.server or packed_server()
    fetch_suite()
    log_directory = TARGET / "conformance" / "logs"
    log_directory.mkdir(parents=True, exist_ok=True)

    total = reference_total = failures = 0
    defects = []
    print(f"{'unit':<40}{'ok':>6}{'redis':>7}{'floor':>7}{'failed':>8}{'ignored':>9}{'skipped':>9}{'seconds':>9}")
    for unit in units:
        reference, floor = floors.get(unit, (0, 0))
        unit_skips = [test for skipped_unit, test, _ in skips if skipped_unit == unit]

        def attempt(suffix=""):
            started = time.monotonic()
            log = log_directory / (unit.replace("/", "-") + suffix + ".log")
            result = run_unit(unit, command, unit_skips, options.timeout, log)
            failed = len(result.failed) + len(result.exceptions)
            print(f"{unit:<40}{result.ok:>6}{reference:>7}{floor:>7}{failed:>8}{result.ignored:>9}"
                  f"{result.skipped:>9}{time.monotonic() - started:>9.1f}", flush=True)
            for name, reason in result.failed:
                print(f"    failed: {name}\n            {reason[:200]}")
            for name, reason in result.exceptions:
                print(f"    EXCEPTION: {name}\n            {reason[:200]}")
            if result.aborted:
                print(f"    ABORTED: {result.aborted}")
            if result.server_death:
                print(f"    SERVER DIED: {result.server_death}")
                defects.append(f"{unit}: {result.server_death}")
            return result

        outcome = attempt()
        if outcome.ok < floor and not options.server:
            # Some tests depend on timing; a second run tells bad luck from a defect.
            print(f"{unit}: {outcome.ok} ok is below the floor of {floor}, once more")
            again = attempt(suffix="-again")
            outcome = max(outcome, again, key=lambda result: result.ok)
            if outcome.ok < floor:
                defects.append(f"{unit}: {outcome.ok} ok, floor {floor}")
        total += outcome.ok
        reference_total += reference
        failures += len(outcome.failed) + len(outcome.exceptions)
        if options.record:
            floors[unit] = (reference, max(floor, outcome.ok))
    print(f"{'total':<40}{total:>6}{reference_total:>7}{sum(floors[u][1] for u in units if u in floors):>7}"
          f"{failures:>8}")

    if options.record:
        write_floors(floors)
    for test in skips:
        if test[0] in units:
            print(f"skipped: {test[0]}: {test[1]}: {test[2]}")
    if defects:
        sys.exit("conformance: " + "; ".join(defects))


def packed_server():
    launchers = sorted(TARGET.glob("spinel-*/bin/spinel-server"))
    if len(launchers) != 1:
        sys.exit(f"expected one packed server under {TARGET}, found {len(launchers)}: run `mvn package` first")
    return f"{shlex.quote(str(launchers[0]))} --port {{port}} --enable-debug-command yes"


if __name__ == "__main__":
    main()
