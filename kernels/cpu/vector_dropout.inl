// Philox4x32-10 (Salmon et al. 2011), philox4x32 of core/random.hpp, for as many blocks at once as Words is
// wide.
struct PhiloxBlocks {
  static constexpr std::int64_t count = Words::width;
  std::uint32_t words[4][count];

  void fill(const DropoutTerms& terms, std::uint64_t first_block) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint64_t block = first_block + static_cast<std::uint64_t>(i);
      words[0][i] = static_cast<std::uint32_t>(block);
      words[1][i] = static_cast<std::uint32_t>(block >> 32);
    }
    Words a = Words::load(words[0]);
    Words b = Words::load(words[1]);
    Words c(terms.stream[0]);
    Words d(terms.stream[1]);
    std::uint32_t key0 = terms.key[0];
    std::uint32_t key1 = terms.key[1];
    for (int round = 0; round < 10; ++round) {
      const Words next_a = c.upper_product(0xCD9E8D57U) ^ b ^ Words(key0);
      const Words next_c = a.upper_product(0xD2511F53U) ^ d ^ Words(key1);
      b = c.lower_product(0xCD9E8D57U);
      d = a.lower_product(0xD2511F53U);
      a = next_a;
      c = next_c;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    a.store(words[0]);
    b.store(words[1]);
    c.store(words[2]);
    d.store(words[3]);
  }
};

void dropout(const DropoutTerms& terms, std::int64_t first_block, const float* x, float* y, std::int64_t n) {
  constexpr std::int64_t piece = 512;
  PhiloxBlocks random;
  // 1 or 0: choosing by it needs no branch, which would be the toss of a coin. It is done for a piece, since
  // loads that are wider than the stores before them have to wait for these.
  float kept[piece];
  for (std::int64_t begin = 0; begin < n; begin += piece) {
    const std::int64_t count = n - begin < piece ? n - begin : piece;
    for (std::int64_t at = 0; at < count; at += 4 * PhiloxBlocks::count) {
      random.fill(terms, static_cast<std::uint64_t>(first_block + (begin + at) / 4));
      for (std::int64_t i = 0; i < PhiloxBlocks::count; ++i) {
        for (std::int64_t k = 0; k < 4; ++k)
          kept[at + 4 * i + k] = random.words[k][i] < terms.bound ? 0.0F : 1.0F;
      }
    }
    const Vector zero(0.0F);
    for_each_place(count, [&](auto at) {
      at.store(y + begin, where_at_most(at.load(kept), zero, zero, at.load(x + begin) * Vector(terms.scale)));
    });
  }
}
