# `make sim`: whole transfers over loss, delay and reordering on a virtual clock. Optimised, without
# sanitizers: it is long, and `make unit` runs the same code under them.

SIM_FLAGS := $(COMMON_FLAGS) -O2 -g -DKEDGE_HOST -Itests -D_GLIBCXX_ASSERTIONS -Wno-maybe-uninitialized
SIM_CC := $(sort $(wildcard src/base/*.cc src/net/*.cc src/net/wire/*.cc tests/sim/*.cc))
SIM_OBJECTS := $(SIM_CC:%.cc=$(BUILD)/sim-objects/%.o)

$(BUILD)/sim-objects/%.o: %.cc Makefile tests/sim/build.mk
	@mkdir -p $(@D)
	@echo "  SIM   $<"
	$(Q)$(CXX) $(SIM_FLAGS) -MMD -MP -c $< -o $@

$(BUILD)/sim: $(SIM_OBJECTS)
	@echo "  LINK  $@"
	$(Q)$(CXX) $(SIM_FLAGS) $^ -o $@

.PHONY: sim
sim: $(BUILD)/sim
	tests/sim/run $(BUILD)/sim
