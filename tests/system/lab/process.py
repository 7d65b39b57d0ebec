"""Child processes that cannot outlive the test that started them."""

import ctypes
import signal
import subprocess

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Failure(Exception):
    """A test has failed; the text says what was expected and what was seen."""


def require(condition, message):
    if not condition:
        raise Failure(message)


class Child:
    """A started program. stop() ends it, by its own process id, and never raises."""

    def __init__(self, arguments, log=None, **keywords):
        keywords.setdefault("stdin", subprocess.DEVNULL)
        self._log = open(log, "ab") if log else None
        output = self._log or subprocess.DEVNULL
        keywords.setdefault("stdout", output)
        keywords.setdefault("stderr", output)
        self.process = subprocess.Popen(arguments, preexec_fn=_die_with_parent, **keywords)
        self.pid = self.process.pid

    def running(self):
        return self.process.poll() is None

    def stop(self, patience=3, with_signal=signal.SIGTERM):
        if self.running():
            self.process.send_signal(with_signal)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._log:
            self._log.close()


def run(arguments, **keywords):
    """Runs a short command; a failure of it is an error of the set-up, with its output."""
    result = subprocess.run(arguments, text=True, capture_output=True, check=False, **keywords)
    if result.returncode != 0:
        raise Failure(f"{' '.join(arguments)}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout
