#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hubbub::postgres {

using Uuid = std::array<std::uint8_t, 16>;

/// Bytes for a `bytea`.
struct Bytes {
    std::string_view value;
};

/// The parameters of one call, in PostgreSQL's binary form. Copies what it is given.
///
/// bool → boolean, int32 → int4, int64 and ids → int8, strings → text, Bytes → bytea, Uuid → uuid,
/// Timestamp → timestamptz, optional<T> → T or NULL, vector<T> → T[] (of T or optional<T>).
class Params {
  public:
    template <class... T> static Params of(const T&... values) {
        Params params;
        (params.add(values), ...);
        return params;
    }

    template <class T> void add(const T& value);

    std::size_t size() const { return fields_.size(); }
    std::uint32_t oid(std::size_t i) const { return fields_[i].oid; }
    int length(std::size_t i) const { return fields_[i].length < 0 ? 0 : fields_[i].length; }
    /// Null for NULL.
    const char* data(std::size_t i) const { return fields_[i].length < 0 ? nullptr : bytes_.data() + fields_[i].at; }

  private:
    struct Field {
        std::uint32_t oid;
        std::size_t at;
        int length; // -1: NULL
    };
    template <class T> void add_array(const std::vector<T>& values);

    std::vector<Field> fields_;
    std::string bytes_;
};

namespace internal {

void put_int32(std::string& out, std::int32_t value);
void put_int64(std::string& out, std::int64_t value);

/// How one C++ type is written: the type's and its array's object id (pg_type.dat), and its binary form.
template <class T> struct Binary;

template <> struct Binary<bool> {
    static constexpr std::uint32_t kOid = 16, kArrayOid = 1000;
    static void put(std::string& out, bool value) { out.push_back(value ? '\1' : '\0'); }
};
template <> struct Binary<std::int32_t> {
    static constexpr std::uint32_t kOid = 23, kArrayOid = 1007;
    static void put(std::string& out, std::int32_t value) { put_int32(out, value); }
};
template <> struct Binary<std::int64_t> {
    static constexpr std::uint32_t kOid = 20, kArrayOid = 1016;
    static void put(std::string& out, std::int64_t value) { put_int64(out, value); }
};
template <class Tag> struct Binary<Id<Tag>> {
    static constexpr std::uint32_t kOid = 20, kArrayOid = 1016;
    static void put(std::string& out, Id<Tag> value) { put_int64(out, value.value); }
};
template <> struct Binary<std::string_view> {
    static constexpr std::uint32_t kOid = 25, kArrayOid = 1009;
    static void put(std::string& out, std::string_view value) { out.append(value); }
};
template <> struct Binary<std::string> : Binary<std::string_view> {};
template <> struct Binary<Bytes> {
    static constexpr std::uint32_t kOid = 17, kArrayOid = 1001;
    static void put(std::string& out, Bytes value) { out.append(value.value); }
};
template <> struct Binary<Uuid> {
    static constexpr std::uint32_t kOid = 2950, kArrayOid = 2951;
    static void put(std::string& out, const Uuid& value) { out.append(value.begin(), value.end()); }
};
template <> struct Binary<Timestamp> {
    static constexpr std::uint32_t kOid = 1184, kArrayOid = 1185;
    static void put(std::string& out, Timestamp value);
};

template <class T> struct Optional : std::false_type { using Value = T; };
template <class T> struct Optional<std::optional<T>> : std::true_type { using Value = T; };
template <class T> struct Vector : std::false_type {};
template <class T> struct Vector<std::vector<T>> : std::true_type {};

} // namespace internal

template <class T> void Params::add(const T& value) {
    if constexpr (internal::Vector<T>::value) {
        add_array(value);
    } else if constexpr (internal::Optional<T>::value) {
        if (value) {
            add(*value);
        } else {
            fields_.push_back({internal::Binary<typename internal::Optional<T>::Value>::kOid, 0, -1});
        }
    } else {
        using Codec =
            internal::Binary<std::conditional_t<std::is_convertible_v<T, std::string_view>, std::string_view, T>>;
        const std::size_t at = bytes_.size();
        Codec::put(bytes_, value);
        fields_.push_back({Codec::kOid, at, static_cast<int>(bytes_.size() - at)});
    }
}

template <class T> void Params::add_array(const std::vector<T>& values) {
    using Codec = internal::Binary<typename internal::Optional<T>::Value>;
    const std::size_t at = bytes_.size();
    internal::put_int32(bytes_, values.empty() ? 0 : 1); // dimensions
    internal::put_int32(bytes_, internal::Optional<T>::value ? 1 : 0);
    internal::put_int32(bytes_, static_cast<std::int32_t>(Codec::kOid));
    if (!values.empty()) {
        internal::put_int32(bytes_, static_cast<std::int32_t>(values.size()));
        internal::put_int32(bytes_, 1); // lower bound
    }
    for (const T& value : values) {
        const std::size_t head = bytes_.size();
        internal::put_int32(bytes_, -1);
        if constexpr (internal::Optional<T>::value) {
            if (!value) continue;
            Codec::put(bytes_, *value);
        } else {
            Codec::put(bytes_, value);
        }
        std::string length;
        internal::put_int32(length, static_cast<std::int32_t>(bytes_.size() - head - 4));
        bytes_.replace(head, 4, length);
    }
    fields_.push_back({Codec::kArrayOid, at, static_cast<int>(bytes_.size() - at)});
}

} // namespace hubbub::postgres
