/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hosts that are damaged, huge or made by a stranger.
 */
#include <string.h>

#include "usage/fixture.h"

#define SDA "sda > scsi_0_0_0_0 > scsi_host0 > " SATA "]\n"
#define SRV "blocks mount block_sda: /srv on /dev/sda2 [/srv > /dev/sda2 > " SDA

/* Generous, for slow machines and sanitizers; what grows with the square takes minutes. */
#define SECONDS_MAX 20

static char *
read_all(Stage *stage, const char *names, char **ret_notes)
{
    g_autoptr(HdHost) host = fake_snapshot(stage->fake, HD_HOST_LOAD_BASIC);
    gint64 start = g_get_monotonic_time();
    g_autoptr(HdUses) uses = stage_read(stage, host);
    g_autofree char *text = describe_uses(uses, host, names);

    g_assert_cmpint(g_get_monotonic_time() - start, <, SECONDS_MAX * G_TIME_SPAN_SECOND);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    if (ret_notes != NULL)
        *ret_notes = g_strdup(hd_uses_get_notes(uses));
    return g_steal_pointer(&text);
}

static void
test_garbage_mounts(void)
{
    static const char garbage[] = "\xff\xfe\0binary\n# none\n12 x y\n0 0 0:0\n-\n"
                                  "1 2 8:2 / /half rw -\n"
                                  "99999999999999999999 1 8:17 / / rw - ext4 /dev/sdb1 rw\n";
    g_autoptr(Stage) stage = stage_new();

    g_string_append_len(stage->mounts, "garbage\n", 8);
    stage_mount(stage, "8:2", "/dev/sda2", "/srv", "ext4");
    g_string_append_len(stage->mounts, garbage + 8, sizeof garbage - 1 - 8);
    stage_mount(stage, "8:1", "/dev/sda1", "/a\\012b\xff", "ext4");
    expect_uses(stage, "block_sda",
                "blocks mount block_sda: /a?b? on /dev/sda1 [/a?b? > /dev/sda1 > sda]\n"
                "blocks mount block_sda: /srv on /dev/sda2 [/srv > /dev/sda2 > sda]\n");
}

static void
test_no_mounts(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *notes = NULL;
    g_autofree char *text = NULL;

    text = read_all(stage, SATA, &notes);
    g_assert_cmpstr(text, ==, "");
    g_string_assign(stage->mounts, "\n\n\n");
    g_free(g_steal_pointer(&text));
    text = read_all(stage, SATA, NULL);
    g_assert_cmpstr(text, ==, "");
}

static void
test_many_mounts(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < 100000; i++) {
        g_autofree char *target = g_strdup_printf("/srv/%u", i);

        stage_mount(stage, i % 2 == 0 ? "8:2" : "0:77", i % 2 == 0 ? "/dev/sda2" : "tmpfs", target,
                    i % 2 == 0 ? "ext4" : "tmpfs");
    }
    text = read_all(stage, SATA, NULL);
    g_assert_cmpstr(text, ==,
                    "blocks mount block_sda: /srv/0, /srv/2, /srv/4, /srv/6 and 49996 more on "
                    "/dev/sda2 [/srv/0 > /dev/sda2 > " SDA);
}

static void
test_long_line(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *target = g_strnfill(1024 * 1024, 'a');
    g_autofree char *text = NULL;

    target[0] = '/';
    stage_mount(stage, "8:17", "/dev/sdb1", target, "ext4");
    stage_mount(stage, "8:2", "/dev/sda2", "/srv", "ext4");
    text = read_all(stage, "block_sda block_sdb", NULL);
    g_assert_nonnull(strstr(text, "/srv on /dev/sda2"));
    g_assert_nonnull(strstr(text, "/aaaaaa"));
    g_assert_cmpuint(strlen(text), <, 2000);
}

static void
test_too_long(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *text = NULL;
    g_autofree char *notes = NULL;
    g_autofree char *filling = g_strnfill(HD_TREE_MAX_LONG, 'x');

    stage_mount(stage, "8:2", "/dev/sda2", "/srv", "ext4");
    g_string_append(stage->mounts, filling);
    text = read_all(stage, SATA, &notes);
    g_assert_cmpstr(text, ==, SRV);
    g_assert_nonnull(strstr(notes, "'/proc/1/mountinfo' is too long"));
}

/* Each stands on the other, and one on the disk. */
static void
test_circle(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "a\n", "LVM-a\n", "dm-1 dm-0");
    stage_mapper(stage, "dm-1", "253:1\n", "b\n", "LVM-b\n", "dm-0 sda2 nothing");
    stage_mount(stage, "253:0", "/dev/mapper/a", "/srv", "ext4");
    expect_uses(stage, "block_sda",
                "blocks mount block_sda: /srv on /dev/mapper/a "
                "[/srv > /dev/mapper/a > /dev/mapper/b > /dev/sda2 > sda]\n");
}

/* Twenty layers of two: a million ways down, of which one is told. */
static void
test_many_ways(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("dm-%u", i);
        g_autofree char *number = g_strdup_printf("253:%u\n", i);
        g_autofree char *slaves =
            i < 2 ? g_strdup("sda2") : g_strdup_printf("dm-%u dm-%u", i / 2 * 2 - 2, i / 2 * 2 - 1);

        stage_mapper(stage, name, number, name, "LVM-x\n", slaves);
    }
    stage_mount(stage, "253:39", "/dev/mapper/dm-39", "/srv", "ext4");
    text = read_all(stage, SATA, NULL);
    g_assert_true(g_str_has_prefix(text, "blocks mount block_sda: /srv on /dev/mapper/dm-39 "
                                         "[/srv > /dev/mapper/dm-39 > /dev/mapper/dm-36 > "));
}

static void
test_deep(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *notes = NULL;
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < 300; i++) {
        g_autofree char *name = g_strdup_printf("dm-%u", i);
        g_autofree char *number = g_strdup_printf("253:%u\n", i);
        g_autofree char *slave = i == 0 ? g_strdup("sda2") : g_strdup_printf("dm-%u", i - 1);

        stage_mapper(stage, name, number, name, "LVM-x\n", slave);
    }
    text = read_all(stage, SATA, &notes);
    g_assert_nonnull(strstr(notes, "more than 64 deep"));
}

static void
test_odd_blocks(void)
{
    g_autoptr(Stage) stage = stage_new();

    fake_link(stage->fake, "sys/class/block/dm-7", "../../../../../outside");
    fake_link(stage->fake, "sys/class/block/dm-8", "../../devices/nothing");
    fake_file(stage->fake, "sys/class/block/file", "x");
    fake_file(stage->fake, "sys/devices/virtual/block/loop0/dev", "7:x\n");
    fake_file(stage->fake, "sys/devices/virtual/block/loop0/loop/backing_file", "/srv/../x\n");
    fake_entry(stage->fake, "sys/class/block", "loop0", "sys/devices/virtual/block/loop0");
    fake_file(stage->fake, "sys/devices/virtual/block/loop1/loop/backing_file", "relative\n");
    fake_entry(stage->fake, "sys/class/block", "loop1", "sys/devices/virtual/block/loop1");
    fake_file(stage->fake, "proc/swaps", "/dev/sdb1 partition 1 1 1\n\xff\xff\n");
    stage_mount(stage, "8:2", "/dev/sda2", "/srv", "ext4");
    expect_uses(stage, "block_sda",
                "blocks mount block_sda: /srv on /dev/sda2 [/srv > /dev/sda2 > sda]\n"
                "blocks loop block_sda: /dev/loop0 on /srv/../x "
                "[/dev/loop0 > /srv/../x > /dev/sda2 > sda]\n");
}

static void
test_odd_processes(void)
{
    static const char *const files[] = {"/dev/",
                                        "/dev/sda2 (deleted)",
                                        "/dev/../dev/sda2",
                                        "",
                                        "/dev/vfio/99999999999",
                                        "/dev/bus/usb/-1/0",
                                        "/dev/nvidia99999999999999999999",
                                        NULL};
    static const char *const good[] = {"/dev/sda", NULL};
    g_autoptr(Stage) stage = stage_new();

    for (unsigned i = 0; files[i] != NULL; i++) {
        const char *const one[] = {files[i], NULL};

        if (*files[i] != '\0')
            stage_process(stage, 10 + i, 1, "odd", one);
    }
    stage_process(stage, 30, 1, "a\n\xff)b", good);
    fake_file(stage->fake, "proc/31/fd", "no folder\n");
    fake_file(stage->fake, "proc/99999999999999999999/fd", "x\n");
    fake_remove(stage->fake, "proc/30/stat");
    fake_file(stage->fake, "proc/1000/stat", "1000 (x");
    expect_uses(stage, "block_sda",
                "blocks open-node block_sda: process a?\?)b (pid 30) has /dev/sda open "
                "[process a?\?)b (pid 30) > sda]\n");
}

/* A circle of parents ends. */
static void
test_parents(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *notes = NULL;
    g_autofree char *text = NULL;

    stage_process(stage, 1000, 999, "hostdev", NULL);
    stage_process(stage, 999, 1000, "sshd", NULL);
    text = read_all(stage, CARD, &notes);
    g_assert_nonnull(strstr(notes, "over which connection is not seen"));
    stage->ssh_connection = "no such thing";
    g_free(g_steal_pointer(&text));
    g_free(g_steal_pointer(&notes));
    text = read_all(stage, CARD, &notes);
    g_assert_nonnull(strstr(notes, "SSH_CONNECTION makes no sense"));
}

static void
test_circle_of_interfaces(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_byte_array_set_size(stage->links, 0);
    stage_link(stage, 2, "enp1s0", NULL, 10, 2);
    stage_link(stage, 10, "br0", "bridge", 11, 11);
    stage_link(stage, 11, "br1", "bridge", 10, 2);
    stage_address(stage, 11, "192.0.2.7", 24);
    expect_uses(stage, CARD,
                "blocks address net_enp1s0: 192.0.2.7/24 [192.0.2.7/24 > br1 > enp1s0 > " CARD "]\n"
                "blocks bridge net_enp1s0: member of bridge br0 [br0 > enp1s0 > " CARD "]\n"
                "blocks bridge net_enp1s0: member of bridge br1 [br1 > enp1s0 > " CARD "]\n");
}

static void
damage(GRand *random, GByteArray *bytes)
{
    for (unsigned i = g_rand_int_range(random, 1, 4); i > 0 && bytes->len > 0; i--)
        bytes->data[g_rand_int_range(random, 0, (gint32) bytes->len)] = (guint8) g_rand_int_range(
            random, 0, 256);
    if (g_rand_int_range(random, 0, 4) == 0)
        g_byte_array_set_size(bytes, (guint) g_rand_int_range(random, 0, (gint32) bytes->len));
}

static Stage *
new_network(void)
{
    Stage *stage = stage_new();

    stage_link(stage, 10, "br0", "bridge", 0, 0);
    stage_link(stage, 11, "enp1s0.5", "vlan", 10, 2);
    stage_tunnel(stage, 12, "gre1", "203.0.113.9");
    stage_address(stage, 2, "192.0.2.7", 24);
    stage_address(stage, 10, "2001:db8::7", 64);
    stage_route(stage, 2, NULL, 0, "192.0.2.1", 0);
    stage_route(stage, 10, "2001:db8:1::", 48, "fe80::1", 0);
    stage_route_by_two(stage, 2, 3);
    return stage;
}

static void
copy(GByteArray *to, const GByteArray *from)
{
    g_byte_array_set_size(to, 0);
    g_byte_array_append(to, from->data, from->len);
}

/* Whatever the kernel's lists hold, reading them ends. */
static void
test_damaged_lists(void)
{
    g_autoptr(Stage) good = new_network();
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(HdHost) host = fake_snapshot(stage->fake, HD_HOST_LOAD_BASIC);
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    unsigned n_damaged = 0;

    for (unsigned i = 0; i < 3000; i++) {
        g_autoptr(HdUses) uses = NULL;
        g_autofree char *text = NULL;

        copy(stage->links, good->links);
        copy(stage->addresses, good->addresses);
        copy(stage->routes, good->routes);
        damage(random, stage->links);
        damage(random, stage->addresses);
        damage(random, stage->routes);
        uses = stage_read(stage, host);
        text = describe_uses(uses, host, CARD);
        g_assert_true(g_utf8_validate(text, -1, NULL));
        n_damaged += strstr(hd_uses_get_notes(uses) != NULL ? hd_uses_get_notes(uses) : "",
                            "are damaged") != NULL;
    }
    g_assert_cmpuint(n_damaged, >, 100);
}

static void
test_garbage_sockets(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autofree char *line = g_strnfill(100000, ' ');
    static const char lines[] = "\0\0\n0: zz:1 zz:2 0A 1 1 1 1 1 1\n"
                                "1: 070200C0:FFFFF 0:0 0A 1 1 1 1 1 1\n";

    stage_address(stage, 2, "192.0.2.7", 24);
    fake_file(stage->fake, "proc/1000/net/tcp", line);
    fake_bytes(stage->fake, "proc/1000/net/tcp6", lines, sizeof lines - 1);
    expect_uses(stage, CARD,
                "blocks address net_enp1s0: 192.0.2.7/24 [192.0.2.7/24 > enp1s0 > " CARD "]\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/usage/hostile/garbage-mounts", test_garbage_mounts);
    g_test_add_func("/usage/hostile/no-mounts", test_no_mounts);
    g_test_add_func("/usage/hostile/many-mounts", test_many_mounts);
    g_test_add_func("/usage/hostile/long-line", test_long_line);
    g_test_add_func("/usage/hostile/too-long", test_too_long);
    g_test_add_func("/usage/hostile/circle", test_circle);
    g_test_add_func("/usage/hostile/many-ways", test_many_ways);
    g_test_add_func("/usage/hostile/deep", test_deep);
    g_test_add_func("/usage/hostile/odd-blocks", test_odd_blocks);
    g_test_add_func("/usage/hostile/odd-processes", test_odd_processes);
    g_test_add_func("/usage/hostile/parents", test_parents);
    g_test_add_func("/usage/hostile/circle-of-interfaces", test_circle_of_interfaces);
    g_test_add_func("/usage/hostile/damaged-lists", test_damaged_lists);
    g_test_add_func("/usage/hostile/garbage-sockets", test_garbage_sockets);
    return g_test_run();
}
