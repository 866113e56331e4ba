#include "lab/deploy/link_map.h"

#include <gtest/gtest.h>

namespace vagus::lab {
namespace {

constexpr const char* map_text = R"(Archive member included to satisfy reference by file (symbol)

/lib/libm.a(lib_a-sf_sin.o)   own_0.o (sinf)

Discarded input sections

 .text.unused   0x00000000       0x1c own_0.o

Memory Configuration

Linker script and memory map

LOAD own_0.o
.text           0x00008000      0x154
 *(.text.unlikely .text.*_unlikely .text.unlikely.*)
 .text.push     0x00008000       0x48 own_0.o
                0x00008000                push
 .text.a_function_with_a_long_name
                0x00008048       0x20 own_1.o
 *fill*         0x00008068        0x4 
 .text.sinf     0x0000806c       0x90 /lib/libm.a(lib_a-sf_sin.o)
                0x0000806c                sinf

.comment        0x00000000       0x26
 .comment       0x00000000       0x26 own_0.o
 .comment       0x00008010       0x27 own_1.o
)";

TEST(LinkMap, NamesTheFileOfEveryByteThatIsLinked) {
  const auto pieces = read_link_map(map_text);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].section, ".text.a_function_with_a_long_name");
  EXPECT_EQ(pieces[1].bytes, 0x20U);
  EXPECT_EQ(placed_at(pieces, 0x8047)->file, "own_0.o");
  EXPECT_EQ(placed_at(pieces, 0x8048)->file, "own_1.o");
  EXPECT_EQ(placed_at(pieces, 0x8069), nullptr);
  EXPECT_EQ(placed_at(pieces, 0x80fb)->file, "/lib/libm.a(lib_a-sf_sin.o)");
  EXPECT_EQ(placed_at(pieces, 0x80fc), nullptr);
}

TEST(LinkMap, NamesWhatIsLookedForInVainAndWhoAsks) {
  const auto missing = unresolved_in(
      "ld: own_0.o: in function `push':\nmine.c:(.text.push+0xa): undefined reference to `malloc'\n"
      "ld: mine.c:(.text.gap+0x1a): undefined reference to `malloc'\n"
      "ld: own_1.o:(.rodata.info+0x4): undefined reference to `init'\ncollect2: error: ld returned 1 exit status\n");
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].symbol + " " + missing[0].function, "malloc push");
  EXPECT_EQ(missing[1].symbol + " " + missing[1].function, "init ");
}

}  // namespace
}  // namespace vagus::lab
