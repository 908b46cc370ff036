/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asking the kernel by opening.
 */
#include "host/vfio.h"

#include <errno.h>
#include <fcntl.h>

#include "base/fd.h"

gboolean
hd_vfio_is_group_open(const char *folder, int group)
{
    g_autofree char *path = g_strdup_printf("%s/%d", folder, group);
    hd_autofd fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);

    return fd < 0 && errno == EBUSY;
}
