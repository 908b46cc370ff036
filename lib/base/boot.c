/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The identity of the boot (kernel, Documentation/admin-guide/sysctl/kernel.rst, random).
 */
#include "base/boot.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/fd.h"

#define UUID_LENGTH 36

char *
hd_boot_dup_id_from(const char *path, GError **error)
{
    char text[UUID_LENGTH + 3]; /* with a line break; one byte more shows that it is too long */
    hd_autofd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    gssize length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

    if (length < 0) {
        hd_error_set_errno(error, errno, NULL, "cannot read %s", path);
        return NULL;
    }
    if (length > 0 && text[length - 1] == '\n')
        length--;
    text[length] = '\0';
    if (length != UUID_LENGTH || !g_uuid_string_is_valid(text)) {
        hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "%s does not hold a UUID", path);
        return NULL;
    }
    return g_ascii_strdown(text, -1);
}

char *
hd_boot_dup_id(GError **error)
{
    return hd_boot_dup_id_from("/proc/sys/kernel/random/boot_id", error);
}
