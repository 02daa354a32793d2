"""What an administrator may do to a queue: policies that refuse or throw away messages, and other consumers."""

import json
import subprocess
import time

DEFINITIONS = {
    "refuses what is one too many": {"max-length": 1, "overflow": "reject-publish"},
    "refuses what is too much": {"max-length-bytes": 20_000, "overflow": "reject-publish"},
    "throws away the oldest": {"max-length": 1, "overflow": "drop-head"},
    "throws away what is a second old": {"message-ttl": 1000},
}


class Queues:
    """A message that a queue refuses, loses or gives to a stranger is sent again, because nobody has answered it."""

    def __init__(self, faults):
        self.faults = faults
        self.system = faults.system
        self.queues = [f"{name}-{way}" for name in self.system.AGENTS for way in "ST"]
        self.python = self.system.root / ".build/python/bin/python"

    def rows(self):
        rows = [("policy on a queue", 4, self.queues, self.limit)]
        if subprocess.run([self.python, "-c", "import pika"], capture_output=True).returncode == 0:
            rows.append(("thief on a queue", 4, self.queues, self.steal))
        else:
            self.faults.say("left out: thief on a queue (that needs the packages of Tests/requirements.txt)")
        return rows

    def limit(self, queue, random):
        name = random.choice(list(DEFINITIONS))
        seconds = random.choice([1, 8]) * (0.5 + random.random())
        definition = json.dumps(DEFINITIONS[name])
        self._evaluate(
            f'rabbit_policy:parse_set(<<"hatohol">>, <<"{queue}">>, <<"^{queue}$">>, <<{json.dumps(definition)}>>, '
            '0, <<"queues">>, <<"faults">>).'
        )
        time.sleep(seconds)
        self._evaluate(f'rabbit_policy:delete(<<"hatohol">>, <<"{queue}">>, <<"faults">>).')
        return f"{name}, for {seconds:.1f} s"

    def _evaluate(self, expression):
        """Has the broker do something, as soon as it runs."""
        if not self.faults.wait(lambda: self.system.evaluate(expression), 120):
            raise SystemExit(f"the broker did not take {expression}")

    def steal(self, queue, random):
        seconds = random.choice([1, 5]) * (0.5 + random.random())
        keeps = random.random() < 0.7
        certificate, key = self.system.tls("node")
        done = subprocess.run(
            [self.python, self.system.root / "Tests/Faults/thief", str(self.system.broker_port), queue, self.system.ca,
             certificate, key, str(seconds), "keep" if keeps else "give back"],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if done.returncode != 0:  # no broker, no such queue, or a certificate that is worth nothing right now
            return None
        return f"{done.stdout.strip()} messages in {seconds:.1f} s, {'kept' if keeps else 'given back'}"
