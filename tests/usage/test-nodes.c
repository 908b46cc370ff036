/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Device nodes that processes have open, and the host's own display, consoles and keyboards.
 */
#include <string.h>

#include "usage/fixture.h"

#define DISPLAY "pci_0000_00_02_0"
#define DISPLAY_FOLDER "sys/devices/pci0000:00/0000:00:02.0"
#define XHCI "pci_0000_00_14_0"
#define USB "sys/devices/pci0000:00/0000:00:14.0/usb1"
#define SDA "sda > scsi_0_0_0_0 > scsi_host0 > " SATA "]\n"

static void
test_block(void)
{
    static const char *const files[] = {"/dev/sda2", "/dev/sda2", "/dev/null", "/srv/x", NULL};
    static const char *const volume[] = {"/dev/dm-0", NULL};
    g_autoptr(Stage) stage = stage_new();

    stage_mapper(stage, "dm-0", "253:0\n", "vg-vm\n", "LVM-abc\n", "sdb1");
    stage_process(stage, 123, 1, "qemu-system-x86", files);
    stage_process(stage, 124, 1, "qemu-system-x86", volume);
    /* the process that asks is none */
    stage_process(stage, 1000, 1, "hostdev", files);
    expect_uses(stage, SATA,
                "blocks open-node block_sda: process qemu-system-x86 (pid 123) has /dev/sda2 open "
                "[process qemu-system-x86 (pid 123) > /dev/sda2 > " SDA
                "blocks open-node block_sdb: process qemu-system-x86 (pid 124) has /dev/dm-0 open "
                "[process qemu-system-x86 (pid 124) > /dev/mapper/vg-vm > /dev/sdb1 > "
                "sdb > scsi_0_0_1_0 > scsi_host0 > " SATA "]\n");
}

static void
test_generic(void)
{
    static const char *const files[] = {"/dev/sg0", "/dev/sg9", NULL};
    g_autoptr(Stage) stage = stage_new();

    stage_process(stage, 123, 1, "smartd", files);
    expect_uses(stage, SATA,
                "blocks open-node scsi_generic_sg0: process smartd (pid 123) has /dev/sg0 open "
                "[process smartd (pid 123) > /dev/sg0 > scsi_generic_sg0 > scsi_0_0_0_0 > "
                "scsi_host0 > " SATA "]\n");
}

static void
test_nvme(void)
{
    static const char *const files[] = {"/dev/nvme0", "/dev/ng0n1", NULL};
    static const char folder[] = "sys/devices/pci0000:00/0000:00:06.0/nvme/nvme0";
    g_autoptr(Stage) stage = stage_new();

    g_free(fake_pci(stage->fake, "0000:00:06.0", "PCI_CLASS=10802\nPCI_ID=144D:A808", "nvme"));
    fake_entry(stage->fake, "sys/class/nvme", "nvme0", folder);
    fake_entry(stage->fake, "sys/class/nvme-generic", "ng0n1",
               "sys/devices/pci0000:00/0000:00:06.0/nvme/nvme0/ng0n1");
    stage_process(stage, 123, 1, "nvme", files);
    expect_uses(stage, "pci_0000_00_06_0",
                "blocks open-node pci_0000_00_06_0: process nvme (pid 123) has /dev/ng0n1 open "
                "[process nvme (pid 123) > /dev/ng0n1 > pci_0000_00_06_0]\n"
                "blocks open-node pci_0000_00_06_0: process nvme (pid 123) has /dev/nvme0 open "
                "[process nvme (pid 123) > /dev/nvme0 > pci_0000_00_06_0]\n");
}

static void
add_display(Stage *stage)
{
    g_free(fake_pci(stage->fake, "0000:00:02.0", "PCI_CLASS=30000\nPCI_ID=8086:3E92", "i915"));
    fake_file(stage->fake, DISPLAY_FOLDER "/drm/renderD128/uevent", "DEVTYPE=drm_minor\n");
    fake_entry(stage->fake, "sys/class/drm", "renderD128", DISPLAY_FOLDER "/drm/renderD128");
}

static void
test_drm(void)
{
    static const char *const files[] = {"/dev/dri/renderD128", NULL};
    g_autoptr(Stage) stage = stage_new();

    add_display(stage);
    stage_process(stage, 123, 1, "Xorg", files);
    expect_uses(stage, DISPLAY,
                "blocks drm-client drm_renderD128: process Xorg (pid 123) has "
                "/dev/dri/renderD128 open [process Xorg (pid 123) > /dev/dri/renderD128 > "
                "drm_renderD128 > " DISPLAY "]\n");
}

static void
test_nvidia(void)
{
    static const char *const files[] = {"/dev/nvidiactl", "/dev/nvidia1", "/dev/nvidia-uvm", NULL};
    g_autoptr(Stage) stage = stage_new();

    add_display(stage);
    fake_file(stage->fake, "proc/driver/nvidia/gpus/0000:00:02.0/information",
              "Model: \t\t Example\nDevice Minor: \t 1\nGPU Excluded:\t No\n");
    fake_file(stage->fake, "proc/driver/nvidia/gpus/0000:00:03.0/information",
              "Device Minor: \t 11\n");
    stage_process(stage, 123, 1, "train", files);
    expect_uses(stage, DISPLAY " " CARD,
                "blocks open-node " DISPLAY ": process train (pid 123) has /dev/nvidia1 open "
                "[process train (pid 123) > /dev/nvidia1 > " DISPLAY "]\n");
}

static void
add_usb(Stage *stage)
{
    g_free(fake_pci(stage->fake, "0000:00:14.0", "PCI_CLASS=C0330\nPCI_ID=8086:A36D", "xhci_hcd"));
    fake_file(stage->fake, USB "/uevent",
              "PRODUCT=1d6b/2/515\nTYPE=9/0/1\nBUSNUM=001\nDEVNUM=001\n");
    fake_file(stage->fake, USB "/1-2/uevent",
              "PRODUCT=46d/c52b/1\nTYPE=0/0/0\nBUSNUM=001\nDEVNUM=013\n");
    fake_file(stage->fake, USB "/1-2/1-2:1.0/uevent",
              "PRODUCT=46d/c52b/1\nTYPE=0/0/0\nINTERFACE=3/1/1\n");
    fake_entry(stage->fake, "sys/bus/usb/devices", "usb1", USB);
    fake_entry(stage->fake, "sys/bus/usb/devices", "1-2", USB "/1-2");
    fake_entry(stage->fake, "sys/bus/usb/devices", "1-2:1.0", USB "/1-2/1-2:1.0");
}

static void
test_usbfs(void)
{
    static const char *const files[] = {"/dev/bus/usb/001/013", "/dev/bus/usb/001/014",
                                        "/dev/bus/usb/x", NULL};
    g_autoptr(Stage) stage = stage_new();

    add_usb(stage);
    stage_process(stage, 123, 1, "adb", files);
    expect_uses(stage, XHCI,
                "blocks usbfs usb_1_2: process adb (pid 123) has /dev/bus/usb/001/013 open "
                "[process adb (pid 123) > /dev/bus/usb/001/013 > usb_1_2 > usb_usb1 > " XHCI "]\n");
}

static void
test_input_and_sound(void)
{
    static const char *const files[] = {"/dev/input/event3", "/dev/snd/pcmC0D0p", NULL};
    g_autoptr(Stage) stage = stage_new();

    add_usb(stage);
    fake_entry(stage->fake, "sys/class/input", "event3",
               USB "/1-2/1-2:1.0/0003:046D:C52B.0001/input/input5/event3");
    fake_entry(stage->fake, "sys/class/sound", "pcmC0D0p",
               "sys/devices/pci0000:00/0000:00:03.0/sound/card0/pcmC0D0p");
    stage_process(stage, 123, 1, "Xorg", files);
    expect_uses(stage, "usb_1_2 " CARD,
                "informs open-node " CARD ": process Xorg (pid 123) has /dev/snd/pcmC0D0p open "
                "[process Xorg (pid 123) > /dev/snd/pcmC0D0p > " CARD "]\n"
                "informs open-node usb_1_2_1_0: process Xorg (pid 123) has /dev/input/event3 open "
                "[process Xorg (pid 123) > /dev/input/event3 > usb_1_2_1_0 > usb_1_2]\n");
}

static void
test_vfio(void)
{
    static const char *const files[] = {"/dev/vfio/vfio", "/dev/vfio/12", "/dev/vfio/13", NULL};
    g_autoptr(Stage) stage = stage_new();

    fake_link(stage->fake, CARD_FOLDER "/iommu_group", "../../../kernel/iommu_groups/12");
    fake_folder(stage->fake, "sys/kernel/iommu_groups/12/devices");
    stage_process(stage, 123, 1, "qemu", files);
    expect_uses(stage, CARD,
                "informs vfio " CARD ": process qemu (pid 123) has /dev/vfio/12 open "
                "[process qemu (pid 123) > /dev/vfio/12 > " CARD "]\n");
}

static void
test_boot_display(void)
{
    g_autoptr(Stage) stage = stage_new();

    add_display(stage);
    fake_file(stage->fake, DISPLAY_FOLDER "/boot_vga", "1\n");
    fake_file(stage->fake, "sys/devices/virtual/tty/tty0/active", "tty1\n");
    expect_uses(stage, DISPLAY,
                "blocks boot-display " DISPLAY
                ": the display that the firmware booted on (tty1 is on it) [boot display > " DISPLAY
                "]\n");
}

static void
test_framebuffer(void)
{
    g_autoptr(Stage) stage = stage_new();

    add_display(stage);
    fake_file(stage->fake, DISPLAY_FOLDER "/graphics/fb0/name", "i915drmfb\n");
    fake_entry(stage->fake, "sys/class/graphics", "fb0", DISPLAY_FOLDER "/graphics/fb0");
    fake_entry(stage->fake, "sys/class/graphics", "fbcon", "sys/devices/virtual/graphics/fbcon");
    expect_uses(stage, DISPLAY,
                "informs framebuffer " DISPLAY ": fb0 (i915drmfb) [fb0 > " DISPLAY "]\n");
    fake_file(stage->fake, "sys/devices/virtual/vtconsole/vtcon1/name",
              "(M) frame buffer device\n");
    fake_file(stage->fake, "sys/devices/virtual/vtconsole/vtcon1/bind", "1\n");
    fake_entry(stage->fake, "sys/class/vtconsole", "vtcon1",
               "sys/devices/virtual/vtconsole/vtcon1");
    expect_uses(stage, DISPLAY,
                "blocks framebuffer " DISPLAY ": console on fb0 (i915drmfb) [fb0 > " DISPLAY "]\n");
}

/* The firmware's framebuffer hangs off no PCI function. */
static void
test_firmware_framebuffer(void)
{
    g_autoptr(Stage) stage = stage_new();

    add_display(stage);
    fake_file(stage->fake, DISPLAY_FOLDER "/boot_vga", "1\n");
    fake_file(stage->fake, "sys/devices/platform/efi-framebuffer.0/graphics/fb0/name", "EFI VGA\n");
    fake_entry(stage->fake, "sys/class/graphics", "fb0",
               "sys/devices/platform/efi-framebuffer.0/graphics/fb0");
    expect_uses(stage, DISPLAY,
                "blocks boot-display " DISPLAY
                ": the display that the firmware booted on [boot display > " DISPLAY "]\n"
                "informs framebuffer " DISPLAY ": fb0 (EFI VGA) [fb0 > " DISPLAY "]\n");
}

static void
test_serial_console(void)
{
    g_autoptr(Stage) stage = stage_new();

    fake_file(stage->fake, "proc/consoles",
              "tty0                 -WU (EC  p  )    4:1\n"
              "ttyS4                -W- (   Ep a)    4:68\n");
    fake_entry(stage->fake, "sys/class/tty", "tty0", "sys/devices/virtual/tty/tty0");
    fake_entry(stage->fake, "sys/class/tty", "ttyS4", CARD_FOLDER "/tty/ttyS4");
    expect_uses(stage, CARD,
                "blocks console " CARD ": console of the kernel on /dev/ttyS4 "
                "[console of the kernel on /dev/ttyS4 > " CARD "]\n");
    /* and who asks sits there: terminal 4:68 */
    fake_file(stage->fake, "proc/1000/stat", "1000 (hostdev) S 1 1 1 1092 -1\n");
    expect_uses(stage, CARD,
                "never session " CARD ": your session on /dev/ttyS4 "
                "[your session on /dev/ttyS4 > " CARD "]\n"
                "blocks console " CARD ": console of the kernel on /dev/ttyS4 "
                "[console of the kernel on /dev/ttyS4 > " CARD "]\n");
}

static void
test_keyboard(void)
{
    g_autoptr(Stage) stage = stage_new();

    add_usb(stage);
    fake_file(stage->fake, "proc/bus/input/devices",
              "I: Bus=0019 Vendor=0000\nN: Name=\"Power Button\"\nS: Sysfs=/devices/x/input0\n"
              "H: Handlers=kbd event0\n\n"
              "I: Bus=0003\nN: Name=\"Example Keyboard\"\n"
              "S: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/x/input/input5\n"
              "H: Handlers=sysrq kbd leds event3\n\n"
              "I: Bus=0003\nN: Name=\"Mouse\"\n"
              "S: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/x/input/input6\n"
              "H: Handlers=mouse0 event4\n\n");
    expect_uses(stage, XHCI,
                "informs console-input usb_1_2_1_0: keyboard \"Example Keyboard\" "
                "[keyboard \"Example Keyboard\" > usb_1_2_1_0 > usb_1_2 > usb_usb1 > " XHCI "]\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/usage/nodes/block", test_block);
    g_test_add_func("/usage/nodes/generic", test_generic);
    g_test_add_func("/usage/nodes/nvme", test_nvme);
    g_test_add_func("/usage/nodes/drm", test_drm);
    g_test_add_func("/usage/nodes/nvidia", test_nvidia);
    g_test_add_func("/usage/nodes/usbfs", test_usbfs);
    g_test_add_func("/usage/nodes/input-and-sound", test_input_and_sound);
    g_test_add_func("/usage/nodes/vfio", test_vfio);
    g_test_add_func("/usage/console/boot-display", test_boot_display);
    g_test_add_func("/usage/console/framebuffer", test_framebuffer);
    g_test_add_func("/usage/console/firmware-framebuffer", test_firmware_framebuffer);
    g_test_add_func("/usage/console/serial", test_serial_console);
    g_test_add_func("/usage/console/keyboard", test_keyboard);
    return g_test_run();
}
