/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the host does with its network interfaces.
 */
#include <string.h>

#include "usage/fixture.h"

#define NIC "net_enp1s0"
#define NIC2 "net_enp2s0"
#define END "enp1s0 > " CARD "]\n"
#define END2 "enp2s0 > " CARD2 "]\n"

static void
test_address(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_address(stage, 2, "192.0.2.7", 24);
    stage_address(stage, 2, "2001:db8::7", 64);
    stage_address(stage, 2, "fe80::7", 64);
    stage_address(stage, 3, "198.51.100.7", 32);
    expect_uses(stage, CARD,
                "blocks address " NIC ": 192.0.2.7/24 [192.0.2.7/24 > " END "blocks address " NIC
                ": 2001:db8::7/64 [2001:db8::7/64 > " END "informs address " NIC
                ": fe80::7/64 [fe80::7/64 > " END);
}

static void
test_route(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_route(stage, 2, "198.51.100.0", 24, "192.0.2.1", 0);
    stage_route(stage, 2, "2001:db8:1::", 48, NULL, 0);
    stage_route(stage, 2, "fe80::", 64, NULL, 0);
    stage_route(stage, 2, "ff00::", 8, NULL, 0);
    expect_uses(stage, CARD,
                "blocks route " NIC ": route to 198.51.100.0/24 via 192.0.2.1 "
                "[route to 198.51.100.0/24 via 192.0.2.1 > " END "blocks route " NIC
                ": route to 2001:db8:1::/48 "
                "[route to 2001:db8:1::/48 > " END);
}

static void
test_default_route(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_route(stage, 2, NULL, 0, "192.0.2.1", 100);
    stage_route(stage, 2, NULL, 0, "fe80::1", 100);
    expect_uses(stage, CARD " " CARD2,
                "blocks default-route " NIC ": IPv6 default route via fe80::1 "
                "[IPv6 default route via fe80::1 > " END "blocks default-route " NIC
                ": default route via 192.0.2.1 "
                "[default route via 192.0.2.1 > " END);
    stage_route_by_two(stage, 2, 3);
    expect_uses(stage, CARD2,
                "blocks default-route " NIC2 ": default route [default route > " END2);
}

static void
test_many_routes(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(HdHost) host = fake_snapshot(stage->fake, HD_HOST_LOAD_BASIC);
    g_autoptr(HdUses) uses = NULL;
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < 20000; i++) {
        g_autofree char *target = g_strdup_printf("10.%u.%u.0", i / 256, i % 256);

        stage_route(stage, 2, target, 24, "192.0.2.1", 0);
    }
    stage_route(stage, 2, NULL, 0, "192.0.2.1", 0);
    uses = stage_read(stage, host);
    text = describe_uses(uses, host, CARD);
    g_assert_nonnull(strstr(text, "20001 routes in all"));
    g_assert_cmpuint(strlen(text), <, 10000);
}

/* The group of what stands on an interface, with all that goes through it. */
static void
test_bridge(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_byte_array_set_size(stage->links, 0);
    stage_link(stage, 2, "enp1s0", NULL, 10, 0);
    stage_link(stage, 3, "enp2s0", NULL, 0, 0);
    stage_link(stage, 10, "br0", "bridge", 0, 0);
    stage_address(stage, 10, "192.0.2.7", 24);
    stage_route(stage, 10, NULL, 0, "192.0.2.1", 0);
    expect_uses(stage, CARD,
                "blocks address " NIC ": 192.0.2.7/24 [192.0.2.7/24 > br0 > " END
                "blocks default-route " NIC ": default route via 192.0.2.1 "
                "[default route via 192.0.2.1 > br0 > " END "blocks bridge " NIC
                ": member of bridge br0 [br0 > " END);
    expect_uses(stage, CARD2, "");
}

static void
expect_master(const char *kind, const char *name, const char *words)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *expected = g_strdup_printf("blocks %s " NIC ": %s up0 [up0 > " END
                                                "blocks %s " NIC2 ": %s up0 [up0 > " END2,
                                                name, words, name, words);

    g_byte_array_set_size(stage->links, 0);
    stage_link(stage, 2, "enp1s0", NULL, 10, 0);
    stage_link(stage, 3, "enp2s0", NULL, 10, 0);
    stage_link(stage, 10, "up0", kind, 0, 0);
    expect_uses(stage, CARD " " CARD2, expected);
}

static void
test_bond(void)
{
    expect_master("bond", "bond", "member of bond");
}

static void
test_team(void)
{
    expect_master("team", "team", "member of team");
}

static void
test_ovs(void)
{
    expect_master("openvswitch", "ovs", "port of Open vSwitch");
}

static void
test_vrf(void)
{
    expect_master("vrf", "vrf", "member of VRF");
}

static void
test_upper(void)
{
    expect_master("hsr", "upper", "interface");
}

static void
test_vlan(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_link(stage, 11, "enp1s0.5", "vlan", 10, 2);
    stage_link(stage, 10, "br5", "bridge", 0, 0);
    stage_address(stage, 10, "192.0.2.7", 24);
    expect_uses(stage, CARD,
                "blocks address " NIC ": 192.0.2.7/24 [192.0.2.7/24 > br5 > enp1s0.5 > " END
                "blocks bridge " NIC ": member of bridge br5 [br5 > enp1s0.5 > " END
                "blocks vlan " NIC ": VLAN enp1s0.5 [enp1s0.5 > " END);
}

static void
test_macvlan(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_link(stage, 11, "macvtap0", "macvtap", 0, 2);
    stage_link(stage, 12, "ipvl0", "ipvlan", 0, 3);
    stage_link(stage, 13, "veth0", "veth", 0, 3);
    expect_uses(stage, CARD " " CARD2,
                "blocks macvlan " NIC ": macvtap macvtap0 [macvtap0 > " END "blocks macvlan " NIC2
                ": ipvlan ipvl0 [ipvl0 > " END2);
}

static void
test_tunnel(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_link(stage, 11, "vxlan0", "vxlan", 0, 3);
    stage_tunnel(stage, 12, "gre1", "203.0.113.9");
    stage_address(stage, 12, "10.0.0.1", 30);
    stage_route(stage, 2, NULL, 0, "192.0.2.1", 0);
    expect_uses(stage, CARD " " CARD2,
                "blocks address " NIC ": 10.0.0.1/30 [10.0.0.1/30 > gre1 > " END
                "blocks default-route " NIC ": default route via 192.0.2.1 "
                "[default route via 192.0.2.1 > " END "blocks tunnel " NIC
                ": GRE tunnel gre1 [gre1 > " END "blocks tunnel " NIC2
                ": VXLAN tunnel vxlan0 [vxlan0 > " END2);
}

#define HEADING "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid\n"
#define REST " 00000000:00000000 00:00000000 00000000     0        0 "

/* 192.0.2.7 port 22 listens, 0.0.0.0 port 80 does; addresses as the byte order has them. */
static void
test_listener(void)
{
    g_autoptr(Stage) stage = stage_new();
    const char *local = G_BYTE_ORDER == G_LITTLE_ENDIAN ? "070200C0" : "C0000207";
    g_autofree char *text = g_strdup_printf(HEADING
                                            "   0: %s:0016 00000000:0000 0A" REST "100 1 x\n"
                                            "   1: 00000000:0050 00000000:0000 0A" REST "101 1 x\n"
                                            "   2: %s:0017 %s:0018 01" REST "102 1 x\n",
                                            local, local, local);

    stage_address(stage, 2, "192.0.2.7", 24);
    fake_file(stage->fake, "proc/1000/net/tcp", text);
    expect_uses(stage, CARD,
                "blocks address " NIC ": 192.0.2.7/24 [192.0.2.7/24 > " END "informs listener " NIC
                ": TCP port 22 of 192.0.2.7 "
                "[TCP port 22 of 192.0.2.7 > 192.0.2.7 > " END);
}

static void
test_nfs(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount_with(stage, "server:/export", "/mnt", "nfs4 rw,vers=4.2,addr=192.0.2.9");

    stage_mount_with(stage, "//server/share", "/share", "cifs rw,addr=2001:db8::9,user=x");

    stage_mount_with(stage, "[fe80::1%enp2s0]:/x", "/x", "nfs rw,addr=fe80::1%enp2s0");
    stage_mount_with(stage, "nowhere:/x", "/y", "nfs rw");
    stage_route(stage, 3, NULL, 0, "203.0.113.1", 0);
    stage_route(stage, 2, "192.0.2.0", 24, "203.0.113.1", 5);
    stage_route(stage, 3, "192.0.2.0", 24, "203.0.113.1", 6);
    stage_route(stage, 2, "2001:db8::", 32, NULL, 0);
    expect_uses(stage, CARD,
                "blocks nfs " NIC ": /mnt on server:/export [/mnt > server:/export > " END
                "blocks network-mount " NIC ": /share on //server/share "
                "[/share > //server/share > " END "blocks route " NIC
                ": route to 192.0.2.0/24 via 203.0.113.1 "
                "[route to 192.0.2.0/24 via 203.0.113.1 > " END "blocks route " NIC
                ": route to 2001:db8::/32 [route to 2001:db8::/32 > " END);
    expect_uses(stage, CARD2,
                "blocks nfs " NIC2 ": /x on [fe80::1%enp2s0]:/x "
                "[/x > [fe80::1%enp2s0]:/x > " END2 "blocks route " NIC2
                ": route to 192.0.2.0/24 via 203.0.113.1 "
                "[route to 192.0.2.0/24 via 203.0.113.1 > " END2 "blocks default-route " NIC2
                ": default route via 203.0.113.1 "
                "[default route via 203.0.113.1 > " END2);
}

static void
test_nfs_root(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount_with(stage, "192.0.2.9:/root", "/", "nfs rw,vers=3,addr=192.0.2.9");
    stage_route(stage, 2, "192.0.2.0", 24, NULL, 0);
    expect_uses(stage, CARD,
                "never root " NIC ": / on 192.0.2.9:/root [/ > 192.0.2.9:/root > " END
                "blocks route " NIC ": route to 192.0.2.0/24 [route to 192.0.2.0/24 > " END);
}

#define SESSION "sys/devices/platform/host3/session1"

static void
test_iscsi(void)
{
    static const char unit[] = SESSION "/target3:0:0/3:0:0:1";
    static const char connection[] = SESSION "/connection1:0/iscsi_connection/connection1:0";
    g_autoptr(Stage) stage = stage_new();

    fake_file(stage->fake, SESSION "/target3:0:0/3:0:0:1/uevent", "DEVTYPE=scsi_device\n");
    fake_entry(stage->fake, "sys/bus/scsi/devices", "3:0:0:1", unit);
    fake_file(stage->fake, SESSION "/target3:0:0/3:0:0:1/block/sdc/uevent",
              "MAJOR=8\nMINOR=32\nDEVTYPE=disk\n");

    fake_entry(stage->fake, "sys/class/block", "sdc", SESSION "/target3:0:0/3:0:0:1/block/sdc");

    fake_file(stage->fake,
              SESSION "/connection1:0/iscsi_connection/connection1:0/persistent_address",
              "192.0.2.9\n");

    fake_entry(stage->fake, "sys/class/iscsi_connection", "connection1:0", connection);
    stage_route(stage, 2, "192.0.2.9", 32, NULL, 0);
    expect_uses(stage, CARD,
                "blocks iscsi " NIC ": iSCSI session1 to 192.0.2.9 "
                "[iSCSI session1 to 192.0.2.9 > " END "blocks route " NIC
                ": route to 192.0.2.9/32 [route to 192.0.2.9/32 > " END);
    stage_mount(stage, "8:32", "/dev/sdc", "/", "ext4");
    expect_uses(stage, CARD,
                "never iscsi " NIC ": iSCSI session1 to 192.0.2.9 (/ on /dev/sdc) "
                "[/ on /dev/sdc > iSCSI session1 to 192.0.2.9 > " END "blocks route " NIC
                ": route to 192.0.2.9/32 [route to 192.0.2.9/32 > " END);
}

/* A virtual function goes with its physical one. */
static void
test_virtual_function(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *folder = fake_pci(stage->fake, "0000:00:10.0",
                                       "PCI_CLASS=20000\nPCI_ID=8086:10CA", "igbvf");
    g_autofree char *net = g_strconcat(folder, "/net/enp1s0v0", NULL);
    g_autofree char *uevent = g_strconcat(net, "/uevent", NULL);

    fake_file(stage->fake, CARD_FOLDER "/sriov_totalvfs", "1\n");
    fake_file(stage->fake, CARD_FOLDER "/sriov_numvfs", "1\n");
    fake_link(stage->fake, CARD_FOLDER "/virtfn0", "../0000:00:10.0");
    fake_file(stage->fake, uevent, "INTERFACE=enp1s0v0\nIFINDEX=4\n");
    fake_entry(stage->fake, "sys/class/net", "enp1s0v0", net);
    stage_link(stage, 4, "enp1s0v0", NULL, 0, 0);
    stage_address(stage, 4, "192.0.2.7", 24);
    expect_uses(stage, CARD,
                "blocks address net_enp1s0v0: 192.0.2.7/24 "
                "[192.0.2.7/24 > enp1s0v0 > pci_0000_00_10_0 > " CARD "]\n");
    expect_uses(stage, "pci_0000_00_10_0",
                "blocks address net_enp1s0v0: 192.0.2.7/24 "
                "[192.0.2.7/24 > enp1s0v0 > pci_0000_00_10_0]\n");
}

#define GATEWAY "default route via 192.0.2.1"
#define YOURS "never session " NIC ": your SSH session from 203.0.113.5 "
#define DEFAULT "blocks default-route " NIC ": " GATEWAY " [" GATEWAY " > " END
#define ADDRESS "blocks address " NIC ": 192.0.2.7/24 [192.0.2.7/24 > " END

static void
test_session_by_environment(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage->ssh_connection = "203.0.113.5 51000 192.0.2.7 22";
    stage_address(stage, 2, "192.0.2.7", 24);
    expect_uses(stage, CARD, YOURS "[your SSH session from 203.0.113.5 > 192.0.2.7 > " END ADDRESS);
    /* the way back by the same interface is not told again, by another one it is */
    stage_route(stage, 2, NULL, 0, "192.0.2.1", 9);
    expect_uses(stage, CARD,
                YOURS "[your SSH session from 203.0.113.5 > 192.0.2.7 > " END ADDRESS DEFAULT);
    stage_route(stage, 3, NULL, 0, "192.0.2.1", 8);
    expect_uses(stage, CARD2,
                "never session " NIC2 ": your SSH session from 203.0.113.5 "
                "[your SSH session from 203.0.113.5 > " END2 "blocks default-route " NIC2
                ": " GATEWAY " [" GATEWAY " > " END2);
    g_byte_array_set_size(stage->routes, 0);
    stage->ssh_connection = "fe80::5%enp2s0 51000 fe80::7%enp2s0 22";
    stage_address(stage, 2, "fe80::7", 64);
    stage_address(stage, 3, "fe80::7", 64);
    expect_uses(stage, CARD2,
                "never session " NIC2 ": your SSH session from fe80::5 "
                "[your SSH session from fe80::5 > fe80::7 > " END2 "informs address " NIC2
                ": fe80::7/64 [fe80::7/64 > " END2);
}

/* The address is of no hardware, the way back is. */
static void
test_session_by_route(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage->ssh_connection = "203.0.113.5 51000 10.9.9.9 22";
    stage_link(stage, 20, "dummy0", "dummy", 0, 0);
    stage_address(stage, 20, "10.9.9.9", 32);
    stage_route(stage, 2, "203.0.113.0", 24, NULL, 0);
    expect_uses(stage, CARD,
                YOURS "[your SSH session from 203.0.113.5 > " END "blocks route " NIC
                      ": route to 203.0.113.0/24 "
                      "[route to 203.0.113.0/24 > " END);
}

/* sudo has cleared the environment; the server is found among the parents. */
static void
test_session_by_parents(void)
{
    static const char *const files[] = {"/dev/null", "socket:[4242]", "pipe:[1]", NULL};
    g_autoptr(Stage) stage = stage_new();
    gboolean is_little = G_BYTE_ORDER == G_LITTLE_ENDIAN;
    g_autofree char *text = g_strdup_printf(
        HEADING "   0: 0000000000000000%s%s:0016 0000000000000000%s%s:C738 01" REST "4242 1 x\n"
                "   1: 0000000000000000%s%s:0016 0000000000000000%s%s:C738 01" REST "17 1 x\n",
        is_little ? "FFFF0000" : "0000FFFF", is_little ? "070200C0" : "C0000207",
        is_little ? "FFFF0000" : "0000FFFF", is_little ? "057100CB" : "CB007105",
        is_little ? "FFFF0000" : "0000FFFF", is_little ? "080200C0" : "C0000208",
        is_little ? "FFFF0000" : "0000FFFF", is_little ? "057100CB" : "CB007105");

    stage_process(stage, 1000, 990, "hostdev", NULL);
    stage_process(stage, 990, 980, "su) S 1 (x", NULL);
    stage_process(stage, 980, 1, "sshd-session", files);
    stage_process(stage, 1, 0, "systemd", NULL);
    fake_file(stage->fake, "proc/1000/net/tcp6", text);
    stage_address(stage, 2, "192.0.2.7", 24);
    stage_address(stage, 3, "192.0.2.8", 24);
    expect_uses(stage, CARD, YOURS "[your SSH session from 203.0.113.5 > 192.0.2.7 > " END ADDRESS);
    expect_uses(stage, CARD2, "blocks address " NIC2 ": 192.0.2.8/24 [192.0.2.8/24 > " END2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/usage/network/address", test_address);
    g_test_add_func("/usage/network/route", test_route);
    g_test_add_func("/usage/network/default-route", test_default_route);
    g_test_add_func("/usage/network/many-routes", test_many_routes);
    g_test_add_func("/usage/network/bridge", test_bridge);
    g_test_add_func("/usage/network/bond", test_bond);
    g_test_add_func("/usage/network/team", test_team);
    g_test_add_func("/usage/network/ovs", test_ovs);
    g_test_add_func("/usage/network/vrf", test_vrf);
    g_test_add_func("/usage/network/upper", test_upper);
    g_test_add_func("/usage/network/vlan", test_vlan);
    g_test_add_func("/usage/network/macvlan", test_macvlan);
    g_test_add_func("/usage/network/tunnel", test_tunnel);
    g_test_add_func("/usage/network/listener", test_listener);
    g_test_add_func("/usage/network/nfs", test_nfs);
    g_test_add_func("/usage/network/nfs-root", test_nfs_root);
    g_test_add_func("/usage/network/iscsi", test_iscsi);
    g_test_add_func("/usage/network/virtual-function", test_virtual_function);
    g_test_add_func("/usage/network/session-by-environment", test_session_by_environment);
    g_test_add_func("/usage/network/session-by-route", test_session_by_route);
    g_test_add_func("/usage/network/session-by-parents", test_session_by_parents);
    return g_test_run();
}
