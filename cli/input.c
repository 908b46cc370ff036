/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading what a user gives, with bounds.
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <hostdev/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES ((gsize) 8 * 1024 * 1024)
#define PIECE_BYTES 65536

const char *
cli_input_get_name(const char *path)
{
    return g_str_equal(path, "-") ? "standard input" : path;
}

static gboolean
set_file_error(GError **error, const char *path, int error_number)
{
    HdErrorCode code = HD_ERROR_FAILED;

    if (error_number == ENOENT || error_number == ENOTDIR)
        code = HD_ERROR_NOT_FOUND;
    else if (error_number == EACCES || error_number == EPERM)
        code = HD_ERROR_DENIED;
    else if (error_number == EISDIR)
        code = HD_ERROR_INVALID;
    g_set_error(error, HD_ERROR, code, "cannot read '%s': %s", cli_input_get_name(path),
                g_strerror(error_number));
    return FALSE;
}

/* Looked at before it is opened: opening a device can do something to it. */
static int
open_file(const char *path, GError **error)
{
    struct stat status;
    int fd;

    if (g_str_equal(path, "-")) {
        fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            set_file_error(error, path, errno);
        return fd;
    }
    if (stat(path, &status) < 0) {
        set_file_error(error, path, errno);
        return -1;
    }
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        g_set_error(error, HD_ERROR, HD_ERROR_INVALID, "'%s' is %s, not a file with XML", path,
                    S_ISDIR(status.st_mode) ? "a directory" : "a device or a socket");
        return -1;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        set_file_error(error, path, errno);
    return fd;
}

/* All of it, within the bound. */
static GString *
read_fd(int fd, const char *path, GError **error)
{
    GString *text = g_string_new(NULL);
    g_autofree char *piece = g_malloc(PIECE_BYTES);
    gssize length;

    do {
        length = read(fd, piece, PIECE_BYTES);
        if (length > 0)
            g_string_append_len(text, piece, length);
    } while ((length > 0 && text->len <= MAX_BYTES) || (length < 0 && errno == EINTR));
    if (length < 0)
        set_file_error(error, path, errno);
    else if (text->len > MAX_BYTES)
        g_set_error(error, HD_ERROR, HD_ERROR_LIMIT, "'%s' has more than 8 MiB",
                    cli_input_get_name(path));
    else if (memchr(text->str, 0, text->len) != NULL)
        g_set_error(error, HD_ERROR, HD_ERROR_INVALID,
                    "'%s' is no text in UTF-8: it has zero bytes", cli_input_get_name(path));
    else
        return text;
    g_string_free(text, TRUE);
    return NULL;
}

char *
cli_input_read(const char *path, GError **error)
{
    GString *text;
    int fd = open_file(path, error);

    if (fd < 0)
        return NULL;
    text = read_fd(fd, path, error);
    (void) close(fd);
    return text != NULL ? g_string_free(text, FALSE) : NULL;
}
