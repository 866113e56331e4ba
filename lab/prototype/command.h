#pragma once
/// What a command line is made of, as far as it decides what the command answers.
#include <string>
#include <vector>

namespace vagus::lab {

/// The files that a shell command names, as far as they exist: programs by PATH, and every word that is a file from the
/// current folder. Variables and patterns are not expanded.
std::vector<std::string> files_of_command(const std::string& command);

/// Names the version of a command: its text, the bytes of those files, and of `depends` in their order. Names of
/// folders do not enter. Throws Error where one of `depends` cannot be read.
std::string hash_of_command(const std::string& command, const std::vector<std::string>& depends);

/// What a command is called where nobody says: the last file it names from the current folder, else its program,
/// without folders and ending ("octave-cli my_beats.m": my_beats).
std::string name_of_command(const std::string& command);

/// The bytes of a file, named by 16 hexadecimal digits. Throws Error where it cannot be read.
std::string hash_of_file(const std::string& path);

}  // namespace vagus::lab
