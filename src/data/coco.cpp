#include "mammo/data/coco.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace mammo::data {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_file = std::size_t{1} << 30;

/// An object of the file and where it stands, for errors.
class Entry {
 public:
  Entry(const Json& json, const std::string& path, std::string where)
      : json_(json), path_(path), where_(std::move(where)) {
    if (!json.is_object()) refuse("", "an object", json);
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& expected, const Json& value) const {
    throw FileError(path_,
                    concat(where_, key, " is ", value.dump(-1, ' ', false, Json::error_handler_t::replace),
                           ", expected ", expected));
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

  const Json& at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) throw FileError(path_, concat(where_, " has no ", key));
    return *found;
  }

  std::int64_t whole(const char* key) const {
    const Json& value = at(key);
    const bool fits = value.is_number_integer() && (!value.is_number_unsigned() ||
                                                    std::in_range<std::int64_t>(value.get<std::uint64_t>()));
    if (!fits) refuse(name(key), "a whole number", value);
    return value.get<std::int64_t>();
  }

  double number(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) refuse(name(key), "a number", value);
    return value.get<double>();
  }

  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) refuse(name(key), "a text", value);
    return value.get<std::string>();
  }

  Box box(const char* key) const {
    const Json& value = at(key);
    std::array<double, 4> numbers{};
    bool fits = value.is_array() && value.size() == numbers.size();
    for (std::size_t i = 0; fits && i < numbers.size(); ++i) {
      fits = value[i].is_number();
      if (fits) numbers[i] = value[i].get<double>();
      fits = fits && std::isfinite(numbers[i]) && (i < 2 || numbers[i] >= 0);
    }
    if (!fits) refuse(name(key), "[x, y, width, height]", value);
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
  }

  static std::string name(const char* key) { return std::string(".") + key; }

 private:
  const Json& json_;
  const std::string& path_;
  std::string where_;
};

Json parse_file(const std::filesystem::path& path) {
  try {
    return Json::parse(read_text(path, largest_file));
  } catch (const Json::exception& error) {
    throw FileError(path.string(), concat("is not JSON: ", error.what()));
  }
}

/// `read(entry)` for each item of an array.
template <class Read>
auto read_array(const Json& array, const std::string& path, const std::string& where, Read read) {
  if (!array.is_array())
    throw FileError(path, concat(where, " is ", array.type_name(), ", expected an array"));
  std::vector<decltype(read(std::declval<const Entry&>()))> items;
  items.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    items.push_back(read(Entry(array[i], path, concat(where, '[', i, ']'))));
  }
  return items;
}

bool stays_inside(const std::filesystem::path& name) {
  if (name.empty() || name.is_absolute()) return false;
  for (const auto& part : name) {
    if (part == "..") return false;
  }
  return true;
}

std::optional<double> native_aspect(const Entry& entry) {
  if (!entry.has("native_width") && !entry.has("native_height")) return std::nullopt;
  for (const char* key : {"native_width", "native_height"}) {
    if (entry.number(key) <= 0) entry.refuse(Entry::name(key), "above 0", entry.at(key));
  }
  return entry.number("native_width") / entry.number("native_height");
}

CocoImage image_of(const Entry& entry) {
  CocoImage image{.id = entry.whole("id"),
                  .file_name = entry.text("file_name"),
                  .height = entry.whole("height"),
                  .width = entry.whole("width"),
                  .native_aspect = native_aspect(entry)};
  for (const char* key : {"height", "width"}) {
    if (entry.whole(key) <= 0) entry.refuse(Entry::name(key), "above 0", entry.at(key));
  }
  if (!stays_inside(image.file_name))
    entry.refuse(".file_name", "a path that stays inside the folder", entry.at("file_name"));
  return image;
}

CocoAnnotation annotation_of(const Entry& entry) {
  CocoAnnotation annotation{.id = entry.whole("id"),
                            .image_id = entry.whole("image_id"),
                            .category_id = entry.whole("category_id"),
                            .box = entry.box("bbox"),
                            .area = 0,
                            .crowd = entry.has("iscrowd") && entry.whole("iscrowd") != 0};
  annotation.area = entry.has("area") ? entry.number("area") : annotation.box.area();
  return annotation;
}

/// The ids of a list. Throws FileError where one is given twice.
template <class Item>
std::set<std::int64_t> ids_of(const std::vector<Item>& items, const std::string& path, const char* where) {
  std::set<std::int64_t> ids;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!ids.insert(items[i].id).second)
      throw FileError(path, concat(where, '[', i, "].id is ", items[i].id, ", which an earlier entry has"));
  }
  return ids;
}

void check_references(const CocoFile& file, const std::string& path) {
  const auto images = ids_of(file.images, path, "images");
  const auto categories = ids_of(file.categories, path, "categories");
  ids_of(file.annotations, path, "annotations");
  for (std::size_t i = 0; i < file.annotations.size(); ++i) {
    const CocoAnnotation& annotation = file.annotations[i];
    const auto check = [&](const std::set<std::int64_t>& known, const char* key, std::int64_t id) {
      if (!known.contains(id))
        throw FileError(path, concat("annotations[", i, "].", key, " is ", id, ", which is not listed"));
    };
    check(images, "image_id", annotation.image_id);
    check(categories, "category_id", annotation.category_id);
  }
}

} // namespace

CocoFile read_coco(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Json json = parse_file(path);
  const Entry root(json, name, "the file");
  CocoFile file;
  file.images = read_array(root.at("images"), name, "images", image_of);
  file.annotations = read_array(root.at("annotations"), name, "annotations", annotation_of);
  file.categories = read_array(root.at("categories"), name, "categories", [](const Entry& entry) {
    return CocoCategory{.id = entry.whole("id"), .name = entry.text("name")};
  });
  check_references(file, name);
  return file;
}

std::vector<CocoResult> read_coco_results(const std::filesystem::path& path) {
  const std::string name = path.string();
  return read_array(parse_file(path), name, "results", [](const Entry& entry) {
    return CocoResult{.image_id = entry.whole("image_id"),
                      .category_id = entry.whole("category_id"),
                      .box = entry.box("bbox"),
                      .score = entry.number("score")};
  });
}

std::string coco_results_json(std::span<const CocoResult> results) {
  std::string text = "[";
  for (const CocoResult& result : results) {
    const nlohmann::ordered_json entry = {
        {"image_id", result.image_id},
        {"category_id", result.category_id},
        {"bbox", {result.box.x, result.box.y, result.box.width, result.box.height}},
        {"score", result.score}};
    text += (text.size() == 1 ? "\n" : ",\n") + entry.dump();
  }
  return text + "\n]\n";
}

} // namespace mammo::data
