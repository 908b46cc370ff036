/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Saved settings of network functions. What is read is not trusted: somebody may have edited the
 * database.
 */
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/nic.h"
#include "store/sql.h"

#define MAX_RECORDS 65536
#define MAX_VF_INDEX 65535
#define MAX_VM_BYTES 4096
#define MAX_PROVIDER_BYTES 64
#define UUID_LENGTH 36

/* Of the values in settings' text all is readable but what separates them. */
#define PLAIN_CHARACTERS ":,= "

typedef struct {
    const char *name;
    glong offset; /* of the member in HdSavedNic */
    gsize max_bytes;
    gboolean is_uuid;
    gboolean may_be_null;
} TextColumn;

static const TextColumn text_columns[] = {
    {"device", G_STRUCT_OFFSET(HdSavedNic, device), HD_NODE_NAME_MAX, FALSE, FALSE},
    {"pf", G_STRUCT_OFFSET(HdSavedNic, pf), HD_NODE_NAME_MAX, FALSE, FALSE},
    {"provider", G_STRUCT_OFFSET(HdSavedNic, provider), MAX_PROVIDER_BYTES, FALSE, FALSE},
    {"vm", G_STRUCT_OFFSET(HdSavedNic, vm), MAX_VM_BYTES, FALSE, FALSE},
    {"vm_uuid", G_STRUCT_OFFSET(HdSavedNic, vm_uuid), UUID_LENGTH, TRUE, TRUE},
    {"boot_id", G_STRUCT_OFFSET(HdSavedNic, boot_id), UUID_LENGTH, TRUE, FALSE},
};

/* The columns behind text_columns. */
enum {
    COLUMN_BEFORE = 6,
    COLUMN_OWN_MAC,
    COLUMN_WANTED,
    COLUMN_VF_INDEX,
    COLUMN_TIME
};

G_STATIC_ASSERT(G_N_ELEMENTS(text_columns) == COLUMN_BEFORE);

#define COLUMNS                                                                                    \
    "device, pf, provider, vm, vm_uuid, boot_id, before, own_mac, wanted, vf_index, time_s"
#define SELECT_ONE "SELECT " COLUMNS " FROM saved_nic WHERE device = ?1 AND boot_id = ?2"
#define SELECT_ALL "SELECT " COLUMNS " FROM saved_nic WHERE boot_id = ?1 ORDER BY device"
#define SELECT_ANY_BOOT "SELECT 1 FROM saved_nic WHERE device = ?1"
#define DELETE_OTHER_BOOTS "DELETE FROM saved_nic WHERE device = ?1 AND boot_id <> ?2"
#define DELETE_ONE "DELETE FROM saved_nic WHERE device = ?1"
#define SAVE                                                                                       \
    "INSERT INTO saved_nic (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"    \
    " ON CONFLICT (device) DO UPDATE SET pf = excluded.pf, provider = excluded.provider,"          \
    " vm = excluded.vm, vm_uuid = excluded.vm_uuid, wanted = excluded.wanted,"                     \
    " vf_index = excluded.vf_index, time_s = excluded.time_s"

void
hd_saved_nic_free(HdSavedNic *nic)
{
    if (nic == NULL)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(text_columns); i++)
        g_free(G_STRUCT_MEMBER(char *, nic, text_columns[i].offset));
    g_free(nic);
}

gboolean
hd_store_check_nics(HdStore *store, GError **error)
{
    static const char *const statements[] = {
        SELECT_ONE, SELECT_ALL, SELECT_ANY_BOOT, DELETE_OTHER_BOOTS, DELETE_ONE, SAVE,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(statements); i++) {
        g_autoptr(HdStatement) statement = hd_store_prepare(store, statements[i], error);

        if (statement == NULL)
            return FALSE;
    }
    return TRUE;
}

static char *
dup_settings_text(const HdNicSettings *settings)
{
    GString *text = g_string_new(NULL);

    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, *name);

        if (value == NULL)
            continue;
        g_string_append_printf(text, "%s%s=", text->len > 0 ? ";" : "", *name);
        g_string_append_uri_escaped(text, value, PLAIN_CHARACTERS, TRUE);
    }
    return g_string_free(text, FALSE);
}

static gboolean
take_setting(const char *part, HdNicSettings *settings, GError **error)
{
    const char *separator = strchr(part, '=');
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;

    if (separator != NULL) {
        name = g_strndup(part, (gsize) (separator - part));
        value = g_uri_unescape_string(separator + 1, NULL);
    }
    if (value == NULL || !g_utf8_validate(value, -1, NULL)) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "'%.64s' is not NAME=VALUE", part);
        return FALSE;
    }
    return hd_nic_settings_set_known(settings, name, value, error);
}

static gboolean
parse_settings_text(const char *text, HdNicSettings *ret_settings, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    HdNicSettings settings = {0};

    for (char **part = parts; *part != NULL; part++) {
        if (!take_setting(*part, &settings, error))
            return FALSE;
    }
    *ret_settings = settings;
    return TRUE;
}

/* Why a text cannot stand in the column, NULL when it can. */
static const char *
find_text_fault(const TextColumn *column, const char *text)
{
    if (text == NULL)
        return column->may_be_null ? NULL : "is missing";
    gsize length = strnlen(text, column->max_bytes + 1);
    if (length == 0 || length > column->max_bytes)
        return length == 0 ? "is empty" : "is too long";
    if (!g_utf8_validate(text, (gssize) length, NULL))
        return "is not valid UTF-8";
    return column->is_uuid && !g_uuid_string_is_valid(text) ? "is no UUID" : NULL;
}

/* Reading */

typedef struct {
    HdStore *store;
    HdStatement *statement;
    HdSavedNic *nic;
} Row;

/* Returns FALSE. */
static gboolean
set_row_error(const Row *row, const char *column, const char *fault, GError **error)
{
    g_autofree char *device = g_utf8_make_valid(row->nic->device != NULL ? row->nic->device : "?",
                                                -1);

    hd_error_set(error, HD_ERROR_INVALID, row->nic->device,
                 "correct or remove the record with sqlite3",
                 "the database %s has a record of device '%s' in which '%s' %s", row->store->path,
                 device, column, fault);
    return FALSE;
}

/* The text of a column, valid as long as the row; *ret_fault says why there is none. */
static const char *
get_text(const Row *row, int column, const char **ret_fault)
{
    int type = sqlite3_column_type(row->statement, column);
    const char *text;

    *ret_fault = NULL;
    if (type == SQLITE_NULL)
        return NULL;
    text = (const char *) sqlite3_column_text(row->statement, column);
    if (type != SQLITE_TEXT || text == NULL) {
        *ret_fault = "is no text";
        return NULL;
    }
    gsize length = (gsize) sqlite3_column_bytes(row->statement, column);
    if (length > HD_STORE_MAX_VALUE_BYTES || strnlen(text, length) != length) {
        *ret_fault = "is too long or has a zero byte";
        return NULL;
    }
    return text;
}

static gboolean
read_texts(const Row *row, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(text_columns); i++) {
        const char *fault;
        const char *text = get_text(row, (int) i, &fault);

        if (fault == NULL)
            fault = find_text_fault(&text_columns[i], text);
        if (fault != NULL)
            return set_row_error(row, text_columns[i].name, fault, error);
        G_STRUCT_MEMBER(char *, row->nic, text_columns[i].offset) = g_strdup(text);
    }
    return TRUE;
}

static gboolean
read_settings(const Row *row,
              int column,
              const char *name,
              HdNicSettings *ret_settings,
              GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *text_fault = NULL;
    const char *fault;
    const char *text = get_text(row, column, &fault);

    if (text == NULL)
        return set_row_error(row, name, fault != NULL ? fault : "is missing", error);
    if (!g_utf8_validate(text, -1, NULL))
        return set_row_error(row, name, "is not valid UTF-8", error);
    if (parse_settings_text(text, ret_settings, &problem))
        return TRUE;
    text_fault = g_strdup_printf("is wrong: %s", problem->message);
    return set_row_error(row, name, text_fault, error);
}

static gboolean
read_numbers(const Row *row, GError **error)
{
    const char *fault;
    const char *mac = get_text(row, COLUMN_OWN_MAC, &fault);
    gint64 vf_index = sqlite3_column_int64(row->statement, COLUMN_VF_INDEX);

    if (fault != NULL || (mac != NULL && !hd_mac_parse(mac, row->nic->own_mac)))
        return set_row_error(row, "own_mac", "is no MAC address", error);
    if (sqlite3_column_type(row->statement, COLUMN_VF_INDEX) != SQLITE_INTEGER || vf_index < 0 ||
        vf_index > MAX_VF_INDEX)
        return set_row_error(row, "vf_index", "is no number from 0 to 65535", error);
    if (sqlite3_column_type(row->statement, COLUMN_TIME) != SQLITE_INTEGER)
        return set_row_error(row, "time_s", "is no number", error);
    row->nic->index = (unsigned) vf_index;
    row->nic->time_s = sqlite3_column_int64(row->statement, COLUMN_TIME);
    return TRUE;
}

static HdSavedNic *
read_row(HdStore *store, HdStatement *statement, GError **error)
{
    g_autoptr(HdSavedNic) nic = g_new0(HdSavedNic, 1);
    Row row = {store, statement, nic};

    if (!read_texts(&row, error) ||
        !read_settings(&row, COLUMN_BEFORE, "before", &nic->before, error) ||
        !read_settings(&row, COLUMN_WANTED, "wanted", &nic->wanted, error) ||
        !read_numbers(&row, error))
        return NULL;
    return g_steal_pointer(&nic);
}

/* Writing */

static gboolean
run_change(HdStore *store, const char *sql, const char *device, const char *boot_id, GError **error)
{
    g_autoptr(HdStatement) statement = hd_store_prepare(store, sql, error);
    gboolean has_row;

    if (statement == NULL)
        return FALSE;
    hd_statement_bind_text(statement, 1, device);
    if (boot_id != NULL)
        hd_statement_bind_text(statement, 2, boot_id);
    return hd_store_step(store, statement, &has_row, error);
}

static gboolean
change(HdStore *store, const char *sql, const char *device, const char *boot_id, GError **error)
{
    if (!hd_store_begin(store, error))
        return FALSE;
    return hd_store_end(store, run_change(store, sql, device, boot_id, error), error);
}

/* Returns FALSE. */
static gboolean
refuse_record(const HdSavedNic *nic, const char *member, const char *fault, GError **error)
{
    hd_error_set(error, HD_ERROR_INVALID, nic->device, NULL,
                 "settings of a network function cannot be saved: '%s' %s", member, fault);
    return FALSE;
}

/* Whether what is written can be read again. */
static gboolean
check_record(const HdSavedNic *nic, const char *before, const char *wanted, GError **error)
{
    HdNicSettings settings;

    for (unsigned i = 0; i < G_N_ELEMENTS(text_columns); i++) {
        const char *text = G_STRUCT_MEMBER(char *, nic, text_columns[i].offset);
        const char *fault = find_text_fault(&text_columns[i], text);

        if (fault != NULL)
            return refuse_record(nic, text_columns[i].name, fault, error);
    }
    if (nic->index > MAX_VF_INDEX)
        return refuse_record(nic, "index", "is above 65535", error);
    if (!parse_settings_text(before, &settings, NULL) ||
        !hd_nic_settings_equal(&settings, &nic->before))
        return refuse_record(nic, "before", "has a value that no text stands for", error);
    if (!parse_settings_text(wanted, &settings, NULL) ||
        !hd_nic_settings_equal(&settings, &nic->wanted))
        return refuse_record(nic, "wanted", "has a value that no text stands for", error);
    return TRUE;
}

static gboolean
write_record(HdStore *store,
             const HdSavedNic *nic,
             const char *before,
             const char *wanted,
             GError **error)
{
    static const guint8 no_mac[6];
    g_autofree char *own_mac = hd_mac_dup_text(nic->own_mac);
    g_autoptr(HdStatement) statement = NULL;
    gboolean has_row;

    if (!run_change(store, DELETE_OTHER_BOOTS, nic->device, nic->boot_id, error))
        return FALSE;
    statement = hd_store_prepare(store, SAVE, error);
    if (statement == NULL)
        return FALSE;
    for (unsigned i = 0; i < G_N_ELEMENTS(text_columns); i++)
        hd_statement_bind_text(statement, (int) i + 1,
                               G_STRUCT_MEMBER(char *, nic, text_columns[i].offset));
    hd_statement_bind_text(statement, COLUMN_BEFORE + 1, before);
    hd_statement_bind_text(statement, COLUMN_OWN_MAC + 1,
                           memcmp(nic->own_mac, no_mac, sizeof no_mac) != 0 ? own_mac : NULL);
    hd_statement_bind_text(statement, COLUMN_WANTED + 1, wanted);
    hd_statement_bind_int(statement, COLUMN_VF_INDEX + 1, nic->index);
    hd_statement_bind_int(statement, COLUMN_TIME + 1, nic->time_s);
    return hd_store_step(store, statement, &has_row, error);
}

gboolean
hd_store_save_nic(HdStore *store, const HdSavedNic *nic, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&store->lock);
    g_autofree char *before = dup_settings_text(&nic->before);
    g_autofree char *wanted = dup_settings_text(&nic->wanted);

    if (!check_record(nic, before, wanted, error) || !hd_store_begin(store, error))
        return FALSE;
    return hd_store_end(store, write_record(store, nic, before, wanted, error), error);
}

static gboolean
forget_other_boots(HdStore *store, const char *device, const char *boot_id, GError **error)
{
    g_autoptr(HdStatement) statement = hd_store_prepare(store, SELECT_ANY_BOOT, error);
    gboolean has_row;

    if (statement == NULL)
        return FALSE;
    hd_statement_bind_text(statement, 1, device);
    if (!hd_store_step(store, statement, &has_row, error))
        return FALSE;
    sqlite3_reset(statement);
    return !has_row || change(store, DELETE_OTHER_BOOTS, device, boot_id, error);
}

HdSavedNic *
hd_store_find_nic(HdStore *store, const char *device, const char *boot_id, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&store->lock);
    g_autoptr(HdStatement) statement = hd_store_prepare(store, SELECT_ONE, error);
    gboolean has_row;

    if (statement == NULL)
        return NULL;
    hd_statement_bind_text(statement, 1, device);
    hd_statement_bind_text(statement, 2, boot_id);
    if (!hd_store_step(store, statement, &has_row, error))
        return NULL;
    if (has_row)
        return read_row(store, statement, error);
    sqlite3_reset(statement);
    forget_other_boots(store, device, boot_id, error);
    return NULL;
}

GPtrArray *
hd_store_list_nics(HdStore *store, const char *boot_id, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&store->lock);
    g_autoptr(GPtrArray) nics = g_ptr_array_new_with_free_func((GDestroyNotify) hd_saved_nic_free);
    g_autoptr(HdStatement) statement = hd_store_prepare(store, SELECT_ALL, error);
    gboolean has_row;

    if (statement == NULL)
        return NULL;
    hd_statement_bind_text(statement, 1, boot_id);
    for (;;) {
        if (!hd_store_step(store, statement, &has_row, error))
            return NULL;
        if (!has_row)
            return g_steal_pointer(&nics);
        if (nics->len >= MAX_RECORDS) {
            hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                         "the database %s has more than %d records of this boot", store->path,
                         MAX_RECORDS);
            return NULL;
        }
        HdSavedNic *nic = read_row(store, statement, error);
        if (nic == NULL)
            return NULL;
        g_ptr_array_add(nics, nic);
    }
}

gboolean
hd_store_forget_nic(HdStore *store, const char *device, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&store->lock);

    return change(store, DELETE_ONE, device, NULL, error);
}
