/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both files have one format, and libpci reads it. Two things need care:
 *
 * - libpci ends the process when a line is wrong, unless the function that reports errors does not
 *   come back. ours jumps out of the loading; names that were loaded before it stay known.
 * - usb.ids goes on with sections that pci.ids does not have, from "AT" on. They are cut off, so
 *   that reading a sound file needs no jump.
 */
#include "inventory/names.h"

#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pci/pci.h>

#include "inventory/text.h"

#define NAME_MAX_BYTES 256
#define FLAGS (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)
/* The USB files in use are below 1 MB. */
#define IDS_MAX_BYTES (16 * 1024 * 1024)

static const char *const pci_files[] = {
    "/usr/share/misc/pci.ids",
    "/usr/share/hwdata/pci.ids",
    "/usr/share/pci.ids",
    NULL,
};
static const char *const usb_files[] = {
    "/usr/share/misc/usb.ids",
    "/usr/share/hwdata/usb.ids",
    "/var/lib/usbutils/usb.ids",
    NULL,
};

/* All below the lock: libpci's tables and the jump are not made for several threads. */
static GMutex lock;
static jmp_buf jump;
static struct pci_access *loaded[HD_NAMES_LAST];
static gboolean is_tried[HD_NAMES_LAST];
static char *chosen_files[HD_NAMES_LAST];

static void G_GNUC_NORETURN G_GNUC_PRINTF(1, 2) leave(char *message, ...)
{
    longjmp(jump, 1);
}

static void G_GNUC_PRINTF(1, 2) say_nothing(char *message, ...)
{
}

/* Keep this function free of variables with destructors: the jump ends in it. */
static void
load_names(struct pci_access *access)
{
    if (setjmp(jump) == 0)
        pci_load_name_list(access);
}

static struct pci_access *
access_new(const char *path)
{
    struct pci_access *access = pci_alloc();

    access->error = leave;
    access->warning = say_nothing;
    access->debug = say_nothing;
    access->id_lookup_mode = 0;
    pci_set_name_list_path(access, (char *) path, 0);
    load_names(access);
    /* Not asked again, even if nothing could be loaded. */
    access->id_load_failed = 1;
    return access;
}

static int
open_copy(const char *text, gsize length)
{
    int fd = memfd_create("hostdev-usb-ids", MFD_CLOEXEC);

    while (fd >= 0 && length > 0) {
        gssize written = write(fd, text, length);

        if (written <= 0)
            break;
        text += written;
        length -= (gsize) written;
    }
    return fd;
}

static struct pci_access *
load_usb(const char *path)
{
    g_autofree char *text = NULL;
    g_autofree char *copy = NULL;
    struct pci_access *access;
    gsize length;
    const char *end;
    int fd;

    if (!g_file_get_contents(path, &text, &length, NULL) || length > IDS_MAX_BYTES)
        return NULL;
    end = strstr(text, "\nAT ");
    fd = open_copy(text, end != NULL ? (gsize) (end + 1 - text) : length);
    if (fd < 0)
        return NULL;
    copy = g_strdup_printf("/proc/self/fd/%d", fd);
    access = access_new(copy);
    /* The path ends with this function. */
    pci_set_name_list_path(access, (char *) "", 0);
    close(fd);
    return access;
}

static struct pci_access *
load_file(HdNames names, const char *path)
{
    if (access(path, R_OK) != 0)
        return NULL;
    return names == HD_NAMES_USB ? load_usb(path) : access_new(path);
}

static struct pci_access *
get_names(HdNames names)
{
    const char *const *files = names == HD_NAMES_USB ? usb_files : pci_files;

    if (is_tried[names])
        return loaded[names];
    is_tried[names] = TRUE;
    if (chosen_files[names] != NULL)
        loaded[names] = load_file(names, chosen_files[names]);
    for (; chosen_files[names] == NULL && *files != NULL && loaded[names] == NULL; files++)
        loaded[names] = load_file(names, *files);
    return loaded[names];
}

static char *
dup_clean(const char *name)
{
    char *copy = g_strdup(name);

    if (copy != NULL)
        hd_text_clean(copy, strlen(copy));
    return copy;
}

char *
hd_names_dup_vendor(HdNames names, guint16 vendor)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);
    struct pci_access *access = get_names(names);
    char buffer[NAME_MAX_BYTES];

    if (access == NULL)
        return NULL;
    return dup_clean(
        pci_lookup_name(access, buffer, sizeof(buffer), PCI_LOOKUP_VENDOR | FLAGS, vendor));
}

char *
hd_names_dup_product(HdNames names, guint16 vendor, guint16 product)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);
    struct pci_access *access = get_names(names);
    char buffer[NAME_MAX_BYTES];

    if (access == NULL)
        return NULL;
    return dup_clean(pci_lookup_name(access, buffer, sizeof(buffer), PCI_LOOKUP_DEVICE | FLAGS,
                                     vendor, product));
}

char *
hd_names_dup_class(guint16 class_code)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);
    struct pci_access *access = get_names(HD_NAMES_PCI);
    g_autofree char *number = g_strdup_printf(" [%04x]", class_code);
    char buffer[NAME_MAX_BYTES];
    char *name;

    if (access == NULL)
        return NULL;
    name = dup_clean(
        pci_lookup_name(access, buffer, sizeof(buffer), PCI_LOOKUP_CLASS | FLAGS, class_code));
    /* For an unknown subclass libpci names the base class and adds the number. */
    if (name != NULL && g_str_has_suffix(name, number))
        name[strlen(name) - strlen(number)] = '\0';
    return name;
}

void
hd_names_set_files(const char *pci_ids, const char *usb_ids)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lock);

    for (HdNames names = 0; names < HD_NAMES_LAST; names++) {
        if (loaded[names] != NULL)
            pci_cleanup(loaded[names]);
        loaded[names] = NULL;
        is_tried[names] = FALSE;
        g_free(chosen_files[names]);
        chosen_files[names] = g_strdup(names == HD_NAMES_USB ? usb_ids : pci_ids);
    }
}
