/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening: folder and file as they must be, a database that is whole and of our schema, and a
 * damaged one set aside (SQLite, "How To Corrupt An SQLite Database File", "Write-Ahead Logging").
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/fd.h"
#include "store/sql.h"

#define TIMEOUT_MS 10000
#define LOCK_POLL_US 20000
#define MAX_NAMES 1000

typedef enum {
    OPEN_GOOD,
    OPEN_DAMAGED,
    OPEN_FAILED,
} Outcome;

static gboolean
sync_folder(const char *path)
{
    hd_autofd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0;
}

/* Makes the folder, and its parents for all to read; each is durable before the next. */
static gboolean
make_folder(const char *path, mode_t mode, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    int result = mkdir(path, mode);

    if (result != 0 && errno == ENOENT && strcmp(parent, path) != 0) {
        if (!make_folder(parent, 0755, error))
            return FALSE;
        result = mkdir(path, mode);
    }
    if (result != 0 && errno == EEXIST)
        return TRUE;
    if (result != 0 || !sync_folder(parent)) {
        hd_error_set_errno(error, errno, NULL, "cannot make the folder %s", path);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_writers(const char *path, const struct stat *status, GError **error)
{
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return TRUE;
    hd_error_set(error, HD_ERROR_DENIED, NULL,
                 "look at what it holds, then take the right from group and others with chmod go-w",
                 "%s may be written by other users (mode %04o), so what it says cannot be trusted",
                 path, (unsigned) status->st_mode & 07777U);
    return FALSE;
}

static gboolean
refuse_owner(const char *path, const struct stat *status, GError **error)
{
    hd_error_set(error, HD_ERROR_DENIED, NULL, "let the user that runs this own it",
                 "%s belongs to user %u, not to user %u", path, (unsigned) status->st_uid,
                 (unsigned) geteuid());
    return FALSE;
}

/* The folder may be a link that the administrator has made: SQLite gets the place behind it. */
static char *
prepare_folder(const char *folder, GError **error)
{
    g_autofree char *name = g_strdup(folder);
    struct stat status;

    /* "a/b/" would have itself for a parent */
    for (gsize length = strlen(name); length > 1 && name[length - 1] == '/'; length--)
        name[length - 1] = '\0';
    if (!make_folder(name, 0700, error))
        return NULL;
    char *resolved = realpath(name, NULL);
    g_autofree char *path = g_strdup(resolved);
    free(resolved);
    if (path == NULL || stat(path, &status) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot use the folder %s", folder);
        return NULL;
    }
    if (!S_ISDIR(status.st_mode)) {
        hd_error_set_errno(error, ENOTDIR, NULL, "cannot use the folder %s", folder);
        return NULL;
    }
    if (status.st_uid != geteuid() && status.st_uid != 0) {
        refuse_owner(path, &status, error);
        return NULL;
    }
    return check_writers(path, &status, error) ? g_steal_pointer(&path) : NULL;
}

/* One process at a time opens, so that none sets aside what another has just made new. -1 with an
 * error. */
static int
lock_folder(const char *path, unsigned timeout_ms, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
    hd_autofd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd >= 0 ? flock(fd, LOCK_EX | LOCK_NB) : -1;

    while (fd >= 0 && result != 0 && errno == EWOULDBLOCK && g_get_monotonic_time() < deadline) {
        g_usleep(LOCK_POLL_US);
        result = flock(fd, LOCK_EX | LOCK_NB);
    }
    if (result == 0)
        return hd_fd_steal(&fd);
    if (fd >= 0 && errno == EWOULDBLOCK)
        hd_error_set(error, HD_ERROR_BUSY, NULL, "wait for the other program, and try again",
                     "another program has been opening the database in %s for %u ms", path,
                     timeout_ms);
    else
        hd_error_set_errno(error, errno, NULL, "cannot lock the folder %s", path);
    return -1;
}

/* SQLite does not say what was missing: log and index are made beside the database. */
static gboolean
check_rights(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 &&
        faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
        return TRUE;
    hd_error_set_errno(error, errno, NULL, "cannot write the database %s", path);
    return FALSE;
}

/* SQLite would make the file with the mode that the umask gives. The file is not opened here:
 * closing a descriptor of a database drops all locks that this process has on it. */
static gboolean
prepare_file(const char *path, GError **error)
{
    struct stat status;

    if ((mknod(path, S_IFREG | S_IRUSR | S_IWUSR, 0) != 0 && errno != EEXIST) ||
        lstat(path, &status) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot make the database %s", path);
        return FALSE;
    }
    if (!S_ISREG(status.st_mode)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, "move it away",
                     "the database %s is no regular file", path);
        return FALSE;
    }
    if (status.st_uid != geteuid())
        return refuse_owner(path, &status, error);
    if (!check_writers(path, &status, error))
        return FALSE;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && chmod(path, S_IRUSR | S_IWUSR) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot set the mode of %s", path);
        return FALSE;
    }
    return check_rights(path, error);
}

static void
close_database(HdStore *store)
{
    sqlite3_close_v2(store->db);
    store->db = NULL;
}

/* Nothing that stands in the file can make SQLite run code, write to its own tables or use much
 * memory. */
static void
configure(HdStore *store, unsigned timeout_ms)
{
    static const struct {
        int option;
        int is_on;
    } options[] = {
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},   {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},   {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };

    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, (int) timeout_ms);
    sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, HD_STORE_MAX_VALUE_BYTES * 16);
    for (unsigned i = 0; i < G_N_ELEMENTS(options); i++)
        sqlite3_db_config(store->db, options[i].option, options[i].is_on, NULL);
}

/* Runs a statement that answers with one text or number; NULL with an error. */
static char *
dup_answer(HdStore *store, const char *sql, GError **error)
{
    g_autoptr(HdStatement) statement = hd_store_prepare(store, sql, error);
    gboolean has_row;

    if (statement == NULL || !hd_store_step(store, statement, &has_row, error))
        return NULL;
    const char *text = has_row ? (const char *) sqlite3_column_text(statement, 0) : NULL;
    char *answer = g_utf8_make_valid(text != NULL ? text : "", -1);
    return g_strdelimit(answer, "\r\n\t", ' ');
}

static gboolean
expect_answer(HdStore *store, const char *sql, const char *expected, GError **error)
{
    g_autofree char *answer = dup_answer(store, sql, error);

    if (answer == NULL)
        return FALSE;
    if (strcmp(answer, expected) == 0)
        return TRUE;
    store->failure = SQLITE_CORRUPT;
    hd_error_set(error, HD_ERROR_FAILED, NULL, NULL, "the database %s is damaged: %.200s",
                 store->path, answer);
    return FALSE;
}

/* An empty file is ours to fill, another program's database is not. */
static gboolean
check_application(HdStore *store, GError **error)
{
    g_autofree char *ours = g_strdup_printf("%d", HD_STORE_APPLICATION_ID);
    g_autofree char *id = dup_answer(store, "PRAGMA application_id", error);
    g_autofree char *n_tables = NULL;

    if (id == NULL)
        return FALSE;
    if (strcmp(id, ours) == 0)
        return TRUE;
    n_tables = dup_answer(store, "SELECT count(*) FROM sqlite_master", error);
    if (n_tables == NULL)
        return FALSE;
    if (strcmp(id, "0") == 0 && strcmp(n_tables, "0") == 0)
        return TRUE;
    store->failure = SQLITE_NOTADB;
    hd_error_set(error, HD_ERROR_FAILED, NULL, NULL, "the database %s is another program's",
                 store->path);
    return FALSE;
}

static gboolean
check_journal_mode(HdStore *store, GError **error)
{
    g_autofree char *mode = dup_answer(store, "PRAGMA journal_mode=WAL", error);

    if (mode == NULL)
        return FALSE;
    if (strcmp(mode, "wal") == 0)
        return TRUE;
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                 "put it on a local file system with shared memory",
                 "the file system of the database %s has no write-ahead log", store->path);
    return FALSE;
}

/* SQLite opens a file for reading when it may not write it. Mode and file system were looked at
 * before, so it is a lock on the file (chattr) or a policy. */
static gboolean
check_writable(HdStore *store, GError **error)
{
    if (sqlite3_db_readonly(store->db, "main") == 0)
        return TRUE;
    hd_error_set_errno(error, EPERM, NULL, "cannot write the database %s", store->path);
    return FALSE;
}

/* Versions are judged first: a newer schema may have what this SQLite takes for damage. */
static gboolean
check_database(HdStore *store, GError **error)
{
    return check_writable(store, error) && check_application(store, error) &&
           hd_store_check_version(store, error) &&
           expect_answer(store, "PRAGMA quick_check(1)", "ok", error) &&
           check_journal_mode(store, error) &&
           hd_store_execute(store, "PRAGMA synchronous=FULL", error) &&
           hd_store_execute(store, "PRAGMA cell_size_check=ON", error) &&
           hd_store_migrate(store, error) && hd_store_check_nics(store, error);
}

/* A schema that is not what its version says is an SQLITE_ERROR. */
static gboolean
is_damage(int failure)
{
    switch (failure & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
        return TRUE;
    default:
        return FALSE;
    }
}

static Outcome
open_database(HdStore *store, unsigned timeout_ms, GError **error)
{
    int result = sqlite3_open_v2(
        store->path, &store->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);

    store->failure = SQLITE_OK;
    if (result != SQLITE_OK) {
        hd_store_set_error(store, result, error);
    } else {
        configure(store, timeout_ms);
        if (check_database(store, error)) {
            sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
            return OPEN_GOOD;
        }
    }
    close_database(store);
    return is_damage(store->failure) ? OPEN_DAMAGED : OPEN_FAILED;
}

static gboolean
is_there(const char *path, const char *suffix)
{
    g_autofree char *name = g_strconcat(path, suffix, NULL);
    struct stat status;

    return lstat(name, &status) == 0;
}

static gboolean
move(const char *path, const char *target, const char *suffix, GError **error)
{
    g_autofree char *from = g_strconcat(path, suffix, NULL);
    g_autofree char *to = g_strconcat(target, suffix, NULL);

    if (rename(from, to) == 0 || (errno == ENOENT && *suffix != '\0'))
        return TRUE;
    hd_error_set_errno(error, errno, NULL, "cannot set the damaged database %s aside", from);
    return FALSE;
}

static char *
dup_aside_name(const char *path)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");

    for (unsigned i = 0; i < MAX_NAMES; i++) {
        g_autofree char *count = i > 0 ? g_strdup_printf("-%u", i) : g_strdup("");
        g_autofree char *name = g_strdup_printf("%s.damaged-%s%s", path, time, count);

        if (!is_there(name, "") && !is_there(name, "-wal") && !is_there(name, "-shm"))
            return g_steal_pointer(&name);
    }
    return NULL;
}

/* The log goes first: a new database beside an old log would take its contents for its own. */
static gboolean
set_aside(HdStore *store, int folder, const char *reason, GError **error)
{
    g_autofree char *target = dup_aside_name(store->path);

    if (target == NULL) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, "remove those that nobody needs",
                     "too many damaged databases stand beside %s", store->path);
        return FALSE;
    }
    if (!move(store->path, target, "-shm", error) || !move(store->path, target, "-wal", error) ||
        !move(store->path, target, "", error))
        return FALSE;
    if (fsync(folder) != 0) {
        hd_error_set_errno(error, errno, NULL, "cannot set the damaged database %s aside",
                           store->path);
        return FALSE;
    }
    store->note = g_strdup_printf(
        "%s; it is kept as %s, a new one was made, and what it knew about "
        "devices that are assigned now is not used",
        reason, target);
    return TRUE;
}

static gboolean
open_or_replace(HdStore *store, int folder, unsigned timeout_ms, GError **error)
{
    g_autoptr(GError) problem = NULL;
    Outcome outcome;

    if (!prepare_file(store->path, error))
        return FALSE;
    outcome = open_database(store, timeout_ms, &problem);
    if (outcome == OPEN_GOOD)
        return TRUE;
    if (outcome == OPEN_FAILED) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    return set_aside(store, folder, problem->message, error) && prepare_file(store->path, error) &&
           open_database(store, timeout_ms, error) == OPEN_GOOD;
}

HdStore *
hd_store_open_within(const char *folder, unsigned timeout_ms, GError **error)
{
    g_autofree char *path = prepare_folder(folder, error);
    hd_autofd lock = path != NULL ? lock_folder(path, timeout_ms, error) : -1;
    g_autoptr(HdStore) store = NULL;

    if (lock < 0)
        return NULL;
    store = g_new0(HdStore, 1);
    g_mutex_init(&store->lock);
    store->path = g_build_filename(path, HD_STORE_FILE, NULL);
    return open_or_replace(store, lock, timeout_ms, error) ? g_steal_pointer(&store) : NULL;
}

HdStore *
hd_store_open(const char *folder, GError **error)
{
    g_return_val_if_fail(folder != NULL, NULL);

    return hd_store_open_within(folder, TIMEOUT_MS, error);
}

void
hd_store_free(HdStore *store)
{
    if (store == NULL)
        return;
    close_database(store);
    g_mutex_clear(&store->lock);
    g_free(store->path);
    g_free(store->note);
    g_free(store);
}

const char *
hd_store_get_note(const HdStore *store)
{
    return store->note;
}
