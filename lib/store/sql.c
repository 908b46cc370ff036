/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SQLite with GError.
 */
#include "store/sql.h"

#include <errno.h>

#include "base/error.h"

void
hd_statement_free(HdStatement *statement)
{
    sqlite3_finalize(statement);
}

/* What the system said below SQLite, where SQLite keeps it. */
static int
get_errno(HdStore *store, int result)
{
    switch (result & 0xff) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return EACCES;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
        return sqlite3_system_errno(store->db);
    default:
        return 0;
    }
}

static gboolean
is_full(HdStore *store, int result)
{
    return (result & 0xff) == SQLITE_FULL || get_errno(store, result) == ENOSPC;
}

static HdErrorCode
get_code(int result)
{
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return HD_ERROR_BUSY;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
        return HD_ERROR_KERNEL;
    case SQLITE_TOOBIG:
        return HD_ERROR_INVALID;
    default:
        return HD_ERROR_FAILED;
    }
}

static const char *
get_hint(HdStore *store, int result)
{
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "wait for the other program that writes to it, and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the next program that opens it sets it aside and makes a new one";
    default:
        return is_full(store, result) ? "make room on the file system and try again" : NULL;
    }
}

gboolean
hd_store_set_error(HdStore *store, int result, GError **error)
{
    int errno_value = get_errno(store, result);

    store->failure = result;
    if (error == NULL)
        return FALSE;
    if (errno_value != 0) {
        hd_error_set_errno(error, errno_value, NULL, "cannot use the database %s: %s", store->path,
                           sqlite3_errstr(result));
        hd_error_add_hint(*error, get_hint(store, result));
    } else {
        hd_error_set(error, get_code(result), NULL, get_hint(store, result),
                     "cannot use the database %s: %s", store->path, sqlite3_errmsg(store->db));
    }
    return FALSE;
}

HdStatement *
hd_store_prepare(HdStore *store, const char *sql, GError **error)
{
    HdStatement *statement = NULL;
    int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

    if (result != SQLITE_OK)
        hd_store_set_error(store, result, error);
    return statement;
}

void
hd_statement_bind_text(HdStatement *statement, int parameter, const char *text)
{
    int result = sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);

    g_return_if_fail(result == SQLITE_OK);
}

void
hd_statement_bind_int(HdStatement *statement, int parameter, gint64 number)
{
    int result = sqlite3_bind_int64(statement, parameter, number);

    g_return_if_fail(result == SQLITE_OK);
}

gboolean
hd_store_step(HdStore *store, HdStatement *statement, gboolean *ret_has_row, GError **error)
{
    int result = sqlite3_step(statement);

    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return hd_store_set_error(store, result, error);
    *ret_has_row = result == SQLITE_ROW;
    return TRUE;
}

gboolean
hd_store_execute(HdStore *store, const char *sql, GError **error)
{
    g_autoptr(HdStatement) statement = hd_store_prepare(store, sql, error);
    gboolean has_row = TRUE;

    if (statement == NULL)
        return FALSE;
    while (has_row) {
        if (!hd_store_step(store, statement, &has_row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
hd_store_begin(HdStore *store, GError **error)
{
    int has_moved = 0;

    if (!hd_store_execute(store, "BEGIN IMMEDIATE", error))
        return FALSE;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    if (has_moved == 0)
        return TRUE;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    hd_error_set(error, HD_ERROR_STATE_CHANGED, NULL, "open it again",
                 "the database %s was moved or removed while it was open", store->path);
    return FALSE;
}

gboolean
hd_store_end(HdStore *store, gboolean is_good, GError **error)
{
    if (is_good && hd_store_execute(store, "COMMIT", error))
        return TRUE;
    /* SQLite has done it already where it could not go on. */
    if (sqlite3_get_autocommit(store->db) == 0)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return FALSE;
}
