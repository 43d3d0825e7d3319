// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr size_t ErrorTextBytesMax = 128; // as nginx's buffer: longer texts of PCRE2 are cut there

// PCRE2 wants a pointer, even to nothing.
PCRE2_SPTR pointerTo(QByteArrayView bytes)
{
    return reinterpret_cast<PCRE2_SPTR>(bytes.isEmpty() ? "" : bytes.data());
}

Error compileError(QByteArrayView pattern, int code, PCRE2_SIZE offset)
{
    PCRE2_UCHAR words[ErrorTextBytesMax] = {};
    pcre2_get_error_message(code, words, sizeof words);
    QString message = u"pcre2_compile() failed: %1 in \"%2\""_s.arg(
        QString::fromLatin1(reinterpret_cast<const char *>(words)), QString::fromUtf8(pattern));
    if (qsizetype(offset) < pattern.size())
        message += u" at \"%1\""_s.arg(QString::fromUtf8(pattern.sliced(qsizetype(offset))));
    return {ErrorCode::InvalidValue, message, {}, {}};
}

std::vector<RegexGroup> namedGroups(const pcre2_code *code)
{
    uint32_t count = 0;
    uint32_t entryBytes = 0;
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entryBytes);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    std::vector<RegexGroup> groups;
    groups.reserve(count);
    for (; count > 0; --count, table += entryBytes) // two bytes of number, then the name and a NUL
        groups.push_back({reinterpret_cast<const char *>(table + 2), table[0] << 8 | table[1]});
    return groups;
}

} // namespace

struct Regex::Code {
    Code(pcre2_code *code, QByteArrayView text, bool ignoresCase)
        : compiled(code)
        , pattern(text.toByteArray())
        , groups(namedGroups(code))
        , caseless(ignoresCase)
    {
        pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &captures);
        pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // where there is none, the interpreter matches
    }
    ~Code() { pcre2_code_free(compiled); }
    Q_DISABLE_COPY_MOVE(Code)

    pcre2_code *compiled;
    QByteArray pattern;
    std::vector<RegexGroup> groups;
    uint32_t captures = 0;
    bool caseless;
};

RegexMatch::RegexMatch() = default;
RegexMatch::~RegexMatch() = default;
RegexMatch::RegexMatch(RegexMatch &&) noexcept = default;
RegexMatch &RegexMatch::operator=(RegexMatch &&) noexcept = default;

void RegexMatch::Free::operator()(pcre2_match_data *data) const
{
    pcre2_match_data_free(data);
}

void RegexMatch::Free::operator()(pcre2_match_context *context) const
{
    pcre2_match_context_free(context);
}

bool RegexMatch::reserve(int groups)
{
    if (!m_limits) {
        m_limits.reset(pcre2_match_context_create(nullptr));
        if (!m_limits)
            return false;
        pcre2_set_match_limit(m_limits.get(), RegexMatchLimit);
        pcre2_set_heap_limit(m_limits.get(), RegexHeapKiBMax);
    }
    if (m_pairs < groups + 1) {
        m_data.reset(pcre2_match_data_create(uint32_t(groups + 1), nullptr));
        m_pairs = m_data ? groups + 1 : 0;
    }
    return m_pairs > 0;
}

QByteArrayView RegexMatch::group(int number, QByteArrayView subject) const
{
    const size_t at = size_t(number) * 2;
    if (number < 0 || at + 1 >= m_offsets.size() || m_offsets[at] == Unset)
        return {};
    const size_t begin = m_offsets[at];
    const size_t end = m_offsets[at + 1]; // \K in a lookahead may put it before the begin
    return end > begin ? subject.sliced(qsizetype(begin), qsizetype(end - begin)) : QByteArrayView();
}

Result<Regex> Regex::compile(QByteArrayView pattern, bool caseless)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *const compiled = pcre2_compile(pointerTo(pattern), PCRE2_SIZE(pattern.size()),
                                               caseless ? PCRE2_CASELESS : 0, &code, &offset, nullptr);
    if (!compiled)
        return compileError(pattern, code, offset);
    Regex regex;
    regex.m_code = std::make_shared<const Code>(compiled, pattern, caseless);
    return regex;
}

const QByteArray &Regex::pattern() const
{
    Q_ASSERT(m_code);
    return m_code->pattern;
}

bool Regex::isCaseless() const
{
    return m_code && m_code->caseless;
}

int Regex::captureCount() const
{
    return m_code ? int(m_code->captures) : 0;
}

const std::vector<RegexGroup> &Regex::groups() const
{
    Q_ASSERT(m_code);
    return m_code->groups;
}

int Regex::match(QByteArrayView subject, RegexMatch &match) const
{
    if (!m_code)
        return 0;
    if (!match.reserve(captureCount()))
        return match.m_error = PCRE2_ERROR_NOMEMORY;
    const auto run = [&](uint32_t options) {
        return pcre2_match(m_code->compiled, pointerTo(subject), PCRE2_SIZE(subject.size()), 0, options,
                           match.m_data.get(), match.m_limits.get());
    };
    int pairs = run(0);
    if (pairs == PCRE2_ERROR_JIT_STACKLIMIT) // its 32 KiB of stack are less than nginx's interpreter may use
        pairs = run(PCRE2_NO_JIT);
    if (pairs == PCRE2_ERROR_NOMATCH)
        return 0;
    if (pairs < 0)
        match.m_error = pairs;
    if (pairs > 0) {
        const PCRE2_SIZE *const offsets = pcre2_get_ovector_pointer(match.m_data.get());
        match.m_offsets.assign(offsets, offsets + size_t(pairs) * 2);
    }
    return pairs;
}

Result<Regex> RegexCache::compile(QByteArrayView pattern, bool caseless)
{
    QByteArray key;
    key.reserve(pattern.size() + 1);
    key.append(caseless ? '*' : ' ').append(pattern);
    const auto known = m_known.constFind(key);
    if (known != m_known.constEnd())
        return *known;
    Result<Regex> compiled = Regex::compile(pattern, caseless);
    if (compiled)
        m_known.insert(key, *compiled);
    return compiled;
}

} // namespace portlight
