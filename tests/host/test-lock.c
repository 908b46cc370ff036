/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Locks between processes.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "host/lock.h"

#define NAME "pf-0000:01:00.0"

typedef struct {
    char *base;
    char *folder; /* is not there at first */
    char *file;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->base = g_dir_make_tmp("hostdev-lock-XXXXXX", NULL);
    g_assert_nonnull(fixture->base);
    fixture->folder = g_build_filename(fixture->base, "locks", NULL);
    fixture->file = g_build_filename(fixture->folder, NAME ".lock", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *other = g_build_filename(fixture->folder, "other.lock", NULL);

    g_remove(fixture->file);
    g_remove(other);
    g_remove(fixture->folder);
    g_assert_cmpint(g_rmdir(fixture->base), ==, 0);
    g_free(fixture->base);
    g_free(fixture->folder);
    g_free(fixture->file);
}

/* A process that takes the lock and keeps it until it is killed. */
static pid_t
start_holder(const Fixture *fixture)
{
    int ready[2];
    char byte = 0;

    g_assert_cmpint(pipe2(ready, O_CLOEXEC), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        prctl(PR_SET_NAME, "holder");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        byte = hd_lock_take(fixture->folder, NAME, 0, NULL) != NULL ? '+' : '-';
        _exit(write(ready[1], &byte, 1) == 1 ? pause() : 1);
    }
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    g_assert_true(byte == '+');
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void
stop(pid_t pid)
{
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

static void
test_take_and_release(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    struct stat status;

    for (int i = 0; i < 3; i++) {
        g_autoptr(HdLock) lock = hd_lock_take(fixture->folder, NAME, 0, &error);
        g_autofree char *text = NULL;
        g_autofree char *pid = g_strdup_printf("%d\n", (int) getpid());

        g_assert_no_error(error);
        g_assert_nonnull(lock);
        g_assert_true(g_file_get_contents(fixture->file, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, pid);
    }
    g_assert_cmpint(stat(fixture->folder, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0700);
    g_assert_cmpint(stat(fixture->file, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    /* nobody is named who does not hold it */
    g_assert_cmpint(status.st_size, ==, 0);
    hd_lock_release(NULL);
}

static void
test_within_a_process(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdLock) lock = hd_lock_take(fixture->folder, NAME, 0, NULL);
    g_autoptr(HdLock) other = hd_lock_take(fixture->folder, "other", 0, NULL);

    g_assert_nonnull(lock);
    g_assert_nonnull(other);
    g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
}

static void
test_other_process(Fixture *fixture, gconstpointer unused)
{
    pid_t pid = start_holder(fixture);
    g_autofree char *expected = g_strdup_printf("process %d (holder) works on '" NAME "'", pid);
    g_autoptr(GError) error = NULL;
    gint64 begin = g_get_monotonic_time();

    g_assert_null(hd_lock_take(fixture->folder, NAME, 100, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
    g_assert_cmpstr(error->message, ==, expected);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, 100 * G_TIME_SPAN_MILLISECOND);
    stop(pid);
    g_clear_error(&error);
    g_autoptr(HdLock) lock = hd_lock_take(fixture->folder, NAME, 0, &error);
    g_assert_no_error(error);
    g_assert_nonnull(lock);
}

/* The holder ends while its lock is waited for. */
static void
test_freed_while_waiting(Fixture *fixture, gconstpointer unused)
{
    pid_t pid = start_holder(fixture);
    pid_t killer = fork();
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(killer, >=, 0);
    if (killer == 0) {
        g_usleep(100 * G_TIME_SPAN_MILLISECOND);
        _exit(kill(pid, SIGKILL) == 0 ? 0 : 1);
    }
    g_autoptr(HdLock) lock = hd_lock_take(fixture->folder, NAME, 30000, &error);
    g_assert_no_error(error);
    g_assert_nonnull(lock);
    g_assert_cmpint(waitpid(killer, NULL, 0), ==, killer);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

/* A child that lives on does not keep the lock. */
static void
test_forked_child(Fixture *fixture, gconstpointer unused)
{
    HdLock *lock = hd_lock_take(fixture->folder, NAME, 0, NULL);
    pid_t pid = fork();

    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(pause());
    }
    hd_lock_release(lock);
    g_autoptr(HdLock) again = hd_lock_take(fixture->folder, NAME, 0, NULL);
    g_assert_nonnull(again);
    stop(pid);
}

/* What stands in the file is of a holder whose number means nothing. */
static void
test_unknown_holder(Fixture *fixture, gconstpointer unused)
{
    static const char *const texts[] = {"", "x\n", "0\n", "4194304\n",
                                        "99999999999999999999999999"};
    g_autoptr(HdLock) lock = hd_lock_take(fixture->folder, NAME, 0, NULL);

    g_assert_nonnull(lock);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        int fd = open(fixture->file, O_WRONLY | O_TRUNC | O_CLOEXEC);

        g_assert_cmpint(write(fd, texts[i], strlen(texts[i])), ==, (gssize) strlen(texts[i]));
        close(fd);
        g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
        g_assert_nonnull(strstr(error->message, "another process"));
    }
}

static void
test_names(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *long_name = g_strnfill(201, 'x');
    const char *const names[] = {"", "a/b", "../x", "/", long_name};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_lock_take(fixture->folder, names[i], 0, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    }
    g_assert_false(g_file_test(fixture->folder, G_FILE_TEST_EXISTS));
}

static void
test_things_in_the_way(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir(fixture->folder, 0700), ==, 0);
    g_assert_cmpint(symlink("/dev/null", fixture->file), ==, 0);
    g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_clear_error(&error);
    g_assert_cmpint(g_remove(fixture->file), ==, 0);

    g_assert_cmpint(mkfifo(fixture->file, 0600), ==, 0);
    g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_cmpint(g_remove(fixture->file), ==, 0);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);

    g_assert_cmpint(symlink(fixture->base, fixture->folder), ==, 0);
    g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_clear_error(&error);
    g_assert_cmpint(g_remove(fixture->folder), ==, 0);

    g_assert_true(g_file_set_contents(fixture->folder, "", 0, NULL));
    g_assert_null(hd_lock_take(fixture->folder, NAME, 0, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
}

static void
add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/lock/take", test_take_and_release);
    add("/lock/one-process", test_within_a_process);
    add("/lock/other-process", test_other_process);
    add("/lock/freed", test_freed_while_waiting);
    add("/lock/forked", test_forked_child);
    add("/lock/unknown-holder", test_unknown_holder);
    add("/lock/names", test_names);
    add("/lock/in-the-way", test_things_in_the_way);
    return g_test_run();
}
