/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon that talks IEEE 802.1Qbg to the switch.
 */
#include "host/lldpad.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/error.h"
#include "base/fd.h"
#include "host/process.h"

#define HINT "start lldpad and set up its VDP for the interface; 802.1Qbg goes through it"

static guint32
set_missing(GError **error, const char *reason)
{
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, HINT, "802.1Qbg needs lldpad: %s", reason);
    return 0;
}

guint32
hd_lldpad_find(const char *run, GError **error)
{
    g_autofree char *path = g_build_filename(run, "lldpad.pid", NULL);
    hd_autofd fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    g_autofree char *reason = NULL;

    if (fd < 0) {
        reason = g_strdup_printf("cannot open %s: %s", path, g_strerror(errno));
        return set_missing(error, reason);
    }
    guint32 pid = hd_process_read_pid(fd);
    if (pid == 0) {
        reason = g_strdup_printf("%s does not say a process", path);
        return set_missing(error, reason);
    }
    g_autofree char *name = hd_process_dup_name(pid);
    if (g_strcmp0(name, "lldpad") == 0)
        return pid;
    reason = name == NULL ? g_strdup_printf("the process %u of %s has ended", pid, path)
                          : g_strdup_printf("the process %u of %s is %s", pid, path, name);
    return set_missing(error, reason);
}
