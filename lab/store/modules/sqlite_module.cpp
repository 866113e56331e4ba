#include "lab/store/modules/sqlite_module.h"

#include <sqlite3.h>

namespace vagus::lab {
namespace {

// Statements of one connection; prepared when used, since a process asks for a handful.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) { sqlite3_prepare_v2(database, sql, -1, &handle_, nullptr); }
  ~Statement() { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  explicit operator bool() const { return handle_ != nullptr; }
  void bind(int place, const std::string& text) {
    sqlite3_bind_text(handle_, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void bind(int place, std::int64_t value) { sqlite3_bind_int64(handle_, place, value); }
  int step() { return sqlite3_step(handle_); }
  void reset() { sqlite3_reset(handle_); }
  std::string text(int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return data == nullptr ? std::string()
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
  }

 private:
  sqlite3_stmt* handle_ = nullptr;
};

class File final : public CatalogueFile {
 public:
  explicit File(sqlite3* database) : database_(database) {}
  ~File() override { sqlite3_close(database_); }

  std::optional<std::string> stamp(const std::string& set) override {
    Statement find(database_, "SELECT stamp FROM sets WHERE name = ?");
    if (!find) return std::nullopt;
    find.bind(1, set);
    if (find.step() != SQLITE_ROW) return std::nullopt;
    return find.text(0);
  }

  bool lines(const std::string& set, const std::string& recording,
             std::vector<std::pair<std::string, std::string>>& out) override {
    Statement find(database_, recording.empty()
                                  ? "SELECT recording, line FROM recordings WHERE set_name = ? ORDER BY place"
                                  : "SELECT recording, line FROM recordings WHERE set_name = ? AND recording = ?");
    if (!find) return false;
    find.bind(1, set);
    if (!recording.empty()) find.bind(2, recording);
    int result = 0;
    while ((result = find.step()) == SQLITE_ROW) out.emplace_back(find.text(0), find.text(1));
    return result == SQLITE_DONE;
  }

  bool enter(const std::string& set, const std::string& stamp,
             const std::vector<std::pair<std::string, std::string>>& lines) override {
    if (!run("BEGIN IMMEDIATE")) return false;
    const bool entered = replace(set, stamp, lines) && run("COMMIT");
    if (!entered) run("ROLLBACK");
    return entered;
  }

  bool run(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

 private:
  bool replace(const std::string& set, const std::string& stamp,
               const std::vector<std::pair<std::string, std::string>>& lines) {
    Statement drop(database_, "DELETE FROM recordings WHERE set_name = ?");
    Statement mark(database_, "INSERT OR REPLACE INTO sets (name, stamp) VALUES (?, ?)");
    Statement add(database_, "INSERT INTO recordings (set_name, place, recording, line) VALUES (?, ?, ?, ?)");
    if (!drop || !mark || !add) return false;
    drop.bind(1, set);
    mark.bind(1, set);
    mark.bind(2, stamp);
    if (drop.step() != SQLITE_DONE || mark.step() != SQLITE_DONE) return false;
    std::int64_t place = 0;
    for (const auto& [recording, line] : lines) {
      add.bind(1, set);
      add.bind(2, place++);
      add.bind(3, recording);
      add.bind(4, line);
      if (add.step() != SQLITE_DONE) return false;
      add.reset();
    }
    return true;
  }

  sqlite3* database_;
};

class Library final : public Sqlite {
 public:
  std::unique_ptr<CatalogueFile> open(const std::string& path) const override {
    sqlite3* database = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    auto file = std::make_unique<File>(database);
    if (result != SQLITE_OK) return nullptr;
    sqlite3_busy_timeout(database, 2000);
    // It is a cache: what a crash tears is rebuilt, so nothing waits for the disk.
    const bool ready = file->run("PRAGMA synchronous = OFF") &&
                       file->run("CREATE TABLE IF NOT EXISTS sets (name TEXT PRIMARY KEY, stamp TEXT NOT NULL)") &&
                       file->run(
                           "CREATE TABLE IF NOT EXISTS recordings (set_name TEXT NOT NULL, place INTEGER NOT NULL, "
                           "recording TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (set_name, place))") &&
                       file->run("CREATE INDEX IF NOT EXISTS by_name ON recordings (set_name, recording)");
    return ready ? std::move(file) : nullptr;
  }
};

}  // namespace
}  // namespace vagus::lab

const vagus::lab::Sqlite* vagus_sqlite() {
  static const auto* library = new vagus::lab::Library;
  return library;
}
