/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One sysfs write, or read, in a worker thread with a deadline.
 */
#include "host/write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Shared by the caller and the worker; the one that lets go last frees it. */
typedef struct {
    GMutex lock;
    GCond done_cond;
    gboolean is_done;
    int errno_value;
    char *path;
    char *text; /* what to write; NULL: read */
    char value[HD_ATTRIBUTE_MAX];
} Job;

static void
job_clear(gpointer data)
{
    Job *job = data;

    g_mutex_clear(&job->lock);
    g_cond_clear(&job->done_cond);
    g_free(job->path);
    g_free(job->text);
}

static int
write_whole(const char *path, const char *text)
{
    gsize length = strlen(text);
    gssize written;
    int errno_value;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);

    if (fd < 0)
        return errno;
    /* sysfs takes a value in one write or not at all */
    written = write(fd, text, length);
    errno_value = written < 0 ? errno : (gsize) written < length ? EIO : 0;
    close(fd);
    return errno_value;
}

static int
read_whole(const char *path, char value[HD_ATTRIBUTE_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);

    if (fd < 0)
        return errno;
    gssize length = read(fd, value, HD_ATTRIBUTE_MAX - 1);
    int errno_value = length < 0 ? errno : 0;
    close(fd);
    value[MAX(length, 0)] = '\0';
    return errno_value;
}

static gpointer
run_job(gpointer data)
{
    Job *job = data;
    int errno_value = job->text != NULL ? write_whole(job->path, job->text)
                                        : read_whole(job->path, job->value);

    g_mutex_lock(&job->lock);
    job->errno_value = errno_value;
    job->is_done = TRUE;
    g_cond_signal(&job->done_cond);
    g_mutex_unlock(&job->lock);
    g_atomic_rc_box_release_full(job, job_clear);
    return NULL;
}

static gboolean
wait_for_job(Job *job, unsigned timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
    gboolean is_done;

    g_mutex_lock(&job->lock);
    while (!job->is_done && g_cond_wait_until(&job->done_cond, &job->lock, deadline))
        continue;
    is_done = job->is_done;
    g_mutex_unlock(&job->lock);
    return is_done;
}

static Job *
job_new(const char *root, const char *path, const char *text)
{
    Job *job = g_atomic_rc_box_new0(Job);

    g_mutex_init(&job->lock);
    g_cond_init(&job->done_cond);
    job->path = g_build_filename(root, path, NULL);
    job->text = g_strdup(text);
    return job;
}

/* Lets a worker do the job; NULL when none can be started. */
static Job *
start_job(const char *root, const char *path, const char *text, GError **error)
{
    Job *job = job_new(root, path, text);
    g_autoptr(GThread)
        worker = g_thread_try_new("hd-attribute", run_job, g_atomic_rc_box_acquire(job), error);

    if (worker != NULL)
        return job;
    hd_error_adopt(error, HD_ERROR_FAILED);
    g_atomic_rc_box_release_full(job, job_clear);
    g_atomic_rc_box_release_full(job, job_clear);
    return NULL;
}

gboolean
hd_write_attribute(const char *root,
                   const char *path,
                   const char *text,
                   unsigned timeout_ms,
                   GError **error)
{
    Job *job = start_job(root, path, text, error);

    if (job == NULL)
        return FALSE;
    gboolean is_done = wait_for_job(job, timeout_ms);
    int errno_value = is_done ? job->errno_value : 0;
    g_atomic_rc_box_release_full(job, job_clear);
    if (!is_done) {
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL,
                     "see which processes hold the device open; the kernel waits for them",
                     "the kernel has not finished writing '%s' to %s/%s after %u ms", text, root,
                     path, timeout_ms);
        return FALSE;
    }
    if (errno_value != 0) {
        hd_error_set_errno(error, errno_value, NULL, "cannot write '%s' to %s/%s", text, root,
                           path);
        return FALSE;
    }
    return TRUE;
}

char *
hd_read_attribute(const char *root, const char *path, unsigned timeout_ms)
{
    Job *job = start_job(root, path, NULL, NULL);
    char *value = NULL;

    if (job == NULL)
        return NULL;
    if (wait_for_job(job, timeout_ms) && job->errno_value == 0)
        value = g_strdup(job->value);
    g_atomic_rc_box_release_full(job, job_clear);
    return value;
}
