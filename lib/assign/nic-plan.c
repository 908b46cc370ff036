/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Planning the settings of virtual network functions: which, where they are written down, and
 * whether this host can make them.
 */
#include <string.h>

#include "assign/plan.h"
#include "base/error.h"
#include "base/nic.h"
#include "devxml/nic-metadata.h"
#include "devxml/xml.h"

#define MAX_SALT 64

static HdNicFields
get_provider_fields(const HdPlan *plan)
{
    return plan->engine->provider->klass->nic_fields;
}

/* Which element of the request or of the VM says settings already; NULL for none. */
static const HdHostdev *
find_told(const HdPlanItem *item, const HdPlanFacts *facts, GPtrArray *other, gboolean is_live)
{
    GPtrArray *hostdevs = is_live ? facts->live : facts->stored;

    return hd_plan_find_hostdev(&facts->index, hostdevs != NULL ? hostdevs : other, item->device);
}

/* What a running VM's definition has no place for is in the record. */
static gboolean
overlay_record(HdPlan *plan, const HdPlanItem *item, HdNicSettings *settings, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autoptr(HdSavedNic) record = NULL;

    if (!hd_engine_has_store(plan->engine))
        return TRUE;
    record = hd_nic_find_saved(plan->engine, item->device, &local_error);
    if (local_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    if (record != NULL && strcmp(record->vm, plan->vm->name) == 0)
        hd_nic_overlay(settings, &record->wanted);
    return TRUE;
}

/* Where the VM has the function already, in its running state or its stored configuration, the
 * other one gets the same settings. */
static gboolean
read_known(HdPlan *plan, const HdPlanFacts *facts, const HdPlanItem *item, GError **error)
{
    HdNicSettings *settings = &item->nic->wanted;
    gboolean is_live = item->live == NULL || (plan->scope & HD_PLAN_LIVE) == 0;
    gboolean is_stale;
    g_autoptr(GPtrArray) other = NULL;
    g_autofree char *xml = NULL;
    const HdHostdev *told;

    if (is_live ? facts->live == NULL : facts->stored == NULL)
        other = hd_plan_read_hostdevs(plan, is_live ? HD_VM_SCOPE_LIVE : HD_VM_SCOPE_CONFIG, &xml,
                                      NULL);
    told = find_told(item, facts, other, is_live);
    if (told == NULL || !told->is_interface)
        return TRUE;
    hd_hostdev_get_nic_settings(told, settings);
    if (is_live)
        return overlay_record(plan, item, settings, error);
    return hd_nic_overlay_metadata(settings, &hd_device_get_pci(item->device)->address,
                                   xml != NULL ? xml : plan->config_before, &is_stale, error);
}

/* The function's own interface is none that it could collide with. */
static gboolean
is_below(const HdDevice *device, const HdDevice *above)
{
    while (device != NULL && device != above)
        device = hd_device_get_parent(device);
    return device != NULL;
}

static gboolean
is_mac_taken(const HdPlan *plan,
             const HdHolders *holders,
             const HdDevice *function,
             const guint8 mac[6])
{
    g_autofree char *text = hd_mac_dup_text(mac);
    unsigned n_devices;
    const HdDevice *const *devices = hd_host_get_devices(plan->host, &n_devices);

    for (unsigned i = 0; i < n_devices; i++) {
        const HdNetFacts *net = hd_device_get_net(devices[i]);

        if (net != NULL && g_strcmp0(net->mac, text) == 0 && !is_below(devices[i], function))
            return TRUE;
    }
    return hd_holders_has_mac(holders, text);
}

/* Never none and never another one at each start: guests know their interfaces by it. */
static void
ensure_mac(HdPlan *plan, const HdHolders *holders, HdPlanItem *item)
{
    HdNicSettings *wanted = &item->nic->wanted;

    if ((wanted->fields & HD_NIC_MAC) != 0)
        return;
    for (unsigned salt = 0; salt < MAX_SALT; salt++) {
        hd_nic_derive_mac(plan->vm, item->device, salt, wanted->mac);
        if (!is_mac_taken(plan, holders, item->device, wanted->mac))
            break;
    }
    wanted->fields |= HD_NIC_MAC;
}

static gboolean
check_profile(const HdPlanItem *item, GError **error)
{
    HdNicSettings *wanted = &item->nic->wanted;

    if ((wanted->fields & HD_NIC_PROFILE) == 0)
        return TRUE;
    if (wanted->profile.type == HD_NIC_PROFILE_8021QBH && (wanted->fields & HD_NIC_VLAN) != 0) {
        hd_error_set(error, HD_ERROR_INVALID, item->name, "leave the VLAN to the profile",
                     "%s cannot have a VLAN and a port profile of 802.1Qbh: the profile decides it",
                     item->name);
        return FALSE;
    }
    return TRUE;
}

static void
write_elements(HdPlanItem *item)
{
    HdHostdev *const elements[] = {item->live, item->stored};

    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i] == NULL)
            continue;
        elements[i]->is_interface = TRUE;
        hd_hostdev_set_nic_settings(elements[i], &item->nic->wanted);
    }
}

/* Whether the host can make the settings, as far as that can be told without a change. For the
 * stored configuration alone it is enough that the card is up when the VM starts. */
static gboolean
check_card(HdPlan *plan, const HdPlanItem *item, GError **error)
{
    const HdNicPort *port = item->nic->port;
    g_autoptr(GError) local_error = NULL;
    g_autoptr(HdPfState) state = hd_nic_read_pf(plan->engine, port, &local_error);

    if (state == NULL && item->live == NULL) {
        hd_plan_add_note(plan, "whether the card can make the settings is not known: %s",
                         local_error->message);
        return TRUE;
    }
    if (state == NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    item->nic->is_pf_up = state->is_up;
    if (!state->is_up && item->live == NULL)
        hd_plan_add_note(plan,
                         "%s, the physical function of %s, is down: VM '%s' does not start with it "
                         "before it is set up",
                         port->interface, item->name, plan->vm->name);
    if (!state->is_up && (item->live == NULL || (plan->flags & HD_PLAN_BRING_UP_PF) != 0))
        state->is_up = TRUE;
    return hd_nic_check(plan->engine, port, state, &item->nic->wanted, error);
}

/* Who puts the settings back when the VM ends by itself. */
static void
warn_of_hook(HdPlan *plan, const HdPlanItem *item)
{
    HdVmProvider *provider = plan->engine->provider;
    g_autofree char *note = NULL;
    g_autoptr(GError) error = NULL;
    gboolean has_hook = provider->klass->check_hook(provider, &note, &error);

    if (note != NULL)
        hd_plan_add_note(plan, "%s", note);
    if (item->live != NULL && !has_hook)
        hd_plan_add_note(plan,
                         "%s; so when VM '%s' ends with %s, run 'hostdev recover' to put its "
                         "settings back",
                         error->message, plan->vm->name, item->name);
}

static gboolean
check_stored(HdPlan *plan, const HdPlanItem *item, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;
    HdNicSettings extra;
    g_autofree char *note = NULL; /* told by warn_of_hook() */

    hd_nic_get_extra(&item->nic->wanted, get_provider_fields(plan), &extra);
    if (extra.fields == 0 || provider->klass->check_hook(provider, &note, error))
        return TRUE;
    if (error != NULL && *error != NULL) {
        g_autofree char *text = hd_nic_settings_dup_text(&extra);

        hd_error_add_device(*error, item->name);
        g_prefix_error(error, "the stored configuration cannot have %s: ", text);
    }
    return FALSE;
}

/* A whole domain may have more to say than its element. */
static void
overlay_given(const HdNicMetadata *entry, const HdPlanItem *item, HdNicSettings *given)
{
    gboolean is_stale;

    if (hd_pci_address_compare(&entry->device, &item->given->pci) == 0)
        hd_nic_overlay_entry(given, &entry->settings, &is_stale);
}

/* What each of those who may say something says; the later ones win. */
static gboolean
gather_wanted(HdPlan *plan,
              const HdPlanFacts *facts,
              const HdHolders *holders,
              HdPlanItem *item,
              GError **error)
{
    HdNicSettings *wanted = &item->nic->wanted;
    HdNicSettings given;

    if (!read_known(plan, facts, item, error))
        return FALSE;
    if (item->given != NULL) {
        hd_hostdev_get_nic_settings(item->given, &given);
        for (unsigned i = 0; plan->xml->nics != NULL && i < plan->xml->nics->len; i++)
            overlay_given(&g_array_index(plan->xml->nics, HdNicMetadata, i), item, &given);
        hd_nic_overlay(wanted, &given);
    }
    if (g_ptr_array_find(plan->requested, item->device, NULL))
        hd_nic_overlay(wanted, &plan->nic);
    if ((plan->nic.fields & HD_NIC_MAC) != 0 &&
        is_mac_taken(plan, holders, item->device, plan->nic.mac))
        hd_plan_add_note(plan,
                         "another interface of this host or of a VM has the MAC address of %s",
                         item->name);
    ensure_mac(plan, holders, item);
    if ((wanted->fields & HD_NIC_PROFILE) != 0 && wanted->profile.type == HD_NIC_PROFILE_8021QBG &&
        wanted->profile.instance_id[0] == '\0')
        hd_nic_derive_instance(plan->vm, item->device, wanted->profile.instance_id);
    hd_nic_split(wanted, get_provider_fields(plan), &item->nic->early, &item->nic->late);
    return TRUE;
}

/* FALSE with an error when settings are asked for and cannot be made; TRUE without a port when the
 * function goes without any. */
static gboolean
find_port(HdPlan *plan, HdPlanItem *item, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    HdNicPort *port = hd_nic_port_new(plan->engine, item->device, &local_error);

    if (port != NULL) {
        item->nic = g_new0(HdPlanNic, 1);
        item->nic->port = port;
        return TRUE;
    }
    if (item->given != NULL ||
        (plan->nic.fields != 0 && g_ptr_array_find(plan->requested, item->device, NULL))) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    hd_plan_add_note(plan, "%s; VM '%s' gets it as it is", local_error->message, plan->vm->name);
    return TRUE;
}

static gboolean
add_nic(HdPlan *plan,
        const HdPlanFacts *facts,
        const HdHolders *holders,
        HdPlanItem *item,
        GError **error)
{
    if (!find_port(plan, item, error))
        return FALSE;
    if (item->nic == NULL)
        return TRUE;
    if (!gather_wanted(plan, facts, holders, item, error))
        return FALSE;
    write_elements(item);
    if (!check_profile(item, error) || !check_card(plan, item, error) ||
        (item->stored != NULL && !check_stored(plan, item, error)))
        return FALSE;
    warn_of_hook(plan, item);
    return TRUE;
}

/* Settings can be asked for one virtual network function. */
static gboolean
check_request(const HdPlan *plan, GError **error)
{
    const HdDevice *device;
    const char *name;

    if (plan->nic.fields == 0)
        return TRUE;
    if (plan->requested->len != 1 || plan->absent->len > 0) {
        hd_error_set(error, HD_ERROR_INVALID, NULL, "attach them one after the other",
                     "MAC address, VLAN and the other network settings are for one device, not "
                     "for %u",
                     plan->requested->len + plan->absent->len);
        return FALSE;
    }
    device = g_ptr_array_index(plan->requested, 0);
    name = hd_device_get_name(device);
    if (hd_nic_is_function(device))
        return TRUE;
    hd_error_set(error, HD_ERROR_UNSUPPORTED, name,
                 "give a virtual function of the card, or attach it without these settings and "
                 "make them in the guest",
                 "%s is no virtual function (SR-IOV) of a network card: settings made on the host "
                 "would not outlast its reset",
                 name);
    return FALSE;
}

/* What XML asks for is done as it says, or refused. */
static gboolean
check_given(const HdPlan *plan, const HdPlanItem *item, GError **error)
{
    if (item->given == NULL || item->given->type != HD_HOSTDEV_PCI)
        return TRUE;
    if (!item->given->is_interface && plan->nic.fields != 0) {
        hd_error_set(
            error, HD_ERROR_INVALID, item->name, "write it as <interface type='hostdev'>",
            "network settings are for an interface, and the XML has %s as a plain <hostdev>",
            item->name);
        return FALSE;
    }
    if (item->given->is_interface && !hd_nic_is_function(item->device)) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, item->name,
                     "write it as <hostdev>, and make its settings in the guest",
                     "%s is no virtual function (SR-IOV) of a network card, so it cannot be an "
                     "<interface type='hostdev'>",
                     item->name);
        return FALSE;
    }
    return TRUE;
}

gboolean
hd_plan_add_nics(HdPlan *plan, const HdPlanFacts *facts, const HdHolders *holders, GError **error)
{
    if (!check_request(plan, error))
        return FALSE;
    for (unsigned i = 0; i < plan->items->len; i++) {
        HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->device == NULL)
            continue;
        if (!check_given(plan, item, error))
            return FALSE;
        /* Who writes a plain <hostdev> means one. */
        if (!hd_nic_is_function(item->device) ||
            (item->given != NULL && !item->given->is_interface) ||
            (item->live == NULL && item->stored == NULL))
            continue;
        if (!add_nic(plan, facts, holders, item, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
has_bring_up_step(const HdPlan *plan, const HdDevice *pf)
{
    for (unsigned i = 0; i < plan->steps->len; i++) {
        const HdStep *step = g_ptr_array_index(plan->steps, i);

        if (step->kind == &hd_step_bring_up_pf && step->item->nic->port->pf == pf)
            return TRUE;
    }
    return FALSE;
}

static void
add_bring_up_step(HdPlan *plan, const HdPlanItem *item)
{
    const HdNicPort *port = item->nic->port;

    if (item->nic->is_pf_up || has_bring_up_step(plan, port->pf))
        return;
    hd_plan_take_step(
        plan, &hd_step_bring_up_pf, item,
        g_strdup_printf("set %s, the physical function of %s, up", port->interface, item->name),
        g_strdup_printf("set %s down again", port->interface));
}

/* Of a card that is down nothing can be asked. */
static void
add_probe_step(HdPlan *plan, const HdPlanItem *item)
{
    g_autofree char *wanted = hd_nic_settings_dup_text(&item->nic->wanted);

    if (item->nic->is_pf_up)
        hd_plan_take_step(plan, &hd_step_probe_nic, item,
                          g_strdup_printf("see that %s can give virtual function %u %s",
                                          item->nic->port->interface, item->nic->port->index,
                                          wanted),
                          NULL);
}

static void
add_set_step(HdPlan *plan, const HdPlanItem *item)
{
    const HdNicPort *port = item->nic->port;
    g_autofree char *early = hd_nic_settings_dup_text(&item->nic->early);

    hd_plan_take_step(plan, &hd_step_set_nic, item,
                      g_strdup_printf("save the settings of virtual function %u of %s%s%s",
                                      port->index, port->interface,
                                      *early != '\0' ? ", and set " : "", early),
                      g_strdup_printf("put the settings of virtual function %u of %s back",
                                      port->index, port->interface));
}

void
hd_plan_add_nic_steps(HdPlan *plan)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->nic != NULL && item->live != NULL)
            add_bring_up_step(plan, item);
    }
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->nic != NULL && item->live != NULL)
            add_set_step(plan, item);
        else if (item->nic != NULL)
            add_probe_step(plan, item);
    }
}

void
hd_plan_add_check_nic_step(HdPlan *plan, const HdPlanItem *item)
{
    g_autofree char *late = NULL;
    g_autofree char *wanted = NULL;

    if (item->nic == NULL)
        return;
    late = hd_nic_settings_dup_text(&item->nic->late);
    wanted = hd_nic_settings_dup_text(&item->nic->wanted);
    hd_plan_take_step(plan, &hd_step_check_nic, item,
                      g_strdup_printf("%s%s%ssee that virtual function %u of %s has %s",
                                      *late != '\0' ? "set " : "", late,
                                      *late != '\0' ? ", and " : "", item->nic->port->index,
                                      item->nic->port->interface, wanted),
                      NULL);
}

void
hd_plan_add_restore_nic_steps(HdPlan *plan)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        HdPlanItem *item = g_ptr_array_index(plan->items, i);
        g_autoptr(GError) error = NULL;
        HdNicPort *port;

        if (item->device == NULL || item->live == NULL || !item->live->is_interface ||
            !hd_nic_is_function(item->device))
            continue;
        port = hd_nic_port_new(plan->engine, item->device, &error);
        if (port == NULL) {
            hd_plan_add_note(plan, "%s; when that is so no more, run 'hostdev recover'",
                             error->message);
            continue;
        }
        item->nic = g_new0(HdPlanNic, 1);
        item->nic->port = port;
        hd_plan_take_step(
            plan, &hd_step_restore_nic, item,
            g_strdup_printf("put the settings of virtual function %u of %s back as they were saved",
                            port->index, port->interface),
            NULL);
    }
}

/* What stands in the metadata for the item: of an assignment what it wants, of a dismissal that is
 * taken back what stood there. */
static gboolean
get_extra(const HdPlan *plan, const HdPlanItem *item, HdNicSettings *ret_extra, GError **error)
{
    g_autoptr(GArray) entries = NULL;

    *ret_extra = (HdNicSettings){0};
    if (plan->is_attach) {
        if (item->nic != NULL)
            hd_nic_get_extra(&item->nic->wanted, get_provider_fields(plan), ret_extra);
        return TRUE;
    }
    entries = hd_nic_metadata_read(plan->config_before, error);
    for (unsigned i = 0; entries != NULL && i < entries->len; i++) {
        const HdNicMetadata *entry = &g_array_index(entries, HdNicMetadata, i);

        if (hd_pci_address_compare(&entry->device, &item->stored->pci) == 0)
            *ret_extra = entry->settings;
    }
    return entries != NULL;
}

gboolean
hd_plan_change_metadata(HdPlan *plan, gboolean is_there, char **xml, GError **error)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);
        HdNicSettings extra = {0};
        char *changed;

        if (item->stored == NULL || item->stored->type != HD_HOSTDEV_PCI ||
            !item->stored->is_interface)
            continue;
        if (is_there && !get_extra(plan, item, &extra, error))
            return FALSE;
        changed = hd_nic_metadata_change(*xml, &item->stored->pci, &extra, error);
        if (changed == NULL)
            return FALSE;
        g_free(*xml);
        *xml = changed;
    }
    return TRUE;
}
