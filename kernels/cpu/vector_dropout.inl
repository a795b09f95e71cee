// Philox4x32-10 (Salmon et al. 2011) for `lanes` counters at once, which the compiler makes vectors of.
struct PhiloxLanes {
  static constexpr std::int64_t lanes = 16;
  std::uint32_t words[4][lanes];

  void fill(const DropoutTerms& terms, std::int64_t first_block) {
    for (std::int64_t i = 0; i < lanes; ++i) {
      const auto block = static_cast<std::uint64_t>(first_block + i);
      words[0][i] = static_cast<std::uint32_t>(block);
      words[1][i] = static_cast<std::uint32_t>(block >> 32);
      words[2][i] = terms.stream[0];
      words[3][i] = terms.stream[1];
    }
    std::uint32_t key0 = terms.key[0];
    std::uint32_t key1 = terms.key[1];
    for (int round = 0; round < 10; ++round) {
      for (std::int64_t i = 0; i < lanes; ++i) {
        const std::uint64_t a = std::uint64_t{0xD2511F53U} * words[0][i];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * words[2][i];
        words[0][i] = static_cast<std::uint32_t>(b >> 32) ^ words[1][i] ^ key0;
        words[1][i] = static_cast<std::uint32_t>(b);
        words[2][i] = static_cast<std::uint32_t>(a >> 32) ^ words[3][i] ^ key1;
        words[3][i] = static_cast<std::uint32_t>(a);
      }
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  }
};

void dropout(const DropoutTerms& terms, std::int64_t first_block, const float* x, float* y, std::int64_t n) {
  constexpr std::int64_t together = 4 * PhiloxLanes::lanes;
  PhiloxLanes random;
  for (std::int64_t begin = 0; begin < n; begin += together) {
    random.fill(terms, first_block + begin / 4);
    const std::int64_t count = n - begin < together ? n - begin : together;
    for (std::int64_t i = 0; i < count; ++i) {
      const bool dropped = random.words[i % 4][i / 4] < terms.bound;
      y[begin + i] = dropped ? 0.0F : x[begin + i] * terms.scale;
    }
  }
}
