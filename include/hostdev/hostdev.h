/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Everything of libhostdev.
 */
#pragma once

#include <hostdev/address.h>
#include <hostdev/assign.h>
#include <hostdev/device.h>
#include <hostdev/devxml.h>
#include <hostdev/error.h>
#include <hostdev/host.h>
#include <hostdev/json.h>
#include <hostdev/network.h>
#include <hostdev/nic.h>
#include <hostdev/usage.h>
#include <hostdev/verdict.h>
#include <hostdev/vm.h>
