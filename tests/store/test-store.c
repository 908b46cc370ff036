/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The store as its callers have it: records, who may touch the file, and databases that are not
 * what they should be.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <hostdev/error.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "fixture.h"
#include "store/sql.h"

#define DEVICE "pci_0000_01_10_0"
#define NOBODY 65534

static void
save(HdStore *store, const HdSavedNic *nic)
{
    g_autoptr(GError) error = NULL;
    gboolean is_saved = hd_store_save_nic(store, nic, &error);

    g_assert_no_error(error);
    g_assert_true(is_saved);
}

static void
assert_none(HdStore *store, const char *device, const char *boot_id)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(hd_store_find_nic(store, device, boot_id, &error));
    g_assert_no_error(error);
}

static void
test_there_and_back(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdSavedNic) nic = new_record(DEVICE, BOOT);
    g_autoptr(HdSavedNic) least = new_record("x", BOOT);

    g_clear_pointer(&least->vm_uuid, g_free);
    memset(least->own_mac, 0, 6);
    memset(&least->before, 0, sizeof least->before);
    memset(&least->wanted, 0, sizeof least->wanted);
    for (unsigned i = 0; i < 2; i++) { /* also opened again */
        g_autoptr(HdStore) store = store_open(fixture);
        if (i == 0) {
            assert_none(store, DEVICE, BOOT);
            save(store, nic);
            save(store, least);
        }
        g_autoptr(HdSavedNic) found = hd_store_find_nic(store, DEVICE, BOOT, NULL);
        g_autoptr(HdSavedNic) also = hd_store_find_nic(store, "x", BOOT, NULL);
        assert_same_record(found, nic);
        assert_same_record(also, least);
        assert_none(store, "pci_0000_01_10_1", BOOT);
    }
    g_autofree char *before = ask_database(fixture->path, "SELECT before FROM saved_nic");
    g_autofree char *wanted = ask_database(fixture->path, "SELECT wanted FROM saved_nic");
    g_assert_cmpstr(before, ==,
                    "mac=00:00:00:00:00:00;vlan=4095;min-rate=9;max-rate=3;link-state=auto");
    g_assert_cmpstr(wanted, ==,
                    "mac=52:54:00:12:34:56;vlan=42:3:802.1ad;"
                    "virtualport=802.1Qbh:profileid=a%3Bb=%2541,\xc3\xa4");
}

static void
test_before_stays(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(HdSavedNic) first = new_record(DEVICE, BOOT);
    g_autoptr(HdSavedNic) second = new_record(DEVICE, BOOT);

    g_free(second->vm);
    second->vm = g_strdup("web");
    g_clear_pointer(&second->vm_uuid, g_free);
    second->index = 8;
    second->time_s++;
    second->before = (HdNicSettings){.fields = HD_NIC_TRUST};
    second->wanted = (HdNicSettings){.fields = HD_NIC_TRUST};
    memset(second->own_mac, 0x66, 6);
    save(store, first);
    save(store, second);

    g_autoptr(HdSavedNic) found = hd_store_find_nic(store, DEVICE, BOOT, NULL);
    second->before = first->before;
    memcpy(second->own_mac, first->own_mac, 6);
    assert_same_record(found, second);
}

static void
test_boots(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(HdSavedNic) old = new_record(DEVICE, OTHER_BOOT);
    g_autoptr(HdSavedNic) new = new_record(DEVICE, BOOT);
    g_autoptr(GPtrArray) none = NULL;

    new->before = (HdNicSettings){.fields = HD_NIC_SPOOF_CHECK, .spoof_check = TRUE};
    memset(new->own_mac, 0x66, 6);
    save(store, old);
    none = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    save(store, new);
    g_autoptr(HdSavedNic) found = hd_store_find_nic(store, DEVICE, BOOT, NULL);
    assert_same_record(found, new);

    assert_none(store, DEVICE, OTHER_BOOT); /* which removes it */
    assert_none(store, DEVICE, BOOT);
}

static void
test_list_and_forget(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const devices[] = {"c", "a", "b", "A"};
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) left = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(devices); i++) {
        g_autoptr(HdSavedNic) nic = new_record(devices[i], i == 1 ? OTHER_BOOT : BOOT);
        save(store, nic);
    }
    all = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(all->len, ==, 3);
    for (unsigned i = 0; i < 3; i++) {
        HdSavedNic *nic = g_ptr_array_index(all, i);
        g_assert_cmpstr(nic->device, ==, ((const char *[]){"A", "b", "c"})[i]);
    }
    g_assert_true(hd_store_forget_nic(store, "b", NULL));
    g_assert_true(hd_store_forget_nic(store, "b", NULL));
    g_assert_true(hd_store_forget_nic(store, "'; DROP TABLE saved_nic; --", NULL));
    left = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(left->len, ==, 2);
}

/* Each breaks one member; what is refused changes nothing. */
static void
break_member(HdSavedNic *nic, unsigned i)
{
    char **texts[] = {&nic->device, &nic->pf,      &nic->provider,
                      &nic->vm,     &nic->vm_uuid, &nic->boot_id};

    if (i < 24) {
        char **text = texts[i / 4];
        g_free(*text);
        *text = i % 4 == 0   ? g_strdup("")
                : i % 4 == 1 ? g_strnfill(5000, 'x')
                : i % 4 == 2 ? g_strdup("\xff\xfe")
                             : NULL;
    } else if (i == 24) {
        nic->index = 65536;
    } else if (i == 25) {
        nic->before = (HdNicSettings){.fields = HD_NIC_LINK_STATE, .link_state = (HdNicLink) 9};
    } else {
        nic->wanted = (HdNicSettings){.fields = HD_NIC_VLAN, .vlan_id = 4096};
    }
}

static void
test_refused_records(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(HdSavedNic) good = new_record(DEVICE, BOOT);

    save(store, good);
    for (unsigned i = 0; i < 27; i++) {
        g_autoptr(HdSavedNic) nic = new_record(DEVICE, BOOT);
        g_autoptr(GError) error = NULL;

        break_member(nic, i);
        if (i == 19) { /* the only member that may be missing */
            g_assert_null(nic->vm_uuid);
            continue;
        }
        g_assert_false(hd_store_save_nic(store, nic, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    }
    g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(all->len, ==, 1);
    assert_same_record(g_ptr_array_index(all, 0), good);
}

static void
test_settings_of_the_database(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *sql;
        const char *answer;
    } cases[] = {
        {"PRAGMA journal_mode", "wal"},   {"PRAGMA synchronous", "2"},
        {"PRAGMA foreign_keys", "1"},     {"PRAGMA trusted_schema", "0"},
        {"PRAGMA user_version", "1"},     {"PRAGMA application_id", "1214530658"},
        {"PRAGMA busy_timeout", "10000"},
    };
    g_autoptr(HdStore) store = store_open(fixture);

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdStatement) statement = hd_store_prepare(store, cases[i].sql, NULL);
        gboolean has_row = FALSE;

        g_assert_true(hd_store_step(store, statement, &has_row, NULL));
        g_assert_true(has_row);
        g_assert_cmpstr((const char *) sqlite3_column_text(statement, 0), ==, cases[i].answer);
    }
}

static unsigned
get_mode(const char *path)
{
    struct stat status;

    g_assert_cmpint(lstat(path, &status), ==, 0);
    return status.st_mode & 07777;
}

static void
test_modes(StoreFixture *fixture, gconstpointer unused)
{
    mode_t old = umask(022);
    g_autoptr(HdStore) store = store_open(fixture);
    g_autofree char *parent = g_path_get_dirname(fixture->folder);
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    g_autofree char *index = g_strconcat(fixture->path, "-shm", NULL);

    umask(old);
    g_assert_cmphex(get_mode(parent), ==, 0755);
    g_assert_cmphex(get_mode(fixture->folder), ==, 0700);
    g_assert_cmphex(get_mode(fixture->path), ==, 0600);
    g_assert_cmphex(get_mode(log), ==, 0600);
    g_assert_cmphex(get_mode(index), ==, 0600);
    g_clear_pointer(&store, hd_store_free);
    g_assert_cmpint(g_chmod(fixture->path, 0644), ==, 0);
    store = store_open(fixture);
    g_assert_cmphex(get_mode(fixture->path), ==, 0600);
}

static void
assert_refused(const char *folder, HdErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    HdStore *store = hd_store_open(folder, &error);

    g_assert_null(store);
    g_test_message("%s", error->message);
    g_assert_error(error, HD_ERROR, (int) code);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_null(hd_store_open(folder, NULL));
}

static void
test_folder_names(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"one//two//", "./three", "four/"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *folder = g_strconcat(fixture->parent, "/", names[i], NULL);
        g_autofree char *place = g_strconcat(folder, "/.", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(HdStore) store = hd_store_open(folder, &error);

        g_assert_no_error(error);
        g_assert_nonnull(store);
        g_assert_cmphex(get_mode(place), ==, 0700);
    }
    assert_refused("", HD_ERROR_KERNEL, "cannot make the folder");
}

/* Two handles of one process do not take each other's locks away. */
static void
test_two_handles(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdStore) first = store_open(fixture);

    for (unsigned i = 0; i < 20; i++) {
        g_autoptr(HdStore) second = store_open(fixture);
        g_autofree char *device = g_strdup_printf("d%u", i);
        g_autoptr(HdSavedNic) nic = new_record(device, BOOT);
        g_autoptr(GError) error = NULL;

        save(i % 2 == 0 ? first : second, nic);
        g_autoptr(HdSavedNic)
            found = hd_store_find_nic(i % 2 == 0 ? second : first, device, BOOT, &error);
        g_assert_no_error(error);
        assert_same_record(found, nic);
    }
}

static void
test_others_may_write(StoreFixture *fixture, gconstpointer unused)
{
    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    g_assert_cmpint(g_chmod(fixture->path, 0620), ==, 0);
    assert_refused(fixture->folder, HD_ERROR_DENIED, "hostdev.db may be written by other users");
    g_assert_cmpint(g_chmod(fixture->path, 0600), ==, 0);
    g_assert_cmpint(g_chmod(fixture->folder, 0702), ==, 0);
    assert_refused(fixture->folder, HD_ERROR_DENIED, "store may be written by other users");
    g_assert_cmpint(g_chmod(fixture->folder, 0755), ==, 0);
    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
}

static void
test_kinds_of_files(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *other = g_build_filename(fixture->parent, "other", NULL);
    g_autofree char *link = g_build_filename(fixture->parent, "link", NULL);

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    g_assert_cmpint(symlink(fixture->folder, link), ==, 0);
    g_clear_pointer(&(HdStore *){hd_store_open(link, NULL)}, hd_store_free);
    g_assert_cmpint(g_rename(fixture->path, other), ==, 0);
    g_assert_cmpint(symlink(other, fixture->path), ==, 0);
    assert_refused(fixture->folder, HD_ERROR_INVALID, "is no regular file");
    g_assert_cmpint(g_remove(fixture->path), ==, 0);
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    assert_refused(fixture->folder, HD_ERROR_INVALID, "is no regular file");
    g_assert_cmpint(g_remove(fixture->path), ==, 0);
    g_assert_cmpint(g_mkdir(fixture->path, 0700), ==, 0);
    assert_refused(fixture->folder, HD_ERROR_INVALID, "is no regular file");
    assert_refused(other, HD_ERROR_KERNEL, "Not a directory");
    assert_refused("/dev/null/x", HD_ERROR_KERNEL, "Not a directory");
    assert_refused("/proc/self/none", HD_ERROR_KERNEL, "cannot make the folder");
}

/* Runs where root's rights do not count; only then has a mode an effect. */
static void
run_as_nobody(const StoreFixture *fixture, void (*function)(const StoreFixture *fixture))
{
    pid_t child = fork();
    int status;

    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        if (geteuid() == 0 &&
            (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0))
            _exit(77);
        function(fixture);
        _exit(0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
}

static void
check_foreign_owner(const StoreFixture *fixture)
{
    assert_refused(fixture->folder, HD_ERROR_DENIED, "hostdev.db belongs to user 0");
}

static void
check_closed_folder(const StoreFixture *fixture)
{
    assert_refused(fixture->folder, HD_ERROR_DENIED, "Permission denied");
}

static void
test_denied(StoreFixture *fixture, gconstpointer unused)
{
    gboolean is_root = geteuid() == 0;

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    g_assert_cmpint(g_chmod(fixture->parent, 0755), ==, 0);
    g_assert_cmpint(g_chmod(fixture->folder, 0755), ==, 0);
    if (is_root) {
        run_as_nobody(fixture, check_foreign_owner);
        g_assert_cmpint(chown(fixture->path, NOBODY, NOBODY), ==, 0);
        assert_refused(fixture->folder, HD_ERROR_DENIED, "hostdev.db belongs to user 65534");
        g_assert_cmpint(chown(fixture->folder, NOBODY, NOBODY), ==, 0);
        assert_refused(fixture->folder, HD_ERROR_DENIED, "store belongs to user 65534");
    }
    /* a folder in which no log can be made, a file that cannot be written, no folder at all */
    g_assert_cmpint(g_chmod(fixture->folder, 0500), ==, 0);
    run_as_nobody(fixture, check_closed_folder);
    g_assert_cmpint(g_chmod(fixture->folder, 0700), ==, 0);
    g_assert_cmpint(g_chmod(fixture->path, 0400), ==, 0);
    run_as_nobody(fixture, check_closed_folder);
    g_assert_cmpint(g_chmod(fixture->folder, 0000), ==, 0);
    run_as_nobody(fixture, check_closed_folder);
    if (is_root)
        g_assert_cmpint(chown(fixture->folder, 0, 0), ==, 0);
    g_assert_cmpint(g_chmod(fixture->folder, 0700), ==, 0);
}

static void
test_newer_schema(StoreFixture *fixture, gconstpointer unused)
{
    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    edit_database(fixture->path, "PRAGMA user_version=2");
    assert_refused(fixture->folder, HD_ERROR_UNSUPPORTED,
                   "has schema version 2, this release knows versions up to 1");
    g_assert_cmpuint(count_files(fixture->folder, "damaged"), ==, 0);
}

/* What must be set aside: the note says so, all is empty, and the old file has its bytes. */
static void
assert_set_aside(const StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdStore) store = NULL;
    g_autofree char *old = NULL;
    gsize length;
    unsigned n_before = count_files(fixture->folder, "damaged");

    g_assert_true(g_file_get_contents(fixture->path, &old, &length, NULL));
    store = hd_store_open(fixture->folder, &error);
    g_assert_no_error(error);
    g_assert_nonnull(hd_store_get_note(store));
    g_test_message("%s", hd_store_get_note(store));
    g_assert_cmpuint(count_files(fixture->folder, "damaged"), >, n_before);
    const char *name = strstr(hd_store_get_note(store), fixture->folder);
    while (strstr(name + 1, fixture->folder) != NULL)
        name = strstr(name + 1, fixture->folder);
    g_autofree char *aside = g_strndup(name, strcspn(name, ","));
    g_autofree char *kept = NULL;
    gsize kept_length;
    g_assert_true(g_file_get_contents(aside, &kept, &kept_length, NULL));
    g_assert_cmpmem(kept, kept_length, old, length);

    g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, NULL);
    g_assert_cmpuint(all->len, ==, 0);
    g_autoptr(HdSavedNic) nic = new_record(DEVICE, BOOT);
    save(store, nic);
}

static void
test_no_database(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *noise = g_strnfill(10000, 'x');
    const char *const texts[] = {"x", "SQLite format 3, or so", noise};

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents_full(fixture->path, texts[i], -1,
                                               G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        assert_set_aside(fixture);
    }
    g_assert_cmpuint(count_files(fixture->folder, "damaged"), ==, 3);
    g_assert_true(
        g_file_set_contents_full(fixture->path, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
}

/* Databases, but not ours, or not any more. */
static void
test_other_schemas(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *sql;
    } edits[] = {
        {"PRAGMA application_id=7"},
        {"PRAGMA application_id=0"},
        {"DROP TABLE saved_nic"},
        {"PRAGMA user_version=0"},
        {"ALTER TABLE saved_nic RENAME COLUMN wanted TO hoped"},
        {"CREATE TABLE t AS SELECT * FROM saved_nic; DROP TABLE saved_nic;"
         "ALTER TABLE t RENAME TO saved_nic"},
        {"ALTER TABLE saved_nic RENAME TO t; CREATE VIEW saved_nic AS SELECT * FROM t"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
        edit_database(fixture->path, edits[i].sql);
        assert_set_aside(fixture);
    }
}

/* The log stays with its database, and an old log is not taken for the new one's. */
static void
test_log_goes_aside(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);

    g_clear_pointer(&(HdStore *){store_open(fixture)}, hd_store_free);
    g_assert_true(g_file_set_contents_full(fixture->path, "rubbish", -1, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
    g_assert_true(g_file_set_contents_full(log, "a log", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    assert_set_aside(fixture);
    g_assert_cmpuint(count_files(fixture->folder, "Z-wal"), ==, 1);
    g_assert_cmpuint(count_files(fixture->folder, "hostdev.db-wal"), ==, 0);
}

static void
fill(const StoreFixture *fixture, unsigned n)
{
    g_autoptr(HdStore) store = store_open(fixture);

    for (unsigned i = 0; i < n; i++) {
        g_autofree char *device = g_strdup_printf("pci_0000_01_%02x_%u", i / 8, i % 8);
        g_autoptr(HdSavedNic) nic = new_record(device, BOOT);
        save(store, nic);
    }
}

static void
overwrite(const char *path, gsize offset, const char *bytes, gsize length)
{
    hd_autofd fd = open(path, O_WRONLY | O_CLOEXEC);

    g_assert_cmpint(pwrite(fd, bytes, length, (off_t) offset), ==, (gssize) length);
}

static void
test_damaged_pages(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *whole = NULL;
    gsize length;
    char noise[4096];

    fill(fixture, 40);
    g_assert_true(g_file_get_contents(fixture->path, &whole, &length, NULL));
    g_assert_cmpuint(length, >=, 4 * sizeof noise);
    for (gsize page = 0; page < length / sizeof noise; page++) {
        for (gsize i = 0; i < sizeof noise; i++)
            noise[i] = (char) g_test_rand_int_range(0, 256);
        noise[0] = 0x77; /* no kind of page */
        g_assert_true(g_file_set_contents_full(fixture->path, whole, (gssize) length,
                                               G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        overwrite(fixture->path, page * sizeof noise, noise, sizeof noise);
        assert_set_aside(fixture);
    }
    for (gsize cut = length - 4096; cut >= 512; cut /= 2) {
        g_assert_true(g_file_set_contents_full(fixture->path, whole, (gssize) cut,
                                               G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        assert_set_aside(fixture);
    }
}

/* One byte anywhere: set aside, refused or read, never a crash; all that is read is in bounds. */
static void
test_damaged_bytes(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *whole = NULL;
    gsize length;
    unsigned n_read = 0;
    unsigned n_refused = 0;
    unsigned n_aside = 0;

    fill(fixture, 12);
    g_assert_true(g_file_get_contents(fixture->path, &whole, &length, NULL));
    for (unsigned i = 0; i < 400; i++) {
        gsize place = i < 100 ? i : (gsize) g_test_rand_int_range(0, (int) length);
        char byte = (char) (whole[place] ^ g_test_rand_int_range(1, 256));
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents_full(fixture->path, whole, (gssize) length,
                                               G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        overwrite(fixture->path, place, &byte, 1);
        g_autoptr(HdStore) store = hd_store_open(fixture->folder, &error);
        if (store == NULL) {
            g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED); /* the schema's version */
            continue;
        }
        n_aside += hd_store_get_note(store) != NULL;
        g_autoptr(GPtrArray) all = hd_store_list_nics(store, BOOT, &error);
        g_assert_true((all != NULL) == (error == NULL));
        n_read += all != NULL;
        n_refused += all == NULL;
    }
    g_test_message("read %u, refused %u, set aside %u", n_read, n_refused, n_aside);
    g_assert_cmpuint(n_aside, >, 10);
    g_assert_cmpuint(n_read, >, 10);
}

static void
test_edited_values(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const edits[][2] = {
        {"pf=''", "'pf' is empty"},
        {"pf=CAST(x'ff' AS TEXT)", "'pf' is not valid UTF-8"},
        {"pf=x'4142'", "'pf' is no text"},
        {"pf=CAST(x'410042' AS TEXT)", "zero byte"},
        {"pf=printf('%.*c', 300, 'x')", "'pf' is too long"},
        {"vm=printf('%.*c', 5000, 'x')", "'vm' is too long"},
        {"vm=printf('%.*c', 100000, 'x')", "'vm' is too long"},
        {"vm_uuid='x'", "'vm_uuid' is no UUID"},
        {"provider=''", "'provider' is empty"},
        {"vf_index=-1", "'vf_index'"},
        {"vf_index=65536", "'vf_index'"},
        {"vf_index='seven'", "'vf_index'"},
        {"vf_index=1.5", "'vf_index'"},
        {"time_s='now'", "'time_s' is no number"},
        {"own_mac='x'", "'own_mac' is no MAC address"},
        {"own_mac=x'00'", "'own_mac' is no MAC address"},
        {"before='mac'", "'before' is wrong: 'mac' is not NAME=VALUE"},
        {"before='mac=1'", "'before' is wrong: setting 'mac' is '1'"},
        {"before='colour=red'", "there is no setting 'colour'"},
        {"before='mac=%zz'", "is not NAME=VALUE"},
        {"before='mac=%00'", "is not NAME=VALUE"},
        {"before='mac=%ff'", "is not NAME=VALUE"},
        {"before=CAST(x'ff' AS TEXT)", "'before' is not valid UTF-8"},
        {"before=printf('%.*c', 60000, ';')", "is not NAME=VALUE"},
        {"wanted=printf('%.*c', 100000, ';')", "'wanted' is too long"},
        {"wanted='vlan=1;;trust=on'", "'' is not NAME=VALUE"},
        {"wanted=x''", "'wanted' is no text"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_autofree char *sql = g_strdup_printf("UPDATE saved_nic SET %s", edits[i][0]);
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) list_error = NULL;

        fill(fixture, 1);
        edit_database(fixture->path, sql);
        g_autoptr(HdStore) store = store_open(fixture);
        g_assert_null(hd_store_find_nic(store, "pci_0000_01_00_0", BOOT, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, edits[i][1]));
        g_assert_cmpstr(hd_error_get_device(error), ==, "pci_0000_01_00_0");
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_cmpuint(strlen(error->message), <, 600);
        g_assert_null(hd_store_list_nics(store, BOOT, &list_error));
        g_assert_error(list_error, HD_ERROR, HD_ERROR_INVALID);
        g_assert_true(hd_store_forget_nic(store, "pci_0000_01_00_0", NULL));
    }
}

/* A trigger that somebody has put into the database does nothing here. */
static void
test_trigger(StoreFixture *fixture, gconstpointer unused)
{
    fill(fixture, 2);
    edit_database(fixture->path, "CREATE TRIGGER t BEFORE DELETE ON saved_nic BEGIN"
                                 " UPDATE saved_nic SET pf = 'forged'; END");
    g_autoptr(HdStore) store = store_open(fixture);
    g_assert_true(hd_store_forget_nic(store, "pci_0000_01_00_0", NULL));
    g_autoptr(HdSavedNic) nic = hd_store_find_nic(store, "pci_0000_01_00_1", BOOT, NULL);
    g_assert_cmpstr(nic->pf, ==, "pci_0000_01_00_0");
}

static void
test_moved_away(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(HdStore) store = store_open(fixture);
    g_autoptr(HdSavedNic) nic = new_record(DEVICE, BOOT);
    g_autofree char *other = g_build_filename(fixture->folder, "other", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_rename(fixture->path, other), ==, 0);
    g_assert_false(hd_store_save_nic(store, nic, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_STATE_CHANGED);
}

#define ADD(name, function)                                                                        \
    g_test_add("/store/" name, StoreFixture, NULL, store_set_up, function, store_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("there-and-back", test_there_and_back);
    ADD("before-stays", test_before_stays);
    ADD("boots", test_boots);
    ADD("list-and-forget", test_list_and_forget);
    ADD("refused-records", test_refused_records);
    ADD("settings", test_settings_of_the_database);
    ADD("modes", test_modes);
    ADD("folder-names", test_folder_names);
    ADD("two-handles", test_two_handles);
    ADD("others-may-write", test_others_may_write);
    ADD("kinds-of-files", test_kinds_of_files);
    g_test_add("/store/denied", StoreFixture, "/tmp", store_set_up, test_denied, store_tear_down);
    ADD("newer-schema", test_newer_schema);
    ADD("no-database", test_no_database);
    ADD("other-schemas", test_other_schemas);
    ADD("log-goes-aside", test_log_goes_aside);
    ADD("damaged-pages", test_damaged_pages);
    ADD("damaged-bytes", test_damaged_bytes);
    ADD("edited-values", test_edited_values);
    ADD("trigger", test_trigger);
    ADD("moved-away", test_moved_away);
    return g_test_run();
}
