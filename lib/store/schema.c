/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The schema, as the steps from each version to the next one. A step that was released is never
 * changed: what comes later is a step of its own at the end.
 */
#include "base/error.h"
#include "store/sql.h"

/* Statements of each step, NULL at the end; the first makes version 1 of an empty database. */
static const char *const migrations[][4] = {
    {
        "CREATE TABLE saved_nic ("
        " device TEXT NOT NULL PRIMARY KEY," /* node device name */
        " pf TEXT NOT NULL,"
        " vf_index INTEGER NOT NULL,"
        " provider TEXT NOT NULL,"
        " vm TEXT NOT NULL,"
        " vm_uuid TEXT,"
        " before TEXT NOT NULL," /* settings: name=value;name=value */
        " own_mac TEXT,"
        " wanted TEXT NOT NULL,"
        " boot_id TEXT NOT NULL,"
        " time_s INTEGER NOT NULL"
        ") WITHOUT ROWID",
        NULL,
    },
};

static gboolean
read_version(HdStore *store, gint64 *ret_version, GError **error)
{
    g_autoptr(HdStatement) statement = hd_store_prepare(store, "PRAGMA user_version", error);
    gboolean has_row;

    if (statement == NULL || !hd_store_step(store, statement, &has_row, error))
        return FALSE;
    *ret_version = has_row ? sqlite3_column_int64(statement, 0) : 0;
    return TRUE;
}

static gboolean
write_number(HdStore *store, const char *pragma, gint64 number, GError **error)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA %s=%" G_GINT64_FORMAT, pragma, number);

    return hd_store_execute(store, sql, error);
}

/* Another process may have been faster: the version counts that is seen with the write lock. */
static gboolean
run_migrations(HdStore *store, GError **error)
{
    gint64 version;

    if (!read_version(store, &version, error))
        return FALSE;
    for (gint64 i = MAX(version, 0); i < (gint64) G_N_ELEMENTS(migrations); i++) {
        for (const char *const *sql = migrations[i]; *sql != NULL; sql++) {
            if (!hd_store_execute(store, *sql, error))
                return FALSE;
        }
    }
    return write_number(store, "application_id", HD_STORE_APPLICATION_ID, error) &&
           write_number(store, "user_version", (gint64) G_N_ELEMENTS(migrations), error);
}

gboolean
hd_store_check_version(HdStore *store, GError **error)
{
    gint64 newest = (gint64) G_N_ELEMENTS(migrations);
    gint64 version;

    if (!read_version(store, &version, error))
        return FALSE;
    if (version <= newest)
        return TRUE;
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                 "use the newer release of Hostdev that has written it, or move it away",
                 "the database %s has schema version %" G_GINT64_FORMAT
                 ", this release knows versions up to %" G_GINT64_FORMAT,
                 store->path, version, newest);
    return FALSE;
}

gboolean
hd_store_migrate(HdStore *store, GError **error)
{
    gint64 version;

    if (!read_version(store, &version, error))
        return FALSE;
    if (version == (gint64) G_N_ELEMENTS(migrations))
        return TRUE;
    if (!hd_store_begin(store, error))
        return FALSE;
    return hd_store_end(store, run_migrations(store, error), error);
}
