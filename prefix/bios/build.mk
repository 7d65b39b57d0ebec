# kedge.lkrn, kedge.pxe and the BIOS half of kedge.img: resident real-mode part, unpacker, packed body.

BIOS := $(BUILD)/bios
BIOS_CC := $(filter-out prefix/bios/unpack.cc,$(sort $(wildcard prefix/bios/*.cc)))
BIOS_OBJECTS := $(BIOS_CC:%.cc=$(BUILD)/firmware/%.o) $(BUILD)/firmware/prefix/bios/entry.asm.o
UNPACK_OBJECTS := $(addprefix $(BUILD)/firmware/,prefix/bios/unpack.asm.o prefix/bios/unpack.o \
	src/boot/lzma.o src/boot/call_filter.o src/boot/memory_map.o arch/x86_64/memory.asm.o)
LIBGCC = $(shell $(CXX) -print-libgcc-file-name)
BIOS_LD := $(LD) -m elf_x86_64 -pie --no-dynamic-linker -z norelro -z noexecstack \
	--gc-sections --no-warn-rwx-segments --build-id=none -nostdlib

$(BIOS)/%.bin: prefix/bios/%.asm Makefile prefix/bios/build.mk
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	$(Q)$(NASM) -f bin -Werror -DRESIDENT='"$(BIOS)/resident.bin"' -MD $(@:.bin=.d) -MT $@ $< -o $@

$(BIOS)/resident.bin: prefix/bios/real/resident.asm $(wildcard prefix/bios/real/*.inc)
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	$(Q)$(NASM) -f bin -Werror $< -o $@

$(BIOS)/lkrn.bin: $(BIOS)/resident.bin

$(BUILD)/firmware/prefix/bios/unpack.asm.o: prefix/bios/unpack.asm $(BIOS)/resident.bin
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	$(Q)$(NASM) -f elf64 -Werror -DRESIDENT='"$(BIOS)/resident.bin"' -MD $(@:.o=.d) -MT $@ $< -o $@

$(BIOS)/unpack.elf: $(UNPACK_OBJECTS) prefix/bios/unpack.ld
	@echo "  LD    $@"
	$(Q)$(BIOS_LD) -T prefix/bios/unpack.ld $(UNPACK_OBJECTS) -o $@

$(BIOS)/unpack.bin: $(BIOS)/unpack.elf
	@echo "  FLAT  $@"
	$(Q)$(OBJCOPY) -O binary -j .text $< $@

$(BIOS)/body.elf: $(BIOS_OBJECTS) $(FIRMWARE_OBJECTS) prefix/bios/body.ld
	@echo "  LD    $@"
	$(Q)$(BIOS_LD) -T prefix/bios/body.ld $(BIOS_OBJECTS) $(FIRMWARE_OBJECTS) $(LIBGCC) -o $@

$(BIOS)/payload.bin: tools/build/make-payload.py $(BIOS)/unpack.bin $(BIOS)/body.elf
	@echo "  PACK  $@"
	$(Q)$(PYTHON) $< $(VERSION) $(BIOS)/unpack.bin $(BIOS)/body.elf $@

$(BUILD)/kedge.lkrn: tools/build/make-lkrn.py $(BIOS)/lkrn.bin $(BIOS)/payload.bin
	@echo "  PACK  $@"
	$(Q)$(PYTHON) $^ $@

IMAGES += $(BUILD)/kedge.lkrn

$(BUILD)/kedge.pxe: prefix/bios/pxe.asm $(BIOS)/resident.bin $(BIOS)/payload.bin
	@echo "  NASM  $@"
	$(Q)$(NASM) -f bin -Werror -DRESIDENT='"$(BIOS)/resident.bin"' -DPAYLOAD='"$(BIOS)/payload.bin"' \
		$< -o $@

IMAGES += $(BUILD)/kedge.pxe

# With kedge.efi where prefix/efi builds one.
KEDGE_IMG_EFI := $(if $(wildcard prefix/efi/main.cc),$(BUILD)/kedge.efi)

$(BUILD)/kedge.img: tools/build/make-img.py $(BIOS)/mbr.bin $(BIOS)/resident.bin \
		$(BIOS)/payload.bin $(KEDGE_IMG_EFI)
	@echo "  DISK  $@"
	$(Q)$(PYTHON) $(filter-out %.efi,$^) $@ $(filter %.efi,$^)

IMAGES += $(BUILD)/kedge.img

# What of the prefixes talks to hardware through the arch seam alone is tested on this machine.
$(BUILD)/unit-tests: $(addprefix $(BUILD)/host/prefix/common/,pxe_origin.o serial.o uart.o)
$(BUILD)/unit-tests: $(BUILD)/host/prefix/common/appendix.o
$(BUILD)/unit-tests: $(BUILD)/host/prefix/bios/pxe_entry.o
