# Tests on this machine. HOST_* objects are the same sources as the images', built for the host.
# -Wno-maybe-uninitialized: GCC 12 sees it in libstdc++ itself under the sanitizers.

HOST_FLAGS := $(COMMON_FLAGS) -O1 -g -DKEDGE_HOST -Itests -D_GLIBCXX_ASSERTIONS \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-maybe-uninitialized

UNIT_CC := $(sort $(wildcard src/*/*.cc src/net/wire/*.cc drivers/*/*.cc drivers/*/*/*.cc \
	arch/host/*.cc prefix/bios/rtc.cc tests/fakes/*.cc tests/unit/*.cc tests/unit/*/*.cc tests/unit/*/*/*.cc))
UNIT_OBJECTS := $(UNIT_CC:%.cc=$(BUILD)/host/%.o)

$(BUILD)/host/%.o: %.cc Makefile tests/build.mk VERSION
	@mkdir -p $(@D)
	@echo "  HOST  $<"
	$(Q)$(CXX) $(HOST_FLAGS) -MMD -MP -c $< -o $@

include tests/fuzz/build.mk

$(BUILD)/unit-tests: $(UNIT_OBJECTS)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(HOST_FLAGS) $^ -o $@

.PHONY: unit
unit: $(BUILD)/unit-tests
	$(BUILD)/unit-tests
