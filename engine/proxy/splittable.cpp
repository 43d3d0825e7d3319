// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/splittable.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint32 Whole = 10'000; // hundredths of a percent
constexpr quint32 HashFactor = 0x5bd1e995;
constexpr int DecimalsMax = 2;

// "12.5" → 1250. Nothing for anything else, as ngx_atofp; beyond 32 bits nothing either.
std::optional<quint32> hundredths(QByteArrayView text)
{
    quint64 number = 0;
    int decimals = -1;
    for (const char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals == DecimalsMax)
            return std::nullopt;
        number = number * 10 + quint64(c - '0');
        if (decimals >= 0)
            ++decimals;
        if (number > std::numeric_limits<quint32>::max())
            return std::nullopt;
    }
    for (int missing = DecimalsMax - qMax(0, decimals); missing > 0; --missing)
        number *= 10;
    return number <= std::numeric_limits<quint32>::max() ? std::optional(quint32(number)) : std::nullopt;
}

} // namespace

quint32 murmurHash2(QByteArrayView bytes)
{
    const auto byteAt = [&](qsizetype i) { return quint32(uchar(bytes[i])); };
    quint32 hash = quint32(bytes.size());
    qsizetype at = 0;
    for (; bytes.size() - at >= 4; at += 4) {
        quint32 word = byteAt(at) | byteAt(at + 1) << 8 | byteAt(at + 2) << 16 | byteAt(at + 3) << 24;
        word *= HashFactor;
        word ^= word >> 24;
        word *= HashFactor;
        hash = hash * HashFactor ^ word;
    }
    const qsizetype rest = bytes.size() - at;
    for (qsizetype i = rest; i-- > 0;)
        hash ^= byteAt(at + i) << 8 * i;
    if (rest > 0)
        hash *= HashFactor;
    hash ^= hash >> 13;
    hash *= HashFactor;
    return hash ^ hash >> 15;
}

Result<void> SplitTable::add(QByteArrayView percent, quint32 value)
{
    if (percent == "*") {
        m_parts.push_back({0, value});
        return {};
    }
    const auto share = percent.endsWith('%') ? hundredths(percent.chopped(1)) : std::nullopt;
    if (!share || *share == 0)
        return Error{
            ErrorCode::InvalidValue, u"invalid percent value \"%1\""_s.arg(QString::fromUtf8(percent)), {}, {}};
    m_parts.push_back({*share, value});
    return {};
}

Result<void> SplitTable::finish()
{
    quint64 sum = 0;
    quint32 bound = 0;
    for (Part &part : m_parts) {
        sum = part.bound ? sum + part.bound : Whole;
        if (sum > Whole)
            return Error{ErrorCode::InvalidValue, u"percent total is greater than 100%"_s, {}, {}};
        if (sum == Whole)
            part.bound = 0; // the last share takes what rounding leaves over
        if (part.bound == 0)
            continue;
        bound += quint32(part.bound * quint64(0xffffffff) / Whole);
        part.bound = bound;
    }
    return {};
}

std::optional<quint32> SplitTable::find(QByteArrayView key) const
{
    const quint32 hash = murmurHash2(key);
    for (const Part &part : m_parts) {
        if (hash < part.bound || part.bound == 0)
            return part.value;
    }
    return std::nullopt;
}

} // namespace portlight
