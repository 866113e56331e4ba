#include "lab/deploy/symbols.h"

#include <gtest/gtest.h>

namespace vagus::lab {
namespace {

TEST(Symbols, AreFoundByAnyAddressWithin) {
  const auto symbols = read_symbols(
      "00000100 00000010 T first\n"
      "00000110 00000004 W second\n"
      "00000110 00000004 T another_name\n"
      "00000120 00000000 T nothing\n"
      "00000200 A absolute\n");
  ASSERT_EQ(symbols.size(), 2U);
  EXPECT_EQ(symbol_at(symbols, 0x10F)->name, "first");
  EXPECT_EQ(symbol_at(symbols, 0x110)->name, "another_name");
  EXPECT_EQ(symbol_at(symbols, 0x114), nullptr);
  EXPECT_EQ(symbol_at(symbols, 0xFF), nullptr);
}

TEST(Symbols, NamesAreWhatAPersonWouldCallThem) {
  EXPECT_EQ(short_name("_ZNK5vagus6health15CandidateFinder7measureEv"), "vagus::health::CandidateFinder::measure");
  EXPECT_EQ(short_name("_ZN5vagus6health12BeatDetector6secondIRN12_GLOBAL__N_14SinkEEEvxOT_.isra.0"),
            "vagus::health::BeatDetector::second");
  EXPECT_EQ(short_name("__aeabi_l2f"), "__aeabi_l2f");
}

constexpr const char* graph_text = R"ci(graph: { title: "a.cpp"
node: { title: "a.cpp:leaf" label: "leaf\na.cpp:1:1\n16 bytes (static)" }
node: { title: "middle" label: "void middle()\na.cpp:2:1\n8 bytes (static)" }
node: { title: "root" label: "root\na.cpp:3:1\n24 bytes (static)" }
node: { title: "again" label: "again\na.cpp:4:1\n8 bytes (static)" }
node: { title: "pointer" label: "pointer\na.cpp:5:1\n8 bytes (static)" }
node: { title: "memset" label: "memset\n<built-in>" shape : ellipse }
edge: { sourcename: "root" targetname: "middle" label: "a.cpp:3:1" }
edge: { sourcename: "root" targetname: "memset" }
edge: { sourcename: "middle" targetname: "a.cpp:leaf" }
edge: { sourcename: "again" targetname: "again" }
edge: { sourcename: "pointer" targetname: "__indirect_call" }
}
)ci";

TEST(Symbols, TheDeepestStackIsTheWorstPathOfFrames) {
  CallGraph graph;
  read_call_graph(graph_text, graph);
  EXPECT_EQ(deepest_stack(graph, "root"), 24U + 8U + 16U);
  EXPECT_EQ(deepest_stack(graph, "middle"), 24U);
  EXPECT_EQ(deepest_stack(graph, "again"), std::nullopt) << "it calls itself";
  EXPECT_EQ(deepest_stack(graph, "pointer"), std::nullopt) << "it calls through a pointer";
  EXPECT_EQ(deepest_stack(graph, "nobody"), std::nullopt);
}

}  // namespace
}  // namespace vagus::lab
