"""The product under test: a broker behind one proxy per program, a server, agents, and somebody who restarts them."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from proxy import Loop, Proxy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Deployment"))
from deployment import Deployment, Process  # noqa: E402

RESTART_DELAY = 0.3  # seconds until a program that ended by itself is started again


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_mounts():
    """As root: starts this program again in a mount namespace, so that no mount outlives it. True when disks can be mounted."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    if os.environ.get("FAULTS_MOUNTS") != "own":
        if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], check=False).returncode != 0:
            return False
        os.environ["FAULTS_MOUNTS"] = "own"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    return True


class Program:
    """A program that should run: who starts it, and what became of the times it was started."""

    def __init__(self, name, start, restartable=True):
        self.name = name
        self.restartable = restartable
        self.start = start
        self.wanted = False
        self.process = None
        self.lock = threading.RLock()
        self.ended = []  # exit statuses of the times it ended without being asked

    def up(self):
        with self.lock:
            self.process = self.start()
            self.wanted = True

    def send(self, number):
        with self.lock:
            if self.process is not None and self.process.child.poll() is None:
                self.process.child.send_signal(number)

    def catches(self, number):
        """Whether it runs and has a handler for a signal; a program that has just begun has none yet."""
        with self.lock:
            if self.process is None or self.process.child.poll() is not None:
                return False
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
            caught = status.partition("SigCgt:")[2].split()
            return bool(caught) and int(caught[0], 16) >> (number - 1) & 1 == 1

    def reload(self):
        """SIGHUP, unless it has no handler yet: it has just begun then and reads everything anyhow."""
        with self.lock:
            if caught := self.catches(signal.SIGHUP):
                self.send(signal.SIGHUP)
            return caught

    def down(self, number=signal.SIGTERM):
        """Ends it and returns the exit status."""
        with self.lock:
            self.wanted = False
            if self.process is None:
                return 0
            self.send(number)
            try:
                return self.process.child.wait(40)
            except subprocess.TimeoutExpired:
                self.process.child.kill()
                self.process.child.wait()
                return "did not end within 40 s"

    def watch(self):
        with self.lock:
            if self.wanted and self.process.child.poll() is not None:
                self.ended.append(self.process.child.returncode)
                if not self.restartable:
                    self.wanted = False
                    return
                time.sleep(RESTART_DELAY)
                self.up()


class System(Deployment):
    """Use as a context manager, like its base."""

    AGENTS = ("files", "child", "pipe", "syslog", "odd", "spare")
    IMMORTAL = ("pipe", "syslog")  # nobody could write their lines again
    CLOCKS = ("files", "server")  # whose clocks can be stepped
    WRONG_CLOCK = "odd"  # whose clock is wrong from the beginning
    DESCRIPTORS = 256  # that a program may have
    FEWER = {"odd": 160}  # of which 128 are not for files
    SPOOL_MIB = 48
    STORE_MIB = 192  # and half a MiB for each second of the run, which is more than comes

    def __init__(self, root, binaries, disks, seconds):
        super().__init__(root)
        self.store_mib = self.STORE_MIB + int(seconds) // 2
        self.bin = pathlib.Path(binaries)
        self.disks = disks
        self.mounts = []
        self.loop = Loop()
        self.proxies = {}
        self.programs = {}
        self.bereaved = set()  # the starts of the child, counted from 0, that follow a SIGKILL of its reader
        self.stdin = None
        self.clock = {}  # the environment of what starts next
        self.stepped = set()  # whose clocks were stepped
        self.wrong_by = 0  # seconds, of the clock that is wrong
        self.logs = {}  # of the agents, each its own
        self.starting_agent = None
        self.starting = threading.Lock()

    # --- start and end

    def _broker(self):
        self._check_revocation()
        super()._broker()
        self.broker_port = self.port
        for name in ("server", "clone", *self.AGENTS):
            self.proxies[name] = Proxy(self.loop, self.broker_port)

    def _check_revocation(self):
        """The broker asks the authority's list about each client; the file replaces the launcher's options of TLS."""
        certificate, key = self.tls("localhost")
        self.crl = self.directory / "crl"
        self.run(self.bin / "hatohol-ca", "crl", "--base-directory", self.directory / "ca", "--install", self.crl)
        place = self.directory / "broker"
        place.mkdir(exist_ok=True)
        (place / "advanced.config").write_text(f"""[{{rabbit, [{{ssl_options, [
            {{cacertfile, "{self.ca}"}}, {{certfile, "{certificate}"}}, {{keyfile, "{key}"}},
            {{verify, verify_peer}}, {{fail_if_no_peer_cert, true}}, {{versions, ['tlsv1.3', 'tlsv1.2']}},
            {{reuse_sessions, false}},
            {{crl_check, peer}}, {{crl_cache, {{ssl_crl_hash_dir, {{internal, [{{dir, "{self.crl}"}}]}}}}}}
        ]}}]}}].""")

    def _server(self):
        self.data = self.directory / "data"
        if self.disks:
            self._mount(self.data, self.store_mib)
            self._mount(self.directory / "state-files", self.SPOOL_MIB)
        self.port = self.proxies["server"].port
        for queue in self.AGENTS:
            self.add_server(queue)
        self._program("server", self._spawn_server)

    @property
    def database(self):
        return next(path for path in self.data.iterdir() if path.suffix in (".sqlite", ".sqlite3", ".db"))

    def _spawn_server(self):
        with self.starting, self._clock("server"):
            self.start_server()
            return self.server

    def _mount(self, place, mib):
        place.mkdir(mode=0o700)
        self.run("mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "none", place)
        self.mounts.append(place)

    def _program(self, name, start, restartable=True):
        program = self.programs[name] = Program(name, start, restartable)
        program.up()
        return program

    def start_agent(self, name, *options, stdin=None, queue=None):
        def start():
            with self.starting:
                self.port, self.stdin, self.starting_agent = self.proxies[name].port, stdin, name
                try:
                    with self._clock(name):
                        return self.agent(*options, queue=queue or name, state=self.directory / f"state-{name}")
                finally:
                    self.stdin = self.starting_agent = None

        return self._program(name, start, restartable=stdin is None)

    def status(self, name):
        """What an agent says about itself."""
        state = self.directory / f"state-{name}"
        return json.loads(self.run(self.bin / "hap2-fluentd", "--status", "--json", "--state-dir", state))

    def dropped_datagrams(self):
        """How many datagrams the agent `syslog` says the system dropped."""
        return sum(listener["droppedDatagrams"] for listener in self.status("syslog")["listeners"])

    def log_of(self, name):
        """The log of an agent, or of everything else."""
        return self.directory / (f"log-{name}" if name in self.logs else "log")

    def spawn(self, name, command, environment=None):
        """The base gives every child an empty standard input; one of ours needs a pipe. All have few descriptors."""
        if name in ("agent", "server"):
            limit = self.FEWER.get(self.starting_agent, self.DESCRIPTORS)
            command = ["prlimit", f"--nofile={limit}", *command]
        log = self.log
        if agent := self.starting_agent:
            log = self.logs.setdefault(agent, open(self.directory / f"log-{agent}", "ab"))
        if self.stdin is None:
            process = Process(name, [str(part) for part in command], log, {**(environment or {}), **self.clock})
            self.processes.append(process)
            return process
        process = Process.__new__(Process)
        process.name = name
        process.child = subprocess.Popen([str(part) for part in command], stdin=self.stdin, stdout=log, stderr=log)
        process.pid = process.child.pid
        self.processes.append(process)
        return process

    # --- clocks

    @contextlib.contextmanager
    def _clock(self, name):
        """What starts inside has a wall clock that can be stepped, if it is one of those."""
        if name in (*self.CLOCKS, self.WRONG_CLOCK):
            library, file = self.directory / "clock.so", self.directory / f"clock-{name}"
            if not library.exists():
                self.run("cc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "clock.c", "-ldl")
            if not file.exists():
                file.write_bytes(struct.pack("=q", self.wrong_by if name == self.WRONG_CLOCK else 0))
            self.clock = {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(file)}
        try:
            yield
        finally:
            self.clock = {}

    def step_clock(self, name, seconds):
        with open(self.directory / f"clock-{name}", "r+b", buffering=0) as file:
            file.write(struct.pack("=q", seconds))

    def supervise(self):
        """Restarts what ended by itself, as an init system would, until the run is over."""
        self.over = threading.Event()

        def work():
            while not self.over.wait(0.1):
                for program in list(self.programs.values()):  # another one may be started meanwhile
                    program.watch()

        threading.Thread(target=work, daemon=True).start()

    def __exit__(self, *_):
        if hasattr(self, "over"):
            self.over.set()
        for process in self.processes:
            if process.child.poll() is None:
                process.child.send_signal(signal.SIGCONT)
        for proxy in self.proxies.values():
            proxy.thaw()
        for process in reversed(self.processes):
            process.stop()
        for place in self.mounts:
            subprocess.run(["umount", "--lazy", str(place)], check=False)
        self.loop.stop()
        for log in (self.log, *self.logs.values()):
            log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- the broker

    def kill_broker(self):
        self.signal_broker(signal.SIGKILL)
        # Others may have been started meanwhile, so the last process need not be the launcher.
        launcher = [process for process in self.processes if process.name == "launcher"][-1]
        launcher.child.wait(60)

    def evaluate(self, expression):
        """Has the broker's virtual machine do something; whether it did."""
        place = self.directory / "broker"
        try:
            port = json.loads((place / "broker.json").read_text())["distributionPort"]
            done = subprocess.run(
                ["erl_call", "-r", "-address", f"localhost:{port}", "-timeout", "20", "-e"],
                input=f"{expression}\n", env={**os.environ, "HOME": str(place)}, capture_output=True, text=True, timeout=30,
            )  # fmt: skip
        except (OSError, ValueError, subprocess.TimeoutExpired):  # it is being started, or stopped by a signal
            return False
        return done.stdout.startswith("{ok, ok")

    def signal_broker(self, number):
        os.kill(self.broker.pid, number)

    def restart_broker(self, keep):
        """Starts the broker again on its old ports, with its data or, as after a lost disk, without."""
        if not keep:
            shutil.rmtree(self.directory / "broker" / "data", ignore_errors=True)
        super()._broker()
        self.broker_port = json.loads((self.directory / "broker" / "broker.json").read_text())["tlsPort"]
        for proxy in self.proxies.values():
            proxy.target = self.broker_port

    # --- certificates

    def authority(self, command, *arguments):
        return self.run(self.bin / "hatohol-ca", command, "--base-directory", self.directory / "ca", *arguments)

    def expire_certificate(self, name):
        """Puts a certificate in place that is over; made without the authority, which signs no such thing."""
        certificate, key = self.tls(name)
        request, fresh = self.directory / f"{name}.csr", self.directory / f"{name}.expired"
        self.run("openssl", "req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        self.run(
            "openssl", "x509", "-req", "-in", request, "-days", "0", "-out", fresh, "-CAcreateserial",
            "-CA", self.ca, "-CAkey", self.directory / "ca" / "CA" / "private" / "ca-key.pem",
        )  # fmt: skip
        fresh.replace(certificate)

    def revoke_certificate(self, name):
        self.authority("revoke", name, "--all", "--reason", "keyCompromise", "--install", self.crl)

    def replace_certificate(self, name):
        """A new key and certificate for the same name, put in place file by file as an administrator would."""
        kind = "server" if name == "localhost" else "client"
        fresh = self.directory / f"{name}-new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.authority("issue", kind, "--host-name", name, "--output-directory", fresh)
        (fresh / "key.pem").replace(self.directory / name / "key.pem")
        (fresh / f"{kind}-cert.pem").replace(self.directory / name / f"{kind}-cert.pem")
