/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Addresses of PCI functions.
 */
#include <hostdev/address.h>
#include <string.h>

#include "base/error.h"

static void
test_parse(void)
{
    static const struct {
        const char *text;
        HdPciAddress address;
        const char *formatted;
    } cases[] = {
        {"0000:01:10.0", {0, 0x01, 0x10, 0}, "0000:01:10.0"},
        {"01:10.0", {0, 0x01, 0x10, 0}, "0000:01:10.0"},
        {"1:2.3", {0, 1, 2, 3}, "0000:01:02.3"},
        {"0:1:2.3", {0, 1, 2, 3}, "0000:01:02.3"},
        {"ABCD:EF:1f.7", {0xabcd, 0xef, 0x1f, 7}, "abcd:ef:1f.7"},
        {"10000:00:00.0", {0x10000, 0, 0, 0}, "10000:00:00.0"},
        {"ffffffff:ff:1F.7", {0xffffffff, 0xff, 0x1f, 7}, "ffffffff:ff:1f.7"},
        {"00000000:00:00.0", {0, 0, 0, 0}, "0000:00:00.0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        HdPciAddress address = {9, 9, 9, 1};
        char buffer[HD_PCI_ADDRESS_STRLEN];
        g_assert_true(hd_pci_address_parse(cases[i].text, &address, &error));
        g_assert_no_error(error);
        g_assert_cmpint(hd_pci_address_compare(&address, &cases[i].address), ==, 0);
        g_assert_true(hd_pci_address_format(&address, buffer) == buffer);
        g_assert_cmpstr(buffer, ==, cases[i].formatted);
    }
}

static void
test_bad(void)
{
    static const char *const texts[] = {
        "",
        ":",
        ".",
        "::.",
        "0000:01:10",
        "0000:01:10.",
        "0000:01:.0",
        "0000::10.0",
        ":01:10.0",
        "01.10.0",
        "01:10:0",
        "0000:01:10.0 ",
        " 0000:01:10.0",
        "0000: 1:10.0",
        "0000:01:10.0\n",
        "+000:01:10.0",
        "0000:-1:10.0",
        "0000:01:+1.0",
        "0x0:01:10.0",
        "0000:0x:10.0",
        "0000:01:0x.0",
        "0000:001:10.0",
        "0000:01:010.0",
        "0000:01:10.00",
        "0000:01:20.0",
        "0000:01:10.8",
        "0000:01:10.f",
        "0000:100:10.0",
        "100000000:01:10.0",
        "000000000:01:10.0",
        "0000:0g:10.0",
        "0:0000:01:10.0",
        "0000:01:10.0.0",
        "pci_0000_01_10_0",
        "0000:01:10,0",
        "\xff\xfe:01:10.0",
    };
    g_autofree char *endless = g_strnfill(100000, '0');

    for (gsize i = 0; i <= G_N_ELEMENTS(texts); i++) {
        const char *text = i < G_N_ELEMENTS(texts) ? texts[i] : endless;
        g_autoptr(GError) error = NULL;
        HdPciAddress address = {1, 2, 3, 4};
        g_assert_false(hd_pci_address_parse(text, &address, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_cmpuint(strlen(error->message), <, 256);
        g_assert_nonnull(hd_error_get_hint(error));
        g_assert_cmpuint(address.domain, ==, 1);
        g_assert_cmpuint(address.function, ==, 4);
        g_assert_false(hd_pci_address_parse(text, &address, NULL));
    }
}

/* Every byte in the place of every other is either parsed and formatted back, or refused. */
static void
test_every_byte(void)
{
    static const char good[] = "12ab:cd:1e.5";

    for (gsize place = 0; place < strlen(good); place++)
        for (int byte = 1; byte < 256; byte++) {
            char text[sizeof good];
            char buffer[HD_PCI_ADDRESS_STRLEN];
            HdPciAddress address;
            memcpy(text, good, sizeof good);
            text[place] = (char) byte;
            if (!hd_pci_address_parse(text, &address, NULL))
                continue;
            hd_pci_address_format(&address, buffer);
            HdPciAddress again;
            g_assert_true(hd_pci_address_parse(buffer, &again, NULL));
            g_assert_cmpint(hd_pci_address_compare(&address, &again), ==, 0);
        }
}

static void
test_compare(void)
{
    static const char *const sorted[] = {
        "0000:00:00.0", "0000:00:00.7", "0000:00:1f.0", "0000:01:00.0",     "0000:ff:1f.7",
        "0001:00:00.0", "8000:00:00.0", "ffff:00:00.0", "80000000:00:00.0", "ffffffff:00:00.0",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(sorted); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(sorted); j++) {
            HdPciAddress a;
            HdPciAddress b;
            g_assert_true(hd_pci_address_parse(sorted[i], &a, NULL));
            g_assert_true(hd_pci_address_parse(sorted[j], &b, NULL));
            int order = hd_pci_address_compare(&a, &b);
            g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/address/parse", test_parse);
    g_test_add_func("/base/address/bad", test_bad);
    g_test_add_func("/base/address/every-byte", test_every_byte);
    g_test_add_func("/base/address/compare", test_compare);
    return g_test_run();
}
