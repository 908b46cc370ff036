/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Taking a virtual network function's settings over for a VM, and giving them back. What is saved
 * is durable before the first change, and is forgotten only when all of it is back.
 */
#include "assign/nic.h"

#include <string.h>

#include "base/boot.h"
#include "base/error.h"
#include "base/nic.h"
#include "host/driver.h"
#include "host/interface.h"
#include "host/lock.h"
#include "host/profile.h"
#include "verdict/rules.h"

#define LOCK_TIMEOUT_MS 10000
#define POLL_INTERVAL_MS 50

static const guint8 no_mac[6];

HdLock *
hd_nic_lock_pf(HdEngine *engine, const HdNicPort *port, GError **error)
{
    g_autofree char *name = g_strconcat("pf-", hd_device_get_name(port->pf), NULL);

    return hd_engine_lock(engine, name, LOCK_TIMEOUT_MS, error);
}

HdPfState *
hd_nic_read_pf(HdEngine *engine, const HdNicPort *port, GError **error)
{
    g_autoptr(HdNetlink) netlink = hd_engine_open_netlink(engine, error);

    return netlink != NULL ? hd_pf_read(netlink, port->interface, error) : NULL;
}

HdSavedNic *
hd_nic_find_saved(HdEngine *engine, const HdDevice *device, GError **error)
{
    HdStore *store = hd_engine_get_store(engine, error);
    g_autofree char *boot_id = store != NULL ? hd_boot_dup_id(error) : NULL;

    return boot_id != NULL ? hd_store_find_nic(store, hd_device_get_name(device), boot_id, error)
                           : NULL;
}

GPtrArray *
hd_nic_list_saved(HdEngine *engine, GError **error)
{
    HdStore *store = hd_engine_get_store(engine, error);
    g_autofree char *boot_id = store != NULL ? hd_boot_dup_id(error) : NULL;

    return boot_id != NULL ? hd_store_list_nics(store, boot_id, error) : NULL;
}

/* What is to come back later. An address that the host has made up for a function without one
 * stands in the table of some cards too, but nobody has given it: the neutral state is none. */
static gboolean
fill_record(HdEngine *engine,
            const HdNicPort *port,
            const HdPfState *state,
            HdSavedNic *record,
            GError **error)
{
    const HdVfState *vf = hd_pf_find_vf(state, port->index);
    gboolean is_given = TRUE;
    g_autofree char *own = hd_interface_dup_own(
        engine->sysfs, &hd_device_get_pci(port->device)->address, record->own_mac, &is_given);

    record->before = vf->settings;
    if (own != NULL && !is_given && memcmp(record->own_mac, vf->settings.mac, sizeof no_mac) == 0)
        memcpy(record->before.mac, no_mac, sizeof no_mac);
    record->boot_id = hd_boot_dup_id(error);
    return record->boot_id != NULL;
}

static gboolean
save(HdEngine *engine,
     const HdNicPort *port,
     const HdPfState *state,
     const HdVm *vm,
     const HdNicSettings *wanted,
     GError **error)
{
    HdStore *store = hd_engine_get_store(engine, error);
    HdSavedNic record = {
        .device = (char *) hd_device_get_name(port->device),
        .pf = (char *) hd_device_get_name(port->pf),
        .index = port->index,
        .provider = vm->provider,
        .vm = vm->name,
        .vm_uuid = vm->uuid,
        .wanted = *wanted,
        .time_s = g_get_real_time() / G_USEC_PER_SEC,
    };
    gboolean is_saved = store != NULL && fill_record(engine, port, state, &record, error) &&
                        hd_store_save_nic(store, &record, error);

    g_free(record.boot_id);
    return is_saved;
}

static void
fill_target(HdProfileTarget *target,
            const HdNicPort *port,
            const HdPfState *state,
            const HdNicSettings *wanted)
{
    *target = (HdProfileTarget){
        .interface = port->interface,
        .ifindex = state->ifindex,
        .vf = wanted->profile.type == HD_NIC_PROFILE_8021QBG ? -1 : (int) port->index,
        .profile = wanted->profile,
        .vlan_id = (wanted->fields & HD_NIC_VLAN) != 0 ? wanted->vlan_id : 0,
    };
    memcpy(target->mac, wanted->mac, sizeof target->mac);
}

static gboolean
associate(HdEngine *engine,
          const HdNicPort *port,
          const HdPfState *state,
          const HdNicSettings *wanted,
          gboolean is_coming,
          GError **error)
{
    g_autoptr(HdNetlink) peer = hd_profile_connect(&wanted->profile, engine->run, error);
    HdProfileTarget target;

    if (peer == NULL)
        return FALSE;
    fill_target(&target, port, state, wanted);
    return is_coming ? hd_profile_associate(peer, &target, HD_PROFILE_POLL_MS, error)
                     : hd_profile_disassociate(peer, &target, HD_PROFILE_POLL_MS, error);
}

/* A driver tells these only when it has them. */
static gboolean
check_reported(const HdNicPort *port,
               const HdPfState *state,
               const HdNicSettings *wanted,
               GError **error)
{
    const HdVfState *vf = hd_pf_find_vf(state, port->index);
    HdNicFields missing = wanted->fields & (HD_NIC_TRUST | HD_NIC_SPOOF_CHECK) &
                          ~vf->settings.fields;

    if (missing == 0)
        return TRUE;
    hd_error_set(error, HD_ERROR_UNSUPPORTED, hd_device_get_name(port->device),
                 "leave this setting out, or use another card",
                 "the driver of %s does not have %s for its virtual functions", port->interface,
                 (missing & HD_NIC_TRUST) != 0 ? "trust" : "a spoof check");
    return FALSE;
}

gboolean
hd_nic_check(HdEngine *engine,
             const HdNicPort *port,
             const HdPfState *state,
             const HdNicSettings *wanted,
             GError **error)
{
    HdProfileTarget target;

    if (!hd_pf_check_up(state, hd_device_get_name(port->device), error))
        return FALSE;
    if (hd_pf_find_vf(state, port->index) == NULL) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, hd_device_get_name(port->device), NULL,
                     "the kernel does not list virtual function %u of %s", port->index,
                     port->interface);
        return FALSE;
    }
    if (!check_reported(port, state, wanted, error))
        return FALSE;
    if ((wanted->fields & HD_NIC_PROFILE) == 0)
        return TRUE;
    fill_target(&target, port, state, wanted);
    return hd_profile_check(&target, state->has_profiles, engine->run, error);
}

static gboolean
make_early(HdEngine *engine,
           const HdNicPort *port,
           const HdPfState *state,
           const HdNicSettings *wanted,
           const HdNicSettings *early,
           GError **error)
{
    HdNicSettings fields = *early;

    fields.fields &= ~(unsigned) HD_NIC_PROFILE;
    if (fields.fields != 0) {
        g_autoptr(HdNetlink) netlink = hd_engine_open_netlink(engine, error);

        if (netlink == NULL || !hd_vf_set(netlink, state, port->index, &fields, error))
            return FALSE;
    }
    return (early->fields & HD_NIC_PROFILE) == 0 ||
           associate(engine, port, state, wanted, TRUE, error);
}

/* Reads the table and sees that the card can do what is wanted. */
static HdPfState *
read_checked(HdEngine *engine, const HdNicPort *port, const HdNicSettings *wanted, GError **error)
{
    g_autoptr(HdNetlink) netlink = hd_engine_open_netlink(engine, error);
    g_autoptr(HdPfState) state = netlink != NULL ? hd_pf_read(netlink, port->interface, error)
                                                 : NULL;
    HdNicSettings fields = *wanted;

    fields.fields &= ~(unsigned) HD_NIC_PROFILE;
    if (state == NULL || !hd_nic_check(engine, port, state, wanted, error) ||
        !hd_vf_check(netlink, state, port->index, &fields, error))
        return NULL;
    return g_steal_pointer(&state);
}

gboolean
hd_nic_probe(HdEngine *engine, const HdNicPort *port, const HdNicSettings *wanted, GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock_pf(engine, port, error);
    g_autoptr(HdPfState) state = lock != NULL ? read_checked(engine, port, wanted, error) : NULL;

    return state != NULL;
}

/* What an earlier VM has left goes first: the next one must not inherit it. Its record stays, and
 * with it the true original. */
static gboolean
clear_leftover(HdEngine *engine, const HdNicPort *port, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autoptr(HdSavedNic) record = hd_nic_find_saved(engine, port->device, &local_error);
    g_autoptr(HdNetlink) netlink = NULL;
    g_autoptr(HdPfState) state = NULL;
    g_autofree char *note = NULL;

    if (record == NULL) {
        gboolean is_none = local_error == NULL;

        if (!is_none)
            g_propagate_error(error, g_steal_pointer(&local_error));
        return is_none;
    }
    netlink = hd_engine_open_netlink(engine, error);
    state = netlink != NULL ? hd_pf_read(netlink, port->interface, error) : NULL;
    return state != NULL &&
           hd_vf_restore(netlink, state, port->index, &record->before, &note, error);
}

gboolean
hd_nic_take(HdEngine *engine,
            const HdNicPort *port,
            const HdVm *vm,
            const HdNicSettings *wanted,
            const HdNicSettings *early,
            GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock_pf(engine, port, error);
    g_autoptr(HdPfState) state = NULL;

    if (lock == NULL || !clear_leftover(engine, port, error))
        return FALSE;
    state = read_checked(engine, port, wanted, error);
    return state != NULL && save(engine, port, state, vm, wanted, error) &&
           make_early(engine, port, state, wanted, early, error);
}

static gboolean
check_reached(const HdNicPort *port,
              const HdNicSettings *now,
              const HdNicSettings *wanted,
              GError **error)
{
    HdNicSettings told = *wanted;

    /* The table does not have it: who associates sees the answer. */
    told.fields &= ~(unsigned) HD_NIC_PROFILE;
    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *is = hd_nic_settings_dup_value(now, *name);
        g_autofree char *should_be = hd_nic_settings_dup_value(&told, *name);

        if (should_be == NULL || g_strcmp0(is, should_be) == 0)
            continue;
        hd_error_set(error, HD_ERROR_FAILED, hd_device_get_name(port->device),
                     "look for another program that sets virtual functions",
                     "%s of virtual function %u of %s is %s and not %s", *name, port->index,
                     port->interface, is != NULL ? is : "not known", should_be);
        return FALSE;
    }
    return TRUE;
}

static gboolean
make_late(HdEngine *engine, const HdNicPort *port, const HdNicSettings *late, GError **error)
{
    g_autoptr(HdNetlink) netlink = hd_engine_open_netlink(engine, error);
    g_autoptr(HdPfState) state = netlink != NULL ? hd_pf_read(netlink, port->interface, error)
                                                 : NULL;

    return state != NULL && hd_vf_set(netlink, state, port->index, late, error);
}

gboolean
hd_nic_verify(HdEngine *engine,
              const HdNicPort *port,
              const HdNicSettings *wanted,
              const HdNicSettings *late,
              GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock_pf(engine, port, error);
    g_autoptr(HdPfState) state = NULL;
    const HdVfState *vf;

    if (lock == NULL || (late->fields != 0 && !make_late(engine, port, late, error)))
        return FALSE;
    state = hd_nic_read_pf(engine, port, error);
    if (state == NULL)
        return FALSE;
    vf = hd_pf_find_vf(state, port->index);
    if (vf != NULL)
        return check_reached(port, &vf->settings, wanted, error);
    hd_error_set(error, HD_ERROR_NOT_FOUND, hd_device_get_name(port->device), NULL,
                 "virtual function %u of %s is gone", port->index, port->interface);
    return FALSE;
}

gboolean
hd_nic_make_again(HdEngine *engine,
                  const HdNicPort *port,
                  const HdSavedNic *record,
                  gboolean *ret_has_acted,
                  GError **error)
{
    static const HdNicSettings nothing;
    HdNicSettings ours = record->wanted;
    HdNicSettings early;
    HdNicSettings late;

    *ret_has_acted = FALSE;
    if (hd_nic_verify(engine, port, &record->wanted, &nothing, NULL))
        return TRUE;
    hd_nic_split(&record->wanted, engine->provider->klass->nic_fields, &early, &late);
    ours.fields = (early.fields | late.fields) & ~(unsigned) HD_NIC_PROFILE;
    *ret_has_acted = TRUE;
    return hd_nic_verify(engine, port, &record->wanted, &ours, error);
}

/* The function's own interface appears a moment after its driver is bound. */
static char *
wait_for_interface(HdEngine *engine, const HdPciAddress *address, guint8 mac[6])
{
    gint64 deadline = g_get_monotonic_time() + HD_INTERFACE_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;

    for (;;) {
        g_autofree char *driver = hd_driver_dup_current(engine->sysfs, address);
        gboolean is_given;
        char *own = hd_interface_dup_own(engine->sysfs, address, mac, &is_given);

        if (own != NULL || driver == NULL || hd_rules_is_vfio_driver(driver) ||
            g_get_monotonic_time() >= deadline)
            return own;
        g_usleep(POLL_INTERVAL_MS * G_TIME_SPAN_MILLISECOND);
    }
}

/* Some drivers forget the function's own address when the one that was given goes: it is set again
 * also where the interface says that it has it. */
static gboolean
needs_own_mac(const HdSavedNic *record, const guint8 now[6])
{
    return memcmp(record->before.mac, no_mac, sizeof no_mac) == 0 ||
           memcmp(record->own_mac, now, sizeof no_mac) != 0;
}

/* udev may rename the interface between finding and setting it. */
static gboolean
set_own_mac(HdEngine *engine,
            HdNetlink *netlink,
            const HdNicPort *port,
            const HdSavedNic *record,
            GError **error)
{
    const HdPciAddress *address = &hd_device_get_pci(port->device)->address;
    guint8 now[6];

    for (unsigned attempt = 0;; attempt++) {
        g_autofree char *own = wait_for_interface(engine, address, now);
        g_autoptr(GError) local_error = NULL;

        if (own == NULL || !needs_own_mac(record, now) ||
            hd_link_set_mac(netlink, own, record->own_mac, &local_error))
            return TRUE;
        if (attempt == 0 && g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
            continue;
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
}

static gboolean
restore_own_mac(HdEngine *engine,
                HdNetlink *netlink,
                const HdNicPort *port,
                const HdSavedNic *record,
                char **ret_note,
                GError **error)
{
    const HdPciAddress *address = &hd_device_get_pci(port->device)->address;
    g_autofree char *driver = hd_driver_dup_current(engine->sysfs, address);
    g_autoptr(GError) local_error = NULL;

    if (memcmp(record->own_mac, no_mac, sizeof no_mac) == 0)
        return TRUE;
    if (hd_rules_is_vfio_driver(driver)) {
        hd_error_set(error, HD_ERROR_BUSY, hd_device_get_name(port->device),
                     "give it its host driver, then run 'hostdev recover'",
                     "%s is bound to %s, so the address of its own interface is not back",
                     hd_device_get_name(port->device), driver);
        return FALSE;
    }
    if (set_own_mac(engine, netlink, port, record, &local_error))
        return TRUE;
    /* Where an address was given, a driver may insist on it. */
    g_free(*ret_note);
    *ret_note = g_strdup_printf("the address of its own interface is not back: %s",
                                local_error->message);
    return TRUE;
}

/* A daemon or switch that does not answer must not keep the function from the host. */
static void
disassociate(HdEngine *engine,
             const HdNicPort *port,
             const HdPfState *state,
             const HdSavedNic *record,
             char **ret_note)
{
    g_autoptr(GError) error = NULL;

    if (associate(engine, port, state, &record->wanted, FALSE, &error))
        return;
    g_free(*ret_note);
    *ret_note = g_strdup_printf("its port profile may still be associated: %s", error->message);
}

static gboolean
restore(HdEngine *engine,
        const HdNicPort *port,
        const HdSavedNic *record,
        char **ret_note,
        GError **error)
{
    g_autoptr(HdNetlink) netlink = hd_engine_open_netlink(engine, error);
    g_autoptr(HdPfState) state = netlink != NULL ? hd_pf_read(netlink, port->interface, error)
                                                 : NULL;
    HdNicSettings early;
    HdNicSettings late;

    if (state == NULL)
        return FALSE;
    hd_nic_split(&record->wanted, engine->provider->klass->nic_fields, &early, &late);
    if (!hd_vf_restore(netlink, state, port->index, &record->before, ret_note, error) ||
        !restore_own_mac(engine, netlink, port, record, ret_note, error))
        return FALSE;
    if ((early.fields & HD_NIC_PROFILE) != 0)
        disassociate(engine, port, state, record, ret_note);
    return TRUE;
}

/* Another assignment may have taken the record over since the caller has seen it. */
static gboolean
is_expected(const HdSavedNic *record, const HdSavedNic *expected)
{
    return expected == NULL || (strcmp(record->vm, expected->vm) == 0 &&
                                strcmp(record->provider, expected->provider) == 0 &&
                                record->time_s == expected->time_s);
}

gboolean
hd_nic_give_back(HdEngine *engine,
                 const HdNicPort *port,
                 const HdSavedNic *expected,
                 gboolean *ret_has_acted,
                 char **ret_note,
                 GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock_pf(engine, port, error);
    g_autoptr(GError) local_error = NULL;
    g_autoptr(HdSavedNic) record = NULL;

    if (lock == NULL)
        return FALSE;
    record = hd_nic_find_saved(engine, port->device, &local_error);
    if (local_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    if (record == NULL || !is_expected(record, expected))
        return TRUE;
    if (!restore(engine, port, record, ret_note, error))
        return FALSE;
    *ret_has_acted = TRUE;
    return hd_store_forget_nic(engine->store, record->device, error);
}

HdLock *
hd_nic_lock(HdEngine *engine, const HdDevice *device, unsigned timeout_ms, GError **error)
{
    g_autofree char *name = g_strconcat("nic-", hd_device_get_name(device), NULL);

    return hd_engine_lock(engine, name, timeout_ms, error);
}
