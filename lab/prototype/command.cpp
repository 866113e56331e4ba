#include "lab/prototype/command.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "lab/base/error.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

struct Word {
  std::string text;
  bool program = false;  ///< stands where a shell looks for a program
};

/// The words of a shell command, quotes taken off.
std::vector<Word> words_of(std::string_view command) {
  std::vector<Word> words;
  bool program = true;
  for (std::size_t i = 0; i < command.size();) {
    const char c = command[i];
    if (std::string_view(" \t\n<>").find(c) != std::string_view::npos) {
      ++i;
    } else if (std::string_view("|;&(){}").find(c) != std::string_view::npos) {
      program = true;
      ++i;
    } else {
      Word word{{}, program};
      for (char quote = 0; i < command.size(); ++i) {
        const char at = command[i];
        if (quote == 0 && std::string_view(" \t\n<>|;&()").find(at) != std::string_view::npos) break;
        if (quote == 0 && (at == '\'' || at == '"')) {
          quote = at;
        } else if (at == quote) {
          quote = 0;
        } else {
          word.text += at;
        }
      }
      // VARIABLE=value and words that take a program after them leave its place open.
      const bool before = word.program && (word.text.find('=') != std::string::npos || word.text == "exec" ||
                                           word.text == "env" || word.text == "nice");
      program = before;
      words.push_back(std::move(word));
    }
  }
  return words;
}

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

std::string on_path(const std::string& program) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nothing here writes it
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    const fs::path file = fs::path(folder) / program;
    if (is_file(file) && access(file.c_str(), X_OK) == 0) return file.string();
  }
  return {};
}

std::string file_of(const Word& word) {
  if (word.program && word.text.find('/') == std::string::npos) return on_path(word.text);
  return is_file(word.text) ? word.text : std::string();
}

/// False where it cannot be read.
bool add_file(Hasher& digest, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string piece(1U << 16U, '\0');
  digest.field("file");
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    digest.field(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  return file.eof();
}

}  // namespace

std::vector<std::string> files_of_command(const std::string& command) {
  std::vector<std::string> files;
  for (const Word& word : words_of(command))
    if (std::string file = file_of(word); !file.empty()) files.push_back(std::move(file));
  return files;
}

std::string hash_of_command(const std::string& command, const std::vector<std::string>& depends) {
  Hasher digest;
  digest.field(command);
  for (const std::string& file : files_of_command(command)) add_file(digest, file);
  for (const std::string& file : depends)
    if (!is_file(file) || !add_file(digest, file))
      throw Error("the file that the detector depends on cannot be read", file,
                  "[detector] depends is looked for from the current folder");
  return digest.hex().substr(0, 32);
}

std::string name_of_command(const std::string& command) {
  std::string name;
  bool named = false;
  for (const Word& word : words_of(command)) {
    const bool file = is_file(word.text);
    if (file || (!named && word.program && name.empty())) name = fs::path(word.text).stem().string();
    named = named || file;
  }
  return name.empty() ? "exec" : name;
}

std::string hash_of_file(const std::string& path) {
  Hasher digest;
  if (!add_file(digest, path)) throw Error("cannot be read", path);
  return digest.hex().substr(0, 16);
}

}  // namespace vagus::lab
