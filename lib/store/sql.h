/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SQLite with GError: statements, transactions, and values that are not trusted. Private to this
 * folder.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "store/store.h"

G_BEGIN_DECLS

#define HD_STORE_APPLICATION_ID 0x48644462 /* "HdDb" */

/* No value of ours comes near it; a database edited by hand cannot make us take more. */
#define HD_STORE_MAX_VALUE_BYTES (64 * 1024)

struct _HdStore {
    GMutex lock; /* held by the functions of store.h */
    sqlite3 *db;
    char *path;
    char *note;
    int failure; /* SQLite's last answer that was an error */
};

typedef sqlite3_stmt HdStatement;

void hd_statement_free(HdStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdStatement, hd_statement_free)

/* Sets the error that result, SQLite's answer, stands for: HD_ERROR_BUSY, HD_ERROR_DENIED,
 * HD_ERROR_KERNEL with the cause, HD_ERROR_FAILED. Returns FALSE. */
gboolean hd_store_set_error(HdStore *store, int result, GError **error);

/* NULL with an error. Values are bound with hd_statement_bind_x(). */
HdStatement *hd_store_prepare(HdStore *store, const char *sql, GError **error);

/* Parameters are counted from 1. A text of NULL is NULL; it must stay as long as the statement. */
void hd_statement_bind_text(HdStatement *statement, int parameter, const char *text);
void hd_statement_bind_int(HdStatement *statement, int parameter, gint64 number);

/* The next row: *ret_has_row says whether there is one. */
gboolean hd_store_step(HdStore *store,
                       HdStatement *statement,
                       gboolean *ret_has_row,
                       GError **error);

/* A statement without rows and parameters. */
gboolean hd_store_execute(HdStore *store, const char *sql, GError **error);

/* The write lock is taken at once, so that no transaction fails in its middle. Also makes sure that
 * the file is still the one that was opened. */
gboolean hd_store_begin(HdStore *store, GError **error);

/* Makes durable what was written since hd_store_begin(), or takes it back: is_good FALSE, or the
 * end fails. */
gboolean hd_store_end(HdStore *store, gboolean is_good, GError **error);

/* HD_ERROR_UNSUPPORTED when a newer release has written the database. */
gboolean hd_store_check_version(HdStore *store, GError **error);

/* Brings the database to the newest schema. */
gboolean hd_store_migrate(HdStore *store, GError **error);

/* Whether the tables are as nics.c needs them. */
gboolean hd_store_check_nics(HdStore *store, GError **error);

/* hd_store_open() with another patience than its 10 s. */
HdStore *hd_store_open_within(const char *folder, unsigned timeout_ms, GError **error);

G_END_DECLS
