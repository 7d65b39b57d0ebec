# tests/fuzz: `make fuzz` runs each target under libFuzzer (clang); `make unit` replays the corpora.
#
#   make fuzz [FUZZ="dns tftp"] [FUZZ_SECONDS=600]    new inputs go to $(BUILD)/fuzz/corpus/<name>/

FUZZ_TARGETS := $(patsubst tests/fuzz/%.cc,%,$(sort $(wildcard tests/fuzz/*.cc)))
FUZZ ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= 60
FUZZ_CXX ?= clang++-16

# clang 16 is the first with destructors under a requires clause; it has no -std=c++23 by that name.
FUZZ_FLAGS := -std=c++2b $(filter-out -std=%,$(COMMON_FLAGS)) -O1 -g -DKEDGE_HOST -Itests \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wno-missing-braces -Wno-unused-private-field -Wno-unknown-warning-option
FUZZ_CC := $(filter-out tests/unit/%,$(UNIT_CC)) prefix/common/appendix.cc prefix/efi/pe.cc \
	tests/fuzz/support/assert.cc
FUZZ_OBJECTS := $(FUZZ_CC:%.cc=$(BUILD)/fuzz/%.o)

$(BUILD)/fuzz/%.o: %.cc tests/fuzz/build.mk
	@mkdir -p $(@D)
	@echo "  FUZZ  $<"
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(BUILD)/fuzz/libkedge.a: $(FUZZ_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/fuzz/run-%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libkedge.a
	@echo "  LINK  $@"
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ -o $@

.PHONY: fuzz fuzz-build
fuzz-build: $(FUZZ:%=$(BUILD)/fuzz/run-%)
fuzz: fuzz-build
	tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ)

# The corpora in the unit tests: every target under a name of its own, called by tests/unit/fuzz.
HOST_FUZZ_OBJECTS := $(FUZZ_TARGETS:%=$(BUILD)/host/tests/fuzz/%.o)
UNIT_OBJECTS += $(HOST_FUZZ_OBJECTS) $(BUILD)/host/fuzz-targets.o
$(HOST_FUZZ_OBJECTS): HOST_FLAGS += -DLLVMFuzzerTestOneInput=fuzz_$(basename $(@F))

$(BUILD)/host/fuzz-targets.cc: $(FUZZ_TARGETS:%=tests/fuzz/%.cc) tests/fuzz/list-targets
	@mkdir -p $(@D)
	tests/fuzz/list-targets $(FUZZ_TARGETS) > $@

$(BUILD)/host/fuzz-targets.o: $(BUILD)/host/fuzz-targets.cc
	$(Q)$(CXX) $(HOST_FLAGS) -c $< -o $@
