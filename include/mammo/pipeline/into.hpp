#pragma once

#include <utility>
#include <vector>

namespace mammo::pipeline {

/// A sink that adds to a list, which must outlive it: `stream(flow, into(results))`.
template <class T>
class Into {
 public:
  explicit Into(std::vector<T>& list) : list_(&list) {}
  void operator()(T item) { list_->push_back(std::move(item)); }

 private:
  std::vector<T>* list_;
};

template <class T>
Into<T> into(std::vector<T>& list) {
  return Into<T>(list);
}

} // namespace mammo::pipeline
