/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's deadlines, and the event loop below it.
 */
#include <fcntl.h>
#include <hostdev/error.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "vm/libvirt/loop.h"
#include "vm/libvirt/worker.h"

#define LONG_MS 60000

/* A call that lasts until it is let go, as when libvirt hangs. */
typedef struct {
    gatomicrefcount ref_count;
    GMutex mutex;
    GCond cond;
    gboolean may_return;
    gboolean has_returned;
} Gate;

static unsigned n_results_freed;
static unsigned n_gates;

static Gate *
gate_new(void)
{
    Gate *gate = g_new0(Gate, 1);

    g_atomic_ref_count_init(&gate->ref_count);
    g_mutex_init(&gate->mutex);
    g_cond_init(&gate->cond);
    g_atomic_int_inc(&n_gates);
    return gate;
}

static void
gate_unref(gpointer data)
{
    Gate *gate = data;

    if (!g_atomic_ref_count_dec(&gate->ref_count))
        return;
    g_mutex_clear(&gate->mutex);
    g_cond_clear(&gate->cond);
    g_free(gate);
    g_atomic_int_add(&n_gates, -1);
}

static Gate *
gate_ref(Gate *gate)
{
    g_atomic_ref_count_inc(&gate->ref_count);
    return gate;
}

static void
gate_open(Gate *gate)
{
    g_mutex_lock(&gate->mutex);
    gate->may_return = TRUE;
    g_cond_broadcast(&gate->cond);
    g_mutex_unlock(&gate->mutex);
}

static gpointer
pass_gate(virConnectPtr connection, gpointer data, GError **error)
{
    Gate *gate = data;

    g_mutex_lock(&gate->mutex);
    while (!gate->may_return)
        g_cond_wait(&gate->cond, &gate->mutex);
    gate->has_returned = TRUE;
    g_cond_broadcast(&gate->cond);
    g_mutex_unlock(&gate->mutex);
    return g_strdup("late");
}

static void
free_result(gpointer result)
{
    g_free(result);
    g_atomic_int_inc(&n_results_freed);
}

static gpointer
get_uri(virConnectPtr connection, gpointer data, GError **error)
{
    char *uri = virConnectGetURI(connection);
    char *copy = g_strdup(uri);

    free(uri);
    return copy;
}

static gpointer
fail(virConnectPtr connection, gpointer data, GError **error)
{
    hd_error_set(error, HD_ERROR_EXISTS, NULL, NULL, "as told");
    return NULL;
}

static void
assert_works(HdWorker *worker)
{
    const HdWorkerCall call = {
        .func = get_uri,
        .free_result = g_free,
        .timeout_ms = LONG_MS,
        .action = "ask",
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = hd_worker_call(worker, &call, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(uri, ==, "test:///default");
}

static void
test_call(void)
{
    const HdWorkerCall failing = {.func = fail, .timeout_ms = LONG_MS, .action = "fail"};
    HdWorker *worker = hd_worker_new("test:///default");
    g_autoptr(GError) error = NULL;

    assert_works(worker);
    g_assert_null(hd_worker_call(worker, &failing, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_EXISTS);
    assert_works(worker);
    hd_worker_free(worker);
}

static void
test_deadline(void)
{
    HdWorker *worker = hd_worker_new("test:///default");
    Gate *gate = gate_new();
    const HdWorkerCall call = {
        .func = pass_gate,
        .data = gate_ref(gate),
        .free_data = gate_unref,
        .free_result = free_result,
        .timeout_ms = 1,
        .action = "pass the gate",
    };
    g_autoptr(GError) error = NULL;

    g_atomic_int_set(&n_results_freed, 0);
    assert_works(worker);
    g_assert_null(hd_worker_call(worker, &call, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_nonnull(strstr(error->message, "cannot pass the gate"));
    g_assert_nonnull(hd_error_get_hint(error));
    /* The hanging call stands in nobody's way. */
    assert_works(worker);
    hd_worker_free(worker);

    gate_open(gate);
    gate_unref(gate);
    /* What the late call held and returned is freed by its own thread. */
    while (g_atomic_int_get(&n_gates) > 0 || g_atomic_int_get(&n_results_freed) == 0)
        g_usleep(1000);
    g_assert_cmpuint(g_atomic_int_get(&n_results_freed), ==, 1);
}

static void
test_free_while_stuck(void)
{
    HdWorker *worker = hd_worker_new("test:///default");
    Gate *gate = gate_new();
    HdWorkerCall call = {
        .func = pass_gate,
        .free_data = gate_unref,
        .free_result = free_result,
        .timeout_ms = 1,
        .action = "pass the gate",
    };
    unsigned n_refused = 0;

    /* Threads that hang are bounded: after some, calls are refused at once. */
    for (unsigned i = 0; i < 20; i++) {
        g_autoptr(GError) error = NULL;

        call.data = gate_ref(gate);
        g_assert_null(hd_worker_call(worker, &call, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
        n_refused += strstr(error->message, "earlier calls") != NULL;
    }
    /* One more where a thread of the test before has not quite ended. */
    g_assert_cmpuint(n_refused, >=, 4);
    g_assert_cmpuint(n_refused, <, 20);
    hd_worker_free(worker);
    gate_open(gate);
    gate_unref(gate);
    while (g_atomic_int_get(&n_gates) > 0)
        g_usleep(1000);
}

static void
open_gate(gpointer data)
{
    gate_open(data);
}

static void
test_tick(void)
{
    HdWorker *worker = hd_worker_new("test:///default");
    Gate *gate = gate_new();
    const HdWorkerCall call = {
        .func = pass_gate,
        .data = gate_ref(gate),
        .free_data = gate_unref,
        .free_result = free_result,
        .timeout_ms = LONG_MS,
        .action = "pass the gate",
        .tick = open_gate,
        .tick_data = gate,
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *result = hd_worker_call(worker, &call, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(result, ==, "late");
    hd_worker_free(worker);
    gate_unref(gate);
}

typedef struct {
    GMutex mutex;
    GCond cond;
    unsigned n_handles;
    unsigned n_timeouts;
    unsigned n_freed;
    GThread *thread;
} Seen;

static void
note(Seen *seen, unsigned *counter)
{
    g_mutex_lock(&seen->mutex);
    seen->thread = g_thread_self();
    (*counter)++;
    g_cond_broadcast(&seen->cond);
    g_mutex_unlock(&seen->mutex);
}

static void
wait_until(Seen *seen, const unsigned *counter, unsigned value)
{
    g_mutex_lock(&seen->mutex);
    while (*counter < value)
        g_cond_wait(&seen->cond, &seen->mutex);
    g_mutex_unlock(&seen->mutex);
}

static void
on_handle(int watch, int fd, int events, void *opaque)
{
    Seen *seen = opaque;
    char byte;

    g_assert_cmpint(events & VIR_EVENT_HANDLE_READABLE, !=, 0);
    g_assert_cmpint(read(fd, &byte, 1), ==, 1);
    note(seen, &seen->n_handles);
}

static void
on_timeout(int timer, void *opaque)
{
    Seen *seen = opaque;

    virEventUpdateTimeout(timer, -1);
    note(seen, &seen->n_timeouts);
}

static void
on_free(void *opaque)
{
    Seen *seen = opaque;

    note(seen, &seen->n_freed);
}

static void
test_loop(void)
{
    Seen seen = {.n_handles = 0};
    int fds[2];
    int handle;
    int timer;

    g_mutex_init(&seen.mutex);
    g_cond_init(&seen.cond);
    g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
    g_assert_true(hd_libvirt_load(NULL));
    hd_libvirt_loop_ref();
    hd_libvirt_loop_ref();
    hd_libvirt_loop_unref();

    handle = virEventAddHandle(fds[0], 0, on_handle, &seen, on_free);
    g_assert_cmpint(handle, >, 0);
    g_assert_cmpint(write(fds[1], "ab", 2), ==, 2);
    virEventUpdateHandle(handle, VIR_EVENT_HANDLE_READABLE);
    wait_until(&seen, &seen.n_handles, 2);
    g_assert_true(seen.thread != g_thread_self());

    timer = virEventAddTimeout(-1, on_timeout, &seen, on_free);
    g_assert_cmpint(timer, >, 0);
    virEventUpdateTimeout(timer, 0);
    wait_until(&seen, &seen.n_timeouts, 1);
    virEventUpdateTimeout(timer, 1);
    wait_until(&seen, &seen.n_timeouts, 2);

    g_assert_cmpint(virEventRemoveHandle(handle), ==, 0);
    g_assert_cmpint(virEventRemoveTimeout(timer), ==, 0);
    wait_until(&seen, &seen.n_freed, 2);
    g_assert_cmpint(virEventRemoveTimeout(timer), ==, -1);
    virEventUpdateTimeout(timer, 0);
    /* Nothing of it has touched the context that belongs to the program. */
    g_assert_false(g_main_context_pending(NULL));
    hd_libvirt_loop_unref();

    /* It can be used again after its last user has left. */
    hd_libvirt_loop_ref();
    timer = virEventAddTimeout(0, on_timeout, &seen, on_free);
    wait_until(&seen, &seen.n_timeouts, 3);
    g_assert_cmpint(virEventRemoveTimeout(timer), ==, 0);
    hd_libvirt_loop_unref();
    g_assert_cmpuint(seen.n_freed, ==, 3);

    close(fds[0]);
    close(fds[1]);
    g_mutex_clear(&seen.mutex);
    g_cond_clear(&seen.cond);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vm/worker/call", test_call);
    g_test_add_func("/vm/worker/deadline", test_deadline);
    g_test_add_func("/vm/worker/free-while-stuck", test_free_while_stuck);
    g_test_add_func("/vm/worker/tick", test_tick);
    g_test_add_func("/vm/worker/loop", test_loop);
    return g_test_run();
}
