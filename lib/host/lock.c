/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdLock: an advisory lock on a file. The file stays: removing it would let two processes lock two
 * files of one name.
 */
#include "host/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "host/process.h"

/* How often a lock that is not free is looked at. */
#define POLL_MS 20

/* With ".lock" it must be a file name. */
#define NAME_MAX_LENGTH 200

struct _HdLock {
    int fd;
};

static gboolean
check_name(const char *name, GError **error)
{
    gsize length = strlen(name);

    if (length > 0 && length <= NAME_MAX_LENGTH && strchr(name, '/') == NULL)
        return TRUE;
    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "'%s' cannot be the name of a lock", name);
    return FALSE;
}

static int
open_file(const char *folder, const char *name, GError **error)
{
    g_autofree char *file = g_strconcat(name, ".lock", NULL);
    struct stat status;

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot make the folder %s", folder);
        return -1;
    }
    hd_autofd folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder_fd < 0) {
        hd_error_set_errno(error, errno, NULL, "cannot open the folder %s", folder);
        return -1;
    }
    hd_autofd fd = openat(folder_fd, file,
                          O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &status) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot open the lock %s/%s", folder, file);
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "the lock %s/%s is not a file", folder,
                     file);
        return -1;
    }
    return hd_fd_steal(&fd);
}

/* 0, or the errno; EWOULDBLOCK when it is not free in time. */
static int
lock_file(int fd, unsigned timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;

    for (;;) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return errno;
        gint64 left_us = deadline - g_get_monotonic_time();
        if (left_us <= 0)
            return EWOULDBLOCK;
        g_usleep((gulong) MIN(left_us, POLL_MS * G_TIME_SPAN_MILLISECOND));
    }
}

static gboolean
set_busy(int fd, const char *name, GError **error)
{
    guint32 pid = hd_process_read_pid(fd);
    g_autofree char *comm = pid != 0 ? hd_process_dup_name(pid) : NULL;

    /* Between locking and writing its number, and after the end of a holder, nothing is known. */
    if (comm == NULL)
        hd_error_set(error, HD_ERROR_BUSY, NULL, "try again", "another process works on '%s'",
                     name);
    else
        hd_error_set(error, HD_ERROR_BUSY, NULL, "wait until it has ended",
                     "process %u (%s) works on '%s'", pid, comm, name);
    return FALSE;
}

/* For messages only: a number that cannot be written is no reason to fail. */
static void
write_pid(int fd)
{
    g_autofree char *text = g_strdup_printf("%d\n", (int) getpid());
    gssize written = ftruncate(fd, 0) == 0 ? pwrite(fd, text, strlen(text), 0) : -1;

    if (written < 0)
        g_debug("cannot write the holder of a lock: %s", g_strerror(errno));
}

HdLock *
hd_lock_take(const char *folder, const char *name, unsigned timeout_ms, GError **error)
{
    if (!check_name(name, error))
        return NULL;
    hd_autofd fd = open_file(folder, name, error);
    if (fd < 0)
        return NULL;
    int errno_value = lock_file(fd, timeout_ms);
    if (errno_value == EWOULDBLOCK) {
        set_busy(fd, name, error);
        return NULL;
    }
    if (errno_value != 0) {
        hd_error_set_errno(error, errno_value, NULL, "cannot lock %s/%s.lock", folder, name);
        return NULL;
    }
    write_pid(fd);
    HdLock *lock = g_new0(HdLock, 1);
    lock->fd = hd_fd_steal(&fd);
    return lock;
}

void
hd_lock_release(HdLock *lock)
{
    if (lock == NULL)
        return;
    /* A child that was forked meanwhile keeps the file open, and must not keep the lock. */
    if (ftruncate(lock->fd, 0) != 0 || flock(lock->fd, LOCK_UN) != 0)
        g_debug("cannot empty a lock: %s", g_strerror(errno));
    close(lock->fd);
    g_free(lock);
}
