/* src/bin/handwritten.rs in C. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char log_path[] = "bot.log";
static const char pid_path[] = "bot.pid";

static void fail(int error)
{
    fprintf(stderr, "handwritten: cannot start: %s\n", strerror(error));
    exit(1);
}

static int checked(int result)
{
    if (result == -1)
        fail(errno);
    return result;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int lock_pid_file(void)
{
    for (;;) {
        int file = checked(open(pid_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644));
        struct stat locked, there;
        checked(flock(file, LOCK_EX | LOCK_NB));
        checked(fstat(file, &locked));
        if (stat(pid_path, &there) == 0 && there.st_dev == locked.st_dev && there.st_ino == locked.st_ino)
            return file;
        close(file);
    }
}

/* Returns 0 or an error number. */
static int set_up(int null, int log, int pid_file)
{
    char text[32];
    struct stat status;
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (chdir("/") == -1 || dup2(null, 0) == -1 || dup2(log, 1) == -1 || dup2(log, 2) == -1)
        return errno;
    if (pwrite(pid_file, text, length, 0) != length)
        return ENOSPC;
    if (fstat(pid_file, &status) == -1 || (status.st_size > length && ftruncate(pid_file, length) == -1))
        return errno;
    close(null);
    close(log);
    return 0;
}

static void launch(int reader, pid_t session_leader)
{
    unsigned char report = ECHILD;
    ssize_t received;
    do
        received = read(reader, &report, 1);
    while (received == -1 && errno == EINTR);
    waitpid(session_leader, NULL, 0);
    if (received == 1 && report == 0)
        _exit(0);
    fail(report);
}

static void daemonize(void)
{
    int null = checked(open("/dev/null", O_RDWR | O_CLOEXEC));
    int log = checked(open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    int pid_file = lock_pid_file();
    int ends[2];
    unsigned char report;
    pid_t child;

    checked(pipe2(ends, O_CLOEXEC));
    fflush(NULL);
    child = checked(fork());
    if (child > 0) {
        close(ends[1]);
        launch(ends[0], child);
    }
    close(ends[0]);
    child = setsid() == -1 ? -1 : fork();
    if (child > 0)
        _exit(0);
    report = child == -1 ? errno : set_up(null, log, pid_file);
    if (write(ends[1], &report, 1) != 1 || report != 0)
        _exit(1);
    close(ends[1]);
}

int main(void)
{
    const char *mebibytes = getenv("BENCH_HEAP_MIB");
    long long prepared, began;

    if (mebibytes) {
        size_t size = (size_t)atol(mebibytes) << 20;
        /* Without `volatile` the compiler would remove the unread heap. */
        volatile char *heap = malloc(size);
        if (!heap)
            fail(ENOMEM);
        for (size_t page = 0; page < size; page += 4096)
            heap[page] = 1;
    }
    prepared = now();
    daemonize();
    began = now();
    printf("%ld %lld %lld\n", (long)getpid(), began, prepared);
    fflush(stdout);
    sleep(600);
}
