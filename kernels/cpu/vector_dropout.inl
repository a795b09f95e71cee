// One block of Philox4x32-10 (Salmon et al. 2011): philox4x32 of core/random.hpp, which is not included here.
struct PhiloxBlock {
  std::uint32_t words[4];

  PhiloxBlock(const DropoutTerms& terms, std::uint64_t block)
      : words{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), terms.stream[0],
              terms.stream[1]} {
    std::uint32_t key0 = terms.key[0];
    std::uint32_t key1 = terms.key[1];
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t a = std::uint64_t{0xD2511F53U} * words[0];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * words[2];
      words[0] = static_cast<std::uint32_t>(b >> 32) ^ words[1] ^ key0;
      words[1] = static_cast<std::uint32_t>(b);
      words[2] = static_cast<std::uint32_t>(a >> 32) ^ words[3] ^ key1;
      words[3] = static_cast<std::uint32_t>(a);
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
  }
};

void dropout(const DropoutTerms& terms, std::int64_t first_block, const float* x, float* y, std::int64_t n) {
  for (std::int64_t begin = 0; begin < n; begin += 4) {
    const PhiloxBlock random(terms, static_cast<std::uint64_t>(first_block + begin / 4));
    const std::int64_t end = begin + 4 < n ? begin + 4 : n;
    for (std::int64_t i = begin; i < end; ++i) {
      y[i] = random.words[i - begin] < terms.bound ? 0.0F : x[i] * terms.scale;
    }
  }
}
