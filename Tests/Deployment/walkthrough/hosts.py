"""Hosts of our own on one machine: each has its own /etc, /var, /run, /root and /usr, and they share a loopback network.

Nothing of it outlives the process: the files lie in memory, and whatever was started ends with the PID namespace. Root and
overlay file systems are needed.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

STAND_INS = pathlib.Path(__file__).resolve().parent / "stand-ins"
OWN = ("etc", "var", "run", "root", "usr")  # /run and /root begin empty, the others as this machine's
LEFTOVERS = ("etc/hatohol", "etc/rabbitmq/*", "var/lib/hatohol", "var/lib/rabbitmq", "var/log/rabbitmq")
NAMESPACES = ["unshare", "--net", "--mount", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]


def obstacle():
    """Why there can be no hosts here; None when there can."""
    if os.geteuid() != 0:
        return "only root may make namespaces with file systems of their own"
    tried = subprocess.run(
        [*NAMESPACES, "sh", "-c", "mount -t tmpfs none /mnt && mkdir /mnt/up /mnt/work && "
         "mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc"],
        capture_output=True, text=True,
    )  # fmt: skip
    return tried.stderr.strip() if tried.returncode else None


def begin_network():
    """Starts the loopback of a new network namespace."""
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING


def below_init(main):
    """Runs `main` below a first process that buries orphans, as an init does; ends with its status.

    Programs that left their parent would stay as zombies otherwise, and `rabbitmqctl stop` waits until its broker is gone.
    """
    if (child := os.fork()) == 0:
        return main()
    while True:
        process, status = os.wait()
        if process == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


class Host:
    """One host; commands run in it as root, at a terminal of their own."""

    def __init__(self, name, names, place):
        self.name = name
        self.place = place / name
        self.place.mkdir()
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--uts", "--propagation", "private", "sleep", "infinity"], stdin=subprocess.DEVNULL
        )
        while os.readlink(f"/proc/{self.keeper.pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt"):
            time.sleep(0.01)
        (place / f"{name}.pid").write_text(f"{self.keeper.pid}\n")
        self._run(f"hostname {name.partition('.')[0]}")
        for directory in OWN:
            if directory in ("run", "root"):
                self._run(f"mount -t tmpfs -o mode=755 none /{directory}")
                continue
            above, work = self.place / directory, self.place / f".{directory}"
            above.mkdir(), work.mkdir()
            self._run(f"mount -t overlay overlay -o lowerdir=/{directory},upperdir={above},workdir={work} /{directory}")
        self._run(f"cd / && rm -rf {' '.join(LEFTOVERS)} && mkdir /run/lock")
        self._run("install -d -o rabbitmq -g rabbitmq -m 755 /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq")
        addresses = "".join(f"127.0.0.1 {one} {one.partition('.')[0]}\n" for one in ["localhost", *names])
        self._run(f"cat > /etc/hosts <<'END'\n{addresses}END")

    def install(self, programs):
        """Puts the programs into /usr/bin."""
        for program in programs:
            self._run(f"install -m 755 '{program}' /usr/bin/")

    def _run(self, script):
        done = subprocess.run(self.command(script), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.name}: {script}: {done.stderr.strip()}")

    def command(self, script):
        return ["nsenter", "--mount", "--uts", "--target", str(self.keeper.pid), "--wd=/root", "bash", "-c", script]

    def start(self, script):
        return Running(self.command(script))


class Running:
    """A command of a reader: its output, and a terminal at which it may ask."""

    def __init__(self, command):
        self.output = ""
        self.terminal, line = pty.openpty()
        output, writer = os.pipe()
        environment = {
            "PATH": f"{STAND_INS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root", "TERM": "dumb", "LC_ALL": "C.UTF-8", "WALKTHROUGH": os.environ["WALKTHROUGH"],
        }  # fmt: skip

        def take_terminal():
            os.setsid()
            fcntl.ioctl(line, termios.TIOCSCTTY, 0)

        self.child = subprocess.Popen(
            command, stdin=line, stdout=writer, stderr=writer, env=environment, preexec_fn=take_terminal
        )
        os.close(line), os.close(writer)
        self.readers = {self.terminal: "", output: ""}

    def follow(self, answers, seconds, until=None):
        """Answers its questions until it ends, or until its output holds a text. Whether that came in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for descriptor in select.select(list(self.readers), [], [], 0.1)[0]:
                self._take(descriptor, answers)
            if until is not None and until in self.output:
                return True
            if self.child.poll() is not None:
                for descriptor in select.select(list(self.readers), [], [], 0)[0]:
                    self._take(descriptor, answers)
                return until is None or until in self.output
        return False

    def _take(self, descriptor, answers):
        try:
            text = os.read(descriptor, 65536).decode(errors="replace")
        except OSError:  # EIO: nobody holds the other end of the terminal
            text = ""
        if not text:
            del self.readers[descriptor]
            return
        self.output += text
        if descriptor == self.terminal:
            asked = self.readers[descriptor] + text
            answer = next((words for question, words in answers if re.search(question, asked)), None)
            if answer is not None:
                os.write(descriptor, answer.encode() + b"\n")
            self.readers[descriptor] = "" if answer is not None else asked

    def end(self):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
