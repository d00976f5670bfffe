"""The workload as a daemon of daemonocle."""

import os
import sys
import time

import daemonocle


def work():
    with open(os.environ["BENCH_READY"], "a") as ready:
        ready.write("%d %d\n" % (os.getpid(), time.monotonic_ns()))
    time.sleep(600)


daemonocle.Daemon(worker=work, pid_file=os.path.abspath("bot.pid")).do_action(sys.argv[1])
