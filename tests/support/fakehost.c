/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The modelled PCI driver core.
 */
#include "support/fakehost.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *address;
    int group;
    char *native;
} Device;

struct _FakeHost {
    char *folder;
    char *sysfs;
    GHashTable *devices; /* address to Device */
    GArray *pipes;       /* Pipe: what can be written to */
    GHashTable *broken;  /* drivers that bind nothing */
    GThread *thread;
    GMutex lock;
    int stop_fd;
};

/* An attribute that acts when it is written to: a named pipe, so that no write is lost. */
typedef struct {
    int fd;
    char *path; /* below sysfs */
} Pipe;

/* "0000:00:02.0" */
#define ADDRESS_LENGTH 12

static void
device_free(gpointer data)
{
    Device *device = data;

    g_free(device->address);
    g_free(device->native);
    g_free(device);
}

static void
write_file(const FakeHost *host, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize) strlen(text));
    close(fd);
}

static void
make_link(const FakeHost *host, const char *path, const char *target)
{
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    unlink(full);
    g_assert_cmpint(symlink(target, full), ==, 0);
}

static char *
read_file(const FakeHost *host, const char *path)
{
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    char *text = NULL;

    if (!g_file_get_contents(full, &text, NULL, NULL))
        return NULL;
    return g_strstrip(text);
}

static char *
device_path(const char *address, const char *rest)
{
    return g_strdup_printf("devices/pci0000:00/%s%s", address, rest);
}

char *
fake_host_dup_driver(const FakeHost *host, const char *address)
{
    g_autofree char *path = device_path(address, "/driver");
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    g_autofree char *target = g_file_read_link(full, NULL);

    return target != NULL ? g_path_get_basename(target) : NULL;
}

static void
write_uevent(const FakeHost *host, const char *address, const char *driver)
{
    g_autofree char *base_path = device_path(address, "/base_uevent");
    g_autofree char *path = device_path(address, "/uevent");
    g_autofree char *base = read_file(host, base_path);
    g_autofree char *text = driver != NULL ? g_strdup_printf("DRIVER=%s\n%s\n", driver, base)
                                           : g_strdup(base);

    write_file(host, path, text);
}

/* Interfaces come and go with the driver. */
static void
show_interfaces(const FakeHost *host, const char *address, gboolean is_there)
{
    g_autofree char *shown = device_path(address, "/net");
    g_autofree char *hidden = device_path(address, "/no-net");
    g_autofree char *from = g_build_filename(host->sysfs, is_there ? hidden : shown, NULL);
    g_autofree char *to = g_build_filename(host->sysfs, is_there ? shown : hidden, NULL);

    if (g_file_test(from, G_FILE_TEST_EXISTS))
        g_assert_cmpint(g_rename(from, to), ==, 0);
}

static void
set_driver(const FakeHost *host, const char *address, const char *driver)
{
    g_autofree char *path = device_path(address, "/driver");
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);

    show_interfaces(host, address, driver != NULL && strcmp(driver, "vfio-pci") != 0);
    if (driver == NULL) {
        unlink(full);
    } else {
        g_autofree char *target = g_strconcat("../../../bus/pci/drivers/", driver, NULL);
        make_link(host, path, target);
    }
    write_uevent(host, address, driver);
}

/* A group with a member on vfio-pci takes no other driver. */
static gboolean
is_group_owned(const FakeHost *host, const Device *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, host->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Device *other = value;
        g_autofree char *driver = fake_host_dup_driver(host, other->address);

        if (other != device && other->group == device->group && g_strcmp0(driver, "vfio-pci") == 0)
            return TRUE;
    }
    return FALSE;
}

/* The first line of driver_override, NULL when it names no driver. A writer that does not cut the
 * file leaves the tail of the longer value before, as a new line in front shows. */
static char *
dup_override(const FakeHost *host, const char *address)
{
    g_autofree char *path = device_path(address, "/driver_override");
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(full, &text, NULL, NULL))
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return *text == '\0' || strcmp(text, "(null)") == 0 ? NULL : g_steal_pointer(&text);
}

static gboolean
may_bind(const FakeHost *host, const Device *device, const char *driver)
{
    g_autofree char *override = dup_override(host, device->address);

    if (g_hash_table_contains(host->broken, driver))
        return FALSE;
    if (strcmp(driver, "vfio-pci") != 0 && is_group_owned(host, device))
        return FALSE;
    return g_strcmp0(override != NULL ? override : device->native, driver) == 0;
}

static void
probe(const FakeHost *host, const Device *device)
{
    g_autofree char *current = fake_host_dup_driver(host, device->address);

    if (current != NULL)
        return;
    if (may_bind(host, device, "vfio-pci"))
        set_driver(host, device->address, "vfio-pci");
    else if (device->native != NULL && may_bind(host, device, device->native))
        set_driver(host, device->address, device->native);
}

static void
apply_driver_file(FakeHost *host, const char *path, const Device *device)
{
    g_autofree char *driver_folder = g_path_get_dirname(path);
    g_autofree char *driver = g_path_get_basename(driver_folder);
    g_autofree char *current = fake_host_dup_driver(host, device->address);

    if (g_str_has_suffix(path, "/unbind") && g_strcmp0(current, driver) == 0)
        set_driver(host, device->address, NULL);
    if (g_str_has_suffix(path, "/bind") && current == NULL && may_bind(host, device, driver))
        set_driver(host, device->address, driver);
}

static void
apply_write(FakeHost *host, const char *path, const char *address)
{
    const Device *device = g_hash_table_lookup(host->devices, address);

    if (device == NULL)
        return;
    if (g_str_has_suffix(path, "/drivers_probe"))
        probe(host, device);
    else
        apply_driver_file(host, path, device);
}

static void
read_pipe(FakeHost *host, const Pipe *pipe)
{
    char address[ADDRESS_LENGTH + 1] = {0};

    while (read(pipe->fd, address, ADDRESS_LENGTH) == ADDRESS_LENGTH)
        apply_write(host, pipe->path, address);
}

static gpointer
run(gpointer data)
{
    FakeHost *host = data;
    gsize n_fds = host->pipes->len + 1;
    g_autofree struct pollfd *fds = g_new0(struct pollfd, n_fds);

    for (gsize i = 0; i < host->pipes->len; i++)
        fds[i] = (struct pollfd){g_array_index(host->pipes, Pipe, i).fd, POLLIN, 0};
    fds[n_fds - 1] = (struct pollfd){host->stop_fd, POLLIN, 0};
    while (poll(fds, n_fds, -1) > 0 && fds[n_fds - 1].revents == 0) {
        g_mutex_lock(&host->lock);
        for (gsize i = 0; i < host->pipes->len; i++)
            read_pipe(host, &g_array_index(host->pipes, Pipe, i));
        g_mutex_unlock(&host->lock);
    }
    return NULL;
}

static void
watch(FakeHost *host, const char *path)
{
    Pipe pipe = {.path = g_strdup(path)};
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    g_assert_cmpint(mkfifo(full, 0600), ==, 0);
    /* Open for writing too, so that it never ends and a writer never waits for us. */
    pipe.fd = open(full, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    g_assert_cmpint(pipe.fd, >=, 0);
    g_array_append_val(host->pipes, pipe);
}

static void
pipe_clear(gpointer data)
{
    Pipe *pipe = data;

    close(pipe->fd);
    g_free(pipe->path);
}

static void
add_driver(FakeHost *host, const char *driver)
{
    g_autofree char *bind = g_strdup_printf("bus/pci/drivers/%s/bind", driver);
    g_autofree char *unbind = g_strdup_printf("bus/pci/drivers/%s/unbind", driver);
    g_autofree char *full = g_build_filename(host->sysfs, bind, NULL);

    if (g_file_test(full, G_FILE_TEST_EXISTS))
        return;
    watch(host, bind);
    watch(host, unbind);
}

static void
add_device(FakeHost *host, const FakeDevice *wanted)
{
    Device *device = g_new0(Device, 1);
    g_autofree char *base_path = device_path(wanted->address, "/base_uevent");
    g_autofree char *override = device_path(wanted->address, "/driver_override");
    g_autofree char *group_link = device_path(wanted->address, "/iommu_group");
    g_autofree char *group_target = g_strdup_printf("../../../kernel/iommu_groups/%d",
                                                    wanted->group);
    g_autofree char *member = g_strdup_printf("kernel/iommu_groups/%d/devices/%s", wanted->group,
                                              wanted->address);
    g_autofree char *up = g_strconcat("../../../../devices/pci0000:00/", wanted->address, NULL);
    g_autofree char *bus_link = g_strconcat("bus/pci/devices/", wanted->address, NULL);
    g_autofree char *bus_target = g_strconcat("../../../devices/pci0000:00/", wanted->address,
                                              NULL);
    g_autofree char *ids = g_ascii_strup(wanted->ids, -1);
    g_autofree char *base = g_strdup_printf(
        "PCI_CLASS=%X\nPCI_ID=%s\nPCI_SUBSYS_ID=0000:0000\nPCI_SLOT_NAME=%s", wanted->class_code,
        ids, wanted->address);

    device->address = g_strdup(wanted->address);
    device->group = wanted->group;
    device->native = g_strdup(wanted->native);
    g_hash_table_insert(host->devices, device->address, device);
    write_file(host, base_path, base);
    write_file(host, override, "(null)\n");
    make_link(host, group_link, group_target);
    make_link(host, member, up);
    make_link(host, bus_link, bus_target);
    if (wanted->native != NULL)
        add_driver(host, wanted->native);
    set_driver(host, wanted->address, wanted->is_bound ? wanted->native : NULL);
}

FakeHost *
fake_host_new(const FakeDevice *devices, gsize n_devices)
{
    FakeHost *host = g_new0(FakeHost, 1);

    host->folder = g_dir_make_tmp("hostdev-fake-XXXXXX", NULL);
    g_assert_nonnull(host->folder);
    host->sysfs = g_build_filename(host->folder, "sys", NULL);
    host->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, device_free);
    host->pipes = g_array_new(FALSE, FALSE, sizeof(Pipe));
    g_array_set_clear_func(host->pipes, pipe_clear);
    host->broken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    host->stop_fd = eventfd(0, EFD_CLOEXEC);
    g_mutex_init(&host->lock);
    watch(host, "bus/pci/drivers_probe");
    add_driver(host, "vfio-pci");
    for (gsize i = 0; i < n_devices; i++)
        add_device(host, &devices[i]);
    host->thread = g_thread_new("fake-host", run, host);
    return host;
}

void
fake_host_add_function(FakeHost *host, const char *pf, const char *vf, unsigned index)
{
    g_autofree char *forth_name = g_strdup_printf("/virtfn%u", index);
    g_autofree char *forth = device_path(pf, forth_name);
    g_autofree char *forth_target = g_strconcat("../", vf, NULL);
    g_autofree char *back = device_path(vf, "/physfn");
    g_autofree char *back_target = g_strconcat("../", pf, NULL);
    g_autofree char *total = device_path(pf, "/sriov_totalvfs");
    g_autofree char *number = device_path(pf, "/sriov_numvfs");
    g_autofree char *number_text = g_strdup_printf("%u\n", index + 1);

    make_link(host, forth, forth_target);
    make_link(host, back, back_target);
    write_file(host, total, "8\n");
    write_file(host, number, number_text);
}

void
fake_host_add_interface(FakeHost *host,
                        const char *address,
                        const char *interface,
                        const char *mac,
                        gboolean is_given)
{
    g_autofree char *name = g_strconcat("/net/", interface, NULL);
    g_autofree char *folder = device_path(address, name);
    g_autofree char *link = g_strconcat("class/net/", interface, NULL);
    g_autofree char *target = g_strconcat("../../", folder, NULL);
    g_autofree char *uevent = g_strdup_printf("INTERFACE=%s\nIFINDEX=%u\n", interface, 7u);
    const char *const files[][2] = {
        {"uevent", uevent},    {"address", mac}, {"addr_assign_type", is_given ? "0" : "1"},
        {"operstate", "down"}, {"mtu", "1500"},  {"type", "1"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i][0], NULL);
        write_file(host, path, files[i][1]);
    }
    make_link(host, link, target);
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) folder = NULL;
    const char *name;

    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        folder = g_dir_open(path, 0, NULL);
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

void
fake_host_free(FakeHost *host)
{
    if (host == NULL)
        return;
    g_assert_cmpint(eventfd_write(host->stop_fd, 1), ==, 0);
    g_thread_join(host->thread);
    close(host->stop_fd);
    remove_tree(host->folder);
    g_hash_table_unref(host->devices);
    g_array_unref(host->pipes);
    g_hash_table_unref(host->broken);
    g_mutex_clear(&host->lock);
    g_free(host->sysfs);
    g_free(host->folder);
    g_free(host);
}

const char *
fake_host_get_folder(const FakeHost *host)
{
    return host->folder;
}

const char *
fake_host_get_sysfs(const FakeHost *host)
{
    return host->sysfs;
}

static gboolean
is_settled(const FakeHost *host)
{
    for (gsize i = 0; i < host->pipes->len; i++) {
        int n_waiting = 0;

        g_assert_cmpint(ioctl(g_array_index(host->pipes, Pipe, i).fd, FIONREAD, &n_waiting), ==, 0);
        if (n_waiting > 0)
            return FALSE;
    }
    return TRUE;
}

void
fake_host_settle(FakeHost *host)
{
    for (int i = 0; i < 5000; i++) {
        g_mutex_lock(&host->lock);
        gboolean is_done = is_settled(host);
        g_mutex_unlock(&host->lock);
        if (is_done)
            return;
        g_usleep(1000);
    }
    g_assert_not_reached();
}

static void
set_override(FakeHost *host, const char *address, const char *driver)
{
    g_autofree char *path = device_path(address, "/driver_override");

    write_file(host, path, driver);
}

void
fake_host_give(FakeHost *host, const char *address)
{
    g_mutex_lock(&host->lock);
    set_override(host, address, "vfio-pci\n");
    set_driver(host, address, NULL);
    probe(host, g_hash_table_lookup(host->devices, address));
    g_mutex_unlock(&host->lock);
}

void
fake_host_take_back(FakeHost *host, const char *address)
{
    g_autofree char *path = device_path(address, "");
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);

    /* It was pulled out meanwhile. */
    if (!g_file_test(full, G_FILE_TEST_EXISTS))
        return;
    g_mutex_lock(&host->lock);
    set_override(host, address, "(null)\n");
    set_driver(host, address, NULL);
    probe(host, g_hash_table_lookup(host->devices, address));
    g_mutex_unlock(&host->lock);
}

void
fake_host_break_driver(FakeHost *host, const char *driver)
{
    g_mutex_lock(&host->lock);
    g_hash_table_add(host->broken, g_strdup(driver));
    g_mutex_unlock(&host->lock);
}

void
fake_host_lock_driver(FakeHost *host, const char *driver)
{
    g_autofree char *path = g_build_filename(host->sysfs, "bus/pci/drivers", driver, "unbind",
                                             NULL);

    g_assert_cmpint(unlink(path), ==, 0);
}

void
fake_host_remove(FakeHost *host, const char *address)
{
    g_autofree char *link = g_build_filename(host->sysfs, "bus/pci/devices", address, NULL);
    g_autofree char *path = device_path(address, "");
    g_autofree char *full = g_build_filename(host->sysfs, path, NULL);

    g_mutex_lock(&host->lock);
    unlink(link);
    remove_tree(full);
    g_mutex_unlock(&host->lock);
}

char *
fake_host_describe(const FakeHost *host)
{
    g_autoptr(GList)
        addresses = g_list_sort(g_hash_table_get_keys(host->devices), (GCompareFunc) strcmp);
    GString *text = g_string_new(NULL);

    for (const GList *at = addresses; at != NULL; at = at->next) {
        g_autofree char *driver = fake_host_dup_driver(host, at->data);
        g_autofree char *override = dup_override(host, at->data);

        g_string_append_printf(text, "%s driver=%s override=%s\n", (const char *) at->data,
                               driver != NULL ? driver : "-", override != NULL ? override : "-");
    }
    return g_string_free(text, FALSE);
}
