/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several processes, killed processes, and a file system without room.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <hostdev/error.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "store/sql.h"

/* Saves each round first under the device "first", then under "second", and says when it is done;
 * until it is killed. */
static void
write_rounds(const StoreFixture *fixture, int said)
{
    g_autoptr(HdStore) store = hd_store_open(fixture->folder, NULL);
    g_autoptr(HdSavedNic) first = new_record("first", BOOT);
    g_autoptr(HdSavedNic) second = new_record("second", BOOT);

    for (gint64 round = 1;; round++) {
        first->time_s = round;
        second->time_s = round;
        if (!hd_store_save_nic(store, first, NULL) || !hd_store_save_nic(store, second, NULL) ||
            write(said, &round, sizeof round) != sizeof round)
            _exit(1);
    }
}

static pid_t
start(const StoreFixture *fixture, void (*function)(const StoreFixture *, int), int *ret_said)
{
    int ends[2];

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        close(ends[0]);
        function(fixture, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *ret_said = ends[0];
    return child;
}

/* The last round that the writer has said to be durable. */
static gint64
read_last(int said)
{
    gint64 last = 0;
    gint64 round;

    while (read(said, &round, sizeof round) == sizeof round)
        last = round;
    close(said);
    return last;
}

static gint64
find_time(HdStore *store, const char *device)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdSavedNic) nic = hd_store_find_nic(store, device, BOOT, &error);

    g_assert_no_error(error);
    return nic != NULL ? nic->time_s : 0;
}

static void
test_killed_writer(StoreFixture *fixture, gconstpointer unused)
{
    gint64 n_rounds = 0;

    for (unsigned i = 0; i < 60; i++) {
        int said;
        int status;
        pid_t child = start(fixture, write_rounds, &said);

        g_usleep((gulong) g_test_rand_int_range(0, 30000));
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFSIGNALED(status));
        gint64 last = read_last(said);
        g_autoptr(HdStore) store = store_open(fixture);
        gint64 first = find_time(store, "first");
        gint64 second = find_time(store, "second");
        g_assert_cmpint(first, >=, last);
        g_assert_cmpint(second, >=, last);
        g_assert_cmpint(first, <=, last + 1 + (last == 0 ? G_MAXINT32 : 0));
        if (last > 0) {
            g_assert_cmpint(first, >=, second);
            g_assert_cmpint(first - second, <=, 1);
        }
        g_assert_true(hd_store_forget_nic(store, "first", NULL));
        g_assert_true(hd_store_forget_nic(store, "second", NULL));
        n_rounds += last;
    }
    g_test_message("%" G_GINT64_FORMAT " rounds", n_rounds);
    g_assert_cmpint(n_rounds, >, 0);
}

/* Killed while the database is made: the next one finds it whole, empty or not there. */
static void
test_killed_maker(StoreFixture *fixture, gconstpointer unused)
{
    for (unsigned i = 0; i < 40; i++) {
        int said;
        pid_t child = start(fixture, write_rounds, &said);

        g_usleep((gulong) g_test_rand_int_range(0, 6000));
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        close(said);
        g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
        g_assert_cmpuint(count_files(fixture->folder, "damaged"), ==, 0);
        g_assert_cmpint(g_remove(fixture->path), ==, 0);
    }
}

static void
damage_file(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length;

    if (!g_file_get_contents(path, &bytes, &length, NULL) || length == 0)
        return;
    for (unsigned i = 0; i < 8; i++)
        bytes[g_test_rand_int_range(0, (int) length)] ^= (char) g_test_rand_int_range(1, 256);
    g_assert_true(g_file_set_contents_full(path, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
}

/* A log that a crash of the host has left damaged: what is behind the damage is lost, all before it
 * is read. */
static void
test_damaged_log(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    g_autofree char *index = g_strconcat(fixture->path, "-shm", NULL);
    unsigned n_logs = 0;

    for (unsigned i = 0; i < 30; i++) {
        g_autoptr(GError) error = NULL;
        gint64 word;
        int said;
        pid_t child = start(fixture, write_rounds, &said);

        g_assert_cmpint(read(said, &word, sizeof word), ==, sizeof word);
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        gint64 last = MAX(read_last(said), word);
        n_logs += g_file_test(log, G_FILE_TEST_EXISTS);
        damage_file(i % 2 == 0 ? log : index);
        g_autoptr(HdStore) store = store_open(fixture);
        g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(all->len, <=, 2);
        if (i % 2 == 1) /* the index is made anew from the log */
            g_assert_cmpint(find_time(store, "first"), >=, last);
        g_assert_true(hd_store_forget_nic(store, "first", NULL));
        g_assert_true(hd_store_forget_nic(store, "second", NULL));
    }
    g_assert_cmpuint(n_logs, ==, 30);
}

#define N_RECORDS 100

static void
write_own_records(const StoreFixture *fixture, int said)
{
    for (unsigned i = 0; i < N_RECORDS; i++) {
        g_autofree char *device = g_strdup_printf("d_%d_%u", (int) getpid(), i);
        g_autoptr(HdSavedNic) nic = new_record(device, BOOT);
        g_autoptr(HdStore) store = hd_store_open(fixture->folder, NULL);

        if (store == NULL || hd_store_get_note(store) != NULL ||
            !hd_store_save_nic(store, nic, NULL))
            _exit(1);
    }
}

static void
test_two_writers(StoreFixture *fixture, gconstpointer unused)
{
    pid_t children[3];
    int said[3];

    for (unsigned i = 0; i < 3; i++)
        children[i] = start(fixture, write_own_records, &said[i]);
    for (unsigned i = 0; i < 3; i++) {
        int status;

        g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
        g_assert_cmpint(status, ==, 0);
        close(said[i]);
    }
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(all->len, ==, 3 * N_RECORDS);
}

/* Of several that find a damaged database just one sets it aside. */
static void
test_two_finders(StoreFixture *fixture, gconstpointer unused)
{
    for (unsigned round = 0; round < 10; round++) {
        pid_t children[3];
        int said[3];

        g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
        g_assert_true(g_file_set_contents_full(fixture->path, "rubbish", -1,
                                               G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        for (unsigned i = 0; i < 3; i++)
            children[i] = start(fixture, write_rounds, &said[i]);
        for (unsigned i = 0; i < 3; i++) {
            gint64 word;
            g_assert_cmpint(read(said[i], &word, sizeof word), ==, sizeof word);
        }
        for (unsigned i = 0; i < 3; i++) {
            g_assert_cmpint(kill(children[i], SIGKILL), ==, 0);
            g_assert_cmpint(waitpid(children[i], NULL, 0), ==, children[i]);
            close(said[i]);
        }
        g_assert_cmpuint(count_files(fixture->folder, "damaged"), ==, round + 1);
    }
}

/* Somebody else's transaction does not end. */
static void
test_busy(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdSavedNic) nic = new_record("x", BOOT);
    g_autoptr(GError) error = NULL;
    sqlite3 *db = NULL;

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    g_assert_cmpint(sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), ==, 0);
    g_assert_cmpint(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_autoptr(HdStore) store = hd_store_open_within(fixture->folder, 200, &error);
    g_assert_no_error(error); /* reading goes on */
    g_assert_false(hd_store_save_nic(store, nic, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
    g_assert_nonnull(hd_error_get_hint(error));
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    g_clear_error(&error);
    g_assert_true(hd_store_save_nic(store, nic, &error));
    g_assert_no_error(error);
}

static void
hold_folder(const StoreFixture *fixture, int said)
{
    int fd = open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(said, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void
test_busy_opening(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    char word;
    int said;

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    pid_t child = start(fixture, hold_folder, &said);
    g_assert_cmpint(read(said, &word, 1), ==, 1);
    g_assert_null(hd_store_open_within(fixture->folder, 100, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    close(said);
    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
}

/* In a mount namespace of its own, so that the mount ends with the process. */
static gboolean
mount_small(const char *folder)
{
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("hostdev-test", folder, "tmpfs", 0, "size=200k,mode=0700") == 0;
}

#define NO_MOUNT 77

static void
fill_small(const StoreFixture *fixture, int said)
{
    g_autoptr(HdStore) store = NULL;
    g_autoptr(GError) error = NULL;
    gint64 n = 0;

    if (!mount_small(fixture->folder))
        _exit(NO_MOUNT);
    store = store_open(fixture);
    for (; error == NULL; n++) {
        g_autofree char *device = g_strdup_printf("d%" G_GINT64_FORMAT, n);
        g_autoptr(HdSavedNic) nic = new_record(device, BOOT);
        hd_store_save_nic(store, nic, &error);
    }
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "No space left on device"));
    g_assert_nonnull(hd_error_get_hint(error));
    g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpint(all->len, ==, n - 1);
    g_assert_cmpint(write(said, &n, sizeof n), ==, sizeof n);
    g_clear_pointer(&store, hd_store_free);

    store = store_open(fixture);
    g_autoptr(GPtrArray) again = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpint(again->len, ==, n - 1);
    g_clear_pointer(&store, hd_store_free);

    g_clear_error(&error);
    g_assert_cmpint(mount(NULL, fixture->folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
    g_assert_null(hd_store_open(fixture->folder, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "Read-only file system"));
}

static void
test_no_room(StoreFixture *fixture, gconstpointer unused)
{
    int said;
    int status;
    pid_t child = start(fixture, fill_small, &said);
    gint64 n = read_last(said);

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MOUNT) {
        g_test_skip("needs the right to mount");
        return;
    }
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpint(n, >, 10);
}

#define ADD(name, function)                                                                        \
    g_test_add("/store/crash/" name, StoreFixture, NULL, store_set_up, function, store_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("killed-writer", test_killed_writer);
    ADD("killed-maker", test_killed_maker);
    ADD("damaged-log", test_damaged_log);
    ADD("two-writers", test_two_writers);
    ADD("two-finders", test_two_finders);
    ADD("busy", test_busy);
    ADD("busy-opening", test_busy_opening);
    ADD("no-room", test_no_room);
    return g_test_run();
}
