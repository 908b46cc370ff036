/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Setting a virtual function, and putting it back.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "host/vf-field.h"

const HdVfState *
hd_vf_find(const HdVf *vf, GError **error)
{
    const HdVfState *found = hd_pf_find_vf(vf->state, vf->index);

    if (found == NULL)
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL,
                     "the interface %s has no virtual function %u", vf->state->name, vf->index);
    return found;
}

/* Which of the fields of wanted have another value in state. */
static HdNicFields
compare(const HdPfState *state, unsigned index, const HdNicSettings *wanted)
{
    const HdVfState *found = hd_pf_find_vf(state, index);
    HdNicFields differing = 0;

    for (gsize i = 0; i < HD_VF_FIELDS; i++) {
        HdNicFields field = hd_vf_fields[i];

        if ((wanted->fields & field) &&
            (found == NULL || !hd_vf_equal_field(&found->settings, wanted, field)))
            differing |= field;
    }
    return differing;
}

static char *
dup_field_names(HdNicFields fields)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; i < HD_VF_FIELDS; i++) {
        if (fields & hd_vf_fields[i])
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
                                   hd_vf_get_field_name(hd_vf_fields[i]));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
verify(const HdVf *vf, const HdNicSettings *wanted, GError **error)
{
    g_autoptr(HdPfState) now = hd_pf_read_again(vf->netlink, vf->state, error);

    if (now == NULL)
        return FALSE;
    HdNicFields differing = compare(now, vf->index, wanted);
    if (differing == 0)
        return TRUE;
    g_autofree char *names = dup_field_names(differing);
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, "leave the setting out",
                 "the driver of %s accepts a setting of virtual function %u but does not keep it: "
                 "%s",
                 vf->state->name, vf->index, names);
    return FALSE;
}

static gboolean
is_zero(const guint8 mac[6])
{
    static const guint8 zero[6] = {0};

    return memcmp(mac, zero, sizeof zero) == 0;
}

static char *
dup_mac_note(const HdVf *vf)
{
    return g_strdup_printf("virtual function %u of %s keeps a MAC address: its driver does not go "
                           "back to none",
                           vf->index, vf->state->name);
}

/* Keeps the first error and adds the text of each later one to its details. */
static void
collect(GError **first, GError *next)
{
    if (*first == NULL) {
        *first = next;
        return;
    }
    const char *details = hd_error_get_details(*first);
    g_autofree char *text = g_strconcat(details != NULL ? details : "", details != NULL ? "; " : "",
                                        next->message, NULL);
    hd_error_add_details(*first, text);
    g_error_free(next);
}

/* Writes the fields back, last one first; *fields loses a MAC address of zero that is refused. All
 * errors in one, NULL when there was none. */
static GError *
write_back(const HdVf *vf, const HdNicSettings *before, HdNicFields *fields)
{
    GError *first = NULL;

    for (gsize i = HD_VF_FIELDS; i-- > 0;) {
        HdNicFields field = hd_vf_fields[i];
        GError *local = NULL;
        int errno_value = 0;

        if (!(*fields & field) || hd_vf_write_field(vf, field, before, &errno_value, &local))
            continue;
        if (field == HD_NIC_MAC && errno_value != 0 && is_zero(before->mac)) {
            *fields &= ~HD_NIC_MAC;
            g_clear_error(&local);
            continue;
        }
        collect(&first, local);
    }
    return first;
}

/* What must read as it was; a zero MAC address may be ignored as well as refused. */
static gboolean
verify_back(const HdVf *vf, const HdNicSettings *before, HdNicFields *fields, GError **error)
{
    g_autoptr(HdPfState) now = hd_pf_read_again(vf->netlink, vf->state, error);
    HdNicSettings expected = *before;

    if (now == NULL)
        return FALSE;
    expected.fields = *fields;
    HdNicFields differing = compare(now, vf->index, &expected);
    if ((differing & HD_NIC_MAC) && is_zero(before->mac)) {
        *fields &= ~HD_NIC_MAC;
        differing &= ~HD_NIC_MAC;
    }
    if (differing == 0)
        return TRUE;
    g_autofree char *names = dup_field_names(differing);
    hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL,
                 "virtual function %u of %s did not go back to what it was: %s", vf->index,
                 vf->state->name, names);
    return FALSE;
}

gboolean
hd_vf_restore(HdNetlink *netlink,
              const HdPfState *state,
              unsigned index,
              const HdNicSettings *before,
              char **ret_note,
              GError **error)
{
    const HdVf vf = {.netlink = netlink, .state = state, .index = index};
    HdNicFields differing = before->fields & ~HD_NIC_PROFILE;

    *ret_note = NULL;
    g_autoptr(HdPfState) now = hd_pf_read_again(netlink, state, NULL);
    /* A table that cannot be read now is no reason to leave the function as it is. */
    if (now != NULL)
        differing = compare(now, index, before);
    HdNicFields left = differing;
    if (differing == 0)
        return TRUE;
    GError *first = write_back(&vf, before, &left);
    if (first == NULL)
        verify_back(&vf, before, &left, &first);
    if ((differing & ~left) & HD_NIC_MAC)
        *ret_note = dup_mac_note(&vf);
    if (first == NULL)
        return TRUE;
    g_propagate_error(error, first);
    return FALSE;
}

/* Puts the touched settings back and says in the error what did not go back. Takes cause over.
 * Returns FALSE. */
static gboolean
undo(const HdVf *vf, HdNicFields touched, GError *cause, GError **error)
{
    const HdVfState *found = hd_pf_find_vf(vf->state, vf->index);
    HdNicSettings before = found->settings;
    g_autoptr(GError) failure = NULL;
    g_autofree char *note = NULL;

    before.fields &= touched;
    if (before.fields != 0 &&
        !hd_vf_restore(vf->netlink, vf->state, vf->index, &before, &note, &failure)) {
        cause->code = HD_ERROR_UNDO_FAILED;
        hd_error_add_details(cause, failure->message);
    } else if (note != NULL) {
        hd_error_add_details(cause, note);
    }
    g_propagate_error(error, cause);
    return FALSE;
}

/* What is not reported could not be put back. */
static gboolean
check_reported(const HdVf *vf, const HdNicSettings *wanted, GError **error)
{
    const HdVfState *found = hd_vf_find(vf, error);

    if (found == NULL)
        return FALSE;
    HdNicFields missing = wanted->fields & ~found->settings.fields & ~HD_NIC_PROFILE;
    if (missing == 0)
        return TRUE;
    g_autofree char *names = dup_field_names(missing);
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, "leave the setting out",
                 "the driver of %s does not report a setting of virtual function %u: %s",
                 vf->state->name, vf->index, names);
    return FALSE;
}

/* A driver that has a setting may still not take each value of it. */
static void
explain(HdNicFields field, int errno_value, GError *cause)
{
    if (field != HD_NIC_RATE || (errno_value != EINVAL && errno_value != ERANGE))
        return;
    cause->code = HD_ERROR_UNSUPPORTED;
    hd_error_add_hint(cause, "leave out --min-rate, which few cards have, and ask for no more than "
                             "the speed of the port's link");
}

gboolean
hd_vf_set(HdNetlink *netlink,
          const HdPfState *state,
          unsigned index,
          const HdNicSettings *settings,
          GError **error)
{
    const HdVf vf = {.netlink = netlink, .state = state, .index = index};
    HdNicFields touched = 0;
    GError *cause = NULL;

    if (!check_reported(&vf, settings, error))
        return FALSE;
    for (gsize i = 0; i < HD_VF_FIELDS; i++) {
        HdNicFields field = hd_vf_fields[i];
        int errno_value = 0;

        if (!(settings->fields & field))
            continue;
        /* the one that fails is looked at as well: nobody knows what a driver did before */
        touched |= field;
        if (!hd_vf_write_field(&vf, field, settings, &errno_value, &cause)) {
            explain(field, errno_value, cause);
            return undo(&vf, touched, cause, error);
        }
    }
    if (touched != 0 && !verify(&vf, settings, &cause))
        return undo(&vf, touched, cause, error);
    return TRUE;
}
