#include "mammo/core/error.hpp"
#include "mammo/data/csv.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using Catch::Matchers::Message;
using data::CsvTable;
using Fields = std::vector<std::string>;

TEST_CASE("A table has the fields that RFC 4180 means") {
  const CsvTable table =
      CsvTable::parse("a,b,c\r\n1,\"two, and \"\"more\"\"\",3\r\n4,\"five\r\nlines\",\n", "t");
  CHECK(table.columns() == Fields{"a", "b", "c"});
  REQUIRE(table.rows().size() == 2);
  CHECK(table.rows()[0].fields == Fields{"1", "two, and \"more\"", "3"});
  CHECK(table.rows()[1].fields == Fields{"4", "five\r\nlines", ""});
}

TEST_CASE("Rows know the line they start on, whatever stands before them") {
  const CsvTable table = CsvTable::parse("\xEF\xBB\xBF"
                                         "a;b\n\"x\ny\nz\";1\n\n2;2",
                                         "t", ';');
  CHECK(table.columns() == Fields{"a", "b"});
  REQUIRE(table.rows().size() == 2);
  CHECK(table.rows()[0].line == 2);
  CHECK(table.rows()[1].line == 6);
}

TEST_CASE("A malformed table is refused with its line") {
  const auto refused = [](const std::string& text, const std::string& message) {
    CHECK_THROWS_MATCHES(CsvTable::parse(text, "t.csv"), FileError, Message("t.csv: " + message));
  };
  refused("", "is empty, expected a first line that names the columns");
  refused("a,b\n1,2\n1,2,3\n", "line 3: 3 fields, expected 2");
  refused("a,b\n1,\"2\n3,4\n", "line 2: a quote that is never closed");
  refused("a,b\n1,2\"\n", "line 2: a quote inside a field that does not start with one");
  refused("a,b\n\"1\n\"x,2\n", "line 3: text after a closing quote, expected a separator or the line's end");
}

TEST_CASE("Numbers are taken whole or refused with line and column") {
  const CsvTable table = CsvTable::parse("n,x\n 12 ,-1.5e2\n1x,\n", "t.csv");
  CHECK(table.whole_number(table.rows()[0], 0) == 12);
  CHECK(table.number(table.rows()[0], 1) == -150);
  CHECK_THROWS_MATCHES(table.whole_number(table.rows()[1], 0), FileError,
                       Message("t.csv: line 3: n is \"1x\", expected a whole number"));
  CHECK_THROWS_MATCHES(table.number(table.rows()[1], 1), FileError,
                       Message("t.csv: line 3: x is \"\", expected a number"));
  CHECK_THROWS_MATCHES(table.column("y"), FileError, Message("t.csv: has no column \"y\" but n, x"));
  CHECK_FALSE(table.find_column("y").has_value());
}
