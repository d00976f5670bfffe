"""The steps of pywikibot's daemonize(close_fd=True, chdir=True, redirect_std=...), in its order, and our body."""

import os
import time


def daemonize():
    if os.fork():
        os._exit(0)
    os.setsid()
    daemon = os.fork()
    if daemon:
        with open("bot.pid", "w") as pid_file:
            pid_file.write(str(daemon))
        os._exit(0)
    for descriptor in range(3):
        os.close(descriptor)
    os.open("/dev/null", os.O_RDWR)
    os.open("bot.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.dup2(1, 2)
    os.chdir("/")


prepared = time.monotonic_ns()
daemonize()
began = time.monotonic_ns()
os.write(1, b"%d %d %d\n" % (os.getpid(), began, prepared))
time.sleep(600)
