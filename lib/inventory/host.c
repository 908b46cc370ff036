/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHost: taking a snapshot, and what can be asked of it. All answers come from memory.
 */
#include <hostdev/host.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "inventory/builder.h"

#define DETAILS_TIMEOUT_MS 20000

static guint64
next_generation(void)
{
    static atomic_uint_fast64_t generation;

    return (guint64) atomic_fetch_add(&generation, 1) + 1;
}

static HdHost *
host_alloc(HdTree *tree, HdHostFlags flags)
{
    HdHost *host = g_new0(HdHost, 1);

    g_atomic_ref_count_init(&host->references);
    host->arena = hd_arena_new();
    host->flags = flags;
    host->is_live = hd_tree_is_live(tree);
    host->generation = next_generation();
    host->seed = g_random_int();
    return host;
}

static void
builder_init(HdBuilder *builder, HdTree *tree, HdHost *host)
{
    *builder = (HdBuilder){
        .tree = tree,
        .host = host,
        .arena = host->arena,
        .devices = g_ptr_array_new(),
        .parent_paths = g_hash_table_new_full(NULL, NULL, NULL, g_free),
        .host_notes = g_string_new(NULL),
        .has_details = (host->flags & HD_HOST_LOAD_DETAILS) != 0,
    };
}

static void
builder_clear(HdBuilder *builder)
{
    g_ptr_array_unref(builder->devices);
    g_hash_table_unref(builder->parent_paths);
    g_clear_pointer(&builder->mdev_parents, g_hash_table_unref);
    g_clear_pointer(&builder->fc_hosts, g_hash_table_unref);
    g_clear_pointer(&builder->virtual_functions, g_hash_table_unref);
    g_clear_pointer(&builder->orphans, g_hash_table_unref);
    g_clear_pointer(&builder->disks, g_hash_table_unref);
    g_clear_pointer(&builder->partitions, g_array_unref);
    g_string_free(builder->host_notes, TRUE);
    g_clear_pointer(&builder->dir, hd_tree_dir_close);
}

static void
add_root(HdBuilder *builder)
{
    HdDevice *root = hd_builder_add(builder, HD_KIND_SYSTEM, &(HdEntry){.path = ""}, 0);

    root->name = "computer";
    builder->host->root = root;
}

static void
scan(HdBuilder *builder)
{
    add_root(builder);
    hd_scan_pci(builder);
    hd_scan_usb(builder);
    hd_scan_scsi(builder);
    hd_scan_net(builder);
    hd_scan_block(builder);
    hd_scan_drm(builder);
    hd_scan_mdev(builder);
    hd_builder_link(builder);
    if (builder->host_notes->len > 0)
        builder->host->notes = hd_arena_strdup(builder->arena, builder->host_notes->str);
}

HdHost *
hd_host_new_for_tree(HdTree *tree, HdHostFlags flags, GError **error)
{
    g_autofree HdBuilder *builder = NULL;
    g_autoptr(HdHost) host = NULL;
    g_autoptr(HdTreeDir) bus = hd_tree_open_dir(tree, "sys/bus");
    int reason = errno;
    g_autoptr(HdTreeDir) class = hd_tree_open_dir(tree, "sys/class");

    if (bus == NULL && class == NULL && hd_tree_is_live(tree)) {
        hd_error_set_errno(error, reason, NULL, "sysfs cannot be read");
        return NULL;
    }
    host = host_alloc(tree, flags);
    builder = g_new(HdBuilder, 1);
    builder_init(builder, tree, host);
    if (bus == NULL && class == NULL)
        hd_builder_note_host(builder, "'/sys/bus' and '/sys/class' are missing.");
    scan(builder);
    builder_clear(builder);
    if (hd_tree_get_exhaustion(tree) != 0) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, "raise the limit of open files, or free memory",
                     "the host cannot be read whole: %s", g_strerror(hd_tree_get_exhaustion(tree)));
        return NULL;
    }
    hd_arena_seal(host->arena);
    return g_steal_pointer(&host);
}

static HdHost *
new_live(HdHostFlags flags, GError **error)
{
    g_autoptr(HdTree) tree = hd_tree_new_live(error);

    return tree != NULL ? hd_host_new_for_tree(tree, flags, error) : NULL;
}

/* A snapshot under way in a worker; whoever lets go last frees it. */
typedef struct {
    HdHostFlags flags;
    GMutex lock;
    GCond done_cond;
    gboolean is_done;
    HdHost *host;
    GError *error;
} Job;

static void
job_clear(gpointer data)
{
    Job *job = data;

    hd_host_unref(job->host);
    g_clear_error(&job->error);
    g_mutex_clear(&job->lock);
    g_cond_clear(&job->done_cond);
}

static gpointer
run_job(gpointer data)
{
    Job *job = data;
    GError *error = NULL;
    HdHost *host = new_live(job->flags, &error);

    g_mutex_lock(&job->lock);
    job->host = host;
    job->error = error;
    job->is_done = TRUE;
    g_cond_signal(&job->done_cond);
    g_mutex_unlock(&job->lock);
    g_atomic_rc_box_release_full(job, job_clear);
    return NULL;
}

static HdHost *
wait_for_job(Job *job, unsigned timeout_ms, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&job->lock);

    while (!job->is_done && g_cond_wait_until(&job->done_cond, &job->lock, deadline))
        continue;
    if (!job->is_done) {
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL, "see the kernel's messages",
                     "the kernel has not told the details of all devices after %u ms; a driver may "
                     "not be letting go of its device",
                     timeout_ms);
        return NULL;
    }
    if (job->error != NULL)
        g_propagate_error(error, g_steal_pointer(&job->error));
    return g_steal_pointer(&job->host);
}

HdHost *
hd_host_new_bounded(HdHostFlags flags, unsigned timeout_ms, GError **error)
{
    Job *job = g_atomic_rc_box_new0(Job);
    g_autoptr(GThread) worker = NULL;
    HdHost *host = NULL;

    job->flags = flags;
    g_mutex_init(&job->lock);
    g_cond_init(&job->done_cond);
    worker = g_thread_try_new("hd-snapshot", run_job, g_atomic_rc_box_acquire(job), error);
    if (worker != NULL) {
        host = wait_for_job(job, timeout_ms, error);
    } else {
        hd_error_adopt(error, HD_ERROR_FAILED);
        g_atomic_rc_box_release_full(job, job_clear);
    }
    g_atomic_rc_box_release_full(job, job_clear);
    return host;
}

/* Some of the details are read under the device's lock, which a driver that does not let go of its
 * device holds for as long as it likes. */
HdHost *
hd_host_new(HdHostFlags flags, GError **error)
{
    if ((flags & HD_HOST_LOAD_DETAILS) != 0)
        return hd_host_new_bounded(flags, DETAILS_TIMEOUT_MS, error);
    return new_live(flags, error);
}

HdHost *
hd_host_new_for_path(const char *path, HdHostFlags flags, GError **error)
{
    g_autoptr(HdTree) tree = NULL;

    g_return_val_if_fail(path != NULL, NULL);
    tree = hd_tree_new_for_path(path, error);
    return tree != NULL ? hd_host_new_for_tree(tree, flags, error) : NULL;
}

gboolean
hd_host_record(const char *source, int fd, gboolean mask, GError **error)
{
    g_autoptr(HdTree) tree = source != NULL ? hd_tree_new_for_path(source, error)
                                            : hd_tree_new_live(error);
    g_autoptr(HdHost) host = NULL;

    g_return_val_if_fail(fd >= 0, FALSE);
    if (tree == NULL)
        return FALSE;
    hd_tree_start_recording(tree);
    host = hd_host_new_for_tree(tree, HD_HOST_LOAD_DETAILS, error);
    return host != NULL && hd_tree_write_recording(tree, fd, mask, error);
}

HdHost *
hd_host_ref(HdHost *host)
{
    g_return_val_if_fail(host != NULL, NULL);
    g_atomic_ref_count_inc(&host->references);
    return host;
}

void
hd_host_unref(HdHost *host)
{
    if (host == NULL || !g_atomic_ref_count_dec(&host->references))
        return;
    hd_arena_free(host->arena);
    g_free(host);
}

guint64
hd_host_get_generation(const HdHost *host)
{
    g_return_val_if_fail(host != NULL, 0);
    return host->generation;
}

gboolean
hd_host_has_details(const HdHost *host)
{
    g_return_val_if_fail(host != NULL, FALSE);
    return (host->flags & HD_HOST_LOAD_DETAILS) != 0;
}

gboolean
hd_host_is_live(const HdHost *host)
{
    g_return_val_if_fail(host != NULL, FALSE);
    return host->is_live;
}

const char *
hd_host_get_notes(const HdHost *host)
{
    g_return_val_if_fail(host != NULL, NULL);
    return host->notes;
}

const HdDevice *
hd_host_get_root(const HdHost *host)
{
    g_return_val_if_fail(host != NULL, NULL);
    return host->root;
}

const HdDevice *const *
hd_host_get_devices(const HdHost *host, unsigned *ret_n)
{
    g_return_val_if_fail(host != NULL && ret_n != NULL, NULL);
    *ret_n = host->n_devices;
    return (const HdDevice *const *) host->devices;
}

const int *
hd_host_get_iommu_groups(const HdHost *host, unsigned *ret_n)
{
    g_return_val_if_fail(host != NULL && ret_n != NULL, NULL);
    *ret_n = host->n_groups;
    return host->groups;
}

static int
compare_ints(gconstpointer a, gconstpointer b)
{
    int one = *(const int *) a;
    int other = *(const int *) b;

    return (one > other) - (one < other);
}

const HdDevice *const *
hd_host_get_group_devices(const HdHost *host, int group, unsigned *ret_n)
{
    const int *found = NULL;
    gsize i;

    g_return_val_if_fail(host != NULL && ret_n != NULL, NULL);
    if (host->n_groups > 0)
        found = bsearch(&group, host->groups, host->n_groups, sizeof(int), compare_ints);
    *ret_n = 0;
    if (found == NULL)
        return NULL;
    i = (gsize) (found - host->groups);
    *ret_n = host->group_starts[i + 1] - host->group_starts[i];
    return host->group_devices + host->group_starts[i];
}
