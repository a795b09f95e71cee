#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/train/tensorboard.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::test;

TEST_CASE("an event file holds the bytes that tensorboardX writes") {
  const TemporaryFolder folder;
  train::TensorBoardWriter writer(folder.path(), 1700000000);
  writer.write(1700000012.5, 300, {{"loss/total", 0.75}, {"rate", 1e-4}});
  const bool equal = read_text(folder / "events.out.tfevents.1700000000.mammo") ==
                     read_text(source_dir() / "tests/goldens/train/events.bin");
  CHECK(equal);
}

TEST_CASE("an event file that cannot be written is an error with its name") {
  CHECK_THROWS_AS(train::TensorBoardWriter("/nowhere/at/all", 0), FileError);
}
