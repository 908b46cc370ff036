/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the bare system calls cost that a list of devices cannot do without.
 */
#include "floor.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VALUE_SIZE 4096
#define ENTRIES_SIZE 32768

typedef gboolean (*WantFunc)(const char *name);

static void
read_value(int folder_fd, const char *name)
{
    char value[VALUE_SIZE];
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
    gssize ignored;

    if (fd < 0)
        return;
    ignored = read(fd, value, sizeof value);
    (void) ignored;
    close(fd);
}

static void
read_one_link(int folder_fd, const char *name)
{
    char target[VALUE_SIZE];
    gssize ignored = readlinkat(folder_fd, name, target, sizeof target);

    (void) ignored;
}

static guint
read_bus(int root_fd, const char *path, WantFunc want, gboolean has_groups)
{
    int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    guint n = 0;

    if (entries == NULL)
        return 0;
    while ((entry = readdir(entries)) != NULL) {
        int device_fd;

        if (!want(entry->d_name))
            continue;
        device_fd = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (device_fd < 0)
            continue;
        read_value(device_fd, "uevent");
        if (has_groups)
            read_one_link(device_fd, "iommu_group");
        close(device_fd);
        n++;
    }
    closedir(entries);
    return n;
}

static gboolean
is_entry(const char *name)
{
    return name[0] != '.';
}

static gboolean
is_usb_device(const char *name)
{
    return name[0] != '.' && strchr(name, ':') == NULL;
}

static gboolean
is_logical_unit(const char *name)
{
    return g_ascii_isdigit(name[0]);
}

guint
floor_read_list(int root_fd)
{
    return read_bus(root_fd, "sys/bus/pci/devices", is_entry, TRUE) +
           read_bus(root_fd, "sys/bus/usb/devices", is_usb_device, FALSE) +
           read_bus(root_fd, "sys/bus/scsi/devices", is_logical_unit, FALSE);
}

struct _FloorScript {
    char *text;
    GPtrArray *lines; /* borrowed from text */
};

FloorScript *
floor_script_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    FloorScript *script;

    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    script = g_new0(FloorScript, 1);
    script->text = g_steal_pointer(&text);
    script->lines = g_ptr_array_new();
    for (char *line = script->text; *line != '\0';) {
        char *end = strchr(line, '\n');

        if (end != NULL)
            *end = '\0';
        if (line[0] != '\0' && line[1] == ' ')
            g_ptr_array_add(script->lines, line);
        line = end != NULL ? end + 1 : line + strlen(line);
    }
    return script;
}

void
floor_script_free(FloorScript *script)
{
    if (script == NULL)
        return;
    g_ptr_array_unref(script->lines);
    g_free(script->text);
    g_free(script);
}

static void
list_folder(int folder_fd)
{
    static char entries[ENTRIES_SIZE];

    lseek(folder_fd, 0, SEEK_SET);
    while (syscall(SYS_getdents64, folder_fd, entries, sizeof entries) > 0)
        continue;
}

static void
close_folder(int folder_fd, int root_fd)
{
    if (folder_fd >= 0 && folder_fd != root_fd)
        close(folder_fd);
}

guint
floor_script_run(const FloorScript *script, int root_fd)
{
    int folder_fd = root_fd;
    int bus_fd = root_fd;

    for (guint i = 0; i < script->lines->len; i++) {
        const char *line = g_ptr_array_index(script->lines, i);
        const char *name = line + 2;

        switch (line[0]) {
        case 'D':
            close_folder(folder_fd, root_fd);
            folder_fd = openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            break;
        case 'B':
            close_folder(bus_fd, root_fd);
            bus_fd = openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            break;
        case 'M':
            read_one_link(bus_fd, name);
            break;
        case 'F':
            read_value(folder_fd, name);
            break;
        case 'L':
            read_one_link(folder_fd, name);
            break;
        default:
            list_folder(folder_fd);
            break;
        }
    }
    close_folder(folder_fd, root_fd);
    close_folder(bus_fd, root_fd);
    return script->lines->len;
}
