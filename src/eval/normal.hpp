#pragma once

namespace mammo::eval {

/// The value below which a standard normal variable lies with probability p, to 1e-12. `p`: between 0 and 1.
double normal_quantile(double p);
/// The probability that a standard normal variable lies further from 0 than z.
double two_sided_p(double z);

} // namespace mammo::eval
