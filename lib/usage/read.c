/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading texts, links and classes of a host.
 */
#include <limits.h>
#include <string.h>

#include "inventory/snapshot.h"
#include "inventory/text.h"
#include "usage/scan.h"

/* More links than this has no disk. */
#define UDEV_MAX 65536

char *
hd_usage_dup_text(const char *raw)
{
    gsize length = strnlen(raw, HD_TREE_MAX_VALUE);
    char *text = g_strndup(raw, length);

    hd_text_clean(text, length);
    return text;
}

char *
hd_usage_read(HdTree *tree, const char *folder, const char *name)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    char value[HD_TREE_MAX_VALUE + 1];
    gssize length = hd_tree_read(tree, path, value, sizeof value, NULL);

    if (length <= 0)
        return NULL;
    if (value[length - 1] == '\n')
        value[length - 1] = '\0';
    return value[0] != '\0' ? g_strdup(value) : NULL;
}

char *
hd_usage_read_udev(HdTree *tree, guint major, guint minor, const char *key)
{
    g_autofree char *path = g_strdup_printf("run/udev/data/b%u:%u", major, minor);
    gsize length;
    g_autofree char *text = hd_tree_read_long(tree, path, UDEV_MAX, &length, NULL);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (g_str_has_prefix(line, key)) {
            line += strlen(key);
            return g_strndup(line, strcspn(line, "\n"));
        }
    }
    return NULL;
}

char *
hd_usage_read_link(HdTree *tree, const char *folder, const char *name)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    char target[PATH_MAX];

    if (hd_tree_read_link(tree, path, target, sizeof target) <= 0)
        return NULL;
    return hd_tree_resolve(folder, target);
}

const HdDevice *
hd_usage_find_class(HdScan *scan, const char *folder, const char *name)
{
    g_autofree char *path = hd_usage_read_link(scan->tree, folder, name);

    if (path == NULL || !g_str_has_prefix(path, "sys/"))
        return NULL;
    return hd_host_find_nearest(scan->host, path + strlen("sys/"));
}

char *
hd_usage_read_long(HdScan *scan, const char *path)
{
    gsize length;
    gboolean is_cut = FALSE;
    char *text = hd_tree_read_long(scan->tree, path, HD_TREE_MAX_LONG, &length, &is_cut);

    if (text != NULL && is_cut) {
        hd_uses_note(scan->uses, "'/%s' is too long; its end was not read.", path);
        /* half a line is none */
        char *last = memrchr(text, '\n', length);
        *(last != NULL ? last : text) = '\0';
    }
    return text;
}
