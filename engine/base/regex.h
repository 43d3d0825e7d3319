// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QHash>

#include <memory>
#include <span>
#include <vector>

struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace portlight {

// Bounds of one match; both are PCRE2's own defaults, and so nginx's.
inline constexpr quint32 RegexMatchLimit = 10'000'000; // steps of backtracking
inline constexpr quint32 RegexHeapKiBMax = 20'000'000; // of backtracking frames

// A group with a name: "(?<user>…)". A name may stand for several numbers.
struct RegexGroup {
    QByteArray name;
    int number = 0;
};

// Where the last successful match and its groups lie in their subject; a match that fails leaves it alone, as nginx's
// captures. Reused from match to match; owned by one thread.
class RegexMatch
{
public:
    static constexpr size_t Unset = ~size_t(0); // the offset of a group that took no part

    RegexMatch();
    ~RegexMatch();
    RegexMatch(RegexMatch &&) noexcept;
    RegexMatch &operator=(RegexMatch &&) noexcept;

    // Begin and end of the whole match, then of each group up to the last that took part.
    std::span<const size_t> offsets() const { return m_offsets; }
    // The text of a group in the subject that was matched; empty for one that took no part.
    QByteArrayView group(int number, QByteArrayView subject) const;
    void clear() { m_offsets.clear(); }
    // PCRE2's code for the last match that gave no answer.
    int error() const { return m_error; }

private:
    friend class Regex;
    struct Free {
        void operator()(pcre2_real_match_data_8 *data) const;
        void operator()(pcre2_real_match_context_8 *context) const;
    };
    bool reserve(int groups);

    std::unique_ptr<pcre2_real_match_data_8, Free> m_data;
    std::unique_ptr<pcre2_real_match_context_8, Free> m_limits;
    std::vector<size_t> m_offsets;
    int m_pairs = 0; // that m_data has room for
    int m_error = 0;
};

// A compiled regular expression: PCRE2 on bytes, as in nginx. A handle: copies share what was compiled, which never
// changes, so any thread may match with it.
class Regex
{
public:
    Regex() = default; // matches nothing; isNull() is true

    // Error: InvalidValue in nginx's words, 'pcre2_compile() failed: missing closing parenthesis in "("' (ngx_regex.c).
    static Result<Regex> compile(QByteArrayView pattern, bool caseless);

    bool isNull() const { return !m_code; }
    const QByteArray &pattern() const;
    bool isCaseless() const;
    int captureCount() const;                      // groups, without the whole match
    const std::vector<RegexGroup> &groups() const; // those with names

    // The number of pairs of offsets in `match` (1 or more), 0 without a match, and PCRE2's negative error when there
    // is no answer: a limit was reached, or memory was short.
    int match(QByteArrayView subject, RegexMatch &match) const;

private:
    struct Code;
    std::shared_ptr<const Code> m_code;
};

// Expressions compiled once however often a configuration repeats them. Used while compiling, by one thread.
class RegexCache
{
public:
    Result<Regex> compile(QByteArrayView pattern, bool caseless);

private:
    QHash<QByteArray, Regex> m_known; // by pattern, behind one byte for the case
};

// Is told of every successful match, in order, while servers, locations or map entries are tried: that sets numbered
// and named captures.
class RegexListener
{
public:
    virtual void regexMatched(const Regex &regex, QByteArrayView subject, const RegexMatch &match) = 0;

protected:
    ~RegexListener() = default;
};

} // namespace portlight
