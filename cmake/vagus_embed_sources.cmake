# cmake -DROOT=... -DLIST=sources.txt -DOUT=embedded_sources.cpp -P vagus_embed_sources.cmake
#   Writes a C++ source that holds every file LIST names (one path under ROOT a line), so that the program can hand out and
#   compile the device half without a source tree beside it. Plain constants: nothing runs at start-up.
file(STRINGS ${LIST} places)
set(text "#include <array>\n#include <span>\n#include <string_view>\n\n#include \"lab/deploy/device_sources.h\"\n\nnamespace vagus::lab {\nnamespace {\n\nusing namespace std::string_view_literals;  // their lengths are the compiler's to count\n\n")
set(entries "")
list(LENGTH places count)
foreach(place IN LISTS places)
  file(READ ${ROOT}/${place} content)
  string(APPEND entries "    SourceFile{\"${place}\", R\"vagus_file(${content})vagus_file\"sv},\n")
endforeach()
string(APPEND text "constexpr std::array<SourceFile, ${count}> all = {\n${entries}};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const SourceFile> device_sources() { return all; }\n\n}  // namespace vagus::lab\n")
file(WRITE ${OUT} "${text}")
