/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev record`
 */
#include "device.h"
#include "source.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <hostdev/error.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_FILE_MODE 0666

static gboolean
set_file_error(GError **error, const char *path, int error_number)
{
    g_set_error(error, HD_ERROR,
                error_number == EACCES || error_number == EPERM ? HD_ERROR_DENIED : HD_ERROR_FAILED,
                "cannot write the archive '%s': %s", path, g_strerror(error_number));
    return FALSE;
}

static gboolean
record_to_fd(const CliCall *call, int fd, GError **error)
{
    return hd_host_record(call->options->host, fd, call->options->mask, error);
}

/* The rights and owner of the file that it replaces, otherwise those that a new file gets. */
static gboolean
set_rights(int fd, const struct stat *old)
{
    mode_t mask = umask(0);

    umask(mask);
    if (old == NULL)
        return fchmod(fd, NEW_FILE_MODE & ~mask) == 0;
    /* Only root can give it to another owner; for others it is theirs already. */
    if (fchown(fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
        return FALSE;
    return fchmod(fd, old->st_mode & 07777) == 0;
}

/* Only an archive is replaced: a wrong name must not cost a file of the host. */
static gboolean
check_replaceable(const char *path, GError **error)
{
    guchar magic[2] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t length = fd >= 0 ? read(fd, magic, sizeof magic) : -1;

    if (fd >= 0)
        (void) close(fd);
    if (fd < 0 || length == 0 || (length == 2 && magic[0] == 0x1f && magic[1] == 0x8b))
        return TRUE;
    g_set_error(error, HD_ERROR, HD_ERROR_EXISTS,
                "the file '%s' exists and is no archive; it is left as it is", path);
    return FALSE;
}

/* Writes beside the file first, so that a failure leaves an older archive as it was. */
static gboolean
record_beside(const CliCall *call, const char *path, const struct stat *old, GError **error)
{
    g_autofree char *beside = g_strconcat(path, ".XXXXXX", NULL);
    int fd = mkostemp(beside, O_CLOEXEC);
    gboolean is_recorded;
    int error_number = 0;

    if (fd < 0)
        return set_file_error(error, path, errno);
    is_recorded = record_to_fd(call, fd, error);
    if (!set_rights(fd, old))
        error_number = errno;
    if (close(fd) < 0)
        error_number = errno;
    if (is_recorded && error_number == 0 && rename(beside, path) < 0)
        error_number = errno;
    if (is_recorded && error_number == 0)
        return TRUE;
    (void) unlink(beside);
    return is_recorded ? set_file_error(error, path, error_number) : FALSE;
}

/* A signal waits until the file is whole or gone. */
static gboolean
record_undisturbed(const CliCall *call, const char *path, const struct stat *old, GError **error)
{
    g_autofree char *target = old != NULL ? realpath(path, NULL) : NULL;
    sigset_t held;
    sigset_t before;

    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    gboolean is_recorded = record_beside(call, target != NULL ? target : path, old, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_recorded;
}

/* A device or a pipe is written to as it is. */
static gboolean
record_into(const CliCall *call, const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    gboolean is_recorded;

    if (fd < 0)
        return set_file_error(error, path, errno);
    is_recorded = record_to_fd(call, fd, error);
    if (close(fd) < 0 && is_recorded)
        return set_file_error(error, path, errno);
    return is_recorded;
}

static void
print_json(CliCall *call, const char *path)
{
    g_autoptr(HdJson) json = hd_json_new();
    struct stat status;

    hd_json_open_object(json, NULL);
    hd_json_add_string(json, "name", path);
    hd_json_add_string(json, "device_type", "recording");
    if (stat(path, &status) == 0)
        hd_json_add_int(json, "size", status.st_size);
    hd_json_add_bool(json, "masked", call->options->mask);
    hd_json_close_object(json);
    cli_device_add_document(call, json);
}

gboolean
cli_record_run(CliCall *call, GError **error)
{
    const char *path = call->n_arguments > 0 ? call->arguments[0] : "-";
    struct stat status;
    gboolean is_recorded;
    gboolean is_there;

    if (g_str_equal(path, "-")) {
        if (isatty(STDOUT_FILENO))
            return cli_usage_error(error, "an archive does not go to a terminal, name a file");
        if (call->options->json)
            return cli_usage_error(error, "--json needs a file for the archive");
        return record_to_fd(call, STDOUT_FILENO, error);
    }
    is_there = stat(path, &status) == 0;
    if (is_there && !S_ISREG(status.st_mode))
        is_recorded = record_into(call, path, error);
    else if (!check_replaceable(path, error))
        return FALSE;
    else
        is_recorded = record_undisturbed(call, path, is_there ? &status : NULL, error);
    if (is_recorded && call->options->json)
        print_json(call, path);
    return is_recorded;
}
