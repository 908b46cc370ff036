/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tree of directory handles: this machine, or a folder. Nothing outside the root is ever opened:
 * no component of a path may be a symbolic link (openat2(2) with RESOLVE_NO_SYMLINKS and
 * RESOLVE_BENEATH, or one openat(2) a component on older kernels).
 *
 * System calls: an attribute by plain name costs open, read and close, a link one readlinkat(2).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/backend.h"
#include "base/fd.h"

#define READ_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define LOOK_FLAGS (O_PATH | O_NOFOLLOW | O_CLOEXEC)

/* Of getdents64(2): about a thousand entries of sysfs. */
#define LIST_BUFFER 32768

/* No page holds less than this when there is more to come. */
#define LONG_VALUE 2048

typedef struct {
    HdTree parent;
    /* The mount lets no device node be opened, so that what opens need not be looked at. */
    gboolean has_no_devices;
    gint lacks_openat2;
} FolderTree;

typedef struct {
    HdTreeDir parent;
    int fd;
    gboolean is_rewound;
    /* Only regular files can be read successfully here: see read_plain(). */
    gboolean is_plain;
    char path_text[];
} FolderDir;

static int
open_walking(int root_fd, const char *path, int flags)
{
    hd_autofd dir_fd = -1;

    for (;;) {
        const char *slash = strchr(path, '/');
        int at_fd = dir_fd >= 0 ? dir_fd : root_fd;
        if (slash == NULL)
            return openat(at_fd, path, flags | O_NOFOLLOW | O_CLOEXEC);
        char name[NAME_MAX + 1];
        g_strlcpy(name, path, MIN(sizeof name, (gsize) (slash - path) + 1));
        int next_fd = openat(at_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next_fd < 0)
            return -1;
        hd_fd_clear(&dir_fd);
        dir_fd = next_fd;
        path = slash + 1;
    }
}

/* Opens without following any link. */
static int
open_beneath(FolderTree *tree, int dir_fd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (guint64) flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };

    /* O_NOFOLLOW says it all for a single component. */
    if (strchr(path, '/') == NULL)
        return openat(dir_fd, path, flags | O_NOFOLLOW | O_CLOEXEC);
    if (g_atomic_int_get(&tree->lacks_openat2))
        return open_walking(dir_fd, path, flags);
    int fd = (int) syscall(SYS_openat2, dir_fd, path, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
    /* A container's system call filter may answer EPERM for what it does not know. */
    g_atomic_int_set(&tree->lacks_openat2, 1);
    return open_walking(dir_fd, path, flags);
}

/* Why open failed, told alike by every backend: wrong_kind if the last component is there but is
 * not of the wanted type, ENOENT if something before it is no directory. */
static void
explain(FolderTree *tree, int dir_fd, const char *path, mode_t wanted, int wrong_kind)
{
    int saved_errno = errno;
    struct stat info;

    if (saved_errno == ENOENT || saved_errno == EMFILE || saved_errno == ENFILE)
        return;
    hd_autofd fd = open_beneath(tree, dir_fd, path, LOOK_FLAGS);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        saved_errno = ENOENT;
    else if (fd >= 0 && fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) != wanted)
        saved_errno = wrong_kind;
    errno = saved_errno;
}

/* The kernel keeps nothing but files, folders and links there. */
static gboolean
is_sysfs(const HdTree *tree, const char *dir, const char *name)
{
    return tree->is_live && g_str_has_prefix(dir[0] != '\0' ? dir : name, "sys/");
}

static HdTreeDir *
new_dir(FolderTree *tree, int fd, const char *path)
{
    gsize size = strlen(path) + 1;
    FolderDir *dir = g_malloc(sizeof *dir + size);

    dir->parent.tree = &tree->parent;
    dir->parent.path = memcpy(dir->path_text, path, size);
    dir->fd = fd;
    dir->is_rewound = TRUE;
    dir->is_plain = tree->has_no_devices || is_sysfs(&tree->parent, path, "");
    return &dir->parent;
}

static HdTreeDir *
open_dir(HdTree *parent, const char *path)
{
    FolderTree *tree = (FolderTree *) parent;
    const FolderDir *root = (const FolderDir *) parent->root;

    if (path[0] == '\0') {
        int root_fd = openat(root->fd, ".", DIR_FLAGS);
        return root_fd >= 0 ? new_dir(tree, root_fd, path) : NULL;
    }
    int fd = open_beneath(tree, root->fd, path, DIR_FLAGS);
    if (fd >= 0)
        return new_dir(tree, fd, path);
    explain(tree, root->fd, path, S_IFDIR, ENOTDIR);
    return NULL;
}

static void
close_dir(HdTreeDir *parent)
{
    FolderDir *dir = (FolderDir *) parent;

    hd_fd_clear(&dir->fd);
    g_free(dir);
}

/* One read gives the whole attribute, except that the kernel hands out long ones a page at a time;
 * only such a one is asked for more. pread(2) fails on a FIFO (ESPIPE) and a directory (EISDIR),
 * and device nodes cannot be here, so that no fstat(2) is needed. */
static gssize
read_plain(int fd, char *buffer, gsize size)
{
    gsize length = 0;

    for (;;) {
        gssize got = pread(fd, buffer + length, size - length, (off_t) length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        length += (gsize) got;
        if (got == 0 || length == size || length < LONG_VALUE)
            return (gssize) length;
    }
}

/* procfs and network file systems give what they like, so this reads until the end, unless the
 * file's size has told where that is. */
static gssize
read_looking(int fd, char *buffer, gsize size)
{
    struct stat info;
    gsize length = 0;

    if (fstat(fd, &info) != 0)
        return -1;
    if (!S_ISREG(info.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    for (;;) {
        gssize got = read(fd, buffer + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        length += (gsize) got;
        if (got == 0 || length == size || (off_t) length == info.st_size)
            return (gssize) length;
    }
}

static gssize
read_value(HdTreeDir *parent, const char *name, char *buffer, gsize size, gboolean *ret_is_cut)
{
    FolderDir *dir = (FolderDir *) parent;
    FolderTree *tree = (FolderTree *) parent->tree;
    gboolean is_plain = dir->is_plain || is_sysfs(parent->tree, parent->path, name);
    hd_autofd fd = open_beneath(tree, dir->fd, name, READ_FLAGS);

    if (fd < 0) {
        explain(tree, dir->fd, name, S_IFREG, EINVAL);
        return -1;
    }
    gssize length = is_plain ? read_plain(fd, buffer, size) : read_looking(fd, buffer, size);
    if (length < 0) {
        if (errno == ESPIPE || errno == EISDIR)
            errno = EINVAL;
        return -1;
    }
    /* The last byte of the buffer was only there to tell whether there is more. */
    *ret_is_cut = (gsize) length == size;
    if (*ret_is_cut)
        length--;
    buffer[length] = '\0';
    return length;
}

static gssize
read_link(HdTreeDir *parent, const char *name, char *buffer, gsize size)
{
    FolderDir *dir = (FolderDir *) parent;
    FolderTree *tree = (FolderTree *) parent->tree;
    gboolean is_single = strchr(name, '/') == NULL;
    hd_autofd fd = -1;

    if (!is_single) {
        fd = open_beneath(tree, dir->fd, name, LOOK_FLAGS);
        if (fd < 0) {
            if (errno == ELOOP || errno == ENOTDIR)
                errno = ENOENT;
            return -1;
        }
    }
    gssize length = readlinkat(is_single ? dir->fd : fd, is_single ? name : "", buffer,
                               MIN(size, PATH_MAX));
    if (length < 0) {
        /* What is no link is ENOENT for a handle, but EINVAL for a name. */
        if (!is_single && errno == ENOENT)
            errno = EINVAL;
        return -1;
    }
    length = MIN(length, (gssize) MIN(size, PATH_MAX) - 1);
    buffer[length] = '\0';
    return length;
}

static gboolean
get_kind(HdTreeDir *parent, const char *name, HdEntryKind *ret_kind)
{
    const FolderDir *dir = (const FolderDir *) parent;
    struct stat info;

    if (fstatat(dir->fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return FALSE;
    if (S_ISDIR(info.st_mode))
        *ret_kind = HD_ENTRY_DIR;
    else
        *ret_kind = S_ISLNK(info.st_mode) ? HD_ENTRY_LINK : HD_ENTRY_FILE;
    return TRUE;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
add_entries(GPtrArray *names, const char *buffer, gsize length)
{
    for (gsize offset = 0; offset < length && names->len < HD_TREE_MAX_ENTRIES;) {
        const struct dirent64 *entry = (const struct dirent64 *) (const void *) (buffer + offset);
        offset += entry->d_reclen;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    }
}

static char **
list(HdTreeDir *parent)
{
    FolderDir *dir = (FolderDir *) parent;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    union {
        struct dirent64 alignment;
        char bytes[LIST_BUFFER];
    } buffer;

    if (!dir->is_rewound && lseek(dir->fd, 0, SEEK_SET) < 0)
        return NULL;
    dir->is_rewound = FALSE;
    while (names->len < HD_TREE_MAX_ENTRIES) {
        gssize got = getdents64(dir->fd, buffer.bytes, sizeof buffer);
        if (got < 0)
            return NULL;
        if (got == 0)
            break;
        add_entries(names, buffer.bytes, (gsize) got);
    }
    if (names->len > 1)
        qsort(names->pdata, names->len, sizeof names->pdata[0], compare_names);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_steal(names, NULL);
}

static void
free_folder(HdTree *parent)
{
    close_dir(parent->root);
    g_free(parent);
}

static const HdTreeBackend backend = {
    .open_dir = open_dir,
    .close_dir = close_dir,
    .read = read_value,
    .read_link = read_link,
    .list = list,
    .get_kind = get_kind,
    .free = free_folder,
};

HdTree *
hd_tree_new_folder(int root_fd, gboolean is_live)
{
    FolderTree *tree = g_new0(FolderTree, 1);
    struct statvfs mount;

    tree->parent.references = 1;
    tree->parent.is_live = is_live;
    tree->parent.backend = &backend;
    tree->has_no_devices = !is_live && fstatvfs(root_fd, &mount) == 0 &&
                           (mount.f_flag & ST_NODEV) != 0;
    tree->parent.root = new_dir(tree, root_fd, "");
    return &tree->parent;
}

void
hd_tree_folder_avoid_openat2(HdTree *tree)
{
    g_atomic_int_set(&((FolderTree *) tree)->lacks_openat2, 1);
}
