/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The monitor: real events of this machine where they can be made, made ones otherwise.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "inventory/monitor.h"

/* Writing to it makes the kernel send an event of the subsystem "net"; needs root. */
#define EVENT_FILE "/sys/class/net/lo/uevent"

typedef struct {
    HdMonitor *monitor;
    GMainContext *context;
    unsigned n_hosts;
    unsigned n_destroyed;
    guint64 generation;
    gboolean frees_itself;
} Watcher;

static void
on_host(HdHost *host, gpointer user_data)
{
    Watcher *watcher = user_data;

    check_host(host);
    g_assert_cmpuint(hd_host_get_generation(host), >, watcher->generation);
    g_assert_cmpuint(watcher->n_destroyed, ==, 0);
    watcher->generation = hd_host_get_generation(host);
    watcher->n_hosts++;
    if (watcher->frees_itself)
        g_clear_pointer(&watcher->monitor, hd_monitor_free);
    g_assert_cmpuint(watcher->n_destroyed, ==, 0);
}

static void
on_destroy(gpointer user_data)
{
    ((Watcher *) user_data)->n_destroyed++;
}

static void
watch(Watcher *watcher, Fake *fake, unsigned settle_ms)
{
    g_autoptr(GError) error = NULL;

    watcher->monitor = hd_monitor_new(HD_HOST_LOAD_BASIC, settle_ms, on_host, watcher, on_destroy,
                                      &error);
    g_assert_no_error(error);
    if (fake != NULL)
        hd_monitor_set_source(watcher->monitor, fake->folder);
}

static void
wait_for_hosts(const Watcher *watcher, unsigned n)
{
    while (watcher->n_hosts < n)
        g_main_context_iteration(watcher->context, TRUE);
}

/* One snapshot for a burst; the next burst gives the next one. */
static void
test_burst(void)
{
    g_autoptr(Fake) fake = fake_new();
    Watcher watcher = {0};

    watch(&watcher, fake, 20);
    for (unsigned burst = 1; burst <= 3; burst++) {
        for (unsigned i = 0; i < 100; i++)
            hd_monitor_poke(watcher.monitor);
        wait_for_hosts(&watcher, burst);
        g_assert_cmpuint(watcher.n_hosts, ==, burst);
    }
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
    g_assert_cmpuint(watcher.n_destroyed, ==, 1);
}

static gboolean
poke_again(gpointer data)
{
    Watcher *watcher = data;

    hd_monitor_poke(watcher->monitor);
    return G_SOURCE_CONTINUE;
}

/* A burst that does not end is cut. */
static void
test_endless(void)
{
    g_autoptr(Fake) fake = fake_new();
    Watcher watcher = {0};
    guint source;

    watch(&watcher, fake, 50);
    source = g_timeout_add(5, poke_again, &watcher);
    wait_for_hosts(&watcher, 1);
    g_source_remove(source);
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
}

/* An event during the reading leads to one more reading. */
static void
test_during_reading(void)
{
    g_autoptr(Fake) fake = fake_new();
    Watcher watcher = {0};

    watch(&watcher, fake, 0);
    hd_monitor_poke(watcher.monitor);
    wait_for_hosts(&watcher, 1);
    g_free(fake_pci(fake, "0000:00:03.0", "PCI_CLASS=20000\nPCI_ID=1:2", NULL));
    for (unsigned i = 0; i < 20; i++) {
        hd_monitor_poke(watcher.monitor);
        g_main_context_iteration(NULL, FALSE);
    }
    wait_for_hosts(&watcher, 2);
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
}

/* Freed at any moment: before the timer, during the reading, when the snapshot waits to be
 * handed over, inside the function. */
static void
test_free(void)
{
    g_autoptr(Fake) fake = fake_new();

    for (unsigned moment = 0; moment < 200; moment++) {
        Watcher watcher = {0};

        watch(&watcher, fake, 0);
        hd_monitor_poke(watcher.monitor);
        for (unsigned i = 0; i < moment % 5; i++)
            g_main_context_iteration(NULL, FALSE);
        if (moment % 3 == 0)
            g_usleep(moment * 10);
        g_clear_pointer(&watcher.monitor, hd_monitor_free);
        g_assert_cmpuint(watcher.n_destroyed, ==, 1);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
    hd_monitor_free(NULL);
}

static void
test_free_inside(void)
{
    g_autoptr(Fake) fake = fake_new();
    Watcher watcher = {.frees_itself = TRUE};

    watch(&watcher, fake, 0);
    hd_monitor_poke(watcher.monitor);
    wait_for_hosts(&watcher, 1);
    g_assert_cmpuint(watcher.n_destroyed, ==, 1);
}

/* The function runs in the context that was the thread's default at creation. */
static void
test_context(void)
{
    g_autoptr(Fake) fake = fake_new();
    g_autoptr(GMainContext) context = g_main_context_new();
    Watcher watcher = {.context = context};

    g_main_context_push_thread_default(context);
    watch(&watcher, fake, 0);
    g_main_context_pop_thread_default(context);
    hd_monitor_poke(watcher.monitor);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(watcher.n_hosts, ==, 0);
    wait_for_hosts(&watcher, 1);
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
}

/* A snapshot that fails is no snapshot, and the monitor goes on. */
static void
test_unreadable(void)
{
    g_autoptr(Fake) fake = fake_new();
    Watcher watcher = {0};

    watch(&watcher, NULL, 0);
    hd_monitor_set_source(watcher.monitor, "/nonexistent");
    hd_monitor_poke(watcher.monitor);
    for (unsigned i = 0; i < 20; i++) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    g_assert_cmpuint(watcher.n_hosts, ==, 0);
    hd_monitor_set_source(watcher.monitor, fake->folder);
    hd_monitor_poke(watcher.monitor);
    wait_for_hosts(&watcher, 1);
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
}

static void
test_kernel(void)
{
    Watcher watcher = {0};
    int fd = open(EVENT_FILE, O_WRONLY | O_CLOEXEC);

    watch(&watcher, NULL, 10);
    /* Without root the kernel sends nothing on demand; then the event is a made one. */
    if (fd >= 0)
        g_assert_cmpint(write(fd, "change", 6), ==, 6);
    else
        hd_monitor_poke(watcher.monitor);
    wait_for_hosts(&watcher, 1);
    if (fd >= 0)
        close(fd);
    g_clear_pointer(&watcher.monitor, hd_monitor_free);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inventory/monitor/burst", test_burst);
    g_test_add_func("/inventory/monitor/endless", test_endless);
    g_test_add_func("/inventory/monitor/during-reading", test_during_reading);
    g_test_add_func("/inventory/monitor/free", test_free);
    g_test_add_func("/inventory/monitor/free-inside", test_free_inside);
    g_test_add_func("/inventory/monitor/context", test_context);
    g_test_add_func("/inventory/monitor/unreadable", test_unreadable);
    g_test_add_func("/inventory/monitor/kernel", test_kernel);
    return g_test_run();
}
