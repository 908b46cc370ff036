/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Attaching and detaching at a running VM. libvirt's test driver has the VMs; the calls that it
 * does not have, hotplug and its events, are replaced by ones that stand here: they play a
 * guest, and a libvirt, that does what each test tells it.
 */
#include <hostdev/error.h>
#include <string.h>

#include "vm/libvirt/library.h"
#include "vm/provider.h"

#define LONG_MS 120000
#define GONE_SOURCE "bus='0xfe' slot='0x1f' function='0x7'"

typedef enum {
    GUEST_OBEYS_AT_ONCE,
    GUEST_OBEYS_WITH_EARLY_EVENT, /* the event comes before the call returns */
    GUEST_OBEYS_LATER,
    GUEST_OBEYS_LATER_SILENTLY, /* without an event */
    GUEST_REFUSES,
    GUEST_STOPS,
    GUEST_VANISHES,
    GUEST_SAYS_NOTHING,
    GUEST_ANSWERS_FOR_ANOTHER,
    CALL_FAILS,
    CALL_FAILS_SINCE_PENDING, /* and the guest obeys later */
    CALL_FAILS_SINCE_GONE,
    NO_EVENTS,         /* the guest obeys later */
    CONNECTION_BREAKS, /* and can be made anew; the guest obeys */
    SERVICE_ENDS,
    STORE_FORGETS, /* the device in a definition */
} Behaviour;

static struct {
    Behaviour behaviour;
    gboolean is_gone;
    gboolean is_stopped;
    gboolean has_vanished;
    gboolean is_connection_lost;
    gboolean has_service_ended;
    virError error; /* what the last call failed with, code 0 for none of ours */
    char *element;  /* what the detach or attach call was given */
    unsigned flags;
    unsigned n_calls;
    unsigned n_defines;
    unsigned n_ticks;
    struct {
        virConnectDomainEventDeviceRemovedCallback callback;
        void *opaque;
        virFreeCallback free_opaque;
    } events[VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED + 1];
} guest;

/* libvirt's own functions. */
static HdLibvirt real;

static void
fire(int event, const char *alias)
{
    if (guest.events[event].callback != NULL)
        guest.events[event].callback(NULL, NULL, alias, guest.events[event].opaque);
}

static int
set_error(int code, const char *text)
{
    guest.error = (virError){.code = code, .message = (char *) text};
    return -1;
}

static virErrorPtr
get_last_error(void)
{
    return guest.error.code != 0 ? &guest.error : real.virGetLastError();
}

static void
reset_last_error(void)
{
    guest.error.code = 0;
    real.virResetLastError();
}

static int
is_alive(virConnectPtr connection)
{
    gboolean is_lost = guest.is_connection_lost || guest.has_service_ended;

    guest.is_connection_lost = FALSE;
    return !is_lost;
}

static virConnectPtr
open_connection(const char *uri)
{
    if (!guest.has_service_ended)
        return real.virConnectOpen(uri);
    set_error(VIR_ERR_SYSTEM_ERROR, "Failed to connect socket to '/x': Connection refused");
    return NULL;
}

static int
is_active(virDomainPtr domain)
{
    return guest.is_stopped ? 0 : real.virDomainIsActive(domain);
}

static virDomainPtr
look_up(virConnectPtr connection, const char *name)
{
    return real.virDomainLookupByName(connection, guest.has_vanished ? "vanished" : name);
}

/* The running definition with an alias for the device, as a real hypervisor's driver makes it, and
 * another device in its place when it is gone. */
static char *
get_xml(virDomainPtr domain, unsigned flags)
{
    static const char source[] = "bus='0x06' slot='0x12' function='0x5'/>\n      </source>";
    char *xml = real.virDomainGetXMLDesc(domain, flags);
    const char *place = xml != NULL ? strstr(xml, source) : NULL;
    g_autofree char *changed = NULL;

    if (place == NULL)
        return xml;
    changed = g_strdup_printf("%.*s%s/></source><alias name='hostdev1'/>%s", (int) (place - xml),
                              xml,
                              guest.is_gone ? GONE_SOURCE : "bus='0x06' slot='0x12' function='0x5'",
                              place + strlen(source));
    free(xml);
    return strdup(changed);
}

static int
register_event(virConnectPtr connection,
               virDomainPtr domain,
               int event,
               virConnectDomainEventGenericCallback callback,
               void *opaque,
               virFreeCallback free_opaque)
{
    g_assert_true(event == VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED ||
                  event == VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED);
    g_assert_null(guest.events[event].callback);
    if (guest.behaviour == NO_EVENTS)
        return set_error(VIR_ERR_NO_SUPPORT, "no events");
    guest.events[event].callback =
        (virConnectDomainEventDeviceRemovedCallback) (void (*)(void)) callback;
    guest.events[event].opaque = opaque;
    guest.events[event].free_opaque = free_opaque;
    return event;
}

static int
deregister_event(virConnectPtr connection, int id)
{
    g_assert_nonnull(guest.events[id].callback);
    guest.events[id].free_opaque(guest.events[id].opaque);
    g_atomic_pointer_set(&guest.events[id].callback, NULL);
    return 0;
}

static int
detach_device(virDomainPtr domain, const char *xml, unsigned flags)
{
    guest.n_calls++;
    g_free(guest.element);
    guest.element = g_strdup(xml);
    guest.flags = flags;
    switch (guest.behaviour) {
    case GUEST_OBEYS_WITH_EARLY_EVENT:
        fire(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, "hostdev1");
        return 0;
    case GUEST_ANSWERS_FOR_ANOTHER:
        fire(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, "hostdev2");
        fire(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, "hostdev2");
        return 0;
    case GUEST_OBEYS_AT_ONCE:
        guest.is_gone = TRUE;
        return 0;
    case CONNECTION_BREAKS:
        guest.is_connection_lost = TRUE;
        return 0;
    case SERVICE_ENDS:
        guest.has_service_ended = TRUE;
        return 0;
    case CALL_FAILS:
        return set_error(VIR_ERR_OPERATION_FAILED,
                         "operation failed: cannot hot unplug hostdev device with PCI guest address"
                         ": 0000:05:00.0 - not allowed by controller");
    case CALL_FAILS_SINCE_PENDING:
        return set_error(VIR_ERR_INTERNAL_ERROR,
                         "internal error: unable to execute QEMU command 'device_del': Device"
                         " hostdev1 is already in the process of unplug");
    case CALL_FAILS_SINCE_GONE:
        guest.is_gone = TRUE;
        return set_error(VIR_ERR_OPERATION_FAILED, "host pci device 0000:06:12.5 not found");
    default:
        return 0;
    }
}

/* A store that forgets takes the text only up to its devices the first time. */
static virDomainPtr
define_xml(virConnectPtr connection, const char *xml, unsigned flags)
{
    g_autofree char *forgotten = NULL;

    if (guest.n_defines++ > 0 || guest.behaviour != STORE_FORGETS)
        return real.virDomainDefineXMLFlags(connection, xml, flags);
    forgotten = g_strdup_printf("%.*s</domain>", (int) (strstr(xml, "<devices>") - xml), xml);
    return real.virDomainDefineXMLFlags(connection, forgotten, flags);
}

static int
attach_device(virDomainPtr domain, const char *xml, unsigned flags)
{
    guest.n_calls++;
    g_free(guest.element);
    guest.element = g_strdup(xml);
    guest.flags = flags;
    if (guest.behaviour == CALL_FAILS)
        return set_error(VIR_ERR_INTERNAL_ERROR, "internal error: No more available PCI slots");
    return 0;
}

static void
replace_functions(void)
{
    g_assert_true(hd_libvirt_load(NULL));
    real = hd_libvirt;
    hd_libvirt.virGetLastError = get_last_error;
    hd_libvirt.virResetLastError = reset_last_error;
    hd_libvirt.virConnectIsAlive = is_alive;
    hd_libvirt.virConnectOpen = open_connection;
    hd_libvirt.virDomainIsActive = is_active;
    hd_libvirt.virDomainLookupByName = look_up;
    hd_libvirt.virDomainGetXMLDesc = get_xml;
    hd_libvirt.virConnectDomainEventRegisterAny = register_event;
    hd_libvirt.virConnectDomainEventDeregisterAny = deregister_event;
    hd_libvirt.virDomainDetachDeviceFlags = detach_device;
    hd_libvirt.virDomainDefineXMLFlags = define_xml;
    hd_libvirt.virDomainAttachDeviceFlags = attach_device;
}

/* The guest reacts while the provider waits. */
static void
on_tick(unsigned waited_ms, gpointer user_data)
{
    guest.n_ticks++;
    switch (guest.behaviour) {
    case GUEST_OBEYS_LATER:
    case CALL_FAILS_SINCE_PENDING:
        guest.is_gone = TRUE;
        fire(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, "hostdev1");
        break;
    case GUEST_OBEYS_LATER_SILENTLY:
    case NO_EVENTS:
    case CONNECTION_BREAKS:
        guest.is_gone = TRUE;
        break;
    case GUEST_REFUSES:
        fire(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, "hostdev1");
        break;
    case GUEST_STOPS:
        guest.is_stopped = TRUE;
        break;
    case GUEST_VANISHES:
        guest.has_vanished = TRUE;
        break;
    default:
        break;
    }
}

static HdVmProvider *
new_provider(Behaviour behaviour)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vm", "data", "node.xml", NULL);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *uri = g_strconcat("test://", absolute, NULL);

    g_free(guest.element);
    memset(&guest, 0, sizeof guest);
    guest.behaviour = behaviour;
    return hd_libvirt_provider_new(uri);
}

static HdHostdev *
new_hostdev(void)
{
    HdHostdev *hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);

    hostdev->managed = TRUE;
    hostdev->pci = (HdPciAddress){.bus = 6, .slot = 0x12, .function = 5};
    return hostdev;
}

static void
assert_no_subscription(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(guest.events); i++)
        g_assert_null(guest.events[i].callback);
}

static void
test_detach(void)
{
    static const struct {
        Behaviour behaviour;
        unsigned n_ticks;
    } cases[] = {
        {GUEST_OBEYS_AT_ONCE, 0},
        {GUEST_OBEYS_WITH_EARLY_EVENT, 0},
        {GUEST_OBEYS_LATER, 1},
        {GUEST_OBEYS_LATER_SILENTLY, 1},
        {GUEST_STOPS, 1},
        {GUEST_VANISHES, 1},
        {CALL_FAILS_SINCE_PENDING, 1},
        {CALL_FAILS_SINCE_GONE, 0},
        {NO_EVENTS, 1},
        {CONNECTION_BREAKS, 1},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdVmProvider) provider = new_provider(cases[i].behaviour);
        g_autoptr(HdHostdev) hostdev = new_hostdev();
        const HdVmWait wait = {.timeout_ms = LONG_MS, .wait = on_tick};
        g_autoptr(GError) error = NULL;

        g_test_message("behaviour %d", cases[i].behaviour);
        provider->klass->detach_live(provider, "web", hostdev, &wait, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(guest.n_calls, ==, 1);
        g_assert_cmpuint(guest.n_ticks, ==, cases[i].n_ticks);
        g_assert_cmpuint(guest.flags, ==, VIR_DOMAIN_AFFECT_LIVE);
        /* libvirt gets its own element back, with all that it has added. */
        g_assert_true(g_str_has_prefix(guest.element, "<hostdev mode='subsystem'"));
        g_assert_nonnull(strstr(guest.element, "<alias name='hostdev1'/>"));
        g_assert_true(g_str_has_suffix(guest.element, "</hostdev>"));
        assert_no_subscription();
    }
}

static void
test_detach_failures(void)
{
    static const struct {
        Behaviour behaviour;
        unsigned timeout_ms;
        HdErrorCode code;
        const char *message;
    } cases[] = {
        {GUEST_SAYS_NOTHING, 1, HD_ERROR_TIMEOUT, "the guest has not answered"},
        {GUEST_ANSWERS_FOR_ANOTHER, 1, HD_ERROR_TIMEOUT, "the guest has not answered"},
        {GUEST_REFUSES, LONG_MS, HD_ERROR_GUEST_REFUSED, "the guest refused to release it"},
        {CALL_FAILS, LONG_MS, HD_ERROR_UNSUPPORTED, "cannot be plugged while the VM runs"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HdVmProvider) provider = new_provider(cases[i].behaviour);
        g_autoptr(HdHostdev) hostdev = new_hostdev();
        const HdVmWait wait = {.timeout_ms = cases[i].timeout_ms, .wait = on_tick};
        g_autoptr(GError) error = NULL;

        g_assert_false(provider->klass->detach_live(provider, "web", hostdev, &wait, &error));
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
        g_assert_true(g_str_has_prefix(error->message,
                                       "cannot take PCI device 0000:06:12.5 from VM 'web': "));
        g_assert_nonnull(strstr(error->message, cases[i].message));
        g_assert_nonnull(hd_error_get_hint(error));
        assert_no_subscription();
    }
}

/* The subscription is ended even when the worker cannot connect any more. */
static void
test_service_ends(void)
{
    g_autoptr(HdVmProvider) provider = new_provider(SERVICE_ENDS);
    g_autoptr(HdHostdev) hostdev = new_hostdev();
    const HdVmWait wait = {.timeout_ms = 1};
    g_autoptr(GError) error = NULL;

    g_assert_false(provider->klass->detach_live(provider, "web", hostdev, &wait, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_nonnull(strstr(hd_error_get_details(error), "cannot connect to libvirt"));
    for (unsigned i = 0; i < G_N_ELEMENTS(guest.events); i++) {
        while (g_atomic_pointer_get(&guest.events[i].callback) != NULL)
            g_usleep(1000);
    }
}

/* Nothing is asked of a guest that does not have the device. */
static void
test_detach_gone(void)
{
    g_autoptr(HdVmProvider) provider = new_provider(GUEST_OBEYS_AT_ONCE);
    g_autoptr(HdHostdev) hostdev = new_hostdev();
    const HdVmWait wait = {.timeout_ms = LONG_MS};
    g_autoptr(GError) error = NULL;

    guest.is_gone = TRUE;
    g_assert_true(provider->klass->detach_live(provider, "web", hostdev, &wait, &error));
    g_assert_no_error(error);
    guest.is_gone = FALSE;
    guest.is_stopped = TRUE;
    g_assert_true(provider->klass->detach_live(provider, "web", hostdev, &wait, &error));
    g_assert_no_error(error);
    guest.is_stopped = FALSE;
    g_assert_false(provider->klass->detach_live(provider, "none", hostdev, &wait, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_cmpuint(guest.n_calls, ==, 0);
}

static void
test_attach(void)
{
    g_autoptr(HdVmProvider) provider = new_provider(GUEST_OBEYS_AT_ONCE);
    g_autoptr(HdHostdev) hostdev = new_hostdev();
    g_autofree char *element = hd_hostdev_format(hostdev);
    g_autoptr(GError) error = NULL;

    g_assert_true(provider->klass->attach_live(provider, "web", hostdev, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(guest.element, ==, element);
    g_assert_cmpuint(guest.flags, ==, VIR_DOMAIN_AFFECT_LIVE);
    guest.behaviour = CALL_FAILS;
    g_assert_false(provider->klass->attach_live(provider, "web", hostdev, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==,
                    "cannot give PCI device 0000:06:12.5 to VM 'web': the VM has no free PCI slot");
    g_assert_cmpstr(hd_error_get_details(error), ==, "internal error: No more available PCI slots");
}

/* What is stored is looked at; when it is not what was meant, the old definition comes back. */
static void
test_store_forgets(void)
{
    g_autoptr(HdVmProvider) provider = new_provider(STORE_FORGETS);
    g_autoptr(GPtrArray) add = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *before = provider->klass->read_definition(provider, "web", HD_VM_SCOPE_CONFIG,
                                                               &error);
    g_autofree char *changed = NULL;
    g_autofree char *after = NULL;

    g_ptr_array_add(add, hd_hostdev_new(HD_HOSTDEV_PCI));
    changed = hd_domain_xml_change(before, add, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(provider->klass->write_definition(provider, "web", before, changed, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
    g_assert_nonnull(strstr(error->message, "has stored other devices"));
    g_assert_cmpuint(guest.n_defines, ==, 2);
    after = provider->klass->read_definition(provider, "web", HD_VM_SCOPE_CONFIG, NULL);
    g_assert_cmpstr(after, ==, before);
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    replace_functions();
    g_test_add_func("/vm/detach/detach", test_detach);
    g_test_add_func("/vm/detach/failures", test_detach_failures);
    g_test_add_func("/vm/detach/service-ends", test_service_ends);
    g_test_add_func("/vm/detach/gone", test_detach_gone);
    g_test_add_func("/vm/detach/attach", test_attach);
    g_test_add_func("/vm/detach/store-forgets", test_store_forgets);
    result = g_test_run();
    g_free(guest.element);
    return result;
}
