// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parser.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

// What must hold of the HTTP parsers for any bytes whatever; a violation aborts, which a fuzzer takes for a crash.
namespace portlight::fuzzing {

#define FUZZ_REQUIRE(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                        \
            std::abort();                                                                                              \
        }                                                                                                              \
    } while (false)

// Chooses how the bytes are cut: from the bytes themselves, so that a crash can be replayed.
class Cutter
{
public:
    Cutter(const char *data, size_t size)
    {
        for (size_t i = 0; i < size; ++i)
            m_state = (m_state ^ quint8(data[i])) * 16777619u;
        m_onlyOnes = m_state & 1;
    }
    // 1 … `left`
    size_t next(size_t left)
    {
        if (m_onlyOnes)
            return 1;
        m_state = m_state * 1664525u + 1013904223u;
        return 1 + (m_state >> 16) % left;
    }

private:
    quint32 m_state = 2166136261u;
    bool m_onlyOnes = false;
};

// A copy of exactly that size on the heap: the address sanitizer sees a byte read too far.
inline std::unique_ptr<char[]> exactCopy(const char *data, size_t size)
{
    std::unique_ptr<char[]> copy(new char[size ? size : 1]);
    std::copy(data, data + size, copy.get());
    return copy;
}

inline bool same(const WireSpan &a, const WireSpan &b)
{
    return a.offset == b.offset && a.length == b.length;
}

inline bool same(const std::vector<HeaderField> &a, const std::vector<HeaderField> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const HeaderField &x, const HeaderField &y) {
        return same(x.name, y.name) && same(x.value, y.value) && x.id == y.id && x.named == y.named
               && x.invalid == y.invalid;
    });
}

inline bool same(const HttpProtocolError &a, const HttpProtocolError &b)
{
    return a.code == b.code && a.status == b.status && a.offset == b.offset && QByteArrayView(a.message) == b.message;
}

inline void requireInside(const WireSpan &span, size_t size)
{
    FUZZ_REQUIRE(size_t(span.offset) + span.length <= size);
}

inline void requireInside(const std::vector<HeaderField> &fields, size_t size)
{
    for (const HeaderField &field : fields) {
        requireInside(field.name, size);
        requireInside(field.value, size);
        FUZZ_REQUIRE(!field.name.isEmpty());
    }
}

// Lets `parser` read growing prefixes, and sees to it that it never goes back nor too far.
template<typename Parser>
ParseStatus readInPieces(Parser &parser, const char *data, size_t size)
{
    Cutter cutter(data, size);
    ParseStatus status = ParseStatus::NeedMore;
    qsizetype consumed = 0;
    for (size_t given = 0; status == ParseStatus::NeedMore && given < size;) {
        given += cutter.next(size - given);
        const auto copy = exactCopy(data, given);
        status = parser.parse(copy.get(), qsizetype(given));
        FUZZ_REQUIRE(parser.consumed() <= qsizetype(given));
        if (status == ParseStatus::NeedMore)
            FUZZ_REQUIRE(parser.consumed() >= consumed);
        consumed = parser.consumed();
    }
    return status;
}

} // namespace portlight::fuzzing
