/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An event loop for libvirt on a GMainContext and in a thread of its own. libvirt's default
 * implementation runs the process's default context, whose other sources belong to the program that
 * uses this library and must not be run in a foreign thread.
 *
 * libvirt keeps one implementation for the life of the process. If the program has registered
 * another one before, that one is used and this loop has nothing to do.
 */
#include "vm/libvirt/loop.h"

#include <glib-unix.h>
#include <pthread.h>
#include <signal.h>

#include "vm/libvirt/library.h"

/* Rounds that the loop makes after its last user has left, for cleanups that libvirt has put off.
 */
#define MAX_LAST_ROUNDS 1000

typedef struct {
    int id;
    int fd;           /* -1: a timer */
    int events;       /* of the descriptor */
    int frequency_ms; /* of the timer; below 0: it rests */
    virEventHandleCallback on_handle;
    virEventTimeoutCallback on_timeout;
    void *opaque;
    virFreeCallback free_opaque;
    GSource *source; /* NULL while it rests */
} Watch;

typedef struct {
    virFreeCallback func;
    void *opaque;
} Release;

static struct {
    GMutex mutex; /* of the members up to last_id */
    GMainContext *context;
    GHashTable *watches; /* id to Watch */
    int last_id;

    GMutex users_mutex; /* of the members below */
    unsigned n_users;
    GThread *thread;
    gint is_quitting; /* atomic */
} loop;

static GIOCondition
to_condition(int events)
{
    GIOCondition condition = 0;

    if (events & VIR_EVENT_HANDLE_READABLE)
        condition |= G_IO_IN;
    if (events & VIR_EVENT_HANDLE_WRITABLE)
        condition |= G_IO_OUT;
    if (events & VIR_EVENT_HANDLE_ERROR)
        condition |= G_IO_ERR;
    if (events & VIR_EVENT_HANDLE_HANGUP)
        condition |= G_IO_HUP;
    return condition;
}

static int
to_events(GIOCondition condition)
{
    int events = 0;

    if (condition & G_IO_IN)
        events |= VIR_EVENT_HANDLE_READABLE;
    if (condition & G_IO_OUT)
        events |= VIR_EVENT_HANDLE_WRITABLE;
    if (condition & (G_IO_ERR | G_IO_NVAL))
        events |= VIR_EVENT_HANDLE_ERROR;
    if (condition & G_IO_HUP)
        events |= VIR_EVENT_HANDLE_HANGUP;
    return events;
}

static void
clear_source(Watch *watch)
{
    if (watch->source == NULL)
        return;
    g_source_destroy(watch->source);
    g_clear_pointer(&watch->source, g_source_unref);
}

static void
watch_free(gpointer data)
{
    clear_source(data);
    g_free(data);
}

/* Sources name their watch by its id: a watch may be removed by another thread at any time. What
 * opaque points to stays until the loop's thread itself releases it. */
static gboolean
find_watch(gpointer id, Watch *ret_watch)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&loop.mutex);
    const Watch *watch = g_hash_table_lookup(loop.watches, id);

    if (watch == NULL)
        return FALSE;
    *ret_watch = *watch;
    return TRUE;
}

static gboolean
on_descriptor(int fd, GIOCondition condition, gpointer id)
{
    Watch watch;

    if (!find_watch(id, &watch))
        return G_SOURCE_REMOVE;
    watch.on_handle(watch.id, fd, to_events(condition), watch.opaque);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_timer(gpointer id)
{
    Watch watch;

    if (!find_watch(id, &watch))
        return G_SOURCE_REMOVE;
    watch.on_timeout(watch.id, watch.opaque);
    return G_SOURCE_CONTINUE;
}

/* Makes the source anew from what the watch now waits for. The mutex is held. */
static void
renew_source(Watch *watch)
{
    clear_source(watch);
    if (watch->fd >= 0 && watch->events != 0) {
        watch->source = g_unix_fd_source_new(watch->fd, to_condition(watch->events));
        g_source_set_callback(watch->source, (GSourceFunc) (void (*)(void)) on_descriptor,
                              GINT_TO_POINTER(watch->id), NULL);
    } else if (watch->fd < 0 && watch->frequency_ms >= 0) {
        watch->source = g_timeout_source_new((unsigned) watch->frequency_ms);
        g_source_set_callback(watch->source, on_timer, GINT_TO_POINTER(watch->id), NULL);
    }
    if (watch->source != NULL)
        g_source_attach(watch->source, loop.context);
}

static int
add_watch(const Watch *template)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&loop.mutex);
    Watch *watch = g_memdup2(template, sizeof *template);

    watch->id = ++loop.last_id;
    g_hash_table_insert(loop.watches, GINT_TO_POINTER(watch->id), watch);
    renew_source(watch);
    return watch->id;
}

static int
add_handle(int fd,
           int events,
           virEventHandleCallback callback,
           void *opaque,
           virFreeCallback free_opaque)
{
    Watch watch = {
        .fd = fd,
        .events = events,
        .on_handle = callback,
        .opaque = opaque,
        .free_opaque = free_opaque,
    };

    return add_watch(&watch);
}

static int
add_timeout(int frequency_ms,
            virEventTimeoutCallback callback,
            void *opaque,
            virFreeCallback free_opaque)
{
    Watch watch = {
        .fd = -1,
        .frequency_ms = frequency_ms,
        .on_timeout = callback,
        .opaque = opaque,
        .free_opaque = free_opaque,
    };

    return add_watch(&watch);
}

static void
update_watch(int id, int value)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&loop.mutex);
    Watch *watch = g_hash_table_lookup(loop.watches, GINT_TO_POINTER(id));

    if (watch == NULL)
        return;
    if (watch->fd >= 0)
        watch->events = value;
    else
        watch->frequency_ms = value;
    renew_source(watch);
}

static gboolean
on_release(gpointer data)
{
    Release *release = data;

    release->func(release->opaque);
    return G_SOURCE_REMOVE;
}

/* libvirt asks that opaque be freed outside of the call that removes the watch. */
static void
put_off_release(virFreeCallback func, void *opaque)
{
    g_autoptr(GSource) source = g_idle_source_new();
    Release *release = g_new(Release, 1);

    release->func = func;
    release->opaque = opaque;
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_release, release, g_free);
    g_source_attach(source, loop.context);
}

static int
remove_watch(int id)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&loop.mutex);
    const Watch *watch = g_hash_table_lookup(loop.watches, GINT_TO_POINTER(id));

    if (watch == NULL)
        return -1;
    if (watch->free_opaque != NULL)
        put_off_release(watch->free_opaque, watch->opaque);
    g_hash_table_remove(loop.watches, GINT_TO_POINTER(id));
    return 0;
}

/* Errors travel as return values; without this libvirt prints them to standard error. */
static void
ignore_error(void *user_data, virErrorPtr error)
{
}

static void
initialize_libvirt(void)
{
    static gsize is_done;

    if (!g_once_init_enter(&is_done))
        return;
    loop.context = g_main_context_new();
    loop.watches = g_hash_table_new_full(NULL, NULL, NULL, watch_free);
    hd_libvirt.virSetErrorFunc(NULL, ignore_error);
    hd_libvirt.virEventRegisterImpl(add_handle, update_watch, remove_watch, add_timeout,
                                    update_watch, remove_watch);
    hd_libvirt.virInitialize();
    g_once_init_leave(&is_done, 1);
}

void
hd_libvirt_block_signals(void)
{
    static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2,
                                  SIGALRM, SIGTERM, SIGCHLD, SIGWINCH};
    sigset_t set;

    sigemptyset(&set);
    for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaddset(&set, signals[i]);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static gpointer
run_loop(gpointer data)
{
    hd_libvirt_block_signals();
    while (!g_atomic_int_get(&loop.is_quitting))
        g_main_context_iteration(loop.context, TRUE);
    for (unsigned i = 0; i < MAX_LAST_ROUNDS; i++) {
        if (!g_main_context_iteration(loop.context, FALSE))
            break;
    }
    return NULL;
}

void
hd_libvirt_loop_ref(void)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = NULL;

    initialize_libvirt();
    locker = g_mutex_locker_new(&loop.users_mutex);
    if (loop.n_users++ > 0)
        return;
    g_atomic_int_set(&loop.is_quitting, FALSE);
    loop.thread = g_thread_new("hd-libvirt-loop", run_loop, NULL);
}

void
hd_libvirt_loop_unref(void)
{
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&loop.users_mutex);

    if (--loop.n_users > 0)
        return;
    g_atomic_int_set(&loop.is_quitting, TRUE);
    g_main_context_wakeup(loop.context);
    g_thread_join(g_steal_pointer(&loop.thread));
}
