/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdMonitor: device events, waiting for the end of a burst, and one snapshot after it.
 *
 * Everything but the reading of the snapshot happens in the main context. The reading thread holds
 * a reference and touches only what does not change, so that the monitor can be freed at any time.
 */
#include "inventory/monitor.h"

#include <errno.h>
#include <glib-unix.h>
#include <libudev.h>
#include <unistd.h>

#include "base/error.h"

/* A burst that does not end is cut after so many settling times. */
#define BURST_TIMES 20
#define RECEIVE_BUFFER (8 * 1024 * 1024)
#define UDEV_CONTROL "/run/udev/control"

struct _HdMonitor {
    gatomicrefcount references;
    GMutex lock;   /* of the next two, which the reading thread uses as well */
    GSource *done; /* hands a snapshot to the main context */
    gboolean is_closed;
    GMainContext *context;
    HdHostFlags flags;
    char *source_path;
    unsigned settle_ms;
    HdMonitorFunc func;
    gpointer user_data;
    GDestroyNotify destroy;

    struct udev *udev;
    struct udev_monitor *events;
    GSource *watch;
    GSource *timer;
    gint64 burst_end; /* monotonic time, 0 when no burst is under way */
    gboolean is_reading;
    gboolean is_stale; /* an event came after the reading had begun */
    gboolean is_calling;
};

/* One reading of the host, by a thread. */
typedef struct {
    HdMonitor *monitor;
    HdHost *host;
} Reading;

static const char *const subsystems[] = {
    "pci", "usb",   "scsi", "scsi_host", "scsi_generic", "fc_host",
    "net", "block", "drm",  "mdev",      "nvme",
};

static void
monitor_unref(HdMonitor *monitor)
{
    if (!g_atomic_ref_count_dec(&monitor->references))
        return;
    g_mutex_clear(&monitor->lock);
    g_free(monitor->source_path);
    g_main_context_unref(monitor->context);
    g_free(monitor);
}

static void
clear_source(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void
reading_free(gpointer data)
{
    Reading *reading = data;

    hd_host_unref(reading->host);
    monitor_unref(reading->monitor);
    g_free(reading);
}

static void
release_user_data(HdMonitor *monitor)
{
    GDestroyNotify destroy = g_steal_pointer(&monitor->destroy);

    if (destroy != NULL)
        destroy(monitor->user_data);
}

static void start_reading(HdMonitor *monitor);

static GSource *
take_done(HdMonitor *monitor)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&monitor->lock);

    return g_steal_pointer(&monitor->done);
}

static void
clear_done(HdMonitor *monitor)
{
    g_autoptr(GSource) done = take_done(monitor);

    /* Destroyed outside the lock, since that can free the monitor's last reading. */
    if (done != NULL)
        g_source_destroy(done);
}

static gboolean
on_read(gpointer data)
{
    Reading *reading = data;
    HdMonitor *monitor = reading->monitor;

    clear_done(monitor);
    monitor->is_reading = FALSE;
    if (reading->host != NULL) {
        monitor->is_calling = TRUE;
        monitor->func(reading->host, monitor->user_data);
        monitor->is_calling = FALSE;
    }
    /* The function may have freed the monitor. */
    if (monitor->is_closed)
        release_user_data(monitor);
    else if (monitor->is_stale)
        start_reading(monitor);
    return G_SOURCE_REMOVE;
}

/* FALSE when nobody waits for the snapshot any more. */
static gboolean
hand_over(Reading *reading)
{
    HdMonitor *monitor = reading->monitor;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&monitor->lock);

    if (monitor->is_closed)
        return FALSE;
    monitor->done = g_idle_source_new();
    g_source_set_priority(monitor->done, G_PRIORITY_DEFAULT);
    g_source_set_callback(monitor->done, on_read, reading, reading_free);
    g_source_attach(monitor->done, monitor->context);
    return TRUE;
}

static gpointer
read_host(gpointer data)
{
    Reading *reading = data;
    HdMonitor *monitor = reading->monitor;

    /* When sysfs cannot be read now, the next event tries again. */
    if (monitor->source_path != NULL)
        reading->host = hd_host_new_for_path(monitor->source_path, monitor->flags, NULL);
    else
        reading->host = hd_host_new(monitor->flags, NULL);
    if (!hand_over(reading))
        reading_free(reading);
    return NULL;
}

static void
start_reading(HdMonitor *monitor)
{
    Reading *reading = g_new0(Reading, 1);

    g_atomic_ref_count_inc(&monitor->references);
    reading->monitor = monitor;
    monitor->is_reading = TRUE;
    monitor->is_stale = FALSE;
    g_thread_unref(g_thread_new("hostdev-read", read_host, reading));
}

static gboolean
on_settled(gpointer data)
{
    HdMonitor *monitor = data;

    monitor->burst_end = 0;
    clear_source(&monitor->timer);
    if (monitor->is_reading)
        monitor->is_stale = TRUE;
    else
        start_reading(monitor);
    return G_SOURCE_REMOVE;
}

static void
on_event(HdMonitor *monitor)
{
    gint64 now = g_get_monotonic_time();
    gint64 settle = (gint64) monitor->settle_ms * G_TIME_SPAN_MILLISECOND;
    gint64 wait;

    if (monitor->burst_end == 0)
        monitor->burst_end = now + BURST_TIMES * settle;
    wait = CLAMP(monitor->burst_end - now, 0, settle);
    clear_source(&monitor->timer);
    monitor->timer = g_timeout_source_new((guint) (wait / G_TIME_SPAN_MILLISECOND));
    g_source_set_callback(monitor->timer, on_settled, monitor, NULL);
    g_source_attach(monitor->timer, monitor->context);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    HdMonitor *monitor = data;
    gboolean is_event = FALSE;

    for (;;) {
        struct udev_device *device;

        errno = 0;
        device = udev_monitor_receive_device(monitor->events);
        if (device == NULL)
            break;
        is_event = TRUE;
        udev_device_unref(device);
    }
    /* Lost events are events too. */
    if (is_event || errno == ENOBUFS)
        on_event(monitor);
    return G_SOURCE_CONTINUE;
}

/* udevd passes events on when its database is up to date; without it the kernel's own must do. */
static gboolean
open_events(HdMonitor *monitor)
{
    const char *sender = access(UDEV_CONTROL, F_OK) == 0 ? "udev" : "kernel";

    monitor->udev = udev_new();
    if (monitor->udev == NULL)
        return FALSE;
    monitor->events = udev_monitor_new_from_netlink(monitor->udev, sender);
    if (monitor->events == NULL)
        return FALSE;
    for (unsigned i = 0; i < G_N_ELEMENTS(subsystems); i++)
        udev_monitor_filter_add_match_subsystem_devtype(monitor->events, subsystems[i], NULL);
    /* Needs a capability; without it the usual size has to do, and lost events are noticed. */
    udev_monitor_set_receive_buffer_size(monitor->events, RECEIVE_BUFFER);
    return udev_monitor_enable_receiving(monitor->events) >= 0;
}

static void
watch_events(HdMonitor *monitor)
{
    monitor->watch = g_unix_fd_source_new(udev_monitor_get_fd(monitor->events), G_IO_IN);
    g_source_set_callback(monitor->watch, G_SOURCE_FUNC(on_readable), monitor, NULL);
    g_source_attach(monitor->watch, monitor->context);
}

HdMonitor *
hd_monitor_new(HdHostFlags flags,
               unsigned settle_ms,
               HdMonitorFunc func,
               gpointer user_data,
               GDestroyNotify destroy,
               GError **error)
{
    g_autoptr(HdMonitor) monitor = NULL;

    g_return_val_if_fail(func != NULL, NULL);
    monitor = g_new0(HdMonitor, 1);
    g_atomic_ref_count_init(&monitor->references);
    g_mutex_init(&monitor->lock);
    monitor->context = g_main_context_ref_thread_default();
    monitor->flags = flags;
    monitor->settle_ms = settle_ms;
    monitor->func = func;
    monitor->user_data = user_data;
    if (!open_events(monitor)) {
        hd_error_set_errno(error, errno != 0 ? errno : EIO, NULL,
                           "the kernel's device events cannot be received");
        return NULL;
    }
    monitor->destroy = destroy;
    watch_events(monitor);
    return g_steal_pointer(&monitor);
}

/* From here on no reading thread hands its snapshot over; one that has done so is taken back. */
static void
close_readings(HdMonitor *monitor)
{
    g_mutex_lock(&monitor->lock);
    monitor->is_closed = TRUE;
    g_mutex_unlock(&monitor->lock);
    clear_done(monitor);
}

void
hd_monitor_free(HdMonitor *monitor)
{
    if (monitor == NULL)
        return;
    close_readings(monitor);
    clear_source(&monitor->watch);
    clear_source(&monitor->timer);
    g_clear_pointer(&monitor->events, udev_monitor_unref);
    g_clear_pointer(&monitor->udev, udev_unref);
    if (!monitor->is_calling)
        release_user_data(monitor);
    monitor_unref(monitor);
}

void
hd_monitor_poke(HdMonitor *monitor)
{
    on_event(monitor);
}

void
hd_monitor_set_source(HdMonitor *monitor, const char *path)
{
    g_free(monitor->source_path);
    monitor->source_path = g_strdup(path);
}
