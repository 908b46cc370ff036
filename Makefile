# SPDX-License-Identifier: LGPL-2.1-or-later
# Thin front of meson. Each target first installs what it needs (tools/deps).
PREFIX ?= /usr/local
DESTDIR ?=
BUILD := build

.DEFAULT_GOAL := build
.PHONY: build demo test bench install clean help

build: ## build the library and the command: build/hostdev
	@tools/deps build
	@test -f $(BUILD)/build.ninja || \
		CC=gcc meson setup $(BUILD) --buildtype=release --prefix='$(PREFIX)' --libdir=lib
	@ninja -C $(BUILD)

demo: build ## show it at work on a machine made for it (QEMU)
	@tools/deps lab
	@lab/demo

test: ## run every check and every test
	@tools/deps build test lab
	@tools/run-tests

bench: build ## measure it beside today's tools
	@tools/deps bench
	@bench/run $(BUILD)

install: build ## install; honours DESTDIR and PREFIX (default /usr/local)
	@meson configure $(BUILD) -Dprefix='$(PREFIX)' -Dlibdir=lib
	@ninja -C $(BUILD)
	@DESTDIR='$(DESTDIR)' meson install -C $(BUILD) --no-rebuild
	@test -n '$(DESTDIR)' || ldconfig

clean: ## remove everything that was built
	@rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10
