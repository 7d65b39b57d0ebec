# kedge.efi: a UEFI application for x86-64.
#
# GCC makes ELF objects; gnu-efi's start code and relocator turn a position-independent ELF image
# into one that firmware can load as PE32+.

EFI_INCLUDE ?= /usr/include/efi
EFI_LIB ?= /usr/lib

EFI_CC := $(sort $(wildcard prefix/efi/*.cc))
EFI_OBJECTS := $(EFI_CC:%.cc=$(BUILD)/firmware/%.o)
EFI_CRT := $(EFI_LIB)/crt0-efi-x86_64.o
EFI_LIBRARIES := $(EFI_LIB)/libgnuefi.a $(shell $(CXX) -print-libgcc-file-name)
# The PE file has these and no others; image.lds puts everything that is loaded into them.
EFI_SECTIONS := .text .rodata .sbat .reloc .data .dynamic .rela

$(EFI_OBJECTS): EXTRA_FLAGS += -isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/x86_64

$(BUILD)/efi/kedge.elf: $(FIRMWARE_OBJECTS) $(EFI_OBJECTS) prefix/efi/image.lds prefix/efi/build.mk
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(LD) -nostdlib -pie --no-dynamic-linker -Bsymbolic -z text -z norelro -z nocombreloc \
		-z noexecstack --gc-sections --no-undefined --build-id=none --hash-style=sysv \
		-T prefix/efi/image.lds -Map $(@:.elf=.map) \
		$(EFI_CRT) $(filter %.o,$^) --start-group $(EFI_LIBRARIES) --end-group -o $@
	$(Q)$(PYTHON) prefix/efi/check_elf.py $@ $(EFI_SECTIONS)

$(BUILD)/kedge.efi: $(BUILD)/efi/kedge.elf prefix/efi/finish_pe.py
	@echo "  PE    $@"
	$(Q)$(OBJCOPY) --strip-all $(EFI_SECTIONS:%=-j %) -O pei-x86-64 --subsystem 10 --file-alignment 512 \
		--section-alignment 4096 $< $@
	$(Q)$(PYTHON) prefix/efi/finish_pe.py $@

IMAGES += $(BUILD)/kedge.efi

# The parts that know nothing of EFI are tested on this machine.
EFI_HOST_CC := $(addprefix prefix/efi/,ansi.cc file_name.cc initrd.cc options.cc pe.cc \
	utf16.cc)
$(BUILD)/unit-tests: $(EFI_HOST_CC:%.cc=$(BUILD)/host/%.o)
