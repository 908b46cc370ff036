/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdRecording: a table of what was read, and the tar archive made of it. The same reads give the
 * same archive, byte for byte.
 */
#include "base/recording.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/identity.h"
#include "base/member.h"

struct _HdRecording {
    GMutex lock;
    /* Path to HdMember. */
    GHashTable *members;
};

HdRecording *
hd_recording_new(void)
{
    HdRecording *recording = g_new0(HdRecording, 1);

    g_mutex_init(&recording->lock);
    recording->members = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                               (GDestroyNotify) hd_member_free);
    return recording;
}

void
hd_recording_free(HdRecording *recording)
{
    if (recording == NULL)
        return;
    g_hash_table_unref(recording->members);
    g_mutex_clear(&recording->lock);
    g_free(recording);
}

static HdMember *
new_member(const char *path, HdEntryKind kind, const void *data, gsize length)
{
    HdMember *member = g_new0(HdMember, 1);

    member->path = g_strdup(path);
    member->kind = kind;
    member->data = g_bytes_new(data, length);
    return member;
}

static gboolean
is_better(const HdMember *member, const HdMember *known)
{
    if (known == NULL)
        return TRUE;
    if (member->is_unread)
        return FALSE;
    return known->is_unread || member->kind != HD_ENTRY_DIR;
}

static void
add(HdRecording *recording, HdMember *member)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&recording->lock);

    if (is_better(member, g_hash_table_lookup(recording->members, member->path)))
        g_hash_table_replace(recording->members, member->path, member);
    else
        hd_member_free(member);
}

void
hd_recording_add_dir(HdRecording *recording, const char *path)
{
    if (path[0] != '\0')
        add(recording, new_member(path, HD_ENTRY_DIR, NULL, 0));
}

void
hd_recording_add_unread(HdRecording *recording, const char *path)
{
    HdMember *member = new_member(path, HD_ENTRY_FILE, NULL, 0);

    member->is_unread = TRUE;
    add(recording, member);
}

void
hd_recording_add_link(HdRecording *recording, const char *path, const char *target)
{
    add(recording, new_member(path, HD_ENTRY_LINK, target, strlen(target)));
}

void
hd_recording_add_value(HdRecording *recording,
                       const char *path,
                       const char *value,
                       gsize length,
                       gboolean is_cut)
{
    if (!is_cut) {
        add(recording, new_member(path, HD_ENTRY_FILE, value, length));
        return;
    }
    /* One byte too many, so that whoever reads it finds it cut again. */
    g_autofree char *longer = g_malloc0(length + 1);
    memcpy(longer, value, length);
    add(recording, new_member(path, HD_ENTRY_FILE, longer, length + 1));
}

/* Directories that were never opened themselves. A path that was a file at first and a directory
 * later is a directory. */
static void
add_parents(GHashTable *members, const char *path)
{
    g_autofree char *parent = g_strdup(path);

    for (char *slash = strrchr(parent, '/'); slash != NULL; slash = strrchr(parent, '/')) {
        *slash = '\0';
        const HdMember *known = g_hash_table_lookup(members, parent);
        if (known != NULL && known->kind == HD_ENTRY_DIR)
            return;
        HdMember *member = new_member(parent, HD_ENTRY_DIR, NULL, 0);
        g_hash_table_replace(members, member->path, member);
    }
}

static int
compare_members(const void *a, const void *b)
{
    return strcmp((*(HdMember *const *) a)->path, (*(HdMember *const *) b)->path);
}

/* A copy of what is known, sorted by path, so that folders come before what is in them. */
static GPtrArray *
copy_members(HdRecording *recording)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func((GDestroyNotify) hd_member_free);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&recording->lock);
    guint count = 0;
    g_autofree gpointer *paths = g_hash_table_get_keys_as_array(recording->members, &count);
    GHashTableIter iter;
    gpointer member = NULL;

    /* What a replay asks for first, also if nothing below it was read. */
    add_parents(recording->members, "sys/");
    for (guint i = 0; i < count; i++)
        add_parents(recording->members, paths[i]);
    g_hash_table_iter_init(&iter, recording->members);
    while (g_hash_table_iter_next(&iter, NULL, &member)) {
        const HdMember *known = member;
        HdMember *copy = g_memdup2(known, sizeof *known);
        copy->path = g_strdup(known->path);
        copy->data = g_bytes_ref(known->data);
        g_ptr_array_add(copies, copy);
    }
    g_ptr_array_sort(copies, compare_members);
    return copies;
}

static void
mask_members(GPtrArray *members)
{
    g_autoptr(HdMask) mask = hd_identity_learn(members);

    for (guint i = 0; i < members->len; i++)
        hd_identity_mask(mask, members->pdata[i]);
    g_ptr_array_sort(members, compare_members);
}

static gboolean
fail(struct archive *archive, GError **error)
{
    const char *text = archive_error_string(archive);

    hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "cannot write the recording: %s",
                 text != NULL ? text : "unknown cause");
    return FALSE;
}

static void
describe(struct archive_entry *entry, const HdMember *member)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(member->data, &length);

    archive_entry_set_pathname(entry, member->path);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, 0);
    switch (member->kind) {
    case HD_ENTRY_DIR:
        archive_entry_set_filetype(entry, AE_IFDIR);
        archive_entry_set_perm(entry, 0755);
        break;
    case HD_ENTRY_LINK: {
        g_autofree char *target = g_strndup(data, length);
        archive_entry_set_filetype(entry, AE_IFLNK);
        archive_entry_set_perm(entry, 0777);
        archive_entry_set_symlink(entry, target);
        break;
    }
    default:
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (gint64) length);
    }
}

static gboolean
write_member(struct archive *archive, const HdMember *member)
{
    struct archive_entry *entry = archive_entry_new();
    gsize length = 0;
    const char *data = g_bytes_get_data(member->data, &length);

    describe(entry, member);
    gboolean is_written = archive_write_header(archive, entry) == ARCHIVE_OK;
    if (is_written && member->kind == HD_ENTRY_FILE && length > 0)
        is_written = archive_write_data(archive, data, length) == (la_ssize_t) length;
    archive_entry_free(entry);
    return is_written;
}

/* Names outside ASCII are written as the bytes they are, whatever the locale. That costs every
 * member a header of its own, so it is asked for only when there is such a name. */
static gboolean
set_up_names(struct archive *archive, const GPtrArray *members)
{
    for (guint i = 0; i < members->len; i++) {
        const HdMember *member = members->pdata[i];
        gsize length = 0;
        const char *data = g_bytes_get_data(member->data, &length);
        g_autofree char *target = member->kind == HD_ENTRY_LINK ? g_strndup(data, length) : NULL;
        if (!g_str_is_ascii(member->path) || (target != NULL && !g_str_is_ascii(target)))
            return archive_write_set_format_option(archive, NULL, "hdrcharset", "BINARY") ==
                   ARCHIVE_OK;
    }
    return TRUE;
}

/* No time stamp, no padding. */
static gboolean
set_up(struct archive *archive, int fd, const GPtrArray *members)
{
    return archive_write_add_filter_gzip(archive) == ARCHIVE_OK &&
           archive_write_set_format_pax_restricted(archive) == ARCHIVE_OK &&
           archive_write_set_filter_option(archive, "gzip", "timestamp", NULL) == ARCHIVE_OK &&
           set_up_names(archive, members) &&
           archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
           archive_write_open_fd(archive, fd) == ARCHIVE_OK;
}

static gboolean
write_members(struct archive *archive, int fd, GPtrArray *members, GError **error)
{
    if (!set_up(archive, fd, members))
        return fail(archive, error);
    for (guint i = 0; i < members->len; i++)
        if (!write_member(archive, members->pdata[i]))
            return fail(archive, error);
    if (archive_write_close(archive) != ARCHIVE_OK)
        return fail(archive, error);
    return TRUE;
}

gboolean
hd_recording_write(HdRecording *recording, int fd, gboolean mask, GError **error)
{
    g_autoptr(GPtrArray) members = copy_members(recording);
    struct archive *archive = archive_write_new();

    if (mask)
        mask_members(members);
    gboolean is_written = write_members(archive, fd, members, error);
    archive_write_free(archive);
    return is_written;
}
