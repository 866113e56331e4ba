#pragma once
/// Cycles of a Cortex-M4F, modelled: what each instruction takes by Arm's published table, times how often it ran.
#include <span>

#include "lab/deploy/counts.h"
#include "lab/deploy/range.h"

namespace vagus::lab {

/// Cycles of instructions, which lie by address. No wait states of flash, bus or write buffer. The range spans what the
/// table leaves open: 1 to 3 cycles to refill the pipeline after a branch, 2 to 12 for an integer division, loads that
/// may or may not overlap with the access before them, an IT that may be folded, conditional instructions that may be
/// skipped, float results that the next instruction waits for, a float division that integer instructions may hide.
/// Source: Arm DDI 0439, Cortex-M4 Technical Reference Manual r0p1, tables 3-1 and 7-1 with their notes; held against
/// the same tables as Texas Instruments prints them (SWCU192, tables 3-25 and 3-27). Of the move between a core and
/// a float register these say 2 cycles, other revisions 1: it counts as 1 to 2.
Range m4_cycles(std::span<const Executed> code);

}  // namespace vagus::lab
