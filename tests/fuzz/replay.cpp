// The main of the fuzz targets in builds without libFuzzer: runs every seed of the target's corpus, then
// changed seeds for a second. The changes are the same in every run; the input that breaks is left in the
// working folder.
#include "fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr std::size_t longest = 4096;
constexpr auto mutation_time = std::chrono::seconds(1);

std::string current;

void save_current(int signal)
{
    std::ofstream("crash-" + std::to_string(std::hash<std::string>{}(current)), std::ios::binary) << current;
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(std::string input)
{
    current = std::move(input);
    // A copy of exactly this size: reading beyond its end is seen by the sanitizer.
    const std::vector<std::uint8_t> bytes(current.begin(), current.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> read_seeds(const char* folder)
{
    std::vector<std::filesystem::path> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path());
    std::sort(names.begin(), names.end());
    std::vector<std::string> seeds;
    for (const auto& name : names) {
        std::ifstream in(name, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return seeds;
}

class mutator {
  public:
    explicit mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

    std::string next()
    {
        std::string text = seeds_[below(seeds_.size())];
        for (std::size_t changes = 1 + below(4); changes > 0; --changes)
            change(text);
        text.resize(std::min(text.size(), longest));
        return text;
    }

  private:
    std::size_t below(std::size_t bound) { return random_() % std::max<std::size_t>(bound, 1); }

    void change(std::string& text)
    {
        const std::size_t at = below(text.size());
        const std::string& other = seeds_[below(seeds_.size())];
        switch (below(6)) {
        case 0:
            if (!text.empty())
                text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
            break;
        case 1:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 2:
            text.erase(at, 1 + below(8));
            break;
        case 3:
            text.insert(at, text.substr(at, 1 + below(32)));
            break;
        case 4:
            text.insert(at, other.substr(below(other.size()), 1 + below(32)));
            break;
        default:
            text.resize(at);
        }
    }

    const std::vector<std::string>& seeds_;
    std::mt19937_64 random_{1};
};

} // namespace

int main()
{
    std::signal(SIGABRT, save_current);
    std::signal(SIGSEGV, save_current);
    const auto seeds = read_seeds(CHATD_FUZZ_CORPUS);
    for (const auto& seed : seeds)
        run(seed);
    mutator mutate(seeds);
    std::size_t mutated = 0;
    for (const auto end = std::chrono::steady_clock::now() + mutation_time;
         std::chrono::steady_clock::now() < end; ++mutated)
        run(mutate.next());
    std::printf("%zu seeds, %zu mutations\n", seeds.size(), mutated);
    std::printf("[  PASSED  ] %d test.\n", seeds.empty() ? 0 : 1);
    return seeds.empty() ? 1 : 0;
}
