/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all scanners share: finding entries, adding devices, reading attributes within bounds.
 *
 * One device's folder is open at a time: through its handle a link costs one system call and an
 * attribute three.
 */
#include "inventory/builder.h"

#include <errno.h>
#include <string.h>

#include "base/names.h"
#include "base/parse.h"

#define SYSFS "sys/"
#define NOTES_MAX 2048

void
hd_builder_note_host(HdBuilder *builder, const char *format, ...)
{
    g_autofree char *note = NULL;
    va_list arguments;

    if (builder->host_notes->len > NOTES_MAX)
        return;
    va_start(arguments, format);
    note = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (builder->host_notes->len > 0)
        g_string_append_c(builder->host_notes, ' ');
    g_string_append(builder->host_notes, note);
}

void
hd_builder_note(HdBuilder *builder, HdDevice *device, const char *format, ...)
{
    g_autofree char *note = NULL;
    g_autofree char *all = NULL;
    va_list arguments;

    if (device->notes != NULL && strlen(device->notes) > NOTES_MAX)
        return;
    va_start(arguments, format);
    note = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (device->notes != NULL)
        all = g_strconcat(device->notes, " ", note, NULL);
    device->notes = hd_arena_intern(builder->arena, all != NULL ? all : note);
}

/* Where an entry leads, below the mount point of sysfs; NULL if it is no device's entry. */
static char *
resolve_entry(HdBuilder *builder, HdTreeDir *dir, const char *folder, const char *name)
{
    g_autofree char *target = NULL;

    if (hd_tree_dir_read_link(dir, name, builder->value, sizeof(builder->value)) >= 0) {
        target = hd_tree_resolve(folder, builder->value);
    } else if (errno == EINVAL) {
        g_autoptr(HdTreeDir) inner = NULL;

        /* Some folders hold ordinary files too, and a copied tree may hold folders for links. */
        target = g_strconcat(folder, "/", name, NULL);
        inner = hd_tree_open_dir(builder->tree, target);
        if (inner == NULL)
            return NULL;
    } else {
        return NULL;
    }
    /* A link that leads nowhere is a device all the same. */
    if (target == NULL || !g_str_has_prefix(target, SYSFS))
        return g_strconcat(folder + strlen(SYSFS), "/", name, NULL);
    return g_strdup(target + strlen(SYSFS));
}

void
hd_builder_scan(HdBuilder *builder, const char *folder, HdScanFunc func)
{
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(builder->tree, folder);
    g_auto(GStrv) names = dir != NULL ? hd_tree_dir_list(dir) : NULL;
    unsigned n = 0;

    if (names == NULL && errno != ENOENT)
        hd_builder_note_host(builder, "'/%s' cannot be listed: %s.", folder, g_strerror(errno));
    for (; names != NULL && names[n] != NULL && !builder->is_full; n++) {
        g_autofree char *path = resolve_entry(builder, dir, folder, names[n]);

        if (path != NULL)
            func(builder, &(HdEntry){.folder = folder, .name = names[n], .path = path});
    }
    g_clear_pointer(&builder->dir, hd_tree_dir_close);
    if (n >= HD_TREE_MAX_ENTRIES)
        hd_builder_note_host(builder, "'/%s' has more than %d entries, the rest is left out.",
                             folder, HD_TREE_MAX_ENTRIES);
}

GHashTable *
hd_builder_list_names(HdBuilder *builder, const char *folder)
{
    GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char **names = hd_tree_list(builder->tree, folder);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        g_hash_table_add(set, names[i]);
    g_free(names);
    return set;
}

/* A path that cannot be shown is not kept; the device stays below its parent. */
static void
hide_path(HdBuilder *builder, HdDevice *device)
{
    g_hash_table_insert(builder->parent_paths, device, g_path_get_dirname(device->path));
    device->path = hd_arena_intern(builder->arena, "");
    hd_builder_note(builder, device, "The path of the device is no plain text.");
}

HdDevice *
hd_builder_add(HdBuilder *builder, HdKind kind, const HdEntry *entry, gsize facts_size)
{
    HdDevice *device;

    if (builder->devices->len >= HD_HOST_MAX_DEVICES) {
        builder->is_full = TRUE;
        hd_builder_note_host(builder, "The host has more than %d devices, the rest is left out.",
                             HD_HOST_MAX_DEVICES);
        return NULL;
    }
    device = hd_arena_alloc(builder->arena, sizeof(HdDevice));
    device->host = builder->host;
    device->kind = (guint8) kind;
    device->path = hd_arena_strdup(builder->arena, entry->path);
    device->iommu_group = -1;
    device->numa_node = -1;
    if (facts_size > 0)
        device->facts.any = hd_arena_alloc(builder->arena, facts_size);
    if (!hd_text_is_plain(device->path))
        hide_path(builder, device);
    g_ptr_array_add(builder->devices, device);
    return device;
}

const char *
hd_builder_intern(HdBuilder *builder, const char *text)
{
    g_autofree char *copy = g_strdup(text);

    hd_text_clean(copy, strlen(copy));
    return hd_arena_intern(builder->arena, copy);
}

void
hd_builder_name(HdBuilder *builder,
                HdDevice *device,
                const char *subsystem,
                const char *name,
                const char *suffix)
{
    g_autoptr(GString) text = g_string_new(subsystem);

    g_string_append_c(text, '_');
    hd_node_name_append(text, name);
    if (suffix != NULL) {
        g_string_append_c(text, '_');
        hd_node_name_append(text, suffix);
    }
    device->name = hd_arena_strdup(builder->arena, text->str);
}

void
hd_builder_drop(HdBuilder *builder)
{
    HdDevice *device = g_ptr_array_remove_index(builder->devices, builder->devices->len - 1);

    g_hash_table_remove(builder->parent_paths, device);
}

gboolean
hd_builder_drop_if_gone(HdBuilder *builder, const HdEntry *entry)
{
    g_autofree char *link = g_strconcat(entry->folder, "/", entry->name, NULL);
    gssize length = hd_tree_read_link(builder->tree, link, builder->value, sizeof(builder->value));

    if (length >= 0 || errno != ENOENT)
        return FALSE;
    hd_builder_drop(builder);
    return TRUE;
}

HdDevice *
hd_builder_add_open(HdBuilder *builder, HdKind kind, const HdEntry *entry, gsize facts_size)
{
    g_autofree char *path = g_strconcat(SYSFS, entry->path, NULL);
    HdDevice *device = hd_builder_add(builder, kind, entry, facts_size);

    g_clear_pointer(&builder->dir, hd_tree_dir_close);
    if (device == NULL)
        return NULL;
    builder->dir = hd_tree_open_dir(builder->tree, path);
    if (builder->dir != NULL)
        return device;
    if (hd_builder_drop_if_gone(builder, entry))
        return NULL;
    hd_builder_note(builder, device, "The folder of the device cannot be read.");
    return device;
}

char **
hd_builder_list(HdBuilder *builder, const HdDevice *device, const char *name)
{
    g_autofree char *path = g_strconcat(SYSFS, device->path, "/", name, NULL);

    return hd_tree_list(builder->tree, path);
}

static gssize
read_value(HdBuilder *builder, const char *name, char *buffer, gboolean *ret_is_cut)
{
    if (builder->dir == NULL)
        return -1;
    return hd_tree_dir_read(builder->dir, name, buffer, HD_TREE_MAX_VALUE + 1, ret_is_cut);
}

const char *
hd_builder_read_text(HdBuilder *builder, HdDevice *device, const char *name)
{
    gboolean is_cut = FALSE;
    gssize length = read_value(builder, name, builder->value, &is_cut);

    if (length <= 0)
        return NULL;
    if (hd_text_clean(builder->value, (gsize) length) || is_cut)
        hd_builder_note(builder, device, "'%s' is no plain text or is too long.", name);
    return builder->value[0] != '\0' ? hd_arena_intern(builder->arena, builder->value) : NULL;
}

gboolean
hd_builder_read_number(HdBuilder *builder,
                       HdDevice *device,
                       const char *name,
                       unsigned base,
                       guint64 *ret_number)
{
    gboolean is_cut = FALSE;
    gssize length = read_value(builder, name, builder->value, &is_cut);

    if (length <= 0)
        return FALSE;
    hd_text_clean(builder->value, (gsize) length);
    if (hd_parse_uint(builder->value, base, G_MAXUINT64, ret_number))
        return TRUE;
    /* "-1" is how the kernel says that it does not know. */
    if (builder->value[0] != '-' && builder->value[0] != '\0')
        hd_builder_note(builder, device, "'%s' is no number: '%s'.", name, builder->value);
    return FALSE;
}

int
hd_builder_read_int(HdBuilder *builder, HdDevice *device, const char *name, unsigned base)
{
    guint64 number;

    if (!hd_builder_read_number(builder, device, name, base, &number) || number > G_MAXINT)
        return -1;
    return (int) number;
}

const char *
hd_builder_read_link(HdBuilder *builder, const char *name)
{
    const char *last;

    if (builder->dir == NULL ||
        hd_tree_dir_read_link(builder->dir, name, builder->value, sizeof(builder->value)) <= 0)
        return NULL;
    last = hd_text_basename(builder->value);
    return *last != '\0' && hd_text_is_plain(last) ? last : NULL;
}

gboolean
hd_builder_read_uevent(HdBuilder *builder, HdDevice *device, HdUevent *ret_uevent)
{
    gboolean is_cut = FALSE;
    gssize length = read_value(builder, "uevent", builder->uevent, &is_cut);

    *ret_uevent = (HdUevent){0};
    if (length < 0)
        return FALSE;
    hd_uevent_parse(builder->uevent, (gsize) length, ret_uevent);
    device->driver = hd_arena_intern(builder->arena, ret_uevent->value[HD_UEVENT_DRIVER]);
    return TRUE;
}

gboolean
hd_builder_require_uevent(HdBuilder *builder,
                          HdDevice *device,
                          const HdEntry *entry,
                          HdUevent *ret_uevent)
{
    if (hd_builder_read_uevent(builder, device, ret_uevent))
        return TRUE;
    if (hd_builder_drop_if_gone(builder, entry))
        return FALSE;
    if (builder->dir != NULL)
        hd_builder_note(builder, device, "The uevent file cannot be read.");
    return TRUE;
}
