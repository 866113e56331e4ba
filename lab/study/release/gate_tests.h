#pragma once
/// The tests of the gate, one requirement on one part of the data at a time.
#include <span>

#include "lab/study/release/gate.h"

namespace vagus::lab {

/// The recordings that both versions have, as their tests take them; all lists are of one length.
struct PairedRecords {
  std::vector<const RecordResult*> frozen, candidate;
  const std::vector<RecordChanges>* changes = nullptr;
};

/// How many changes are of what the frozen version said.
std::int64_t of_frozen(const RecordChanges& changes);

/// @param part    the recordings it is about, as indices; at least one
/// @param margin  what may be lost, above 0
GateTest gate_test(const RequirementSpec& asked, const std::string& part_name, double margin,
                   const PairedRecords& records, std::span<const std::size_t> part, std::uint64_t seed);

/// Whether the requirement itself holds, of both.
GateRequirement gate_requirement(const RequirementSpec& asked, const PairedRecords& records,
                                 std::span<const std::size_t> part);

}  // namespace vagus::lab
