# Kedge. `make` builds every image into build/; `make help` lists the other targets.

BUILD ?= build
CXX := g++
NASM := nasm
LD := ld
OBJCOPY := objcopy
PYTHON := python3

# Nothing may depend on where or when it is built.
export SOURCE_DATE_EPOCH := 0
export LC_ALL := C
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VERSION := $(shell cat VERSION)
DEBUG ?=

# `make V=1` shows the whole commands.
V ?= 0
Q := $(if $(filter 1,$(V)),,@)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wno-missing-field-initializers
COMMON_FLAGS := -std=c++23 -Iinclude -I. $(WARNINGS) -Werror=date-time \
	-ffile-prefix-map=$(CURDIR)=. -DKEDGE_VERSION='"$(VERSION)"' -DKEDGE_DEBUG_TAGS='"$(DEBUG)"'

# Flags of everything that runs on bare metal. One set for BIOS and UEFI, so that both link the
# same objects: position independent, no floating point, no library.
FIRMWARE_FLAGS := $(COMMON_FLAGS) -Os -ffreestanding -fno-exceptions -fno-rtti -fPIE \
	-fvisibility=hidden -mgeneral-regs-only -mno-red-zone -fno-stack-protector \
	-fno-threadsafe-statics -fno-asynchronous-unwind-tables -fno-use-cxa-atexit -fno-gnu-unique \
	-mmemcpy-strategy=rep_byte:64:noalign,libcall:-1:noalign -ffunction-sections -fdata-sections -fcf-protection=none -fshort-wchar -fno-strict-aliasing \
	-D_GLIBCXX_ASSERTIONS -include include/base/libstdcxx_assert.h -g

# What handles no packets is made as small as it gets.
$(BUILD)/firmware/src/boot/%.o $(BUILD)/firmware/src/proto/%.o $(BUILD)/firmware/prefix/%.o: EXTRA_FLAGS += -Oz

# Rooms that every image links; --gc-sections drops what no image names.
FIRMWARE_CC := $(sort $(wildcard src/*/*.cc src/net/wire/*.cc drivers/*/*.cc drivers/*/*/*.cc \
	arch/x86_64/*.cc prefix/common/*.cc))
FIRMWARE_ASM := $(sort $(wildcard arch/x86_64/*.asm))
FIRMWARE_OBJECTS := $(FIRMWARE_CC:%.cc=$(BUILD)/firmware/%.o) $(FIRMWARE_ASM:%.asm=$(BUILD)/firmware/%.asm.o)

.PHONY: all
all: images

$(BUILD)/firmware/%.o: %.cc Makefile VERSION
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	$(Q)$(CXX) $(FIRMWARE_FLAGS) $(EXTRA_FLAGS) -MMD -MP -c $< -o $@

$(BUILD)/firmware/%.asm.o: %.asm Makefile
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	$(Q)$(NASM) -f elf64 -Werror -MD $(@:.o=.d) $< -o $@

IMAGES :=
include prefix/bios/build.mk
include prefix/efi/build.mk
include tests/build.mk
include tests/targets.mk

.PHONY: images
images: $(IMAGES)

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo "make              every image, in $(BUILD)/"
	@echo "make unit         unit tests on this machine, under ASan and UBSan"
	@echo "make unit-tools   unit tests of tools/build"
	@echo "make system       images in QEMU against real servers (root: network namespaces)"
	@echo "make test         all checks and tests, cheap ones first"
	@echo "make check-layers the include rule of docs/architecture.md"
	@echo "make format       reformat the sources; make check-format only looks"
	@echo "make size         bytes of each image and room"
	@echo "make bench        speed beside the packaged iPXE and a Debian guest"
	@echo "make sim          whole transfers over a simulated bad network, against a reviewed table"
	@echo "make fuzz         libFuzzer on every parser and client (tools/install-deps fuzz)"
	@echo "make hyperv xen   say what they will hold"

-include $(shell find $(BUILD) -path $(BUILD)/cache -prune -o -type f -name '*.d' -print 2>/dev/null)
