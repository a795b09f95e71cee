#include "mammo/ops/views.hpp"

#include "mammo/backend/observer.hpp"
#include "mammo/ops/autograd.hpp"
#include "ops/gradients/rules.hpp"

#include <string>
#include <utility>

namespace mammo {
namespace {

// `view` as the recorded view of x, with the function that takes its gradient back.
template <class How, class Back>
Tensor recorded(const How& how, const Tensor& x, const Tensor& view, Back back) {
  tell_viewed(how, x, view);
  return record(view, {.name = std::string(How::name),
                       .inputs = {x},
                       .saved = {},
                       .gradient = [back](const GradientContext& context) {
                         return std::vector<Tensor>{back(context.gradient().plain())};
                       }});
}

Tensor reshaped(const Tensor& x, const Tensor& view) {
  return recorded(Reshape{view.shape()}, x, view,
                  [shape = x.shape()](const Tensor& g) { return g.contiguous().reshape(shape); });
}

int dimension_of(const Tensor& x, int d) {
  return d < 0 ? d + x.rank() : d;
}

std::int64_t from_front(const Tensor& x, int d, std::int64_t index) {
  return index < 0 ? index + x.size(d) : index;
}

const Dims channels_to_the_end{0, 2, 3, 1};
const Dims channels_to_the_front{0, 3, 1, 2};

// A picture's channels moved to the end or back: the memory of one of the two is the channels_last layout of
// the other.
Tensor permuted(const Tensor& x, const Dims& order) {
  if (order == channels_to_the_end && x.rank() == 4) {
    const Tensor last = x.to(Layout::channels_last);
    return Tensor::over(last.storage(), {x.size(0), x.size(2), x.size(3), x.size(1)}, {.dtype = x.dtype()});
  }
  const Tensor plain = x.plain();
  if (order == channels_to_the_front && x.rank() == 4 &&
      plain.storage()->bytes() == plain.numel() * size_of(x.dtype())) {
    return Tensor::over(plain.storage(), {x.size(0), x.size(3), x.size(1), x.size(2)},
                        {.dtype = x.dtype(), .layout = Layout::channels_last});
  }
  return plain.permute(order);
}

} // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  return reshaped(x, x.plain().reshape(shape));
}

Tensor flatten(const Tensor& x, int first) {
  require<ShapeError>(first >= 0 && first < x.rank(), "flatten from ", first, " of ", x.shape());
  Shape shape;
  for (int d = 0; d < first; ++d) shape.push_back(x.size(d));
  std::int64_t rest = 1;
  for (int d = first; d < x.rank(); ++d) rest *= x.size(d);
  shape.push_back(rest);
  return reshape(x, shape);
}

Tensor permute(const Tensor& x, const Dims& order) {
  const Tensor view = permuted(x, order);
  Dims inverse = order;
  for (int d = 0; d < order.rank(); ++d) inverse[static_cast<int>(order[d])] = d;
  return recorded(Permute{order}, x, view, [inverse](const Tensor& g) { return permuted(g, inverse); });
}

Tensor transpose(const Tensor& x, int a, int b) {
  Dims order;
  for (int d = 0; d < x.rank(); ++d) order.push_back(d);
  std::swap(order[a], order[b]);
  return permute(x, order);
}

Tensor slice(const Tensor& x, int d, std::int64_t start, std::int64_t stop, std::int64_t step) {
  const Tensor view = x.plain().slice(d, start, stop, step);
  const Slice how{dimension_of(x, d), from_front(x, d, start), from_front(x, d, stop), step};
  return recorded(how, x, view, [=, shape = x.shape()](const Tensor& g) {
    Tensor all = Tensor::zeros(shape, {.dtype = g.dtype()});
    all.slice(d, start, stop, step).copy_from(g);
    return all;
  });
}

Tensor select(const Tensor& x, int d, std::int64_t index) {
  const Tensor view = x.plain().select(d, index);
  const Select how{dimension_of(x, d), from_front(x, d, index)};
  return recorded(how, x, view, [=, shape = x.shape()](const Tensor& g) {
    Tensor all = Tensor::zeros(shape, {.dtype = g.dtype()});
    all.select(d, index).copy_from(g);
    return all;
  });
}

Tensor unsqueeze(const Tensor& x, int d) {
  return reshaped(x, x.plain().unsqueeze(d));
}

Tensor squeeze(const Tensor& x, int d) {
  return reshaped(x, x.plain().squeeze(d));
}

Tensor expand(const Tensor& x, const Shape& shape) {
  return recorded(Expand{shape}, x, x.plain().expand(shape),
                  [from = x.shape()](const Tensor& g) { return gradients::summed_to(g, from); });
}

} // namespace mammo
