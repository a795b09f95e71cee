#include "mammo/core/error.hpp"
#include "mammo/data/cbis.hpp"
#include "mammo/data/detection_set.hpp"
#include "mammo/data/split.hpp"
#include "tests/support/files.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using test::TemporaryFolder;

namespace {

void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// Ids from 0 and in no order, as in the real file.
constexpr const char* three_films = R"({
  "categories": [{"id": 0, "name": "Mass"}],
  "images": [
    {"id": 2, "file_name": "00007_LEFT_CC.jpg", "height": 80, "width": 80},
    {"id": 0, "file_name": "00007_LEFT_MLO.jpg", "height": 80, "width": 80},
    {"id": 1, "file_name": "00009_RIGHT_CC.jpg", "height": 80, "width": 80}],
  "annotations": [
    {"id": 0, "image_id": 1, "category_id": 0, "bbox": [1, 2, 3, 4], "area": 9.5, "iscrowd": 0},
    {"id": 1, "image_id": 2, "category_id": 0, "bbox": [5, 6, 7, 8.5], "segmentation": []},
    {"id": 2, "image_id": 1, "category_id": 0, "bbox": [10, 20, 30, 40], "area": 1200, "iscrowd": 1}]
})";

constexpr const char* case_header =
    "patient_id,breast_density,left or right breast,image view,abnormality id,abnormality type,mass "
    "shape,mass "
    "margins,assessment,pathology,subtlety,image file path,cropped image file path,ROI mask file path\n";

// Three films' cases; the last field's line break is quoted, as TCIA ships it.
const std::string cases =
    std::string(case_header) +
    "P_00007,3,LEFT,CC,1,mass,OVAL,CIRCUMSCRIBED,3,BENIGN_WITHOUT_CALLBACK,4,i,c,\"r\n\"\n"
    "P_00009,2,RIGHT,CC,1,mass,ROUND,SPICULATED,5,MALIGNANT,4,i,c,\"r\n\"\n"
    "P_00009,2,RIGHT,CC,2,mass,OVAL,SPICULATED,2,BENIGN,4,i,c,\"r\n\"\n";

struct Folder {
  Folder() {
    put(root / "train/_annotations.coco.json", three_films);
    put(root / "mass_case_description_train_set.csv", cases);
    put(root / "split.csv", "patient_id,fold\nP_00007,0\nP_00009,3\n");
  }
  DetectionSetOptions options() const { return {.folder = root / "train"}; }
  TemporaryFolder root;
};

} // namespace

TEST_CASE("A folder of films is joined with boxes, cases and folds") {
  const Folder folder;
  DetectionSetOptions options = folder.options();
  options.split = folder.root / "split.csv";
  const DetectionSet set = load_detection_set(options);
  REQUIRE(set.films.size() == 3);
  CHECK(set.cases.size() == 1);

  const AnnotatedFilm& single = set.films[0];
  CHECK(single.id == 2);
  CHECK(single.path == folder.root / "train/00007_LEFT_CC.jpg");
  CHECK(single.patient == "P_00007");
  CHECK(single.laterality == Laterality::left);
  CHECK(single.projection == Projection::cc);
  CHECK(single.density == 3);
  CHECK(single.fold == 0);
  REQUIRE(single.lesions.size() == 1);
  CHECK(single.lesions[0].box == Box{5, 6, 7, 8.5});
  CHECK(single.lesions[0].area == 59.5); // the box's: none is given
  CHECK(single.lesions[0].pathology == Pathology::benign);
  CHECK(single.lesions[0].margins == "CIRCUMSCRIBED");
  CHECK(single.lesions[0].assessment == 3);
  CHECK(single.lesions[0].lesion == "P_00007_L_1");

  CHECK(set.films[1].lesions.empty());

  // Its rows differ in all but the margins, and none says which box it is about.
  const AnnotatedFilm& mixed = set.films[2];
  CHECK(mixed.fold == 3);
  REQUIRE(mixed.lesions.size() == 2);
  CHECK(mixed.lesions[0].box == Box{1, 2, 3, 4});
  CHECK(mixed.lesions[0].area == 9.5);
  CHECK_FALSE(mixed.lesions[0].crowd);
  CHECK(mixed.lesions[1].crowd);
  CHECK_FALSE(mixed.lesions[0].pathology.has_value());
  CHECK_FALSE(mixed.lesions[0].assessment.has_value());
  CHECK(mixed.lesions[0].margins == "SPICULATED");
  CHECK(mixed.lesions[0].lesion.empty());
}

TEST_CASE("Folds keep their films alone") {
  const Folder folder;
  DetectionSetOptions options = folder.options();
  options.split = folder.root / "split.csv";
  options.folds = {3, 4};
  const DetectionSet set = load_detection_set(options);
  REQUIRE(set.films.size() == 1);
  CHECK(set.films[0].patient == "P_00009");
  options.folds = {4};
  CHECK_THROWS_MATCHES(load_detection_set(options), ArgumentError,
                       Message(set.annotations.string() + ": no film is left to look at"));
  options.split.clear();
  CHECK_THROWS_AS(load_detection_set(options), ArgumentError);
}

TEST_CASE("A film's aspect is what its annotation, the caller, or the median says, in that order") {
  const Folder folder;
  const DetectionSet assumed = load_detection_set(folder.options());
  CHECK(assumed.films[0].aspect() == 0.6);
  REQUIRE(assumed.warnings.size() == 2); // and one film is in no case file
  CHECK_THAT(assumed.warnings[0], Contains("all films are square"));
  CHECK_THAT(assumed.warnings[1], Contains("1 of 3 films are in no case file"));

  DetectionSetOptions options = folder.options();
  options.native_aspect = 0.7;
  CHECK(load_detection_set(options).films[0].aspect() == 0.7);
  options.native_aspect = 30;
  CHECK_THROWS_AS(load_detection_set(options), ArgumentError);

  put(folder.root / "native.json", R"({"categories": [], "annotations": [], "images": [
    {"id": 1, "file_name": "a.png", "height": 80, "width": 80, "native_width": 3000, "native_height": 4000},
    {"id": 2, "file_name": "b.png", "height": 80, "width": 60}]})");
  options = folder.options();
  options.annotations = folder.root / "native.json";
  const DetectionSet native = load_detection_set(options);
  CHECK(native.films[0].aspect() == 0.75);
  CHECK(native.films[1].aspect() == 0.75); // its own
  CHECK_FALSE(native.films[1].native_aspect.has_value());
  CHECK(native.films[1].patient == "b");
  CHECK_FALSE(native.films[1].laterality.has_value());
}

TEST_CASE("CBIS-DDSM's names say patient, side and view") {
  const CbisFilm film{.patient = "P_00484", .laterality = Laterality::right, .projection = Projection::cc};
  for (const char* name : {"00484_RIGHT_CC.jpg", "P_00484_RIGHT_CC", "Mass-Training_P_00484_RIGHT_CC_1",
                           "00484_RIGHT_CC_jpg.rf.0123.jpg"}) {
    INFO(name);
    CHECK(parse_cbis_name(name) == film);
  }
  for (const char* name : {"mdb001.pgm", "484_RIGHT_CC.jpg", "00484_RIGHT_CCX.jpg", "00484_right_cc.jpg"}) {
    INFO(name);
    CHECK_FALSE(parse_cbis_name(name).has_value());
  }
}

TEST_CASE("Malformed cases and splits are refused with file and line") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& row, const std::string& message) {
    put(folder / "c.csv", std::string(case_header) + "\n" + row);
    CHECK_THROWS_MATCHES(read_cbis_cases({folder / "c.csv"}), FileError,
                         Message((folder / "c.csv").string() + ": " + message));
  };
  refused("P_1,3,LEFT,XX,1,mass,,,3,BENIGN,4,i,c,r\n", "line 3: image view is \"XX\", expected CC or MLO");
  refused("P_1,3,LEFT,CC,1,mass,,,3,FINE,4,i,c,r\n",
          "line 3: pathology is \"FINE\", expected MALIGNANT or BENIGN or BENIGN_WITHOUT_CALLBACK");
  refused("P_1,9,LEFT,CC,1,mass,,,3,BENIGN,4,i,c,r\n", "line 3: breast_density is \"9\", expected 0 to 4");
  refused("P_1,3\n", "line 3: 2 fields, expected 14");

  const auto bad_split = [&](const std::string& text, const std::string& message) {
    put(folder / "s.csv", text);
    CHECK_THROWS_MATCHES(read_split(folder / "s.csv"), FileError,
                         Message((folder / "s.csv").string() + ": " + message));
  };
  bad_split("patient_id,fold\nP_1,0\nP_2,-1\n", "line 3: fold is \"-1\", expected 0 to 1000");
  bad_split("patient_id,fold\nP_1,0\nP_1,1\n",
            "line 3: patient_id is \"P_1\", expected a patient without another fold");
  bad_split("patient_id;fold\nP_1;0\n", "has no column \"patient_id\" but patient_id;fold");
}

TEST_CASE("The shared films are read whole") {
  const auto data = test::shared("data");
  const DetectionSet set =
      load_detection_set({.folder = data / "cbis-ddsm-mass/train", .split = data / "splits/cbis-mass.csv"});
  std::set<std::string> patients;
  std::size_t boxes = 0, malignant = 0, without_pathology = 0, fold0 = 0, fold0_boxes = 0;
  for (const AnnotatedFilm& film : set.films) {
    patients.insert(film.patient);
    boxes += film.lesions.size();
    fold0 += film.fold == 0 ? 1 : 0;
    fold0_boxes += film.fold == 0 ? film.lesions.size() : 0;
    bool unknown = false;
    for (const AnnotatedLesion& lesion : film.lesions) {
      malignant += lesion.pathology == Pathology::malignant ? 1 : 0;
      unknown = unknown || !lesion.pathology;
    }
    without_pathology += unknown ? 1 : 0;
  }
  // The counts of the data's README, and of the shared detector's figures.json.
  CHECK(set.films.size() == 1231);
  CHECK(boxes == 1318);
  CHECK(patients.size() == 691);
  CHECK(without_pathology == 6);
  CHECK(static_cast<double>(malignant) / 1318.0 == Approx(0.48).margin(0.01));
  CHECK(fold0 == 248);
  CHECK(fold0_boxes == 263);
  CHECK(set.warnings.size() == 1); // square films
}
