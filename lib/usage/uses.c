/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdUses: the uses by device, and the list for a set of devices. Stored chains end above the
 * device; a list adds the way from the device up to the one that was asked for.
 */
#include <string.h>

#include "base/error.h"
#include "usage/scan.h"

/* No note is added behind this. */
#define NOTES_MAX 4096

struct _HdUses {
    HdHost *host;
    GHashTable *by_device; /* HdDevice: GPtrArray of HdUse */
    unsigned n;
    GString *notes;
};

static void
use_free(gpointer data)
{
    HdUse *use = data;

    g_free(use->subject);
    g_strfreev(use->chain);
    g_free(use);
}

static void
array_free(gpointer data)
{
    g_ptr_array_unref(data);
}

HdUses *
hd_uses_alloc(HdHost *host)
{
    HdUses *uses = g_new0(HdUses, 1);

    uses->host = hd_host_ref(host);
    uses->by_device = g_hash_table_new_full(NULL, NULL, NULL, array_free);
    uses->notes = g_string_new(NULL);
    return uses;
}

void
hd_uses_free(HdUses *uses)
{
    if (uses == NULL)
        return;
    g_hash_table_unref(uses->by_device);
    g_string_free(uses->notes, TRUE);
    hd_host_unref(uses->host);
    g_free(uses);
}

void
hd_uses_note(HdUses *uses, const char *format, ...)
{
    g_autofree char *note = NULL;
    va_list arguments;

    va_start(arguments, format);
    note = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (uses->notes->len + strlen(note) > NOTES_MAX || strstr(uses->notes->str, note) != NULL)
        return;
    if (uses->notes->len > 0)
        g_string_append_c(uses->notes, ' ');
    g_string_append(uses->notes, note);
}

const char *
hd_uses_get_notes(const HdUses *uses)
{
    g_return_val_if_fail(uses != NULL, NULL);
    return uses->notes->len > 0 ? uses->notes->str : NULL;
}

void
hd_uses_add(HdUses *uses, const HdUse *draft, const char *const *above)
{
    GPtrArray *list = g_hash_table_lookup(uses->by_device, draft->device);
    HdUse *use;

    /* what can never be overridden is never one too many */
    if (uses->n >= HD_USES_MAX && draft->severity != HD_USE_NEVER) {
        hd_uses_note(uses, "The host has more than %d uses of devices; the rest is left out.",
                     HD_USES_MAX);
        return;
    }
    uses->n++;
    if (list == NULL) {
        list = g_ptr_array_new_with_free_func(use_free);
        g_hash_table_insert(uses->by_device, (gpointer) draft->device, list);
    }
    use = g_new(HdUse, 1);
    *use = *draft;
    use->subject = hd_usage_dup_text(draft->subject);
    use->chain = g_strdupv((char **) above);
    g_ptr_array_add(list, use);
}

static gboolean
is_at_or_below(const char *path, const char *top)
{
    gsize length = strlen(top);

    return strncmp(path, top, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

const HdUse *
hd_uses_find_heaviest_below(const HdUses *uses, const char *path)
{
    const HdUse *heaviest = NULL;
    GHashTableIter iter;
    gpointer device;
    gpointer list;

    g_hash_table_iter_init(&iter, uses->by_device);
    while (g_hash_table_iter_next(&iter, &device, &list)) {
        const GPtrArray *all = list;

        if (!is_at_or_below(hd_device_get_path(device), path))
            continue;
        for (unsigned i = 0; i < all->len; i++) {
            const HdUse *use = all->pdata[i];

            if (heaviest == NULL || use->severity > heaviest->severity)
                heaviest = use;
        }
    }
    return heaviest;
}

/* The devices that were asked for, and all that goes with them. */
typedef struct {
    GHashTable *asked;
    GHashTable *all;
    GPtrArray *queue;
} Closure;

static void
closure_add(Closure *closure, const HdDevice *device)
{
    if (g_hash_table_add(closure->all, (gpointer) device))
        g_ptr_array_add(closure->queue, (gpointer) device);
}

static void
closure_complete(Closure *closure)
{
    for (unsigned i = 0; i < closure->queue->len; i++) {
        const HdDevice *device = closure->queue->pdata[i];
        const HdPciFacts *pci = hd_device_get_pci(device);

        for (const HdDevice *child = hd_device_get_first_child(device); child != NULL;
             child = hd_device_get_next_sibling(child))
            closure_add(closure, child);
        for (unsigned j = 0; pci != NULL && j < pci->n_vfs; j++)
            if (pci->vfs[j] != NULL)
                closure_add(closure, pci->vfs[j]);
    }
}

/* The device that takes this one along: the one above it, or the physical function of a virtual
 * one where that is what was asked for. */
static const HdDevice *
step_up(const Closure *closure, const HdDevice *device)
{
    const HdDevice *parent = hd_device_get_parent(device);
    const HdPciFacts *pci = hd_device_get_pci(device);

    if (parent != NULL && g_hash_table_contains(closure->all, parent))
        return parent;
    if (pci != NULL && pci->physfn != NULL && g_hash_table_contains(closure->all, pci->physfn))
        return pci->physfn;
    return NULL;
}

/* People know disks and interfaces by the kernel's names. */
static const char *
get_chain_text(const HdDevice *device)
{
    const HdBlockFacts *block = hd_device_get_block(device);
    const HdNetFacts *net = hd_device_get_net(device);

    if (block != NULL)
        return block->block;
    return net != NULL ? net->interface : hd_device_get_name(device);
}

/* Targets say nothing that their units do not say. */
static gboolean
is_worth_a_word(const Closure *closure, const HdDevice *device)
{
    return hd_device_get_kind(device) != HD_KIND_SCSI_TARGET ||
           g_hash_table_contains(closure->asked, device);
}

static HdUse *
use_for_list(const Closure *closure, const HdUse *use)
{
    g_autoptr(GPtrArray) chain = g_ptr_array_new_with_free_func(g_free);
    unsigned end;
    HdUse *copy = g_new(HdUse, 1);

    for (unsigned i = 0; use->chain[i] != NULL; i++)
        g_ptr_array_add(chain, g_strdup(use->chain[i]));
    end = chain->len;
    for (const HdDevice *device = use->device; device != NULL; device = step_up(closure, device)) {
        if (is_worth_a_word(closure, device))
            g_ptr_array_add(chain, g_strdup(get_chain_text(device)));
        if (g_hash_table_contains(closure->asked, device))
            end = chain->len;
    }
    g_ptr_array_set_size(chain, (int) end);
    g_ptr_array_add(chain, NULL);
    *copy = *use;
    copy->subject = g_strdup(use->subject);
    copy->chain = (char **) g_ptr_array_steal(chain, NULL);
    return copy;
}

static int
compare_uses(gconstpointer a, gconstpointer b)
{
    const HdUse *one = *(const HdUse *const *) a;
    const HdUse *other = *(const HdUse *const *) b;
    int order = (int) other->severity - (int) one->severity;

    if (order == 0)
        order = strcmp(hd_device_get_name(one->device), hd_device_get_name(other->device));
    if (order == 0)
        order = (int) one->kind - (int) other->kind;
    return order != 0 ? order : strcmp(one->subject, other->subject);
}

GPtrArray *
hd_uses_list(const HdUses *uses, const HdDevice *const *devices, unsigned n_devices)
{
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) all = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    GPtrArray *list = g_ptr_array_new_with_free_func(use_free);
    Closure closure = {.asked = asked, .all = all, .queue = queue};

    g_return_val_if_fail(uses != NULL && (devices != NULL || n_devices == 0), list);

    for (unsigned i = 0; i < n_devices; i++) {
        g_hash_table_add(asked, (gpointer) devices[i]);
        closure_add(&closure, devices[i]);
    }
    closure_complete(&closure);
    for (unsigned i = 0; i < queue->len; i++) {
        const GPtrArray *known = g_hash_table_lookup(uses->by_device, queue->pdata[i]);

        for (unsigned j = 0; known != NULL && j < known->len; j++)
            g_ptr_array_add(list, use_for_list(&closure, known->pdata[j]));
    }
    g_ptr_array_sort(list, compare_uses);
    return list;
}
