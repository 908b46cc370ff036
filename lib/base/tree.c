/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdTree: checks paths, hands the work to a backend, and tells the recording what was read.
 */
#include "base/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/backend.h"
#include "base/error.h"
#include "base/fd.h"

HdTree *
hd_tree_new_live(GError **error)
{
    hd_autofd root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (root_fd < 0) {
        hd_error_set_errno(error, errno, NULL, "cannot open '/'");
        return NULL;
    }
    return hd_tree_new_folder(hd_fd_steal(&root_fd), TRUE);
}

static HdTree *
new_for_fd(int taken_fd, const char *shown, GError **error)
{
    hd_autofd fd = taken_fd;
    struct stat info;

    if (fstat(fd, &info) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot look at '%s'", shown);
        return NULL;
    }
    if (S_ISREG(info.st_mode))
        return hd_tree_new_archive(fd, shown, error);
    if (!S_ISDIR(info.st_mode)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "'%s' is neither a folder nor an archive",
                     shown);
        return NULL;
    }
    return hd_tree_new_folder(hd_fd_steal(&fd), FALSE);
}

HdTree *
hd_tree_new_for_path(const char *path, GError **error)
{
    g_return_val_if_fail(path != NULL, NULL);

    hd_autofd fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int open_errno = errno;
    g_autofree char *shown = g_utf8_make_valid(path, (gssize) strnlen(path, PATH_MAX));
    if (fd < 0 && (open_errno == ENOENT || open_errno == ENOTDIR)) {
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL, "there is no '%s'", shown);
        return NULL;
    }
    if (fd < 0) {
        hd_error_set_errno(error, open_errno, NULL, "cannot open '%s'", shown);
        return NULL;
    }
    g_autoptr(HdTree) tree = new_for_fd(hd_fd_steal(&fd), shown, error);
    if (tree == NULL)
        return NULL;
    g_autoptr(HdTreeDir) sys = hd_tree_open_dir(tree, "sys");
    if (sys == NULL && hd_tree_get_exhaustion(tree) != 0) {
        hd_error_set_errno(error, hd_tree_get_exhaustion(tree), NULL, "cannot open '%s/sys'",
                           shown);
        return NULL;
    }
    if (sys == NULL) {
        hd_error_set(error, HD_ERROR_INVALID, NULL,
                     "give a folder that holds 'sys', or an archive that 'record' has written",
                     "'%s' is no recorded host: there is no folder 'sys' in it", shown);
        return NULL;
    }
    return g_steal_pointer(&tree);
}

HdTree *
hd_tree_ref(HdTree *tree)
{
    g_atomic_int_inc(&tree->references);
    return tree;
}

void
hd_tree_unref(HdTree *tree)
{
    if (tree == NULL || !g_atomic_int_dec_and_test(&tree->references))
        return;
    g_clear_pointer(&tree->recording, hd_recording_free);
    tree->backend->free(tree);
}

gboolean
hd_tree_is_live(const HdTree *tree)
{
    return tree->is_live;
}

void
hd_tree_start_recording(HdTree *tree)
{
    if (tree->recording == NULL)
        tree->recording = hd_recording_new();
}

gboolean
hd_tree_write_recording(HdTree *tree, int fd, gboolean mask, GError **error)
{
    if (tree->recording == NULL) {
        hd_error_set(error, HD_ERROR_FAILED, NULL, NULL, "nothing was recorded");
        return FALSE;
    }
    return hd_recording_write(tree->recording, fd, mask, error);
}

/* Plain components only, of lengths that every backend can have. */
gboolean
hd_tree_is_valid_path(const char *path)
{
    const char *component = path;

    for (;;) {
        const char *end = strchrnul(component, '/');
        gsize length = (gsize) (end - component);
        if (length == 0 || length > NAME_MAX)
            return FALSE;
        if (component[0] == '.' && (length == 1 || (length == 2 && component[1] == '.')))
            return FALSE;
        if (*end == '\0')
            return end - path < PATH_MAX;
        component = end + 1;
    }
}

/* What is not there and what this process could not open must not look alike. Keeps errno. */
static void
note_exhaustion(HdTree *tree)
{
    if (tree->exhausted_errno == 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        tree->exhausted_errno = errno;
}

int
hd_tree_get_exhaustion(const HdTree *tree)
{
    return tree->exhausted_errno;
}

static char *
join(const HdTreeDir *dir, const char *name)
{
    if (dir->path[0] == '\0')
        return g_strdup(name);
    return g_strconcat(dir->path, "/", name, NULL);
}

HdTreeDir *
hd_tree_open_dir(HdTree *tree, const char *path)
{
    if (path[0] != '\0' && !hd_tree_is_valid_path(path)) {
        errno = ENOENT;
        return NULL;
    }
    HdTreeDir *dir = tree->backend->open_dir(tree, path);
    if (dir == NULL) {
        note_exhaustion(tree);
        return NULL;
    }
    hd_tree_ref(tree);
    if (tree->recording != NULL)
        hd_recording_add_dir(tree->recording, path);
    return dir;
}

void
hd_tree_dir_close(HdTreeDir *dir)
{
    if (dir == NULL)
        return;
    HdTree *tree = dir->tree;
    int saved_errno = errno;
    tree->backend->close_dir(dir);
    hd_tree_unref(tree);
    errno = saved_errno;
}

/* Reads as much as an archive can hold, whatever the caller's buffer takes: a later replay may ask
 * with a larger one. */
static gssize
read_recorded(HdTreeDir *dir, const char *name, char *buffer, gsize size, gboolean *ret_is_cut)
{
    char value[HD_TREE_MAX_VALUE + 1];
    gboolean is_cut = FALSE;
    gssize length = dir->tree->backend->read(dir, name, value, sizeof value, &is_cut);

    if (length < 0)
        return -1;
    g_autofree char *path = join(dir, name);
    hd_recording_add_value(dir->tree->recording, path, value, (gsize) length, is_cut);
    if ((gsize) length > size - 1) {
        length = (gssize) size - 1;
        is_cut = TRUE;
    }
    memcpy(buffer, value, (gsize) length);
    buffer[length] = '\0';
    if (ret_is_cut != NULL)
        *ret_is_cut = is_cut;
    return length;
}

gssize
hd_tree_dir_read(HdTreeDir *dir, const char *name, char *buffer, gsize size, gboolean *ret_is_cut)
{
    gboolean is_cut = FALSE;

    g_return_val_if_fail(size > 0, -1);
    if (!hd_tree_is_valid_path(name)) {
        errno = ENOENT;
        return -1;
    }
    if (dir->tree->recording != NULL)
        return read_recorded(dir, name, buffer, size, ret_is_cut);
    gssize length = dir->tree->backend->read(dir, name, buffer, MIN(size, HD_TREE_MAX_VALUE + 1),
                                             &is_cut);
    if (length < 0)
        note_exhaustion(dir->tree);
    if (length >= 0 && ret_is_cut != NULL)
        *ret_is_cut = is_cut;
    return length;
}

static gssize
read_link_recorded(HdTreeDir *dir, const char *name, char *buffer, gsize size)
{
    char target[PATH_MAX];
    gssize length = dir->tree->backend->read_link(dir, name, target, sizeof target);

    if (length < 0)
        return -1;
    g_autofree char *path = join(dir, name);
    hd_recording_add_link(dir->tree->recording, path, target);
    length = MIN(length, (gssize) size - 1);
    memcpy(buffer, target, (gsize) length);
    buffer[length] = '\0';
    return length;
}

gssize
hd_tree_dir_read_link(HdTreeDir *dir, const char *name, char *buffer, gsize size)
{
    g_return_val_if_fail(size > 0, -1);

    if (!hd_tree_is_valid_path(name)) {
        errno = ENOENT;
        return -1;
    }
    if (dir->tree->recording != NULL)
        return read_link_recorded(dir, name, buffer, size);
    return dir->tree->backend->read_link(dir, name, buffer, size);
}

/* An entry that nobody has read must still be listed in a replay, as what it is. */
static void
record_entry(HdTreeDir *dir, const char *name)
{
    HdRecording *recording = dir->tree->recording;
    HdEntryKind kind = HD_ENTRY_FILE;
    char target[PATH_MAX];
    g_autofree char *path = join(dir, name);

    if (!dir->tree->backend->get_kind(dir, name, &kind))
        kind = HD_ENTRY_FILE;
    if (kind == HD_ENTRY_DIR)
        hd_recording_add_dir(recording, path);
    else if (kind == HD_ENTRY_LINK &&
             dir->tree->backend->read_link(dir, name, target, sizeof target) >= 0)
        hd_recording_add_link(recording, path, target);
    else
        hd_recording_add_unread(recording, path);
}

char **
hd_tree_dir_list(HdTreeDir *dir)
{
    char **names = dir->tree->backend->list(dir);

    if (names == NULL)
        note_exhaustion(dir->tree);
    if (names != NULL && dir->tree->recording != NULL)
        for (char **name = names; *name != NULL; name++)
            record_entry(dir, *name);
    return names;
}

gssize
hd_tree_read(HdTree *tree, const char *path, char *buffer, gsize size, gboolean *ret_is_cut)
{
    return hd_tree_dir_read(tree->root, path, buffer, size, ret_is_cut);
}

gssize
hd_tree_read_link(HdTree *tree, const char *path, char *buffer, gsize size)
{
    return hd_tree_dir_read_link(tree->root, path, buffer, size);
}

char **
hd_tree_list(HdTree *tree, const char *path)
{
    g_autoptr(HdTreeDir) dir = hd_tree_open_dir(tree, path);

    return dir != NULL ? hd_tree_dir_list(dir) : NULL;
}

/* Most files are short, and memory for the longest is not had for nothing. */
#define FIRST_LONG 65536
#define LONG_GROWTH 8

char *
hd_tree_read_long(HdTree *tree,
                  const char *path,
                  gsize max,
                  gsize *ret_length,
                  gboolean *ret_is_cut)
{
    gsize limit = MIN(max, HD_TREE_MAX_LONG);
    gsize size = MIN(limit, FIRST_LONG);

    if (!hd_tree_is_valid_path(path)) {
        errno = ENOENT;
        return NULL;
    }
    for (;;) {
        gboolean is_cut = FALSE;
        g_autofree char *buffer = g_malloc(size + 1);
        gssize length = tree->backend->read(tree->root, path, buffer, size + 1, &is_cut);

        if (length < 0) {
            note_exhaustion(tree);
            return NULL;
        }
        if (is_cut && size < limit) {
            size = MIN(limit, size * LONG_GROWTH);
            continue;
        }
        *ret_length = (gsize) length;
        if (ret_is_cut != NULL)
            *ret_is_cut = is_cut;
        return g_realloc(g_steal_pointer(&buffer), (gsize) length + 1);
    }
}

/* A path while it is put together; there is room for both texts that it is made of. */
typedef struct {
    char *text;
    gsize length;
} Path;

/* Applies one component of a link's text to the path so far; FALSE when it leads outside. */
static gboolean
step(Path *path, const char *component, gsize length)
{
    if (length == 0 || (length == 1 && component[0] == '.'))
        return TRUE;
    if (length == 2 && component[0] == '.' && component[1] == '.') {
        if (path->length == 0)
            return FALSE;
        const char *slash = memrchr(path->text, '/', path->length);
        path->length = slash != NULL ? (gsize) (slash - path->text) : 0;
        return TRUE;
    }
    if (path->length > 0)
        path->text[path->length++] = '/';
    memcpy(path->text + path->length, component, length);
    path->length += length;
    return path->length < PATH_MAX;
}

static gboolean
walk(Path *path, const char *text)
{
    for (;;) {
        const char *end = strchrnul(text, '/');
        if (!step(path, text, (gsize) (end - text)))
            return FALSE;
        if (*end == '\0')
            return TRUE;
        text = end + 1;
    }
}

char *
hd_tree_resolve(const char *base, const char *target)
{
    g_autofree char *text = g_malloc(strlen(base) + strlen(target) + 2);
    Path path = {.text = text};

    if (target[0] == '\0')
        return NULL;
    /* An absolute link starts at the host's root, which is where paths start. */
    if (target[0] != '/' && !walk(&path, base))
        return NULL;
    if (!walk(&path, target))
        return NULL;
    text[path.length] = '\0';
    return g_steal_pointer(&text);
}
