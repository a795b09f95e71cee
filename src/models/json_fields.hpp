#pragma once

#include "mammo/core/error.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::models {

// A configuration struct says its keys once, in `describe(visitor, config)`, which calls
// `visitor("key", config.member)` for each. JsonWriter and JsonReader are the two visitors, so that what is
// written and what is read cannot differ.

using Json = nlohmann::ordered_json;

// `Config` is the struct, const where it is written.
template <class Config, class Wanted>
concept Is = std::same_as<std::remove_const_t<Config>, Wanted>;

template <class T>
concept JsonLeaf =
    std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double> ||
    std::same_as<T, std::string> || std::same_as<T, std::vector<std::int64_t>> ||
    std::same_as<T, std::vector<double>> || std::same_as<T, std::vector<std::vector<double>>> ||
    std::same_as<T, std::vector<std::string>> || std::same_as<T, std::array<bool, 3>>;

// The name of each value of an enumeration, found by argument-dependent lookup on a pointer to it.
template <class T>
concept NamedEnum = requires(const T* tag) { enum_names(tag).begin()->first; };

class JsonWriter {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    json[key] = write(value);
  }

  template <JsonLeaf T>
  static Json write(const T& value) {
    return value;
  }
  template <NamedEnum T>
  static Json write(const T& value) {
    for (const auto& [name, known] : enum_names(&value)) {
      if (known == value) return name;
    }
    throw ArgumentError("a value of an enumeration that has no name");
  }
  template <class T>
    requires(!JsonLeaf<std::vector<T>>)
  static Json write(const std::vector<T>& values) {
    Json items = Json::array();
    for (const T& value : values) items.push_back(write(value));
    return items;
  }
  template <class T>
  static Json write(const T& value) {
    JsonWriter inner;
    describe(inner, value);
    return std::move(inner.json);
  }

  Json json = Json::object();
};

// Errors are thrown as Error with the dotted key alone; the caller knows the file's name.
class JsonReader {
 public:
  JsonReader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    require<Error>(json.is_object(), path_.empty() ? "the configuration" : path_, " is ", json.type_name(),
                   ", expected an object");
  }

  template <class T>
  void operator()(const char* key, T& value) {
    known_.insert(key);
    const auto found = json_.find(key);
    if (found != json_.end()) read(*found, name_of(key), value);
  }

  // Throws unless every key of the object has been asked for.
  void finish() const {
    for (const auto& [key, value] : json_.items()) {
      require<Error>(known_.contains(key), "unknown key ", name_of(key));
    }
  }

  template <class T>
    requires(!JsonLeaf<T> && !NamedEnum<T>)
  static void read(const Json& json, const std::string& name, T& value) {
    JsonReader inner(json, name);
    describe(inner, value);
    inner.finish();
  }

 private:
  template <NamedEnum T>
  static void read(const Json& json, const std::string& name, T& value) {
    std::string expected;
    for (const auto& [known_name, known] : enum_names(&value)) {
      if (json == known_name) {
        value = known;
        return;
      }
      expected += (expected.empty() ? "" : ", ") + std::string(known_name);
    }
    throw Error(concat(name, " is ", json.dump(), ", expected one of ", expected));
  }
  static void read(const Json& json, const std::string& name, bool& value) {
    require<Error>(json.is_boolean(), name, " is ", json.dump(), ", expected true or false");
    value = json.get<bool>();
  }
  static void read(const Json& json, const std::string& name, std::int64_t& value) {
    const bool fits = !json.is_number_unsigned() || std::in_range<std::int64_t>(json.get<std::uint64_t>());
    require<Error>(json.is_number_integer() && fits, name, " is ", json.dump(), ", expected a whole number");
    value = json.get<std::int64_t>();
  }
  static void read(const Json& json, const std::string& name, double& value) {
    require<Error>(json.is_number(), name, " is ", json.dump(), ", expected a number");
    value = json.get<double>();
  }
  static void read(const Json& json, const std::string& name, std::string& value) {
    require<Error>(json.is_string(), name, " is ", json.dump(), ", expected a text");
    value = json.get<std::string>();
  }
  template <class T>
  static void read(const Json& json, const std::string& name, std::vector<T>& value) {
    require<Error>(json.is_array(), name, " is ", json.dump(), ", expected an array");
    std::vector<T> items(json.size());
    for (std::size_t i = 0; i < items.size(); ++i) read(json[i], concat(name, '[', i, ']'), items[i]);
    value = std::move(items);
  }

  template <class T, std::size_t N>
  static void read(const Json& json, const std::string& name, std::array<T, N>& value) {
    require<Error>(json.is_array() && json.size() == N, name, " is ", json.dump(), ", expected an array of ",
                   N);
    std::array<T, N> items{};
    for (std::size_t i = 0; i < N; ++i) read(json[i], concat(name, '[', i, ']'), items[i]);
    value = items;
  }

  std::string name_of(const std::string& key) const { return path_.empty() ? key : path_ + '.' + key; }

  const Json& json_;
  std::string path_;
  std::set<std::string> known_;
};

// Throws Error on what is no JSON or is nested deeply.
inline Json parse_json(const std::string& text) {
  // A configuration is a few objects deep; far more is an attempt to exhaust memory.
  static constexpr int depth_limit = 16;
  const auto check = [](int depth, Json::parse_event_t, Json&) {
    require<Error>(depth <= depth_limit, "nested more than ", depth_limit, " deep");
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw Error(concat("is not JSON: ", error.what()));
  }
}

} // namespace mammo::models
