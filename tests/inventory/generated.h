/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hosts that tests/support/make-host makes.
 */
#pragma once

#include "fixture.h"

/* Makes a host in a temporary folder; the options of make-host as one text. */
Fake *generate_host(const char *options);

/* What a program of the tests prints. */
char *run_tool(const char *const *arguments);
