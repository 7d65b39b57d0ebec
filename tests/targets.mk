# Checks and measurements. `make test` runs them all through tests/suite, cheap ones first.

FORMATTED = $(shell find src arch drivers include prefix tests -name '*.cc' -o -name '*.h')
export BUILD

.PHONY: test
test:
	@MAKE='$(MAKE)' tests/suite

.PHONY: check-layers
check-layers:
	tests/check-layers

.PHONY: check-format
check-format:
	@clang-format --dry-run -Werror $(FORMATTED)

.PHONY: format
format:
	clang-format -i $(FORMATTED)

.PHONY: unit-tools
unit-tools: images
	$(PYTHON) -B tests/unit/bios/build_tools_test.py
	$(PYTHON) -B tests/unit/bios/kedge_image_test.py

.PHONY: reproducible
reproducible: images
	tests/reproducible $(IMAGES)

.PHONY: size
size: images
	@tests/size

# An image that looks at itself, in a folder of its own: what DEBUG names is compiled in.
.PHONY: debug-image
debug-image:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/debug DEBUG=bios $(BUILD)/debug/kedge.lkrn

# Two machines at a time keep two cores busy; more only slow each other down.
.PHONY: system
system: images debug-image
	tests/system/run --jobs 2 $(CASES)

.PHONY: bench
bench: images
	tests/bench/run

include tests/sim/build.mk

.PHONY: hyperv
hyperv:
	@echo "hyperv: the images under a small hypervisor that presents Hyper-V. Not there yet."

.PHONY: xen
xen:
	@echo "xen: the images under the real Xen hypervisor inside QEMU. Not there yet."
