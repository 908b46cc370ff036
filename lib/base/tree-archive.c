/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tree from a tar archive (POSIX, GNU; plain or gzipped), whole in memory. Archives come from
 * users by mail: every member is checked, and what no recording contains is refused.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/backend.h"
#include "base/error.h"
#include "base/gunzip.h"

/* The tar's own headers and padding come on top of the members' bytes. */
#define MAX_STREAM_BYTES                                                                           \
    ((guint64) HD_TREE_MAX_ARCHIVE_BYTES + (guint64) HD_TREE_MAX_ARCHIVE_ENTRIES * 1024)

/* More than any program pads the end of an archive with. */
#define MAX_PADDING (1024 * 1024)

/* Deeper than sysfs has ever been. */
#define MAX_DEPTH 128

typedef struct _Node Node;
struct _Node {
    /* The whole path; name is its last component. */
    const char *path;
    const char *name;
    Node *parent;
    /* A file's bytes (one more than HD_TREE_MAX_VALUE if it is cut) or a link's text. */
    const char *data;
    guint32 length;
    guint8 kind;
    /* A directory's: filled when the archive has been read. */
    guint32 child_count;
    Node **children;
};

typedef struct {
    HdTree parent;
    GHashTable *nodes;
    GStringChunk *texts;
    GPtrArray *all;
    Node **children;
} ArchiveTree;

typedef struct {
    HdTreeDir parent;
    const Node *node;
} ArchiveDir;

/* What loading keeps beside the tree. */
typedef struct {
    ArchiveTree *tree;
    struct archive *archive;
    HdGunzip *gunzip;
    GError *stream_error;
    guint64 stream_bytes;
    guint64 zero_tail;
    guint64 bytes;
} Loader;

static const Node *
find(const HdTreeDir *dir, const char *name)
{
    const ArchiveTree *tree = (const ArchiveTree *) dir->tree;
    char path[2 * PATH_MAX];
    const Node *node = NULL;

    if (dir->path[0] != '\0')
        g_snprintf(path, sizeof path, "%s/%s", dir->path, name);
    else
        g_strlcpy(path, name, sizeof path);
    node = g_hash_table_lookup(tree->nodes, path);
    if (node == NULL)
        errno = ENOENT;
    return node;
}

static HdTreeDir *
new_dir(ArchiveTree *tree, const Node *node)
{
    ArchiveDir *dir = g_new(ArchiveDir, 1);

    dir->parent.tree = &tree->parent;
    dir->parent.path = (char *) node->path;
    dir->node = node;
    return &dir->parent;
}

static HdTreeDir *
open_dir(HdTree *parent, const char *path)
{
    ArchiveTree *tree = (ArchiveTree *) parent;
    const Node *node = g_hash_table_lookup(tree->nodes, path);

    if (node == NULL || node->kind != HD_ENTRY_DIR) {
        errno = node == NULL ? ENOENT : ENOTDIR;
        return NULL;
    }
    return new_dir(tree, node);
}

static void
close_dir(HdTreeDir *dir)
{
    g_free(dir);
}

/* The node, if it is of this kind. */
static const Node *
find_kind(const HdTreeDir *dir, const char *name, HdEntryKind kind)
{
    const Node *node = find(dir, name);

    if (node != NULL && node->kind != kind) {
        errno = EINVAL;
        return NULL;
    }
    return node;
}

static gssize
copy(const Node *node, char *buffer, gsize size)
{
    gsize length = MIN(node->length, size - 1);

    memcpy(buffer, node->data, length);
    buffer[length] = '\0';
    return (gssize) length;
}

static gssize
read_value(HdTreeDir *dir, const char *name, char *buffer, gsize size, gboolean *ret_is_cut)
{
    const Node *node = find_kind(dir, name, HD_ENTRY_FILE);

    if (node == NULL)
        return -1;
    gssize length = copy(node, buffer, size);
    *ret_is_cut = (gsize) length < node->length;
    return length;
}

static gssize
read_link(HdTreeDir *dir, const char *name, char *buffer, gsize size)
{
    const Node *node = find_kind(dir, name, HD_ENTRY_LINK);

    return node != NULL ? copy(node, buffer, size) : -1;
}

static char **
list(HdTreeDir *dir)
{
    const Node *node = ((const ArchiveDir *) dir)->node;
    gsize count = MIN(node->child_count, HD_TREE_MAX_ENTRIES);
    char **names = g_new(char *, count + 1);

    for (gsize i = 0; i < count; i++)
        names[i] = g_strdup(node->children[i]->name);
    names[count] = NULL;
    return names;
}

static gboolean
get_kind(HdTreeDir *dir, const char *name, HdEntryKind *ret_kind)
{
    const Node *node = find(dir, name);

    if (node == NULL)
        return FALSE;
    *ret_kind = node->kind;
    return TRUE;
}

static void
free_tree(ArchiveTree *tree)
{
    g_clear_pointer(&tree->parent.root, close_dir);
    g_clear_pointer(&tree->nodes, g_hash_table_unref);
    g_clear_pointer(&tree->all, g_ptr_array_unref);
    g_clear_pointer(&tree->texts, g_string_chunk_free);
    g_free(tree->children);
    g_free(tree);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveTree, free_tree)

static void
free_archive(HdTree *parent)
{
    free_tree((ArchiveTree *) parent);
}

static const HdTreeBackend backend = {
    .open_dir = open_dir,
    .close_dir = close_dir,
    .read = read_value,
    .read_link = read_link,
    .list = list,
    .get_kind = get_kind,
    .free = free_archive,
};

static Node *
add_node(ArchiveTree *tree, const char *path, Node *parent, HdEntryKind kind)
{
    Node *node = g_new0(Node, 1);

    node->path = g_string_chunk_insert(tree->texts, path);
    const char *slash = strrchr(node->path, '/');
    node->name = slash != NULL ? slash + 1 : node->path;
    node->data = "";
    node->parent = parent;
    node->kind = (guint8) kind;
    g_ptr_array_add(tree->all, node);
    g_hash_table_insert(tree->nodes, (char *) node->path, node);
    return node;
}

static ArchiveTree *
new_tree(void)
{
    ArchiveTree *tree = g_new0(ArchiveTree, 1);

    tree->parent.references = 1;
    tree->parent.backend = &backend;
    tree->nodes = g_hash_table_new(g_str_hash, g_str_equal);
    tree->texts = g_string_chunk_new(65536);
    tree->all = g_ptr_array_new_with_free_func(g_free);
    tree->parent.root = new_dir(tree, add_node(tree, "", NULL, HD_ENTRY_DIR));
    return tree;
}

/* Counts what the archive makes us keep: a short one must not unpack to all memory. */
static gboolean
charge(Loader *loader, guint64 bytes, GError **error)
{
    if (bytes > HD_TREE_MAX_ARCHIVE_BYTES - loader->bytes) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "its members have more than %d bytes",
                     HD_TREE_MAX_ARCHIVE_BYTES);
        return FALSE;
    }
    loader->bytes += bytes;
    return TRUE;
}

static Node *
add_charged(Loader *loader, const char *path, Node *parent, HdEntryKind kind, GError **error)
{
    if (!charge(loader, strlen(path) + 1, error))
        return NULL;
    if (loader->tree->all->len >= HD_TREE_MAX_ARCHIVE_ENTRIES) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "it has more than %d members",
                     HD_TREE_MAX_ARCHIVE_ENTRIES);
        return NULL;
    }
    return add_node(loader->tree, path, parent, kind);
}

static gboolean
refuse(GError **error, const char *path, const char *why)
{
    g_autofree char *shown = g_utf8_make_valid(path, (gssize) strnlen(path, PATH_MAX));

    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "its member '%s' %s", shown, why);
    return FALSE;
}

/* The directory that the member stands in, made where the archive does not name it. */
static Node *
add_parents(Loader *loader, const char *path, GError **error)
{
    Node *parent = g_hash_table_lookup(loader->tree->nodes, "");
    const char *slash = path;

    for (guint depth = 0; (slash = strchr(slash, '/')) != NULL; depth++, slash++) {
        g_autofree char *prefix = g_strndup(path, (gsize) (slash - path));
        Node *node = g_hash_table_lookup(loader->tree->nodes, prefix);
        if (depth == MAX_DEPTH) {
            refuse(error, path, "lies too deep");
            return NULL;
        }
        if (node != NULL && node->kind != HD_ENTRY_DIR) {
            refuse(error, path, "lies below what is no folder");
            return NULL;
        }
        if (node == NULL)
            node = add_charged(loader, prefix, parent, HD_ENTRY_DIR, error);
        if (node == NULL)
            return NULL;
        parent = node;
    }
    return parent;
}

/* Reads what a tree can ever give of a value; libarchive skips the rest. */
static gboolean
load_value(Loader *loader, Node *node, GError **error)
{
    char value[HD_TREE_MAX_VALUE + 1];
    gsize length = 0;

    while (length < sizeof value) {
        la_ssize_t got = archive_read_data(loader->archive, value + length, sizeof value - length);
        if (got < 0)
            return refuse(error, node->path, "is damaged or incomplete");
        if (got == 0)
            break;
        length += (gsize) got;
    }
    node->data = g_string_chunk_insert_len(loader->tree->texts, value, (gssize) length);
    node->length = (guint32) length;
    return TRUE;
}

static gboolean
load_link(Loader *loader, Node *node, const char *target, GError **error)
{
    if (target == NULL || target[0] == '\0' || strlen(target) >= PATH_MAX)
        return refuse(error, node->path, "is a link that leads nowhere");
    if (!charge(loader, strlen(target) + 1, error))
        return FALSE;
    node->data = g_string_chunk_insert(loader->tree->texts, target);
    node->length = (guint32) strlen(target);
    return TRUE;
}

static gboolean
get_member_kind(struct archive_entry *entry, HdEntryKind *ret_kind)
{
    if (archive_entry_hardlink(entry) != NULL || archive_entry_sparse_count(entry) > 0)
        return FALSE;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        *ret_kind = HD_ENTRY_FILE;
        return TRUE;
    case AE_IFDIR:
        *ret_kind = HD_ENTRY_DIR;
        return TRUE;
    case AE_IFLNK:
        *ret_kind = HD_ENTRY_LINK;
        return TRUE;
    default:
        return FALSE;
    }
}

/* "./sys/" is "sys"; NULL when it is no path of a tree. The root itself is "". */
static char *
clean_path(const char *text, gboolean is_dir)
{
    while (text[0] == '.' && text[1] == '/')
        text += 2;
    if (strcmp(text, ".") == 0)
        text++;
    g_autofree char *path = g_strdup(text);
    gsize length = strlen(path);
    if (is_dir && length > 1 && path[length - 1] == '/')
        path[length - 1] = '\0';
    if (path[0] == '\0' ? !is_dir : !hd_tree_is_valid_path(path))
        return NULL;
    return g_steal_pointer(&path);
}

/* What the member is and where it goes; *ret_path (transfer full). */
static gboolean
check_member(struct archive_entry *entry, char **ret_path, HdEntryKind *ret_kind, GError **error)
{
    const char *text = archive_entry_pathname(entry);
    HdEntryKind kind = HD_ENTRY_FILE;

    /* NULL: the locale cannot write it. */
    if (text == NULL)
        text = archive_entry_pathname_utf8(entry);
    if (text == NULL)
        return refuse(error, "?", "has a name that cannot be read");
    if (!get_member_kind(entry, &kind))
        return refuse(error, text, "is neither a file nor a folder nor a symbolic link");
    if (archive_entry_size(entry) < 0)
        return refuse(error, text, "has no size");
    char *path = clean_path(text, kind == HD_ENTRY_DIR);
    if (path == NULL)
        return refuse(error, text, "has a name that leads outside or is malformed");
    *ret_path = path;
    *ret_kind = kind;
    return TRUE;
}

static gboolean
load_data(Loader *loader, Node *node, struct archive_entry *entry, GError **error)
{
    if (node->kind == HD_ENTRY_FILE)
        return load_value(loader, node, error);
    if (node->kind == HD_ENTRY_LINK)
        return load_link(loader, node, archive_entry_symlink(entry), error);
    return TRUE;
}

static gboolean
load_member(Loader *loader, struct archive_entry *entry, GError **error)
{
    g_autofree char *path = NULL;
    HdEntryKind kind = HD_ENTRY_FILE;

    if (!check_member(entry, &path, &kind, error) ||
        !charge(loader, (guint64) archive_entry_size(entry), error))
        return FALSE;
    const Node *known = g_hash_table_lookup(loader->tree->nodes, path);
    if (known != NULL && known->kind == HD_ENTRY_DIR && kind == HD_ENTRY_DIR)
        return TRUE;
    if (known != NULL)
        return refuse(error, path, "is there twice");
    Node *parent = add_parents(loader, path, error);
    Node *node = parent != NULL ? add_charged(loader, path, parent, kind, error) : NULL;
    return node != NULL && load_data(loader, node, entry, error);
}

/* Counts the zeros at the end of all that was read: a tar ends with two blocks of them. */
static void
note_bytes(Loader *loader, const guint8 *bytes, gsize length)
{
    gsize zeros = 0;

    while (zeros < length && bytes[length - zeros - 1] == 0)
        zeros++;
    loader->zero_tail = zeros == length ? loader->zero_tail + zeros : zeros;
    loader->stream_bytes += length;
}

static la_ssize_t
read_stream(struct archive *archive, void *data, const void **ret_bytes)
{
    Loader *loader = data;
    gssize length = -1;

    if (loader->stream_error == NULL)
        length = hd_gunzip_read(loader->gunzip, ret_bytes, &loader->stream_error);
    if (length < 0) {
        archive_set_error(archive, EIO, "cannot be read");
        return ARCHIVE_FATAL;
    }
    if (length > 0)
        note_bytes(loader, *ret_bytes, (gsize) length);
    return length;
}

static gboolean
fail(Loader *loader, const char *why, GError **error)
{
    if (loader->stream_error != NULL)
        g_propagate_error(error, g_steal_pointer(&loader->stream_error));
    else
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "%s", why);
    return FALSE;
}

/* The gzip checksum stands at the very end, which libarchive has no need to read. */
static gboolean
load_end(Loader *loader, GError **error)
{
    guint64 end = loader->stream_bytes;
    const void *bytes = NULL;
    la_ssize_t got = 0;

    while ((got = read_stream(loader->archive, loader, &bytes)) > 0)
        if (loader->stream_bytes - end > MAX_PADDING)
            return fail(loader, "something follows its end", error);
    if (got < 0)
        return fail(loader, "it is damaged or incomplete", error);
    if (loader->zero_tail < 1024 || loader->stream_bytes % 512 != 0)
        return fail(loader, "its end is missing", error);
    return TRUE;
}

static gboolean
load_members(Loader *loader, GError **error)
{
    for (;;) {
        struct archive_entry *entry = NULL;
        int result = archive_read_next_header(loader->archive, &entry);
        if (result == ARCHIVE_EOF)
            return load_end(loader, error);
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(loader, "it is no tar archive, or damaged or incomplete", error);
        if (load_member(loader, entry, error))
            continue;
        /* A cause below the archive says more than what the member looked like. */
        if (loader->stream_error != NULL) {
            g_clear_error(error);
            return fail(loader, "", error);
        }
        return FALSE;
    }
}

static gboolean
load(Loader *loader, GError **error)
{
    if (archive_read_support_format_tar(loader->archive) != ARCHIVE_OK ||
        archive_read_open(loader->archive, loader, NULL, read_stream, NULL) != ARCHIVE_OK)
        return fail(loader, "it is no tar archive", error);
    return load_members(loader, error);
}

static int
compare_nodes(const void *a, const void *b)
{
    return strcmp((*(Node *const *) a)->name, (*(Node *const *) b)->name);
}

/* All directories' children lie in one array, each directory's sorted. */
static void
index_children(ArchiveTree *tree)
{
    gsize used = 0;

    tree->children = g_new(Node *, tree->all->len);
    for (guint i = 1; i < tree->all->len; i++)
        ((Node *) tree->all->pdata[i])->parent->child_count++;
    for (guint i = 0; i < tree->all->len; i++) {
        Node *node = tree->all->pdata[i];
        node->children = tree->children + used;
        used += node->child_count;
        node->child_count = 0;
    }
    for (guint i = 1; i < tree->all->len; i++) {
        Node *node = tree->all->pdata[i];
        node->parent->children[node->parent->child_count++] = node;
    }
    for (guint i = 0; i < tree->all->len; i++) {
        Node *node = tree->all->pdata[i];
        if (node->child_count > 1)
            qsort(node->children, node->child_count, sizeof(Node *), compare_nodes);
    }
}

HdTree *
hd_tree_new_archive(int fd, const char *name, GError **error)
{
    g_autoptr(ArchiveTree) tree = new_tree();
    g_autoptr(HdGunzip) gunzip = hd_gunzip_new(fd, MAX_STREAM_BYTES);
    Loader loader = {.tree = tree, .gunzip = gunzip, .archive = archive_read_new()};
    gboolean is_loaded = load(&loader, error);

    archive_read_free(loader.archive);
    g_clear_error(&loader.stream_error);
    if (!is_loaded) {
        g_prefix_error(error, "cannot read '%s' as a recorded host: ", name);
        return NULL;
    }
    index_children(tree);
    return &g_steal_pointer(&tree)->parent;
}
