/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One lane at a time takes the calls: a thread, its queue and its connection. A lane whose call has
 * missed its deadline is left alone; it ends when libvirt lets go of it.
 */
#include "vm/libvirt/worker.h"

#include "base/error.h"
#include "vm/libvirt/errors.h"
#include "vm/libvirt/loop.h"

#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_COUNT 5
#define TICK_MS 1000
#define CLOSE_TIMEOUT_MS 5000
/* Lanes of this process that may hang in libvirt before calls are refused. */
#define MAX_STUCK_LANES 16

typedef struct {
    gatomicrefcount ref_count; /* caller and lane */
    HdWorkerFunc func;         /* NULL: the lane's last job */
    gpointer data;
    GDestroyNotify free_data;
    GDestroyNotify free_result;

    GMutex mutex;
    GCond cond;
    gboolean is_done;
    gpointer result;
    GError *error;
} Job;

typedef struct {
    char *uri;
    virConnectPtr connection;
    GAsyncQueue *queue;
    gint is_stuck; /* atomic */
} Lane;

struct _HdWorker {
    char *uri;
    Lane *lane; /* NULL before the first call, and after one that missed its deadline */
    GThread *thread;
};

static gint n_stuck_lanes; /* atomic */

static Job *
job_new(const HdWorkerCall *call)
{
    Job *job = g_new0(Job, 1);

    g_atomic_ref_count_init(&job->ref_count);
    g_atomic_ref_count_inc(&job->ref_count);
    g_mutex_init(&job->mutex);
    g_cond_init(&job->cond);
    if (call != NULL) {
        job->func = call->func;
        job->data = call->data;
        job->free_data = call->free_data;
        job->free_result = call->free_result;
    }
    return job;
}

static void
job_unref(Job *job)
{
    if (!g_atomic_ref_count_dec(&job->ref_count))
        return;
    if (job->free_data != NULL)
        job->free_data(job->data);
    if (job->result != NULL && job->free_result != NULL)
        job->free_result(job->result);
    g_clear_error(&job->error);
    g_mutex_clear(&job->mutex);
    g_cond_clear(&job->cond);
    g_free(job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_unref)

static void
job_finish(Job *job, gpointer result, GError *error)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&job->mutex);

    job->result = result;
    job->error = error;
    job->is_done = TRUE;
    g_cond_signal(&job->cond);
}

static void
ignore_error(void *user_data, virErrorPtr error)
{
}

/* libvirt's own default is another service for each user, which knows nothing of the host's VMs; so
 * it counts only where the environment asks for it. */
static const char *
choose_uri(const char *uri)
{
    if (uri != NULL || g_getenv("LIBVIRT_DEFAULT_URI") != NULL)
        return uri;
    return "qemu:///system";
}

/* A connection that libvirt's service has closed, as when it was restarted, is opened again. */
static gboolean
ensure_connection(Lane *lane, GError **error)
{
    if (lane->connection != NULL && hd_libvirt.virConnectIsAlive(lane->connection) == 1)
        return TRUE;
    if (lane->connection != NULL)
        hd_libvirt.virConnectClose(g_steal_pointer(&lane->connection));
    lane->connection = hd_libvirt.virConnectOpen(choose_uri(lane->uri));
    if (lane->connection == NULL) {
        hd_libvirt_take_error(error, "connect to libvirt");
        return FALSE;
    }
    hd_libvirt.virConnSetErrorFunc(lane->connection, NULL, ignore_error);
    /* Drivers that live in this process have none, and need none. */
    hd_libvirt.virConnectSetKeepAlive(lane->connection, KEEPALIVE_INTERVAL_S, KEEPALIVE_COUNT);
    hd_libvirt.virResetLastError();
    return TRUE;
}

static void
lane_run(Lane *lane, Job *job)
{
    GError *error = NULL;
    gpointer result = NULL;

    if (ensure_connection(lane, &error))
        result = job->func(lane->connection, job->data, &error);
    hd_libvirt.virResetLastError();
    job_finish(job, result, error);
}

static gpointer
lane_thread(gpointer data)
{
    Lane *lane = data;
    gboolean is_last = FALSE;

    hd_libvirt_block_signals();
    hd_libvirt_loop_ref();
    while (!is_last) {
        g_autoptr(Job) job = g_async_queue_pop(lane->queue);

        is_last = job->func == NULL;
        if (!is_last) {
            lane_run(lane, job);
            continue;
        }
        if (lane->connection != NULL)
            hd_libvirt.virConnectClose(lane->connection);
        hd_libvirt_loop_unref();
        job_finish(job, NULL, NULL);
    }
    if (g_atomic_int_get(&lane->is_stuck))
        g_atomic_int_dec_and_test(&n_stuck_lanes);
    g_async_queue_unref(lane->queue);
    g_free(lane->uri);
    g_free(lane);
    return NULL;
}

static void
start_lane(HdWorker *worker)
{
    worker->lane = g_new0(Lane, 1);
    worker->lane->uri = g_strdup(worker->uri);
    worker->lane->queue = g_async_queue_new();
    worker->thread = g_thread_new("hd-libvirt", lane_thread, worker->lane);
}

/* Waits until the job is done or the deadline has passed. */
static gboolean
wait_for_job(Job *job, unsigned timeout_ms, const HdWorkerCall *call)
{
    gint64 now = g_get_monotonic_time();
    gint64 deadline = now + (gint64) timeout_ms * 1000;
    gint64 next_tick = now + TICK_MS * 1000;
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&job->mutex);

    while (!job->is_done && (now = g_get_monotonic_time()) < deadline) {
        if (call == NULL || call->tick == NULL) {
            g_cond_wait_until(&job->cond, &job->mutex, deadline);
        } else if (now < next_tick) {
            g_cond_wait_until(&job->cond, &job->mutex, MIN(deadline, next_tick));
        } else {
            g_mutex_unlock(&job->mutex);
            call->tick(call->tick_data);
            g_mutex_lock(&job->mutex);
            next_tick += TICK_MS * 1000;
        }
    }
    return job->is_done;
}

/* Tells the lane to end after the jobs that it has, and forgets it. */
static Job *
dismiss_lane(HdWorker *worker, GThread **ret_thread)
{
    Job *job = job_new(NULL);

    g_async_queue_push(worker->lane->queue, job);
    worker->lane = NULL;
    *ret_thread = g_steal_pointer(&worker->thread);
    return job;
}

static void
abandon_lane(HdWorker *worker)
{
    g_autoptr(Job) job = NULL;
    GThread *thread;

    g_atomic_int_inc(&n_stuck_lanes);
    g_atomic_int_set(&worker->lane->is_stuck, TRUE);
    job = dismiss_lane(worker, &thread);
    g_thread_unref(thread);
}

HdWorker *
hd_worker_new(const char *uri)
{
    HdWorker *worker = g_new0(HdWorker, 1);

    worker->uri = g_strdup(uri);
    return worker;
}

void
hd_worker_free(HdWorker *worker)
{
    if (worker == NULL)
        return;
    if (worker->lane != NULL) {
        GThread *thread;
        g_autoptr(Job) job = dismiss_lane(worker, &thread);

        if (wait_for_job(job, CLOSE_TIMEOUT_MS, NULL))
            g_thread_join(thread);
        else
            g_thread_unref(thread);
    }
    g_free(worker->uri);
    g_free(worker);
}

static gboolean
ensure_lane(HdWorker *worker, const char *action, GError **error)
{
    if (worker->lane != NULL)
        return TRUE;
    if (!hd_libvirt_load(error))
        return FALSE;
    if (g_atomic_int_get(&n_stuck_lanes) >= MAX_STUCK_LANES) {
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL, "look at the state of libvirt's service",
                     "cannot %s: libvirt has not answered %d earlier calls", action,
                     MAX_STUCK_LANES);
        return FALSE;
    }
    start_lane(worker);
    return TRUE;
}

gpointer
hd_worker_call(HdWorker *worker, const HdWorkerCall *call, GError **error)
{
    g_autoptr(Job) job = job_new(call);

    if (!ensure_lane(worker, call->action, error)) {
        job_unref(job); /* the lane's share */
        return NULL;
    }
    g_async_queue_push(worker->lane->queue, job);
    if (!wait_for_job(job, call->timeout_ms, call)) {
        abandon_lane(worker);
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL,
                     "look at the state of libvirt's service; it may still finish what was asked",
                     "cannot %s: libvirt has not answered within %u seconds", call->action,
                     call->timeout_ms / 1000);
        return NULL;
    }
    if (job->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&job->error));
        return NULL;
    }
    return g_steal_pointer(&job->result);
}
