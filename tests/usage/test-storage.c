/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the host keeps on its disks.
 */
#include "usage/fixture.h"

#define SDA "sda > scsi_0_0_0_0 > scsi_host0 > " SATA "]\n"
#define SDB "sdb > scsi_0_0_1_0 > scsi_host0 > " SATA "]\n"

static void
test_mount(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "8:2", "/dev/sda2", "/srv/my\\040data", "ext4");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv/my data on /dev/sda2 "
                "[/srv/my data > /dev/sda2 > " SDA);
    /* the way ends at what was asked for */
    expect_uses(stage, "scsi_0_0_0_0",
                "blocks mount block_sda: /srv/my data on /dev/sda2 "
                "[/srv/my data > /dev/sda2 > sda > scsi_0_0_0_0]\n");
    expect_uses(stage, "block_sda " SATA,
                "blocks mount block_sda: /srv/my data on /dev/sda2 "
                "[/srv/my data > /dev/sda2 > " SDA);
    expect_uses(stage, "scsi_0_0_1_0", "");
    expect_uses(stage, CARD, "");
}

static void
test_whole_disk(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "8:16", "/dev/sdb", "/srv", "xfs");
    expect_uses(stage, SATA, "blocks mount block_sdb: /srv on /dev/sdb [/srv > " SDB);
}

static void
test_many_mounts(void)
{
    g_autoptr(Stage) stage = stage_new();

    for (unsigned i = 0; i < 9; i++) {
        g_autofree char *target = g_strdup_printf("/srv/%u", i);

        stage_mount(stage, "8:2", "/dev/sda2", target, "ext4");
    }
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv/0, /srv/1, /srv/2, /srv/3 and 5 more on /dev/sda2 "
                "[/srv/0 > /dev/sda2 > " SDA);
}

static void
test_root(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "0:2", "rootfs", "/", "rootfs");
    stage_mount(stage, "8:2", "/dev/root", "/boot", "ext4");
    stage_mount(stage, "8:2", "/dev/root", "/", "ext4");
    expect_uses(stage, SATA, "never root block_sda: /, /boot on /dev/sda2 [/ > /dev/sda2 > " SDA);
}

static void
test_state(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "8:2", "/dev/sda2", "/", "ext4");
    stage_mount(stage, "8:17", "/dev/sdb1", "/var/lib", "ext4");
    expect_uses(stage, SATA,
                "never root block_sda: / on /dev/sda2 [/ > /dev/sda2 > " SDA
                "never state block_sdb: /var/lib on /dev/sdb1 [/var/lib > /dev/sdb1 > " SDB);
}

static void
test_swap(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "8:2", "/dev/sda2", "/data", "ext4");
    fake_file(stage->fake, "proc/swaps",
              "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
              "/dev/sdb1                               partition\t1024\t\t0\t\t-2\n"
              "/data/swap\\040file                     file\t1024\t\t0\t\t-3\n");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /data on /dev/sda2 [/data > /dev/sda2 > " SDA
                "blocks swap block_sda: swap space on /data/swap file "
                "[swap > /data/swap file > /dev/sda2 > " SDA
                "blocks swap block_sdb: swap space on /dev/sdb1 [swap > /dev/sdb1 > " SDB);
}

static void
test_lvm(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "my--vg-data\n", "LVM-abc\n", "sda2 sdb1");
    stage_mapper(stage, "dm-1", "253:1\n", "my--vg-spare\n", "LVM-def\n", "sdb1");
    stage_mount(stage, "253:0", "/dev/mapper/my--vg-data", "/srv", "ext4");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv on /dev/mapper/my--vg-data "
                "[/srv > /dev/mapper/my--vg-data > /dev/sda2 > " SDA
                "blocks mount block_sdb: /srv on /dev/mapper/my--vg-data "
                "[/srv > /dev/mapper/my--vg-data > /dev/sdb1 > " SDB
                "blocks lvm block_sdb: /dev/mapper/my--vg-spare on /dev/sdb1 "
                "[/dev/mapper/my--vg-spare > /dev/sdb1 > " SDB);
}

/* Swap space is told of by names that people use. */
static void
test_lvm_name(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "my--vg-a--b\n", "LVM-abc\n", "sda2");
    fake_file(stage->fake, "proc/swaps",
              "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
              "/dev/my-vg/a-b partition 1 0 -2\n");
    expect_uses(stage, SATA,
                "blocks swap block_sda: swap space on /dev/my-vg/a-b "
                "[swap > /dev/mapper/my--vg-a--b > /dev/sda2 > " SDA);
}

static void
test_crypt(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "luks\n", "CRYPT-LUKS2-abc\n", "sda2");
    stage_mapper(stage, "dm-1", "253:1\n", "vg-root\n", "LVM-abc\n", "dm-0");
    stage_mapper(stage, "dm-2", "253:2\n", "idle\n", "CRYPT-PLAIN-idle\n", "sdb1");
    stage_mount(stage, "253:1", "/dev/mapper/vg-root", "/", "ext4");
    expect_uses(stage, SATA,
                "never root block_sda: / on /dev/mapper/vg-root "
                "[/ > /dev/mapper/vg-root > /dev/mapper/luks > /dev/sda2 > " SDA
                "blocks crypt block_sdb: /dev/mapper/idle on /dev/sdb1 "
                "[/dev/mapper/idle > /dev/sdb1 > " SDB);
}

static void
test_multipath(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "mpatha\n", "mpath-3600\n", "sda sdb");
    stage_mapper(stage, "dm-1", "253:1\n", "mpatha-part1\n", "part1-mpath-3600\n", "dm-0");
    expect_uses(stage, SATA,
                "blocks dm block_sda: /dev/mapper/mpatha-part1 on /dev/mapper/mpatha "
                "[/dev/mapper/mpatha-part1 > /dev/mapper/mpatha > " SDA
                "blocks dm block_sdb: /dev/mapper/mpatha-part1 on /dev/mapper/mpatha "
                "[/dev/mapper/mpatha-part1 > /dev/mapper/mpatha > " SDB);
    stage_mapper(stage, "dm-2", "253:2\n", "mpathb\n", "mpath-3601\n", "sdb");
    expect_uses(stage, "scsi_0_0_1_0",
                "blocks dm block_sdb: /dev/mapper/mpatha-part1 on /dev/mapper/mpatha "
                "[/dev/mapper/mpatha-part1 > /dev/mapper/mpatha > sdb > scsi_0_0_1_0]\n"
                "blocks multipath block_sdb: /dev/mapper/mpathb on /dev/sdb "
                "[/dev/mapper/mpathb > sdb > scsi_0_0_1_0]\n");
}

static void
test_md(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_free(stage_block(stage, "md127", "9:127\n", "sda1 sdb1"));
    fake_folder(stage->fake, "sys/devices/virtual/block/md127/md");
    fake_file(stage->fake, "sys/devices/virtual/block/md127/md127p1/dev", "259:1\n");
    fake_entry(stage->fake, "sys/class/block", "md127p1",
               "sys/devices/virtual/block/md127/md127p1");
    g_free(stage_block(stage, "md1", "9:1\n", "sda2"));
    fake_folder(stage->fake, "sys/devices/virtual/block/md1/md");
    stage_mount(stage, "259:1", "/dev/md127p1", "/srv", "ext4");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv on /dev/md127p1 "
                "[/srv > /dev/md127p1 > /dev/md127 > /dev/sda1 > " SDA
                "blocks md block_sda: /dev/md1 on /dev/sda2 [/dev/md1 > /dev/sda2 > " SDA
                "blocks mount block_sdb: /srv on /dev/md127p1 "
                "[/srv > /dev/md127p1 > /dev/md127 > /dev/sdb1 > " SDB);
}

static void
test_bcache(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_free(stage_block(stage, "bcache0", "252:0\n", "sda2 sdb"));
    expect_uses(stage, SATA,
                "blocks bcache block_sda: /dev/bcache0 on /dev/sda2 "
                "[/dev/bcache0 > /dev/sda2 > " SDA
                "blocks bcache block_sdb: /dev/bcache0 on /dev/sda2 [/dev/bcache0 > " SDB);
}

static void
test_loop(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_free(stage_block(stage, "loop0", "7:0\n", ""));
    g_free(stage_block(stage, "loop1", "7:1\n", ""));
    g_free(stage_block(stage, "loop2", "7:2\n", ""));
    fake_file(stage->fake, "sys/devices/virtual/block/loop0/loop/backing_file",
              "/data/images/a.img\n");
    fake_file(stage->fake, "sys/devices/virtual/block/loop1/loop/backing_file", "/dev/sdb1\n");
    stage_mount(stage, "8:2", "/dev/sda2", "/data", "ext4");
    stage_mount(stage, "7:0", "/dev/loop0", "/", "squashfs");
    expect_uses(stage, SATA,
                "never root block_sda: / on /dev/loop0 "
                "[/ > /dev/loop0 > /data/images/a.img > /dev/sda2 > " SDA
                "blocks mount block_sda: /data on /dev/sda2 [/data > /dev/sda2 > " SDA
                "blocks loop block_sdb: /dev/loop1 on /dev/sdb1 [/dev/loop1 > /dev/sdb1 > " SDB);
}

static void
test_holder(void)
{
    g_autoptr(Stage) stage = stage_new();

    g_free(stage_block(stage, "drbd0", "147:0\n", "sdb1"));
    g_free(stage_block(stage, "zram0", "254:0\n", ""));
    fake_file(stage->fake, "sys/devices/virtual/block/zram0/backing_dev", "/dev/sda2\n");
    fake_file(stage->fake, "proc/swaps",
              "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
              "/dev/zram0 partition 1 0 100\n");
    expect_uses(stage, SATA,
                "blocks swap block_sda: swap space on /dev/zram0 "
                "[swap > /dev/zram0 > /dev/sda2 > " SDA
                "blocks holder block_sdb: /dev/drbd0 on /dev/sdb1 [/dev/drbd0 > /dev/sdb1 > " SDB);
}

static void
test_btrfs(void)
{
    g_autoptr(Stage) stage = stage_new();

    fake_link(stage->fake, "sys/fs/btrfs/abc/devices/sda2", "../../../x");
    fake_link(stage->fake, "sys/fs/btrfs/abc/devices/sdb1", "../../../x");
    fake_file(stage->fake, "sys/fs/btrfs/abc/label", "pool\n");
    fake_link(stage->fake, "sys/fs/btrfs/def/devices/sda1", "../../../x");
    fake_folder(stage->fake, "sys/fs/btrfs/features");
    stage_mount(stage, "0:40", "/dev/sdb1", "/srv", "btrfs");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv on btrfs pool [/srv > btrfs pool > /dev/sda2 > " SDA
                "blocks btrfs block_sda: btrfs def on /dev/sda1 [btrfs def > /dev/sda1 > " SDA
                "blocks mount block_sdb: /srv on btrfs pool [/srv > btrfs pool > /dev/sdb1 > " SDB);
}

static void
test_zfs(void)
{
    g_autoptr(Stage) stage = stage_new();

    fake_file(stage->fake, "run/udev/data/b8:2", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
    fake_file(stage->fake, "run/udev/data/b8:17", "E:ID_FS_LABEL=old\nE:ID_FS_TYPE=zfs_member\n");
    fake_file(stage->fake, "proc/spl/kstat/zfs/tank/state", "ONLINE\n");
    fake_file(stage->fake, "proc/spl/kstat/zfs/arcstats", "x\n");
    expect_uses(stage, SATA,
                "blocks zfs block_sda: ZFS pool tank on /dev/sda2 [ZFS pool tank > /dev/sda2 > " SDA
                "informs content block_sdb: zfs_member 'old' on /dev/sdb1, not in use "
                "[/dev/sdb1 > " SDB);
    g_free(stage_block(stage, "zd0", "230:0\n", ""));
    fake_file(stage->fake, "run/udev/data/b230:0", "S:zvol/tank/vm\n");
    stage_mount(stage, "230:0", "/dev/zd0", "/vm", "ext4");
    stage_mount(stage, "0:41", "tank/root", "/", "zfs");
    stage_mount(stage, "0:42", "tank/home", "/home", "zfs");
    expect_uses(stage, "block_sda",
                "never root block_sda: /, /home on ZFS pool tank "
                "[/ > ZFS pool tank > /dev/sda2 > sda]\n"
                "blocks mount block_sda: /vm on /dev/zd0 "
                "[/vm > /dev/zd0 > ZFS pool tank > /dev/sda2 > sda]\n");
}

static void
test_content(void)
{
    g_autoptr(Stage) stage = stage_new();

    fake_file(stage->fake, "run/udev/data/b8:1", "E:ID_FS_TYPE=vfat\n");
    fake_file(stage->fake, "run/udev/data/b8:17", "E:ID_FS_TYPE=LVM2_member\n");
    stage_mount(stage, "8:1", "/dev/sda1", "/boot/efi", "vfat");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /boot/efi on /dev/sda1 [/boot/efi > /dev/sda1 > " SDA
                "informs content block_sdb: LVM2_member on /dev/sdb1, not in use "
                "[/dev/sdb1 > " SDB);
}

static void
test_shared_nvme(void)
{
    static const char disk[] = "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1";
    g_autoptr(Stage) stage = stage_new();

    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *address = g_strdup_printf("0000:00:06.%u", i);
        g_autofree char *link = g_strdup_printf(
            "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme%u", i);
        g_autofree char *target = g_strdup_printf("../../../pci0000:00/%s/nvme/nvme%u", address, i);

        g_free(fake_pci(stage->fake, address, "PCI_CLASS=10802\nPCI_ID=144D:A808", "nvme"));
        fake_link(stage->fake, link, target);
    }
    fake_file(stage->fake, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/uevent",
              "MAJOR=259\nMINOR=0\nDEVTYPE=disk\n");
    fake_entry(stage->fake, "sys/class/block", "nvme0n1", disk);
    stage_mount(stage, "259:0", "/dev/nvme0n1", "/srv", "ext4");
    expect_uses(stage, "pci_0000_00_06_0",
                "blocks mount block_nvme0n1: /srv on /dev/nvme0n1 "
                "[/srv > nvme0n1 > pci_0000_00_06_0]\n");
    expect_uses(stage, "pci_0000_00_06_1",
                "blocks mount pci_0000_00_06_1: /srv on /dev/nvme0n1 "
                "[/srv > /dev/nvme0n1 > pci_0000_00_06_1]\n");
}

/* A container has a disk mounted where the host's own processes do not see it. */
static void
test_name_space(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_mount(stage, "8:2", "/dev/sda2", "/srv", "ext4");
    fake_link(stage->fake, "proc/1/ns/mnt", "mnt:[4026531840]");
    stage_process(stage, 70, 1, "pause", NULL);
    fake_link(stage->fake, "proc/70/ns/mnt", "mnt:[4026532000]");
    fake_file(stage->fake, "proc/70/mountinfo",
              "30 1 8:2 / /data rw - ext4 /dev/sda2 rw\n31 1 8:17 / / rw - ext4 /dev/sdb1 rw\n");
    expect_uses(stage, SATA,
                "blocks mount block_sda: /srv on /dev/sda2 [/srv > /dev/sda2 > " SDA
                "blocks mount block_sdb: / of process pause (pid 70) on /dev/sdb1 "
                "[/ of process pause (pid 70) > /dev/sdb1 > " SDB);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/usage/storage/mount", test_mount);
    g_test_add_func("/usage/storage/whole-disk", test_whole_disk);
    g_test_add_func("/usage/storage/many-mounts", test_many_mounts);
    g_test_add_func("/usage/storage/root", test_root);
    g_test_add_func("/usage/storage/state", test_state);
    g_test_add_func("/usage/storage/swap", test_swap);
    g_test_add_func("/usage/storage/lvm", test_lvm);
    g_test_add_func("/usage/storage/lvm-name", test_lvm_name);
    g_test_add_func("/usage/storage/crypt", test_crypt);
    g_test_add_func("/usage/storage/multipath", test_multipath);
    g_test_add_func("/usage/storage/md", test_md);
    g_test_add_func("/usage/storage/bcache", test_bcache);
    g_test_add_func("/usage/storage/loop", test_loop);
    g_test_add_func("/usage/storage/holder", test_holder);
    g_test_add_func("/usage/storage/btrfs", test_btrfs);
    g_test_add_func("/usage/storage/zfs", test_zfs);
    g_test_add_func("/usage/storage/content", test_content);
    g_test_add_func("/usage/storage/shared-nvme", test_shared_nvme);
    g_test_add_func("/usage/storage/name-space", test_name_space);
    return g_test_run();
}
