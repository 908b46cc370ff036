/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of virtual network functions: planned, made, undone, given back, and recovered after the
 * process was killed at each step. The card's table is a peer's that speaks rtnetlink; the lab does
 * the same with a real card.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assign/engine.h"
#include "assign/nic.h"
#include "base/error.h"
#include "base/nic.h"
#include "devxml/hostdev.h"
#include "support/faultvm.h"
#include "support/netpeer.h"
#include <hostdev/assign.h>
#include <hostdev/network.h>

#define PF "pci_0000_00_02_0"
#define VF0 "pci_0000_00_02_1" /* its own interface has an address that was given */
#define VF1 "pci_0000_00_02_2" /* no interface */
#define VF2 "pci_0000_00_02_3" /* its own interface has an address that the host has made up */
#define PLAIN "pci_0000_00_07_0"
#define MAC "52:54:00:de:ad:01"

static const FakeDevice devices[] = {
    {"0000:00:01.0", 8, "1b36:000c", 0x060400, "pcieport", TRUE},
    {"0000:00:02.0", 1, "8086:10c9", 0x020000, "igb", TRUE},
    {"0000:00:02.1", 2, "8086:10ca", 0x020000, "igbvf", TRUE},
    {"0000:00:02.2", 3, "8086:10ca", 0x020000, "igbvf", TRUE},
    {"0000:00:02.3", 4, "8086:10ca", 0x020000, "igbvf", TRUE},
    {"0000:00:07.0", 7, "8086:10d3", 0x020000, "e1000e", TRUE},
};

static const guint8 given_mac[6] = {0x52, 0x54, 0x00, 0, 0, 1};
static const guint8 made_up_mac[6] = {0xde, 0xad, 0xbe, 0, 0, 2};

typedef struct {
    FakeHost *fake;
    FaultVm *vms;
    NetPeer *peer;
    int peer_fd;
    HdEngine *engine;
    HdHost *host;
    char *state;
} Fixture;

static void
look_again(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    fake_host_settle(fixture->fake);
    g_clear_pointer(&fixture->host, hd_host_unref);
    fixture->host = hd_engine_take_snapshot(fixture->engine, &error);
    g_assert_no_error(error);
}

static void
fill_table(NetPeer *peer)
{
    NetPeerVf vf = net_peer_get_vf(peer, 0);

    memcpy(vf.mac, given_mac, sizeof vf.mac);
    vf.vlan = 9;
    vf.spoof_check = 1;
    net_peer_set_vf(peer, 0, &vf);
    vf = net_peer_get_vf(peer, 2);
    memcpy(vf.mac, made_up_mac, sizeof vf.mac);
    net_peer_set_vf(peer, 2, &vf);
}

/* The same in another process, whose threads are not those of the test. */
static void
make_engine(Fixture *fixture)
{
    g_autofree char *vms = g_test_build_filename(G_TEST_DIST, "assign", "data", "vms.xml", NULL);
    g_autofree char *uri = g_strconcat("test://", vms, NULL);

    fixture->engine = hd_engine_new(uri, NULL);
    hd_engine_set_host_folder(fixture->engine, fake_host_get_folder(fixture->fake));
    hd_engine_set_state_folder(fixture->engine, fixture->state);
    hd_engine_set_run_folder(fixture->engine, fixture->state);
    hd_engine_set_netlink_peer(fixture->engine, fixture->peer_fd);
    fixture->vms = fault_vm_new(fixture->engine->provider, fixture->fake);
    fault_vm_set_net_peer(fixture->vms, fixture->peer);
    fixture->engine->provider = fault_vm_get_provider(fixture->vms);
    look_again(fixture);
}

static void
set_up_with(Fixture *fixture, const NetPeerDriver *driver)
{
    fixture->fake = fake_host_new(devices, G_N_ELEMENTS(devices));
    for (unsigned i = 0; i < 3; i++) {
        g_autofree char *vf = g_strdup_printf("0000:00:02.%u", i + 1);
        fake_host_add_function(fixture->fake, "0000:00:02.0", vf, i);
    }
    fake_host_add_interface(fixture->fake, "0000:00:02.0", NET_PEER_NAME, "02:00:00:00:00:00",
                            TRUE);
    fake_host_add_interface(fixture->fake, "0000:00:02.1", "eth0v0", "52:54:00:00:00:01", TRUE);
    fake_host_add_interface(fixture->fake, "0000:00:02.3", NET_PEER_OWN_NAME, "de:ad:be:00:00:02",
                            FALSE);
    fixture->state = g_dir_make_tmp("hostdev-state-XXXXXX", NULL);
    fixture->peer = net_peer_new(3, driver);
    fill_table(fixture->peer);
    fixture->peer_fd = net_peer_open(fixture->peer);
    make_engine(fixture);
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    set_up_with(fixture, &(NetPeerDriver){0});
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_folder(child);
        else
            g_assert_cmpint(unlink(child), ==, 0);
    }
    rmdir(path);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    hd_host_unref(fixture->host);
    hd_engine_free(fixture->engine);
    net_peer_free(fixture->peer);
    fake_host_free(fixture->fake);
    remove_folder(fixture->state);
    g_free(fixture->state);
}

static HdPlan *
plan_for(Fixture *fixture,
         gboolean is_attach,
         const char *name,
         const char *const *settings,
         HdPlanFlags flags,
         GError **error)
{
    const HdDevice *device = hd_host_find(fixture->host, name);
    HdNicSettings nic = {0};
    HdPlanRequest request = {.vm = "runs", .devices = &device, .n_devices = 1, .flags = flags};

    g_assert_nonnull(device);
    for (; settings != NULL && *settings != NULL; settings += 2)
        g_assert_true(hd_nic_settings_set(&nic, settings[0], settings[1], NULL));
    request.nic = &nic;
    return is_attach ? hd_plan_new_attach(fixture->engine, fixture->host, &request, error)
                     : hd_plan_new_detach(fixture->engine, fixture->host, &request, error);
}

static void
carry_out(Fixture *fixture,
          gboolean is_attach,
          const char *name,
          const char *const *settings,
          HdPlanFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = plan_for(fixture, is_attach, name, settings, flags, &error);

    g_assert_no_error(error);
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    look_again(fixture);
}

/* The whole: table, drivers, definitions. */
static char *
describe(Fixture *fixture)
{
    g_autoptr(GBytes) table = net_peer_dup_state(fixture->peer);
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, table);
    g_autofree char *live = fault_vm_dup_live(fixture->vms, "runs");
    HdVmProvider *provider = fixture->engine->provider;
    g_autofree char *stored = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                               NULL);

    fake_host_settle(fixture->fake);
    g_autofree char *drivers = fake_host_describe(fixture->fake);
    g_autoptr(GPtrArray) hostdevs = live != NULL ? hd_hostdev_list_from_domain(live, NULL) : NULL;
    return g_strdup_printf("%s\n%s%s\nlive devices: %u", sum, drivers, stored,
                           hostdevs != NULL ? hostdevs->len : 0);
}

static const char *const all_settings[] = {"mac",         MAC,   "vlan",     "42:3", "trust", "on",
                                           "spoof-check", "off", "max-rate", "100",  NULL};

static void
test_settings_are_made_and_given_back(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *before = describe(fixture);

    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_LIVE);
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 0);
    g_autofree char *mac = hd_mac_dup_text(vf.mac);
    g_assert_cmpstr(mac, ==, MAC);
    g_assert_cmpuint(vf.vlan, ==, 42);
    g_assert_cmpuint(vf.qos, ==, 3);
    g_assert_cmpuint(vf.trust, ==, 1);
    g_assert_cmpuint(vf.spoof_check, ==, 0);
    g_assert_cmpuint(vf.max_rate, ==, 100);
    carry_out(fixture, FALSE, VF0, NULL, 0);
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

/* One object in both lists, with all settings in both places. */
static void
test_interface_and_hostdev(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, 0);
    g_autoptr(GPtrArray)
        interfaces = hd_engine_list_interfaces(fixture->engine, fixture->host, "runs", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(interfaces->len, ==, 1);
    const HdVmInterface *interface = g_ptr_array_index(interfaces, 0);
    g_assert_cmpstr(interface->name, ==, VF0);
    g_assert_cmpstr(interface->mac, ==, MAC);
    g_assert_true(interface->is_live && interface->is_config);
    g_assert_true(hd_nic_settings_equal(&interface->live, &interface->config));
    g_autofree char *text = hd_nic_settings_dup_text(&interface->config);
    g_test_message("%s", text);
    g_assert_cmpuint(interface->config.vlan_qos, ==, 3);
    g_assert_true(interface->config.trust);

    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    g_assert_no_error(error);
    unsigned n_holders;
    const HdHolder *const *list = hd_holders_lookup(holders, interface->device, &n_holders);
    g_assert_cmpuint(n_holders, ==, 1);
    g_assert_true(list[0]->is_interface);
    g_assert_cmpstr(list[0]->mac, ==, MAC);
    carry_out(fixture, FALSE, VF0, NULL, 0);
}

/* By MAC address or by device: the same interface, and it leaves both lists. */
static void
test_detach_by_mac(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"52:54:00:DE:AD:01", NULL};
    HdPlanRequest request = {.vm = "runs", .absent = names};
    g_autofree char *before = describe(fixture);
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, 0);
    g_autoptr(HdPlan) plan = hd_plan_new_detach(fixture->engine, fixture->host, &request, &error);
    g_assert_no_error(error);
    unsigned n_devices;
    const HdDevice *const *found = hd_plan_get_devices(plan, &n_devices);
    g_assert_cmpuint(n_devices, ==, 1);
    g_assert_cmpstr(hd_device_get_name(found[0]), ==, VF0);
    g_assert_true(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

static void
test_mac_of_two(Fixture *fixture, gconstpointer unused)
{
    static const char *const settings[] = {"mac", MAC, NULL};
    static const char *const names[] = {MAC, NULL};
    HdPlanRequest request = {.vm = "runs", .absent = names};
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, settings, HD_PLAN_CONFIG);
    carry_out(fixture, TRUE, VF1, settings, HD_PLAN_CONFIG);
    g_autoptr(HdPlan) plan = hd_plan_new_detach(fixture->engine, fixture->host, &request, &error);
    g_assert_null(plan);
    g_assert_error(error, HD_ERROR, HD_ERROR_AMBIGUOUS);
    g_assert_nonnull(strstr(error->message, VF0));
    g_assert_nonnull(strstr(error->message, VF1));
}

/* A live assignment of what is stored already has the stored settings. */
static void
test_settings_stay_the_vms(Fixture *fixture, gconstpointer unused)
{
    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_CONFIG);
    carry_out(fixture, TRUE, VF0, NULL, HD_PLAN_LIVE);
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 0);
    g_autofree char *mac = hd_mac_dup_text(vf.mac);
    g_assert_cmpstr(mac, ==, MAC);
    g_assert_cmpuint(vf.vlan, ==, 42);
    g_assert_cmpuint(vf.qos, ==, 3);
    g_assert_cmpuint(vf.trust, ==, 1);
}

static char *
dup_live_mac(Fixture *fixture)
{
    g_autoptr(GPtrArray)
        interfaces = hd_engine_list_interfaces(fixture->engine, fixture->host, "runs", NULL);

    g_assert_cmpuint(interfaces->len, ==, 1);
    return g_strdup(((HdVmInterface *) g_ptr_array_index(interfaces, 0))->mac);
}

/* Never zero, never another one at each start; another one for each VM and function. */
static void
test_mac_is_derived(Fixture *fixture, gconstpointer unused)
{
    guint8 other[6];
    HdVm vm = {.name = (char *) "x", .uuid = (char *) "5f4f2a1e-0001-4c1c-9c1c-00000000000f"};

    carry_out(fixture, TRUE, VF1, NULL, HD_PLAN_LIVE);
    g_autofree char *first = dup_live_mac(fixture);
    carry_out(fixture, FALSE, VF1, NULL, 0);
    carry_out(fixture, TRUE, VF1, NULL, HD_PLAN_LIVE);
    g_autofree char *second = dup_live_mac(fixture);
    g_assert_cmpstr(first, ==, second);
    g_assert_true(g_str_has_prefix(first, "52:54:00:"));
    hd_nic_derive_mac(&vm, hd_host_find(fixture->host, VF1), 0, other);
    g_autofree char *text = hd_mac_dup_text(other);
    g_assert_cmpstr(first, !=, text);
}

/* A made-up address was given by nobody: the function is neutral again, and its own interface has
 * the address that it had. */
static void
test_made_up_mac_is_not_given(Fixture *fixture, gconstpointer unused)
{
    static const guint8 zero[6];
    guint8 own[6];

    carry_out(fixture, TRUE, VF2, NULL, HD_PLAN_LIVE);
    carry_out(fixture, FALSE, VF2, NULL, 0);
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 2);
    g_assert_cmpmem(vf.mac, 6, zero, 6);
    net_peer_get_own_mac(fixture->peer, own);
    g_assert_cmpmem(own, 6, made_up_mac, 6);
}

static void
assert_refused(Fixture *fixture,
               const char *name,
               const char *const *settings,
               HdPlanFlags flags,
               HdErrorCode code,
               const char *part)
{
    g_autofree char *before = describe(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = plan_for(fixture, TRUE, name, settings, flags, &error);

    if (plan != NULL)
        g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_autofree char *all = g_strdup_printf(
        "%s | %s", error->message,
        hd_error_get_hint(error) != NULL ? hd_error_get_hint(error) : "");
    if (strstr(all, part) == NULL)
        g_test_fail_printf("'%s' does not name %s", all, part);
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpuint(net_peer_count_held(fixture->peer), ==, 0);
}

static void
test_refusals(Fixture *fixture, gconstpointer unused)
{
    static const char *const vlan[] = {"vlan", "42", NULL};
    static const char *const qbh[] = {"virtualport", "802.1Qbh:profileid=web", NULL};
    static const char *const qbg[] = {"virtualport",
                                      "802.1Qbg:managerid=1,typeid=2,typeidversion=3", NULL};
    static const char *const both[] = {"vlan", "42", "virtualport", "802.1Qbh:profileid=web", NULL};

    assert_refused(fixture, PLAIN, vlan, 0, HD_ERROR_UNSUPPORTED, "no virtual function");
    assert_refused(fixture, VF0, qbh, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED, NET_PEER_NAME);
    assert_refused(fixture, VF0, qbg, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED, "lldpad");
    assert_refused(fixture, VF0, both, HD_PLAN_LIVE, HD_ERROR_INVALID, "profile decides");
}

static void
test_driver_that_lacks_a_setting(void)
{
    static const struct {
        HdNicFields lacks;
        const char *settings[3];
    } cases[] = {
        {HD_NIC_VLAN, {"vlan", "42", NULL}},
        {HD_NIC_TRUST, {"trust", "on", NULL}},
        {HD_NIC_SPOOF_CHECK, {"spoof-check", "off", NULL}},
        {HD_NIC_RATE, {"max-rate", "100", NULL}},
        {HD_NIC_LINK_STATE, {"link-state", "enable", NULL}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture fixture = {NULL};

        set_up_with(&fixture, &(NetPeerDriver){.lacks = cases[i].lacks});
        assert_refused(&fixture, VF0, cases[i].settings, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED,
                       NET_PEER_NAME);
        assert_refused(&fixture, VF0, cases[i].settings, HD_PLAN_CONFIG, HD_ERROR_UNSUPPORTED,
                       NET_PEER_NAME);
        tear_down(&fixture, NULL);
    }
}

static void
test_physical_function_down(Fixture *fixture, gconstpointer unused)
{
    net_peer_set_up(fixture->peer, FALSE);
    assert_refused(fixture, VF0, NULL, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED, "--bring-up-pf");
    carry_out(fixture, TRUE, VF0, NULL, HD_PLAN_LIVE | HD_PLAN_BRING_UP_PF);
    g_assert_true(net_peer_is_up(fixture->peer));
}

/* Also then it is as it was when a later step fails. */
static void
test_bringing_up_is_undone(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    net_peer_set_up(fixture->peer, FALSE);
    g_autofree char *before = describe(fixture);
    g_autoptr(HdPlan) plan = plan_for(fixture, TRUE, VF0, all_settings,
                                      HD_PLAN_LIVE | HD_PLAN_BRING_UP_PF, &error);
    g_assert_no_error(error);
    fault_vm_fail_call(fixture->vms, 1, TRUE);
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_nonnull(strstr(error->message, "everything is as before"));
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

/* Whichever message to the card fails, all is as before, and nothing stays saved. */
static void
test_undo_at_each_message(Fixture *fixture, gconstpointer unused)
{
    unsigned first = net_peer_count(fixture->peer);

    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_LIVE);
    unsigned n_messages = net_peer_count(fixture->peer) - first;
    carry_out(fixture, FALSE, VF0, NULL, 0);
    g_autofree char *before = describe(fixture);
    for (unsigned i = 1; i <= n_messages; i++) {
        g_autoptr(GError) error = NULL;

        net_peer_fail(fixture->peer, i, NET_FAULT_REFUSE, EIO);
        g_autoptr(HdPlan) plan = plan_for(fixture, TRUE, VF0, all_settings, HD_PLAN_LIVE, &error);
        gboolean is_done = plan != NULL && hd_plan_run(plan, NULL, NULL, &error);
        net_peer_fail(fixture->peer, 0, NET_FAULT_NONE, 0);
        g_assert_false(is_done);
        g_autofree char *after = describe(fixture);
        g_assert_cmpstr(before, ==, after);
        g_autoptr(HdSavedNic)
            saved = hd_nic_find_saved(fixture->engine, hd_host_find(fixture->host, VF0), NULL);
        g_assert_null(saved);
        look_again(fixture);
    }
    g_assert_cmpuint(n_messages, >=, 10);
}

typedef struct {
    unsigned at; /* events until the process ends */
} Death;

static void
die(const HdPlan *plan,
    unsigned step,
    HdPlanProgress progress,
    const char *detail,
    gpointer user_data)
{
    Death *death = user_data;

    if (death->at-- == 0)
        _exit(9);
}

/* Returns whether the child was killed on the way. */
static gboolean
run_and_die(Fixture *fixture, gboolean is_attach, unsigned at)
{
    int status;
    pid_t child = fork();

    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        Death death = {at};
        make_engine(fixture);
        g_autoptr(HdPlan) plan = plan_for(fixture, is_attach, VF2, is_attach ? all_settings : NULL,
                                          HD_PLAN_LIVE, NULL);

        _exit(plan != NULL && hd_plan_run(plan, die, &death, NULL) ? 0 : 1);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), !=, 1);
    return WEXITSTATUS(status) == 9;
}

static void
assert_recovered(Fixture *fixture, unsigned n_done, unsigned n_held)
{
    g_autoptr(GError) error = NULL;

    look_again(fixture);
    g_autoptr(GPtrArray) list = hd_engine_recover(fixture->engine, fixture->host, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, n_done + n_held);
    for (unsigned i = 0; i < list->len; i++) {
        const HdRecovered *recovered = g_ptr_array_index(list, i);

        g_test_message("%s", recovered->text);
        g_assert_cmpstr(recovered->device, ==, VF2);
        n_done -= recovered->is_done;
        n_held -= recovered->is_held;
    }
    g_assert_cmpuint(n_done + n_held, ==, 0);
}

/* The process dies at each event of an assignment; the VM that the child had changed is gone with
 * it, as after a crash of the whole machine's libvirt. */
static void
test_killed_at_each_step(Fixture *fixture, gconstpointer unused)
{
    HdEngine *engine = fixture->engine;
    unsigned n_deaths = 0;

    carry_out(fixture, TRUE, VF2, all_settings, HD_PLAN_LIVE);
    carry_out(fixture, FALSE, VF2, NULL, 0);
    g_clear_pointer(&engine->store, hd_store_free);
    g_autofree char *before = describe(fixture);
    for (;; n_deaths++) {
        gboolean was_killed = run_and_die(fixture, TRUE, n_deaths);

        /* libvirt gives the function back when its VM is gone. */
        fake_host_take_back(fixture->fake, "0000:00:02.3");
        look_again(fixture);
        g_autoptr(GPtrArray) list = hd_engine_recover(engine, fixture->host, NULL);
        g_assert_nonnull(list);
        g_assert_cmpuint(list->len, <=, 1);
        g_autofree char *after = describe(fixture);
        g_assert_cmpstr(before, ==, after);
        g_clear_pointer(&engine->store, hd_store_free);
        if (!was_killed)
            break;
    }
    g_assert_cmpuint(n_deaths, >=, 6);
}

/* What a VM has is left alone; what another program has taken from it is put back. */
static void
test_recovery_looks_at_the_vm(Fixture *fixture, gconstpointer unused)
{
    carry_out(fixture, TRUE, VF2, all_settings, HD_PLAN_LIVE);
    assert_recovered(fixture, 0, 1);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 2).trust, ==, 1);
    /* what somebody has changed meanwhile, or a crash has left out, is made again */
    NetPeerVf changed = net_peer_get_vf(fixture->peer, 2);
    changed.trust = 0;
    changed.qos = 0;
    net_peer_set_vf(fixture->peer, 2, &changed);
    assert_recovered(fixture, 0, 1);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 2).trust, ==, 1);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 2).qos, ==, 3);
    fault_vm_define_live(fixture->vms, "runs", "");
    fake_host_take_back(fixture->fake, "0000:00:02.3");
    assert_recovered(fixture, 1, 0);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 2).trust, ==, 0);
    assert_recovered(fixture, 0, 0);
}

/* An assignment that was not ended keeps the first original. */
static void
test_second_assignment_keeps_the_original(Fixture *fixture, gconstpointer unused)
{
    g_assert_true(run_and_die(fixture, TRUE, 3));
    fake_host_take_back(fixture->fake, "0000:00:02.3");
    look_again(fixture);
    carry_out(fixture, TRUE, VF2, NULL, HD_PLAN_LIVE);
    /* and the next one inherits nothing */
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 2);
    g_assert_cmpuint(vf.trust, ==, 0);
    g_assert_cmpuint(vf.spoof_check, ==, 1);
    carry_out(fixture, FALSE, VF2, NULL, 0);
    vf = net_peer_get_vf(fixture->peer, 2);
    g_assert_cmpuint(vf.trust, ==, 0);
    g_assert_cmpuint(vf.max_rate, ==, 0);
    g_assert_cmpuint(vf.spoof_check, ==, 1);
}

/* libvirt calls for a VM that it will refuse, since another one has the function: who has it keeps
 * its settings, and its record. */
static void
test_hook_of_another_vm(Fixture *fixture, gconstpointer unused)
{
    HdVmProvider *provider = fixture->engine->provider;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, 0);
    g_autofree char *xml = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            NULL);
    HdLibvirtHook hook = {"off", "prepare", xml};
    g_autofree char *before = describe(fixture);
    g_assert_false(
        hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, "'runs'"));
    g_clear_error(&error);
    hook.operation = "release";
    g_assert_true(hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_no_error(error);
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
    carry_out(fixture, FALSE, VF0, NULL, 0);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 0).trust, ==, 0);
}

/* The function's interface has another address than the one that was given to it since: that one
 * is the original. */
static void
test_given_mac_is_kept(Fixture *fixture, gconstpointer unused)
{
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 2);

    memcpy(vf.mac, "\x52\x54\x00\xaa\xaa\xaa", sizeof vf.mac);
    net_peer_set_vf(fixture->peer, 2, &vf);
    carry_out(fixture, TRUE, VF2, NULL, HD_PLAN_LIVE);
    carry_out(fixture, FALSE, VF2, NULL, 0);
    NetPeerVf after = net_peer_get_vf(fixture->peer, 2);
    g_assert_cmpmem(after.mac, 6, vf.mac, 6);
}

/* Somebody has changed the interface by other means: what stands beside it is of another one. */
static void
test_stale_metadata(Fixture *fixture, gconstpointer unused)
{
    HdVmProvider *provider = fixture->engine->provider;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_CONFIG);
    g_autofree char *xml = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            NULL);
    g_autoptr(GString) changed = g_string_new(xml);
    g_assert_cmpuint(
        g_string_replace(changed, "<mac address='" MAC "'", "<mac address='52:54:00:77:77:77'", 0),
        ==, 1);
    HdLibvirtHook hook = {"runs", "prepare", changed->str};
    g_assert_true(hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(notes->len, ==, 1);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 0).trust, ==, 0);
    g_assert_cmpuint(g_string_replace(changed, "trust=\"on\"", "trust=\"maybe\"", 0), ==, 1);
    hook.xml = changed->str;
    g_assert_false(
        hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
}

/* What only the running VM has goes into its stored configuration too. */
static void
test_live_settings_are_stored(Fixture *fixture, gconstpointer unused)
{
    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_LIVE);
    carry_out(fixture, TRUE, VF0, NULL, HD_PLAN_CONFIG);
    g_autoptr(GPtrArray)
        interfaces = hd_engine_list_interfaces(fixture->engine, fixture->host, "runs", NULL);
    const HdVmInterface *interface = g_ptr_array_index(interfaces, 0);
    g_assert_true(hd_nic_settings_equal(&interface->live, &interface->config));
    g_assert_true(interface->config.trust);
}

static void
test_xml_is_not_bent(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *text;
        const char *vlan;
        HdErrorCode code;
    } cases[] = {
        {"<hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='0' slot='2' "
         "function='2'/></source></hostdev>",
         "42", HD_ERROR_INVALID},
        {"<interface type='hostdev' managed='yes'><source><address type='pci' bus='0' slot='7' "
         "function='0'/></source></interface>",
         NULL, HD_ERROR_UNSUPPORTED},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HdXml) xml = hd_xml_parse(cases[i].text, &error);
        HdNicSettings nic = {0};

        g_assert_no_error(error);
        if (cases[i].vlan != NULL)
            g_assert_true(hd_nic_settings_set(&nic, "vlan", cases[i].vlan, NULL));
        HdPlanRequest request = {.vm = "runs", .xml = xml, .nic = &nic};
        g_autoptr(HdPlan)
            plan = hd_plan_new_attach(fixture->engine, fixture->host, &request, &error);
        g_assert_null(plan);
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
    }
}

static void
call_hook(Fixture *fixture, const char *operation, const char *xml)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    HdLibvirtHook hook = {"runs", operation, xml};

    hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(notes->len, ==, 0);
}

/* As libvirt calls the hook when a VM starts and ends by itself. */
static void
test_hook(Fixture *fixture, gconstpointer unused)
{
    HdVmProvider *provider = fixture->engine->provider;
    g_autofree char *before = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_CONFIG);
    before = describe(fixture);
    g_autofree char *xml = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            NULL);
    call_hook(fixture, "prepare", xml);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 0).trust, ==, 1);
    fault_vm_make_nic(fixture->vms, 0, MAC, 42);
    call_hook(fixture, "start", xml);
    g_assert_cmpuint(net_peer_get_vf(fixture->peer, 0).qos, ==, 3);
    call_hook(fixture, "started", xml);
    call_hook(fixture, "release", xml);
    g_autofree char *after = describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

/* A VM whose settings cannot be made must not start; one that wants none may. */
static void
test_hook_refuses(Fixture *fixture, gconstpointer unused)
{
    HdVmProvider *provider = fixture->engine->provider;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    carry_out(fixture, TRUE, VF0, all_settings, HD_PLAN_CONFIG);
    net_peer_set_up(fixture->peer, FALSE);
    g_autofree char *xml = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            NULL);
    HdLibvirtHook hook = {"runs", "prepare", xml};
    g_assert_false(
        hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    carry_out(fixture, FALSE, VF0, NULL, HD_PLAN_CONFIG);
    carry_out(fixture, TRUE, VF0, NULL, HD_PLAN_CONFIG);
    g_autofree char *plain = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                              NULL);
    hook.xml = plain;
    g_assert_true(hd_engine_run_libvirt_hook(fixture->engine, fixture->host, &hook, notes, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(notes->len, ==, 1);
}

/* What is asked for by XML goes to the VM as it is written. */
static void
test_attach_by_xml(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) xml = hd_xml_parse(
        "<interface type='hostdev' managed='yes'><mac address='" MAC "'/><source>"
        "<address type='pci' domain='0' bus='0' slot='2' function='2'/></source>"
        "<vlan><tag id='7'/></vlan><alias name='ua-left'/></interface>",
        &error);
    g_assert_no_error(error);
    HdPlanRequest request = {.vm = "runs", .xml = xml};
    g_autoptr(HdPlan) plan = hd_plan_new_attach(fixture->engine, fixture->host, &request, &error);
    g_assert_no_error(error);
    g_assert_true(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *live = fault_vm_dup_live(fixture->vms, "runs");
    g_assert_nonnull(strstr(live, "ua-left"));
    NetPeerVf vf = net_peer_get_vf(fixture->peer, 1);
    g_assert_cmpuint(vf.vlan, ==, 7);
}

/* A LUN that QEMU reaches by itself: nothing of this host goes, only the VM is changed. */
static void
test_remote_device(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"iqn.2020-01.example:a/1", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) xml = hd_xml_parse(
        "<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' "
        "name='iqn.2020-01.example:a/1'><host name='storage.example'/></source></hostdev>",
        &error);
    g_assert_no_error(error);
    HdPlanRequest request = {.vm = "runs", .xml = xml};
    g_autofree char *before = describe(fixture);
    g_autoptr(HdPlan) plan = hd_plan_new_attach(fixture->engine, fixture->host, &request, &error);
    g_assert_no_error(error);
    g_assert_true(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *live = fault_vm_dup_live(fixture->vms, "runs");
    g_assert_nonnull(strstr(live, "storage.example"));
    g_autoptr(HdPlan) again = hd_plan_new_attach(fixture->engine, fixture->host, &request, &error);
    g_assert_null(again);
    g_assert_error(error, HD_ERROR, HD_ERROR_EXISTS);
    g_clear_error(&error);
    HdPlanRequest back = {.vm = "runs", .absent = names};
    g_autoptr(HdPlan) detach = hd_plan_new_detach(fixture->engine, fixture->host, &back, &error);
    g_assert_no_error(error);
    g_assert_true(hd_plan_run(detach, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *after = describe(fixture);
    g_assert_nonnull(strstr(after, "live devices: 0"));
    g_assert_nonnull(strstr(before, "live devices: 0"));
}

static void
test_xml_that_cannot_start(Fixture *fixture, gconstpointer unused)
{
    static const char *const texts[] = {
        "<interface type='hostdev'><source><address type='pci' bus='0' slot='2' function='2'/>"
        "</source><vlan><tag id='7'/><tag id='8'/></vlan></interface>",
        "<interface type='hostdev'><source><address type='pci' bus='0' slot='2' function='2'/>"
        "</source><virtualport type='openvswitch'/></interface>",
        "<hostdev mode='subsystem' type='pci' managed='yes'><driver name='xen'/><source>"
        "<address bus='0' slot='2' function='2'/></source></hostdev>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HdXml) xml = hd_xml_parse(texts[i], &error);

        g_assert_no_error(error);
        g_assert_nonnull(hd_xml_get_warnings(xml)[0]);
        HdPlanRequest request = {.vm = "runs", .xml = xml};
        g_autoptr(HdPlan)
            plan = hd_plan_new_attach(fixture->engine, fixture->host, &request, &error);
        g_assert_null(plan);
        g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    }
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/nic/made-and-given-back", test_settings_are_made_and_given_back);
    ADD("/nic/interface-and-hostdev", test_interface_and_hostdev);
    ADD("/nic/detach-by-mac", test_detach_by_mac);
    ADD("/nic/mac-of-two", test_mac_of_two);
    ADD("/nic/settings-stay-the-vms", test_settings_stay_the_vms);
    ADD("/nic/mac-is-derived", test_mac_is_derived);
    ADD("/nic/made-up-mac-is-not-given", test_made_up_mac_is_not_given);
    ADD("/nic/refusals", test_refusals);
    g_test_add_func("/nic/driver-lacks", test_driver_that_lacks_a_setting);
    ADD("/nic/physical-function-down", test_physical_function_down);
    ADD("/nic/bringing-up-is-undone", test_bringing_up_is_undone);
    ADD("/nic/undo-at-each-message", test_undo_at_each_message);
    ADD("/nic/killed-at-each-step", test_killed_at_each_step);
    ADD("/nic/recovery-looks-at-the-vm", test_recovery_looks_at_the_vm);
    ADD("/nic/second-keeps-the-original", test_second_assignment_keeps_the_original);
    ADD("/nic/hook-of-another-vm", test_hook_of_another_vm);
    ADD("/nic/given-mac-is-kept", test_given_mac_is_kept);
    ADD("/nic/stale-metadata", test_stale_metadata);
    ADD("/nic/live-settings-are-stored", test_live_settings_are_stored);
    ADD("/nic/xml-is-not-bent", test_xml_is_not_bent);
    ADD("/nic/hook", test_hook);
    ADD("/nic/hook-refuses", test_hook_refuses);
    ADD("/nic/attach-by-xml", test_attach_by_xml);
    ADD("/nic/remote-device", test_remote_device);
    ADD("/nic/xml-that-cannot-start", test_xml_that_cannot_start);
    return g_test_run();
}
