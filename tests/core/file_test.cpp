#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "tests/support/files.hpp"

#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mammo;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// Files of this process may grow to so many bytes; writing on fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

} // namespace

TEST_CASE("a committed file is whole and leaves nothing beside it") {
  const test::TemporaryFolder folder;
  {
    AtomicFile file(folder / "a.txt");
    file.write("first ");
    file.write("second");
    CHECK_FALSE(fs::exists(folder / "a.txt"));
    file.commit();
  }
  CHECK(read_text(folder / "a.txt") == "first second");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that is not committed never appears, and an older one stays") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.txt") << "old";
  try {
    AtomicFile file(folder / "a.txt");
    file.write("half");
    throw std::runtime_error("work failed");
  } catch (const std::runtime_error&) {
  }
  CHECK(read_text(folder / "a.txt") == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a process killed half way leaves the older file as it was") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.txt") << "old";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    AtomicFile file(folder / "a.txt");
    file.write("half");
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(read_text(folder / "a.txt") == "old");
}

TEST_CASE("a disk that fills up half way leaves nothing") {
  const test::TemporaryFolder folder;
  const std::string text(10000, 'x');
  {
    const FileSizeLimit limit(4096);
    AtomicFile file(folder / "a.txt");
    CHECK_THROWS_WITH(file.write(text), Catch::StartsWith((folder / "a.txt").string() + ": cannot write"));
  }
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("a place that cannot be written to is named with the reason") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(AtomicFile(folder / "missing/a.txt"),
                    Catch::Contains("missing/a.txt: cannot write: No such"));
  std::ofstream(folder / "file") << "";
  CHECK_THROWS_AS(AtomicFile(folder / "file/a.txt"), FileError);
  fs::create_directory(folder / "taken");
  AtomicFile file(folder / "taken");
  file.write("x");
  CHECK_THROWS_AS(file.commit(), FileError);
}

TEST_CASE("the longest name that a folder takes can be written") {
  const test::TemporaryFolder folder;
  AtomicFile file(folder / std::string(255, 'n'));
  file.commit();
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("two writers of one name do not mix", "[threads]") {
  const test::TemporaryFolder folder;
  {
    std::vector<std::jthread> threads;
    for (const char letter : {'a', 'b', 'c', 'd'}) {
      threads.emplace_back([&folder, letter] {
        for (int i = 0; i < 10; ++i) {
          AtomicFile file(folder / "shared.txt");
          for (int k = 0; k < 20; ++k) file.write(std::string(100, letter));
          file.commit();
        }
      });
    }
  }
  const std::string text = read_text(folder / "shared.txt");
  CHECK(text == std::string(2000, text[0]));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a mapped file gives the bytes, and its mapping outlives it") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.bin") << "mapped";
  std::shared_ptr<const std::byte> kept;
  {
    const MappedFile file(folder / "a.bin");
    CHECK(file.size() == 6);
    CHECK(static_cast<char>(file.bytes()[5]) == 'd');
    kept = file.mapping();
  }
  CHECK(static_cast<char>(*kept) == 'm');
}

TEST_CASE("files that cannot be mapped are named with the reason") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(MappedFile(folder / "none"), (folder / "none").string() + ": No such file or directory");
  CHECK_THROWS_WITH(MappedFile(folder.path()), Catch::Contains("not a regular file"));
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(MappedFile(folder / "pipe"), FileError);
  std::ofstream(folder / "empty") << "";
  CHECK(MappedFile(folder / "empty").bytes().empty());
  try {
    const MappedFile file(folder / "none");
    FAIL("no error");
  } catch (const FileError& error) {
    CHECK(error.path() == (folder / "none").string());
    CHECK(error.reason() == "No such file or directory");
  }
}

TEST_CASE("read_text has a limit") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.txt") << "12345678";
  CHECK(read_text(folder / "a.txt", 8) == "12345678");
  CHECK_THROWS_WITH(read_text(folder / "a.txt", 7), Catch::Contains("8 bytes, expected at most 7"));
  std::ofstream(folder / "empty") << "";
  CHECK(read_text(folder / "empty").empty());
}
