/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * See fixture.h.
 */
#include "usage/fixture.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <string.h>

#include "base/netlink.h"

static void
add_text(Stage *stage, const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);

    fake_file(stage->fake, path, text);
}

static void
add_part(Stage *stage, const char *disk, const char *name, int minor)
{
    g_autofree char *folder = g_strconcat(disk, "/", name, NULL);
    g_autofree char *number = g_strdup_printf("8:%d\n", minor);
    g_autofree char *uevent = g_strdup_printf("MAJOR=8\nMINOR=%d\nDEVTYPE=partition\n", minor);

    add_text(stage, folder, "dev", number);
    add_text(stage, folder, "uevent", uevent);
    add_text(stage, folder, "size", "1024\n");
    fake_entry(stage->fake, "sys/class/block", name, folder);
}

static void
add_disk(Stage *stage, const char *name, int target, int minor)
{
    g_autofree char *above = g_strdup_printf(SATA_FOLDER "/host0/target0:0:%d", target);
    g_autofree char *place = g_strdup_printf("0:0:%d:0", target);
    g_autofree char *unit = g_strconcat(above, "/", place, NULL);
    g_autofree char *disk = g_strconcat(unit, "/block/", name, NULL);
    g_autofree char *generic = g_strdup_printf("%s/scsi_generic/sg%d", unit, target);
    g_autofree char *uevent = g_strdup_printf("MAJOR=8\nMINOR=%d\nDEVTYPE=disk\n", minor);
    g_autofree char *first = g_path_get_basename(above);
    g_autofree char *generic_name = g_path_get_basename(generic);

    add_text(stage, unit, "uevent", "DEVTYPE=scsi_device\nDRIVER=sd\n");
    add_text(stage, unit, "type", "0\n");
    add_text(stage, disk, "uevent", uevent);
    add_text(stage, generic, "uevent", "MAJOR=21\n");
    fake_entry(stage->fake, "sys/bus/scsi/devices", first, above);
    fake_entry(stage->fake, "sys/bus/scsi/devices", place, unit);
    fake_entry(stage->fake, "sys/class/block", name, disk);
    fake_entry(stage->fake, "sys/class/scsi_generic", generic_name, generic);
    for (int i = 1; i <= (minor == 0 ? 2 : 1); i++) {
        g_autofree char *part = g_strdup_printf("%s%d", name, i);

        add_part(stage, disk, part, minor + i);
    }
}

static void
add_card(Stage *stage, const char *address, const char *name, int index)
{
    g_autofree char *folder = fake_pci(stage->fake, address, "PCI_CLASS=20000\nPCI_ID=8086:10C9",
                                       "igb");
    g_autofree char *net = g_strconcat(folder, "/net/", name, NULL);
    g_autofree char *uevent = g_strdup_printf("INTERFACE=%s\nIFINDEX=%d\n", name, index);

    add_text(stage, net, "uevent", uevent);
    fake_entry(stage->fake, "sys/class/net", name, net);
    stage_link(stage, index, name, NULL, 0, 0);
}

Stage *
stage_new(void)
{
    Stage *stage = g_new0(Stage, 1);

    stage->fake = fake_new();
    stage->mounts = g_string_new(NULL);
    stage->links = g_byte_array_new();
    stage->addresses = g_byte_array_new();
    stage->routes = g_byte_array_new();
    stage->pid = 1000;
    g_free(fake_pci(stage->fake, "0000:00:1f.2", "PCI_CLASS=10601\nPCI_ID=8086:2922", "ahci"));
    add_text(stage, SATA_FOLDER "/host0", "uevent", "DEVTYPE=scsi_host\n");
    fake_entry(stage->fake, "sys/bus/scsi/devices", "host0", SATA_FOLDER "/host0");
    add_disk(stage, "sda", 0, 0);
    add_disk(stage, "sdb", 1, 16);
    add_card(stage, "0000:00:03.0", "enp1s0", 2);
    add_card(stage, "0000:00:04.0", "enp2s0", 3);
    return stage;
}

void
stage_free(Stage *stage)
{
    fake_free(stage->fake);
    g_string_free(stage->mounts, TRUE);
    g_byte_array_unref(stage->links);
    g_byte_array_unref(stage->addresses);
    g_byte_array_unref(stage->routes);
    g_free(stage);
}

void
stage_mount(Stage *stage,
            const char *number,
            const char *source,
            const char *target,
            const char *type)
{
    g_string_append_printf(stage->mounts, "%zu 1 %s / %s rw,relatime shared:1 - %s %s rw\n",
                           stage->mounts->len + 20, number, target, type, source);
}

void
stage_mount_with(Stage *stage, const char *source, const char *target, const char *rest)
{
    g_auto(GStrv) parts = g_strsplit(rest, " ", 2);

    g_string_append_printf(stage->mounts, "%zu 1 0:50 / %s rw,relatime - %s %s %s\n",
                           stage->mounts->len + 20, target, parts[0], source, parts[1]);
}

char *
stage_block(Stage *stage, const char *name, const char *number, const char *slaves)
{
    char *folder = g_strconcat("sys/devices/virtual/block/", name, NULL);
    g_autofree char *list = g_strconcat(folder, "/slaves", NULL);
    g_auto(GStrv) names = g_strsplit(slaves, " ", -1);

    add_text(stage, folder, "dev", number);
    fake_folder(stage->fake, list);
    for (unsigned i = 0; names[i] != NULL; i++) {
        g_autofree char *link = g_strconcat(list, "/", names[i], NULL);

        if (*names[i] != '\0')
            fake_link(stage->fake, link, "../../../../elsewhere");
    }
    fake_entry(stage->fake, "sys/class/block", name, folder);
    return folder;
}

void
stage_mapper(Stage *stage,
             const char *name,
             const char *number,
             const char *mapper_name,
             const char *uuid,
             const char *slaves)
{
    g_autofree char *folder = stage_block(stage, name, number, slaves);

    add_text(stage, folder, "dm/name", mapper_name);
    add_text(stage, folder, "dm/uuid", uuid);
}

void
stage_process(Stage *stage,
              unsigned pid,
              unsigned parent,
              const char *name,
              const char *const *files)
{
    g_autofree char *folder = g_strdup_printf("proc/%u", pid);
    g_autofree char *comm = g_strconcat(name, "\n", NULL);
    g_autofree char *stat = g_strdup_printf("%u (%s) S %u 1 1 34816 -1\n", pid, name, parent);

    add_text(stage, folder, "comm", comm);
    add_text(stage, folder, "stat", stat);
    for (unsigned i = 0; files != NULL && files[i] != NULL; i++) {
        g_autofree char *path = g_strdup_printf("%s/fd/%u", folder, i);

        fake_link(stage->fake, path, files[i]);
    }
}

/* Appends a finished message. */
static void
finish(GByteArray *list, HdMessage *message)
{
    const struct nlmsghdr *header = nlmsg_hdr(message);

    g_byte_array_append(list, (const guint8 *) header, NLMSG_ALIGN(header->nlmsg_len));
    nlmsg_free(message);
}

static HdMessage *
begin_link(int index, const char *name)
{
    const struct ifinfomsg body = {.ifi_index = index};
    HdMessage *message = nlmsg_alloc_simple(RTM_NEWLINK, 0);

    nlmsg_append(message, (void *) &body, sizeof body, NLMSG_ALIGNTO);
    nla_put_string(message, IFLA_IFNAME, name);
    return message;
}

void
stage_link(Stage *stage, int index, const char *name, const char *kind, int master, int lower)
{
    HdMessage *message = begin_link(index, name);

    if (master != 0)
        nla_put_u32(message, IFLA_MASTER, (guint32) master);
    if (lower != 0)
        nla_put_u32(message, IFLA_LINK, (guint32) lower);
    if (kind != NULL) {
        struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO);

        nla_put_string(message, IFLA_INFO_KIND, kind);
        nla_nest_end(message, info);
    }
    finish(stage->links, message);
}

static void
put_address(HdMessage *message, int type, const char *text)
{
    guint8 bytes[sizeof(struct in6_addr)];
    gboolean is_ipv6 = strchr(text, ':') != NULL;

    g_assert_cmpint(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text, bytes), ==, 1);
    nla_put(message, type, is_ipv6 ? 16 : 4, bytes);
}

void
stage_tunnel(Stage *stage, int index, const char *name, const char *remote)
{
    HdMessage *message = begin_link(index, name);
    struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO);
    struct nlattr *data;

    nla_put_string(message, IFLA_INFO_KIND, "gre");
    data = nla_nest_start(message, IFLA_INFO_DATA);
    put_address(message, IFLA_GRE_REMOTE, remote);
    nla_nest_end(message, data);
    nla_nest_end(message, info);
    finish(stage->links, message);
}

static guint8
get_family(const char *text)
{
    return text != NULL && strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
}

void
stage_address(Stage *stage, int index, const char *address, unsigned length)
{
    const struct ifaddrmsg body = {.ifa_family = get_family(address),
                                   .ifa_prefixlen = (guint8) length,
                                   .ifa_index = (guint32) index};
    HdMessage *message = nlmsg_alloc_simple(RTM_NEWADDR, 0);

    nlmsg_append(message, (void *) &body, sizeof body, NLMSG_ALIGNTO);
    put_address(message, IFA_ADDRESS, address);
    finish(stage->addresses, message);
}

static HdMessage *
begin_route(const char *target, unsigned length, int family)
{
    const struct rtmsg body = {.rtm_family = (guint8) family,
                               .rtm_dst_len = (guint8) length,
                               .rtm_table = RT_TABLE_MAIN,
                               .rtm_protocol = RTPROT_STATIC,
                               .rtm_type = RTN_UNICAST};
    HdMessage *message = nlmsg_alloc_simple(RTM_NEWROUTE, 0);

    nlmsg_append(message, (void *) &body, sizeof body, NLMSG_ALIGNTO);
    if (target != NULL)
        put_address(message, RTA_DST, target);
    return message;
}

void
stage_route(Stage *stage,
            int index,
            const char *target,
            unsigned length,
            const char *gateway,
            int metric)
{
    int family = get_family(target != NULL ? target : gateway);
    HdMessage *message = begin_route(target, length, family);

    if (gateway != NULL)
        put_address(message, RTA_GATEWAY, gateway);
    nla_put_u32(message, RTA_OIF, (guint32) index);
    nla_put_u32(message, RTA_PRIORITY, (guint32) metric);
    finish(stage->routes, message);
}

void
stage_route_by_two(Stage *stage, int index, int other)
{
    struct rtnexthop hops[2] = {{.rtnh_len = sizeof hops[0], .rtnh_ifindex = index},
                                {.rtnh_len = sizeof hops[1], .rtnh_ifindex = other}};
    HdMessage *message = begin_route(NULL, 0, AF_INET);

    nla_put(message, RTA_MULTIPATH, sizeof hops, hops);
    finish(stage->routes, message);
}

static GBytes *
get_bytes(const GByteArray *array)
{
    return g_bytes_new(array->data, array->len);
}

HdUses *
stage_read(Stage *stage, HdHost *host)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdTree) tree = NULL;
    g_autoptr(GBytes) links = get_bytes(stage->links);
    g_autoptr(GBytes) addresses = get_bytes(stage->addresses);
    g_autoptr(GBytes) routes = get_bytes(stage->routes);
    HdUsageSource source = {.pid = stage->pid, .ssh_connection = stage->ssh_connection};
    HdUses *uses;

    fake_bytes(stage->fake, "proc/1/mountinfo", stage->mounts->str, stage->mounts->len);
    tree = hd_tree_new_for_path(stage->fake->folder, &error);
    g_assert_no_error(error);
    source.tree = tree;
    source.links = links;
    source.addresses = addresses;
    source.routes = routes;
    uses = hd_uses_new_for_source(host, &source, &error);
    g_assert_no_error(error);
    g_assert_nonnull(uses);
    return uses;
}

char *
describe_uses(const HdUses *uses, const HdHost *host, const char *names)
{
    g_auto(GStrv) list = g_strsplit(names, " ", -1);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; list[i] != NULL; i++)
        g_ptr_array_add(devices, (gpointer) get_device(host, list[i]));
    found = hd_uses_list(uses, (const HdDevice *const *) devices->pdata, devices->len);
    for (unsigned i = 0; i < found->len; i++) {
        const HdUse *use = found->pdata[i];
        g_autofree char *chain = g_strjoinv(" > ", use->chain);

        g_string_append_printf(text, "%s %s %s: %s [%s]\n", hd_use_severity_get_name(use->severity),
                               hd_use_kind_get_name(use->kind), hd_device_get_name(use->device),
                               use->subject, chain);
    }
    return g_strdup(text->str);
}

void
expect_uses(Stage *stage, const char *names, const char *expected)
{
    g_autoptr(HdHost) host = fake_snapshot(stage->fake, HD_HOST_LOAD_BASIC);
    g_autoptr(HdUses) uses = stage_read(stage, host);
    g_autofree char *text = describe_uses(uses, host, names);

    if (hd_uses_get_notes(uses) != NULL)
        g_test_message("notes: %s", hd_uses_get_notes(uses));
    g_assert_cmpstr(text, ==, expected);
}
