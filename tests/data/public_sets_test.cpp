#include "mammo/core/error.hpp"
#include "mammo/data/mini_mias.hpp"
#include "mammo/data/vindr.hpp"
#include "tests/support/files.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using test::TemporaryFolder;

namespace {

constexpr const char* vindr_header =
    "study_id,series_id,image_id,laterality,view_position,height,width,breast_birads,breast_density,"
    "finding_categories,finding_birads,xmin,ymin,xmax,ymax,split\n";

} // namespace

TEST_CASE("VinDr-Mammo's findings become films with lesions") {
  const TemporaryFolder folder;
  std::ofstream(folder / "f.csv")
      << vindr_header
      << "s1,x,i1,L,CC,3518,2800,BI-RADS 4,DENSITY C,\"['Mass', 'Skin Retraction']\",BI-RADS "
         "5,10.5,20,110.5,70,training\n"
         "s1,x,i2,R,MLO,3518,2800,BI-RADS 1,DENSITY C,['No Finding'],,,,,,training\n"
         "s1,x,i1,L,CC,3518,2800,BI-RADS 4,DENSITY C,['Suspicious Calcification'],BI-RADS "
         "4,1,2,3,4,training\n"
         "s2,x,i3,R,CC,3518,2800,BI-RADS 3,DENSITY A,['Mass'],BI-RADS 3,1,2,3,4,test\n";
  const std::vector<VindrFilm> films = read_vindr(folder / "f.csv");
  REQUIRE(films.size() == 3);
  const AnnotatedFilm& film = films[0].film;
  CHECK(film.path == folder / "images/s1/i1.dicom");
  CHECK(film.patient == "s1");
  CHECK(film.density == 3);
  CHECK(film.laterality == Laterality::left);
  REQUIRE(film.lesions.size() == 1); // the calcification is no mass
  CHECK(film.lesions[0].box == Box{10.5, 20, 100, 50});
  CHECK(film.lesions[0].assessment == 5);
  CHECK(films[1].film.lesions.empty());
  CHECK(films[1].film.projection == Projection::mlo);
  CHECK(films[2].is_test);
  CHECK_FALSE(films[0].is_test);
  CHECK(read_vindr(folder / "f.csv", "Suspicious Calcification")[0].film.lesions.size() == 1);

  const auto refused = [&](const std::string& row, const std::string& message) {
    std::ofstream(folder / "b.csv") << vindr_header << row;
    CHECK_THROWS_MATCHES(read_vindr(folder / "b.csv"), FileError,
                         Message((folder / "b.csv").string() + ": " + message));
  };
  refused("s,x,i,B,CC,9,9,,DENSITY A,['Mass'],,1,2,3,4,test\n",
          "line 2: laterality is \"B\", expected L or R");
  refused("s,x,i,L,CC,9,9,,DENSITY A,['Mass'],,5,2,3,4,test\n",
          "line 2: xmax is \"3\", expected more than xmin");
  refused("s,x,i,L,CC,9,9,,DENSITY E,['Mass'],,1,2,3,4,test\n",
          "line 2: breast_density is \"DENSITY E\", expected a category of A to D");
}

TEST_CASE("mini-MIAS's list becomes films, its y axis turned") {
  const TemporaryFolder folder;
  std::ofstream(folder / "Info.txt") << "INFORMATION: the films are listed\n\n"
                                        "mdb001 G CIRC B 535 425 197\n"
                                        "mdb003 D NORM \n"
                                        "mdb005 F CIRC B 477 133 30\n"
                                        "mdb005 F CIRC B 500 168 26\n"
                                        "mdb059 F CIRC B\n"
                                        "mdb216 D CALC M *NOTE 3*\n";
  const std::vector<AnnotatedFilm> films = read_mini_mias(folder / "Info.txt");
  REQUIRE(films.size() == 5);
  CHECK(films[0].path == folder / "mdb001.pgm");
  CHECK(films[0].laterality == Laterality::right);
  REQUIRE(films[0].lesions.size() == 1);
  // Row 425 from below is row 598 from above.
  CHECK(films[0].lesions[0].box == Box{535.5 - 197, 598.5 - 197, 394, 394});
  CHECK(films[0].lesions[0].pathology == Pathology::benign);
  CHECK(films[1].lesions.empty());
  CHECK(films[1].patient == "mias2");
  CHECK(films[2].lesions.size() == 2);
  for (const std::size_t unlocated : {std::size_t{3}, std::size_t{4}}) {
    REQUIRE(films[unlocated].lesions.size() == 1);
    CHECK(films[unlocated].lesions[0].crowd);
  }
  CHECK(films[4].lesions[0].pathology == Pathology::malignant);

  const auto refused = [&](const std::string& row, const std::string& message) {
    std::ofstream(folder / "b.txt") << "mdb002 G NORM\n" << row << '\n';
    CHECK_THROWS_MATCHES(read_mini_mias(folder / "b.txt"), FileError,
                         Message((folder / "b.txt").string() + ": " + message));
  };
  refused("mdb003 G ROUND B 1 2 3",
          "line 2: expected a film, its tissue and CALC, CIRC, SPIC, MISC, ARCH, ASYM or NORM");
  refused("mdb003 G CIRC", "line 2: no B or M behind the class");
  refused("mdb003 G CIRC B 5", "line 2: expected x, y and radius behind B or M");
  refused("mdb003 G CIRC B 5 x 3", "line 2: \"x\", expected a whole number");
  std::ofstream(folder / "e.txt") << "prose\n";
  CHECK_THROWS_WITH(read_mini_mias(folder / "e.txt"), Contains("names no film"));
}
