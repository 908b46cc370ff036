/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt's detach call returns success when the guest has been asked. Whether the device is gone
 * is told by an event, and by the running VM's definition:
 *
 *  1. find the device in the running definition; not there: done
 *  2. subscribe to the events, since they may come before the call returns
 *  3. ask
 *  4. wait for an event, and look into the definition up to once a second in case events do not
 *     come: the connection may have been lost, and the driver may have none
 *  5. ask again every ten seconds: a guest that is still taking the device in, or booting, drops
 *     the request (Linux ignores a slot's attention button while it powers the slot on), and QEMU
 *     itself refuses a second request for the five seconds that the guest may take to answer
 */
#include "vm/libvirt/detach.h"

#include <string.h>

#include "base/error.h"
#include "vm/libvirt/calls.h"
#include "vm/libvirt/errors.h"
#include "vm/libvirt/loop.h"

/* The first looks follow each other closely: most guests answer at once. */
#define FIRST_POLL_MS 50
#define POLL_MS 1000
#define TICK_MS 1000
#define QUERY_TIMEOUT_MS 10000
#define REPEAT_MS 10000
/* libvirt itself waits for the guest, 5 to 10 seconds, before the call returns. */
#define ASK_EXTRA_MS 60000

typedef enum {
    ANSWER_NONE,
    ANSWER_REMOVED,
    ANSWER_REFUSED,
} Answer;

/* Shared by the caller, the worker's calls and the event callbacks, each of which may be the last
 * to let go of it. */
typedef struct {
    gatomicrefcount ref_count;
    HdRequest *request;
    HdHostdev *hostdev;

    int removed_id; /* -1: none; set before connection */
    int refused_id;

    GMutex mutex;             /* of the members below */
    virConnectPtr connection; /* a reference on the one with the callbacks; NULL without them */
    gboolean is_left;         /* the caller has given up */
    GCond cond;
    char *alias;
    Answer answer;
} Unplug;

typedef struct {
    const HdVmWait *wait;
    gint64 started;
    unsigned next_tick_ms;
    unsigned next_request_ms;
} Clock;

enum {
    RESULT_PENDING = 1,
    RESULT_GONE,
};

static Unplug *
unplug_new(const char *vm, const HdHostdev *hostdev)
{
    g_autofree char *description = hd_hostdev_dup_description(hostdev);
    g_autofree char *verb = g_strdup_printf("take %s from", description);
    Unplug *unplug = g_new0(Unplug, 1);

    g_atomic_ref_count_init(&unplug->ref_count);
    g_mutex_init(&unplug->mutex);
    g_cond_init(&unplug->cond);
    unplug->request = hd_request_new(vm, verb);
    unplug->request->scope = HD_VM_SCOPE_LIVE;
    unplug->hostdev = hd_hostdev_copy(hostdev);
    unplug->removed_id = -1;
    unplug->refused_id = -1;
    return unplug;
}

static Unplug *
unplug_ref(Unplug *unplug)
{
    g_atomic_ref_count_inc(&unplug->ref_count);
    return unplug;
}

static void
unplug_unref(gpointer data)
{
    Unplug *unplug = data;

    if (!g_atomic_ref_count_dec(&unplug->ref_count))
        return;
    hd_request_free(unplug->request);
    hd_hostdev_free(unplug->hostdev);
    g_mutex_clear(&unplug->mutex);
    g_cond_clear(&unplug->cond);
    g_free(unplug->alias);
    g_free(unplug);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unplug, unplug_unref)

static void
take_answer(Unplug *unplug, const char *alias, Answer answer)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&unplug->mutex);

    if (g_strcmp0(alias, unplug->alias) != 0 || unplug->answer == ANSWER_REMOVED)
        return;
    unplug->answer = answer;
    g_cond_signal(&unplug->cond);
}

static void
on_removed(virConnectPtr connection, virDomainPtr domain, const char *alias, void *data)
{
    take_answer(data, alias, ANSWER_REMOVED);
}

static void
on_refused(virConnectPtr connection, virDomainPtr domain, const char *alias, void *data)
{
    take_answer(data, alias, ANSWER_REFUSED);
}

static int
subscribe_one(virDomain *domain,
              int event,
              virConnectDomainEventGenericCallback callback,
              Unplug *unplug)
{
    int id = hd_libvirt.virConnectDomainEventRegisterAny(hd_libvirt.virDomainGetConnect(domain),
                                                         domain, event, callback,
                                                         unplug_ref(unplug), unplug_unref);

    if (id < 0)
        unplug_unref(unplug);
    return id;
}

static void
subscribe(virConnectPtr connection, virDomain *domain, Unplug *unplug)
{
    unplug->removed_id = subscribe_one(domain, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_removed), unplug);
    unplug->refused_id = subscribe_one(domain, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_refused), unplug);
    hd_libvirt.virConnectRef(connection);
    g_mutex_lock(&unplug->mutex);
    unplug->connection = connection;
    g_mutex_unlock(&unplug->mutex);
}

/* Whoever gets the connection ends the subscription. */
static virConnectPtr
steal_connection(Unplug *unplug)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&unplug->mutex);

    return g_steal_pointer(&unplug->connection);
}

static void
end_subscription(Unplug *unplug, virConnectPtr connection)
{
    if (unplug->removed_id >= 0)
        hd_libvirt.virConnectDomainEventDeregisterAny(connection, unplug->removed_id);
    if (unplug->refused_id >= 0)
        hd_libvirt.virConnectDomainEventDeregisterAny(connection, unplug->refused_id);
    hd_libvirt.virConnectClose(connection);
}

static gpointer
unsubscribe(virConnectPtr connection, gpointer data, GError **error)
{
    Unplug *unplug = data;
    virConnectPtr subscribed = steal_connection(unplug);

    if (subscribed != NULL)
        end_subscription(unplug, subscribed);
    return GINT_TO_POINTER(TRUE);
}

static gpointer
unsubscribe_late(gpointer data)
{
    g_autoptr(Unplug) unplug = data;
    virConnectPtr subscribed = steal_connection(unplug);

    hd_libvirt_block_signals();
    hd_libvirt_loop_ref();
    if (subscribed != NULL)
        end_subscription(unplug, subscribed);
    hd_libvirt_loop_unref();
    return NULL;
}

/* When the worker could not end the subscription, libvirt hangs or its service is gone, and even
 * this may block. The callbacks keep the connection open, so it must be done some time. */
static void
leave(Unplug *unplug)
{
    gboolean is_subscribed;

    g_mutex_lock(&unplug->mutex);
    unplug->is_left = TRUE;
    is_subscribed = unplug->connection != NULL;
    g_mutex_unlock(&unplug->mutex);
    if (is_subscribed)
        g_thread_unref(g_thread_new("hd-libvirt-late", unsubscribe_late, unplug_ref(unplug)));
}

/* The element of the device in the running definition, NULL without an error when it is gone. */
static char *
find_element(virDomain *domain, const Unplug *unplug, char **ret_alias, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autofree char *xml = hd_libvirt_read_xml(domain, unplug->request, &local_error);
    g_autoptr(HdHostdev) found = NULL;
    char *element = NULL;

    if (xml != NULL)
        element = hd_domain_xml_dup_element(xml, unplug->hostdev, &found, &local_error);
    if (element != NULL && ret_alias != NULL)
        *ret_alias = g_steal_pointer(&found->alias);
    /* NOT_FOUND is either: the VM does not run, or it does not have the device. */
    if (element == NULL && !g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
        g_propagate_error(error, g_steal_pointer(&local_error));
    return element;
}

static gpointer
poll_device(virConnectPtr connection, gpointer data, GError **error)
{
    const Unplug *unplug = data;
    g_autoptr(GError) local_error = NULL;
    g_autoptr(virDomain)
        domain = hd_libvirt_lookup_domain(connection, unplug->request, &local_error);
    g_autofree char *element = domain != NULL ? find_element(domain, unplug, NULL, &local_error)
                                              : NULL;

    if (element != NULL)
        return GINT_TO_POINTER(RESULT_PENDING);
    if (local_error == NULL || g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
        return GINT_TO_POINTER(RESULT_GONE);
    g_propagate_error(error, g_steal_pointer(&local_error));
    return NULL;
}

/* Its failure says nothing: the request before may still be open, or the device just gone. */
static gpointer
ask_again(virConnectPtr connection, gpointer data, GError **error)
{
    const Unplug *unplug = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, unplug->request, NULL);
    g_autofree char *element = domain != NULL ? find_element(domain, unplug, NULL, NULL) : NULL;

    if (element != NULL &&
        hd_libvirt.virDomainDetachDeviceFlags(domain, element, VIR_DOMAIN_AFFECT_LIVE) < 0)
        hd_libvirt.virResetLastError();
    return poll_device(connection, data, error);
}

/* What the detach call's failure means: an earlier request of the same kind is what we want too,
 * and the device may have gone in between. */
static gpointer
judge_failure(virConnectPtr connection, Unplug *unplug, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    gpointer result;

    hd_libvirt_take_error(&local_error, unplug->request->action);
    if (strstr(hd_error_get_details(local_error), "already in the process of unplug") != NULL)
        return GINT_TO_POINTER(RESULT_PENDING);
    result = poll_device(connection, unplug, NULL);
    if (GPOINTER_TO_INT(result) == RESULT_GONE)
        return result;
    unsubscribe(connection, unplug, NULL);
    g_propagate_error(error, g_steal_pointer(&local_error));
    return NULL;
}

static gpointer
ask_domain(virConnectPtr connection, virDomain *domain, Unplug *unplug, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autofree char *alias = NULL;
    g_autofree char *element = find_element(domain, unplug, &alias, &local_error);

    if (local_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return NULL;
    }
    if (element == NULL)
        return GINT_TO_POINTER(RESULT_GONE);
    g_mutex_lock(&unplug->mutex);
    unplug->alias = g_steal_pointer(&alias);
    g_mutex_unlock(&unplug->mutex);
    subscribe(connection, domain, unplug);
    if (hd_libvirt.virDomainDetachDeviceFlags(domain, element, VIR_DOMAIN_AFFECT_LIVE) < 0)
        return judge_failure(connection, unplug, error);
    return poll_device(connection, unplug, NULL) == GINT_TO_POINTER(RESULT_GONE)
               ? GINT_TO_POINTER(RESULT_GONE)
               : GINT_TO_POINTER(RESULT_PENDING);
}

static gpointer
ask(virConnectPtr connection, gpointer data, GError **error)
{
    Unplug *unplug = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, unplug->request, error);
    gpointer result = domain != NULL ? ask_domain(connection, domain, unplug, error) : NULL;
    gboolean is_left;

    g_mutex_lock(&unplug->mutex);
    is_left = unplug->is_left;
    g_mutex_unlock(&unplug->mutex);
    if (is_left)
        unsubscribe(connection, unplug, NULL);
    return result;
}

static unsigned
clock_get_waited_ms(const Clock *clock)
{
    return (unsigned) ((g_get_monotonic_time() - clock->started) / 1000);
}

/* Tells the caller how long it has lasted, unless that was done less than a second ago. */
static void
clock_tick(gpointer data)
{
    Clock *clock = data;
    unsigned waited_ms = clock_get_waited_ms(clock);

    if (clock->wait->wait == NULL || waited_ms < clock->next_tick_ms)
        return;
    clock->next_tick_ms = waited_ms + TICK_MS;
    clock->wait->wait(waited_ms, clock->wait->user_data);
}

static int
call_worker(HdWorker *worker,
            Unplug *unplug,
            HdWorkerFunc func,
            const HdWorkerCall *base,
            GError **error)
{
    HdWorkerCall call = *base;

    call.func = func;
    call.data = unplug_ref(unplug);
    call.free_data = unplug_unref;
    call.action = unplug->request->action;
    return GPOINTER_TO_INT(hd_worker_call(worker, &call, error));
}

/* Looks whether the device has gone; every now and then, asks for it once more. */
static int
look(HdWorker *worker, Unplug *unplug, Clock *clock, GError **error)
{
    const HdWorkerCall query = {
        .timeout_ms = QUERY_TIMEOUT_MS,
        .tick = clock_tick,
        .tick_data = clock,
    };
    HdWorkerCall request = query;

    if (clock_get_waited_ms(clock) < clock->next_request_ms)
        return call_worker(worker, unplug, poll_device, &query, error);
    clock->next_request_ms = clock_get_waited_ms(clock) + REPEAT_MS;
    request.timeout_ms += ASK_EXTRA_MS;
    return call_worker(worker, unplug, ask_again, &request, error);
}

static Answer
wait_for_answer(Unplug *unplug, unsigned timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * 1000;
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&unplug->mutex);

    while (unplug->answer == ANSWER_NONE &&
           g_cond_wait_until(&unplug->cond, &unplug->mutex, deadline))
        continue;
    return unplug->answer;
}

static void
set_timeout_error(GError **error, const Unplug *unplug, unsigned waited_ms, const GError *cause)
{
    GError *made = NULL;

    hd_error_set(&made, HD_ERROR_TIMEOUT, NULL,
                 "the request stays open: the device goes when the guest answers, or when the VM "
                 "is reset or shut down; then ask again",
                 "cannot %s: the guest has not answered within %u seconds", unplug->request->action,
                 waited_ms / 1000);
    if (cause != NULL)
        hd_error_add_details(made, cause->message);
    g_propagate_error(error, made);
}

static gboolean
wait_for_guest(HdWorker *worker, Unplug *unplug, Clock *clock, GError **error)
{
    g_autoptr(GError) poll_error = NULL;

    for (unsigned poll_ms = FIRST_POLL_MS;; poll_ms = MIN(poll_ms * 2, POLL_MS)) {
        unsigned waited_ms = clock_get_waited_ms(clock);
        unsigned timeout_ms = clock->wait->timeout_ms;
        unsigned left_ms = timeout_ms > waited_ms ? timeout_ms - waited_ms : 0;
        Answer answer = wait_for_answer(unplug, MIN(left_ms, poll_ms));
        int result;

        if (answer == ANSWER_REFUSED) {
            hd_error_set(error, HD_ERROR_GUEST_REFUSED, NULL,
                         "stop what uses the device in the guest, or shut the VM down",
                         "cannot %s: the guest refused to release it", unplug->request->action);
            return FALSE;
        }
        /* Also after the event: libvirt answers when it has given the device back to the host. */
        g_clear_error(&poll_error);
        result = look(worker, unplug, clock, &poll_error);
        if (result == RESULT_GONE || answer == ANSWER_REMOVED)
            return TRUE;
        if (clock_get_waited_ms(clock) >= timeout_ms) {
            set_timeout_error(error, unplug, timeout_ms, poll_error);
            return FALSE;
        }
        clock_tick(clock);
    }
}

gboolean
hd_libvirt_detach_live(HdWorker *worker,
                       const char *vm,
                       const HdHostdev *hostdev,
                       const HdVmWait *wait,
                       GError **error)
{
    static const HdWorkerCall end = {.timeout_ms = QUERY_TIMEOUT_MS};
    g_autoptr(Unplug) unplug = unplug_new(vm, hostdev);
    Clock clock = {
        .wait = wait,
        .started = g_get_monotonic_time(),
        .next_request_ms = REPEAT_MS,
    };
    HdWorkerCall begin = {
        .timeout_ms = MIN(wait->timeout_ms, G_MAXUINT - ASK_EXTRA_MS) + ASK_EXTRA_MS,
        .tick = clock_tick,
        .tick_data = &clock,
    };
    gboolean is_gone = FALSE;

    switch (call_worker(worker, unplug, ask, &begin, error)) {
    case RESULT_GONE:
        is_gone = TRUE;
        call_worker(worker, unplug, unsubscribe, &end, NULL);
        break;
    case RESULT_PENDING:
        is_gone = wait_for_guest(worker, unplug, &clock, error);
        call_worker(worker, unplug, unsubscribe, &end, NULL);
        break;
    default:
        break;
    }
    leave(unplug);
    return is_gone;
}
