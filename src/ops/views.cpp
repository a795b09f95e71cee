#include "mammo/ops/views.hpp"

#include "mammo/ops/autograd.hpp"
#include "ops/gradients/rules.hpp"

#include <utility>

namespace mammo {
namespace {

// `view` as the recorded view of x, with the function that takes its gradient back.
template <class Back>
Tensor recorded(const char* name, const Tensor& x, const Tensor& view, Back back) {
  return record(
      view, {.name = name, .inputs = {x}, .saved = {}, .gradient = [back](const GradientContext& context) {
               return std::vector<Tensor>{back(context.gradient().plain())};
             }});
}

Tensor back_to_shape(const char* name, const Tensor& x, const Tensor& view) {
  return recorded(name, x, view,
                  [shape = x.shape()](const Tensor& g) { return g.contiguous().reshape(shape); });
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
  return back_to_shape("reshape", x, x.plain().reshape(shape));
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
  return recorded("permute", x, view, [inverse](const Tensor& g) { return permuted(g, inverse); });
}

Tensor transpose(const Tensor& x, int a, int b) {
  Dims order;
  for (int d = 0; d < x.rank(); ++d) order.push_back(d);
  std::swap(order[a], order[b]);
  return permute(x, order);
}

Tensor slice(const Tensor& x, int d, std::int64_t start, std::int64_t stop, std::int64_t step) {
  const Tensor view = x.plain().slice(d, start, stop, step);
  return recorded("slice", x, view, [=, shape = x.shape()](const Tensor& g) {
    Tensor all = Tensor::zeros(shape, {.dtype = g.dtype()});
    all.slice(d, start, stop, step).copy_from(g);
    return all;
  });
}

Tensor select(const Tensor& x, int d, std::int64_t index) {
  const Tensor view = x.plain().select(d, index);
  return recorded("select", x, view, [=, shape = x.shape()](const Tensor& g) {
    Tensor all = Tensor::zeros(shape, {.dtype = g.dtype()});
    all.select(d, index).copy_from(g);
    return all;
  });
}

Tensor unsqueeze(const Tensor& x, int d) {
  return back_to_shape("unsqueeze", x, x.plain().unsqueeze(d));
}

Tensor squeeze(const Tensor& x, int d) {
  return back_to_shape("squeeze", x, x.plain().squeeze(d));
}

Tensor expand(const Tensor& x, const Shape& shape) {
  return recorded("expand", x, x.plain().expand(shape),
                  [from = x.shape()](const Tensor& g) { return gradients::summed_to(g, from); });
}

} // namespace mammo
