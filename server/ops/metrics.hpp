#pragma once
#include "base/histogram.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hubbub::ops {

/// One thing that an operator watches, in as many samples as its labels have values.
struct Family {
    enum class Kind { counter, gauge, histogram };
    struct Sample {
        std::vector<std::pair<std::string, std::string>> labels;
        std::variant<double, Histogram> value; ///< a histogram if the family is one
    };
    std::string name; ///< `hubbub_…`; counters end in `_total`
    std::string help;
    Kind kind = Kind::counter;
    std::vector<Sample> samples;
};

/// Prometheus text format 0.0.4.
std::string to_text(const std::vector<Family>& families);

/// What the system knows of this process: memory, processor time, descriptors.
std::vector<Family> process_families();

} // namespace hubbub::ops
