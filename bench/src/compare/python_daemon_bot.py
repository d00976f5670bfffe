"""The workload as a daemon of python-daemon."""

import os
import time

import daemon
from daemon.pidfile import PIDLockFile

with daemon.DaemonContext(pidfile=PIDLockFile(os.path.abspath("bot.pid"))):
    with open(os.environ["BENCH_READY"], "a") as ready:
        ready.write("%d %d\n" % (os.getpid(), time.monotonic_ns()))
    time.sleep(600)
