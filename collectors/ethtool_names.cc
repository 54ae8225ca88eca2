#include "collectors/ethtool_names.h"

#include <linux/ethtool.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "core/utf8.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<std::string_view, 7> kTotals = {
    "rx_bytes", "rx_dropped", "rx_errors", "rx_packets", "tx_bytes", "tx_errors", "tx_packets"};

bool IsNamePart(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string Sanitize(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Char next = DecodeUtf8(text);
    out += IsNamePart(next.code) ? text.front() : '_';
    text.remove_prefix(next.length);
  }
  return out;
}

// As replacing (^|_)WORD(_|$) does it: an underscore belongs to one word only, so that of two in a
// row the second stays.
std::string SpellOut(std::string_view name, std::string_view word, std::string_view instead) {
  std::string out;
  std::size_t copied = 0;
  std::size_t free = 0;  // Where the underscores begin that no word has taken.
  for (std::size_t at = name.find(word); at != name.npos; at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || (at > free && name[at - 1] == '_');
    const bool ends = end == name.size() || name[end] == '_';
    if (!starts || !ends) continue;
    out.append(name.substr(copied, at - copied)).append(instead);
    copied = end;
    free = end + 1;
  }
  return out.append(name.substr(copied));
}

std::string HelpOf(std::string_view family, std::string_view sanitized) {
  for (const MetricDesc& desc : kEthtoolStats) {
    if (desc.name == family) return std::string(desc.help);
  }
  return "What the driver counts as " + std::string(sanitized) + ".";
}

struct Candidate {
  EthtoolStatName stat;
  std::string_view name;  // As the driver has it.
};

std::string_view NameAt(std::span<const char> names, std::size_t index) {
  const std::string_view padded(names.data() + index * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
  return padded.substr(0, padded.find('\0'));
}

std::vector<Candidate> Candidates(std::span<const char> names, const Pattern& wanted) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < names.size() / ETH_GSTRING_LEN; ++i) {
    const std::string_view name = NameAt(names, i);
    const std::string sanitized = Sanitize(name);
    if (!wanted.Matches(sanitized)) continue;
    std::string family = EthtoolFamily(sanitized);
    if (family.empty()) continue;
    std::string help = HelpOf(family, sanitized);
    all.push_back({{std::move(family), std::move(help), i}, name});
  }
  return all;
}

}  // namespace

std::string EthtoolFamily(std::string_view sanitized) {
  std::string name(sanitized.substr(std::min(sanitized.find_first_not_of('_'), sanitized.size())));
  if (name.empty()) return name;
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  name = SpellOut(SpellOut(name, "rx", "received"), "tx", "transmitted");
  const bool total = std::find(kTotals.begin(), kTotals.end(), sanitized) != kTotals.end();
  return "node_ethtool_" + name + (total ? "_total" : "");
}

std::vector<EthtoolStatName> NameEthtoolStats(std::span<const char> names, const Pattern& wanted) {
  std::vector<Candidate> all = Candidates(names, wanted);
  std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.stat.family, a.stat.index) < std::tie(b.stat.family, b.stat.index);
  });
  std::vector<EthtoolStatName> stats;
  for (auto first = all.begin(); first != all.end();) {
    const auto end = std::find_if(
        first, all.end(), [&](const Candidate& c) { return c.stat.family != first->stat.family; });
    const bool clash =
        std::any_of(first, end, [&](const Candidate& c) { return c.name != first->name; });
    if (!clash) stats.push_back(std::move(std::prev(end)->stat));
    first = end;
  }
  return stats;
}

}  // namespace hostpulse::collectors
