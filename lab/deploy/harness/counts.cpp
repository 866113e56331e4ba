// SPDX-License-Identifier: MIT
// Copyright (c) the vagus authors. This file, which runs inside QEMU (GPL v2), alone is under the MIT licence.
//
// Counts what a program does between marks (apps/firmware/board/regions.h): a QEMU TCG plugin.
//   g++ -std=c++20 -O2 -fPIC -shared counts.cpp -o counts.so
//   apps/firmware/board/emulate m4f program.elf -plugin ./counts.so,out=counts.json
// The file it writes when the program ends:
//   {"version": 1, "regions": [{"id", "entries", "instructions", "loads", "stores", "bytes_read", "bytes_written",
//     "taken_branches",                                   sums over all entries
//     "most_per_entry",                                   instructions of the dearest entry
//     "windows", "worst_window": {"index", the same sums}, the window with most instructions; null where none ended
//     "code": [[address, opcode, bytes, executed, taken], ...]}]}   every instruction run in the region
// Opcodes of 32 bits are first halfword << 16 | second halfword. Loads and stores are
// accesses: LDM of three registers is three. An instruction that an IT block skips counts as executed, as it takes its
// cycle. `taken` is how often something other than the next instruction followed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

// Of QEMU's plugin interface, version 1; QEMU 7.2 installs no header.
extern "C" {
using qemu_plugin_id_t = std::uint64_t;
using qemu_plugin_meminfo_t = std::uint32_t;
struct vagus_qemu_range {
  int min;
  int cur;
};
struct vagus_qemu_vcpus {
  int smp_vcpus;
  int max_vcpus;
};
struct qemu_info_t {
  const char* target_name;
  vagus_qemu_range version;
  bool system_emulation;
  union {
    vagus_qemu_vcpus system;
  };
};
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_MEM_RW };
using vcpu_udata_cb = void (*)(unsigned, void*);
using vcpu_mem_cb = void (*)(unsigned, qemu_plugin_meminfo_t, std::uint64_t, void*);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn* insn, vcpu_udata_cb cb, qemu_plugin_cb_flags flags,
                                            void* data);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn* insn, vcpu_mem_cb cb, qemu_plugin_cb_flags flags,
                                      qemu_plugin_mem_rw rw, void* data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void*), void* data);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* tb);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* tb, std::size_t index);
const void* qemu_plugin_insn_data(const qemu_plugin_insn* insn);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn* insn);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn* insn);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);

[[gnu::visibility("default")]] extern int qemu_plugin_version;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                                       char** argv);
}

namespace {

constexpr unsigned region_count = 32;

struct Sums {
  std::uint64_t entries = 0;
  std::uint64_t instructions = 0;
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t taken = 0;

  Sums operator-(const Sums& b) const {
    return {entries - b.entries,       instructions - b.instructions,   loads - b.loads, stores - b.stores,
            bytes_read - b.bytes_read, bytes_written - b.bytes_written, taken - b.taken};
  }
};

struct Region {
  Sums all;
  Sums at_window;  ///< `all` when the present window began
  Sums worst;
  std::uint64_t windows = 0;
  std::uint64_t worst_index = 0;
  std::uint64_t at_entry = 0;  ///< instructions when it was entered
  std::uint64_t most_per_entry = 0;
};

enum class Mark { none, enter, leave, window };

struct Instruction {
  std::uint64_t address;
  std::uint32_t opcode;
  std::uint32_t bytes;
  Mark mark = Mark::none;
  unsigned region = 0;
  std::uint64_t executed[region_count]{};
  std::uint64_t taken[region_count]{};
};

struct Counts {
  std::string out;
  Region region[region_count];
  std::uint32_t active = 0;  ///< a bit per region that has been entered and not left
  const Instruction* before = nullptr;
  std::map<std::uint64_t, std::unique_ptr<Instruction>> code;
};
// Never freed: QEMU says that the program ended after its own globals and those of its plugins are gone.
Counts& counts = *new Counts;

template <class F>
void each_active(const F& f) {
  for (std::uint32_t rest = counts.active; rest != 0; rest &= rest - 1) f(static_cast<unsigned>(__builtin_ctz(rest)));
}

void end_window(Region& r) {
  const Sums window = r.all - r.at_window;
  if (r.windows == 0 || window.instructions > r.worst.instructions) {
    r.worst = window;
    r.worst_index = r.windows;
  }
  r.at_window = r.all;
  ++r.windows;
}

void on_mark(const Instruction& i) {
  Region& r = counts.region[i.region];
  const std::uint32_t bit = 1U << i.region;
  if (i.mark == Mark::enter && (counts.active & bit) == 0) {
    counts.active |= bit;
    ++r.all.entries;
    r.at_entry = r.all.instructions;
  } else if (i.mark == Mark::leave && (counts.active & bit) != 0) {
    counts.active &= ~bit;
    r.most_per_entry = std::max(r.most_per_entry, r.all.instructions - r.at_entry);
  } else if (i.mark == Mark::window) {
    end_window(r);
  }
}

/// Before every instruction.
void on_instruction(unsigned /*vcpu*/, void* data) {
  auto* now = static_cast<Instruction*>(data);
  if (counts.active == 0 && now->mark == Mark::none) return;
  if (counts.before != nullptr && counts.before->address + counts.before->bytes != now->address) {
    auto* from = const_cast<Instruction*>(counts.before);
    each_active([&](unsigned r) {
      ++counts.region[r].all.taken;
      ++from->taken[r];
    });
  }
  // A mark is no part of what it marks.
  if (now->mark != Mark::none) {
    on_mark(*now);
    counts.before = counts.active == 0 ? nullptr : now;
    return;
  }
  each_active([&](unsigned r) {
    ++counts.region[r].all.instructions;
    ++now->executed[r];
  });
  counts.before = now;
}

void on_access(unsigned /*vcpu*/, qemu_plugin_meminfo_t info, std::uint64_t /*address*/, void* /*data*/) {
  if (counts.active == 0) return;
  const std::uint64_t bytes = std::uint64_t{1} << qemu_plugin_mem_size_shift(info);
  const bool store = qemu_plugin_mem_is_store(info);
  each_active([&](unsigned r) {
    Sums& all = counts.region[r].all;
    (store ? all.stores : all.loads) += 1;
    (store ? all.bytes_written : all.bytes_read) += bytes;
  });
}

void find_mark(Instruction& i) {
  if (i.bytes != 4 || (i.opcode & 0xFFFFFF00U) != 0xF3AF8000U) return;
  const std::uint32_t hint = i.opcode & 0xFFU;
  i.region = hint & 31U;
  switch (hint & ~31U) {
    case 0x40:
      i.mark = Mark::enter;
      break;
    case 0x60:
      i.mark = Mark::leave;
      break;
    case 0x80:
      i.mark = Mark::window;
      break;
    default:
      break;
  }
}

Instruction* instruction_at(const qemu_plugin_insn* insn) {
  const std::uint64_t address = qemu_plugin_insn_vaddr(insn);
  std::unique_ptr<Instruction>& known = counts.code[address];
  if (known != nullptr) return known.get();
  known = std::make_unique<Instruction>();
  known->address = address;
  std::uint16_t half[2]{};
  std::memcpy(half, qemu_plugin_insn_data(insn), std::min(qemu_plugin_insn_size(insn), sizeof half));
  // Not QEMU's size, which at the end of a page also holds what QEMU peeked at behind the instruction.
  known->bytes = half[0] >> 11U >= 0x1DU ? 4 : 2;
  known->opcode = known->bytes == 2 ? half[0] : static_cast<std::uint32_t>(half[0]) << 16U | half[1];
  find_mark(*known);
  return known.get();
}

void on_translation(qemu_plugin_id_t /*id*/, qemu_plugin_tb* block) {
  for (std::size_t n = 0; n < qemu_plugin_tb_n_insns(block); ++n) {
    qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(block, n);
    Instruction* known = instruction_at(insn);
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS, known);
    qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, nullptr);
  }
}

unsigned long long wide(std::uint64_t x) { return x; }

void write_sums(std::FILE* f, const Sums& s) {
  std::fprintf(f,
               "\"entries\":%llu,\"instructions\":%llu,\"loads\":%llu,\"stores\":%llu,\"bytes_read\":%llu,"
               "\"bytes_written\":%llu,\"taken_branches\":%llu",
               wide(s.entries), wide(s.instructions), wide(s.loads), wide(s.stores), wide(s.bytes_read),
               wide(s.bytes_written), wide(s.taken));
}
void write_region(std::FILE* f, unsigned id, const Region& r) {
  std::fprintf(f, "{\"id\":%u,", id);
  write_sums(f, r.all);
  std::fprintf(f, ",\"most_per_entry\":%llu,\"windows\":%llu,\"worst_window\":", wide(r.most_per_entry),
               wide(r.windows));
  if (r.windows == 0) {
    std::fputs("null", f);
  } else {
    std::fprintf(f, "{\"index\":%llu,", wide(r.worst_index));
    write_sums(f, r.worst);
    std::fputs("}", f);
  }
  std::fputs(",\n\"code\":[", f);
  const char* comma = "";
  for (const auto& [address, i] : counts.code) {
    if (i->executed[id] == 0) continue;
    std::fprintf(f, "%s[%llu,%u,%u,%llu,%llu]", comma, wide(address), i->opcode, i->bytes, wide(i->executed[id]),
                 wide(i->taken[id]));
    comma = ",\n";
  }
  std::fputs("]}", f);
}
void on_exit(qemu_plugin_id_t /*id*/, void* /*data*/) {
  std::FILE* f = std::fopen(counts.out.c_str(), "w");
  if (f == nullptr) {
    std::fprintf(stderr, "counts: %s cannot be written\n", counts.out.c_str());
    return;
  }
  std::fputs("{\"version\":1,\"regions\":[", f);
  const char* comma = "";
  for (unsigned id = 0; id < region_count; ++id) {
    if (counts.region[id].all.entries == 0) continue;
    std::fputs(comma, f);
    write_region(f, id, counts.region[id]);
    comma = ",\n";
  }
  std::fputs("]}\n", f);
  if (std::fclose(f) != 0) std::fprintf(stderr, "counts: %s cannot be written\n", counts.out.c_str());
}

}  // namespace

int qemu_plugin_version = 1;

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  if (std::strcmp(info->target_name, "arm") != 0) {
    std::fprintf(stderr, "counts: the marks are those of Thumb; this is %s\n", info->target_name);
    return 1;
  }
  for (int i = 0; i < argc; ++i) {
    if (std::strncmp(argv[i], "out=", 4) == 0) counts.out = argv[i] + 4;
  }
  if (counts.out.empty()) {
    std::fprintf(stderr, "counts: give out=FILE\n");
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
  return 0;
}
