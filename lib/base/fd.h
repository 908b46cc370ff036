/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file descriptor that closes itself (GLib 2.74 has none yet).
 */
#pragma once

#include <errno.h>
#include <glib.h>
#include <unistd.h>

G_BEGIN_DECLS

static inline void
hd_fd_clear(int *fd)
{
    int saved_errno = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved_errno;
}

/* Takes the descriptor out of a variable that would close it. */
static inline int
hd_fd_steal(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

/* Closed at the end of its scope, errno kept; -1 means none. */
#define hd_autofd __attribute__((cleanup(hd_fd_clear))) int

G_END_DECLS
