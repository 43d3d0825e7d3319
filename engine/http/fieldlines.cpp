// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/fieldlines.h"

#include "http/asciitable.h"

#include <QtEndian>

#include <bit>

namespace portlight {

using Code = HttpProtocolError::Code;

namespace {

// The first byte from `p` on that a value cannot hold, or `last`.
const char *skipValue(const char *p, const char *last)
{
    // Eight bytes at once: the lowest bit of `low` belongs to the first byte below 14, where NUL, CR and LF are.
    constexpr quint64 ones = 0x0101010101010101u;
    while (last - p >= 8) {
        const quint64 word = qFromLittleEndian<quint64>(p);
        const quint64 low = (word - ones * 14) & ~word & (ones * 0x80);
        if (low == 0) {
            p += 8;
            continue;
        }
        p += std::countr_zero(low) / 8;
        if (!ascii::is(*p, ascii::ValueByte))
            return p;
        ++p; // a tab, or another control character that nginx lets pass
    }
    while (p < last && ascii::is(*p, ascii::ValueByte))
        ++p;
    return p;
}

// The first byte from `p` on that a plain name does not hold, or `last`.
const char *skipPlainName(const char *p, const char *last)
{
    const auto classes = [&p](int at) { return ascii::classTable[quint8(p[at])]; };
    while (last - p >= 4 && (classes(0) & classes(1) & classes(2) & classes(3) & ascii::PlainNameByte))
        p += 4;
    while (p < last && ascii::is(*p, ascii::PlainNameByte))
        ++p;
    return p;
}

} // namespace

void FieldLines::start(qsizetype position, Options options)
{
    m_position = m_lineStart = position;
    m_options = options;
    m_state = State::LineStart;
    m_failure = Code::None;
}

FieldLines::Step FieldLines::fail(Code code, qsizetype at)
{
    m_state = State::Failed;
    m_failure = code;
    m_position = at;
    return Step::Failed;
}

// True when a field name begins here; otherwise m_state says what does.
bool FieldLines::beginLine(char first, qsizetype at)
{
    m_lineStart = at;
    if (first == '\r') {
        m_state = State::SectionFeed;
        return false;
    }
    if (first == ' ' || first == '\t') {
        fail(Code::ObsFold, at); // RFC 9112 §5.2: a server may refuse it, and hops disagree about it
        return false;
    }
    if (first == ':') {
        fail(Code::InvalidHeader, at);
        return false;
    }
    m_field = HeaderField{};
    m_field.name.offset = quint32(at);
    m_nameIsPlain = true;
    m_state = State::Name;
    return true;
}

// Reads name bytes; stands on the ':' or line end afterwards, or on `last`, or has failed.
const char *FieldLines::readName(const char *data, const char *p, const char *last)
{
    for (p = skipPlainName(p, last); p < last; p = skipPlainName(p + 1, last)) {
        if (*p == ':' || *p == '\r' || *p == '\n')
            return p;
        if (quint8(*p) <= 0x20 || *p == 0x7f) {
            fail(*p == 0 ? Code::NulByte : Code::InvalidHeader, p - data);
            return p;
        }
        if (*p != '_' || !m_options.underscores)
            m_nameIsPlain = false;
    }
    return p;
}

// nginx takes spaces off a value, not tabs, and so must $http_… variables show it.
void FieldLines::endValue(const char *data, qsizetype at)
{
    qsizetype end = at;
    while (end > qsizetype(m_field.value.offset) && data[end - 1] == ' ')
        --end;
    m_field.value.length = quint32(end - m_field.value.offset);
}

FieldLines::Step FieldLines::endField(qsizetype nextLine, const char *data)
{
    m_position = nextLine;
    m_state = State::LineStart;
    m_field.invalid = !m_nameIsPlain;
    m_field.id = m_nameIsPlain ? headerId(m_field.name.in(data)) : HeaderId::Other;
    return Step::Field;
}

FieldLines::Step FieldLines::next(const char *data, qsizetype end)
{
    const char *p = data + m_position;
    const char *const last = data + end;
    while (p < last) {
        switch (m_state) {
        case State::LineStart:
            if (*p == '\n' && !m_options.crlfOnly) {
                m_lineStart = p - data;
                m_position = p - data + 1;
                m_state = State::Ended;
                return Step::End;
            }
            if (!beginLine(*p, p - data)) {
                if (m_state == State::Failed)
                    return Step::Failed;
                ++p;
                break;
            }
            [[fallthrough]];
        case State::Name:
            p = readName(data, p, last);
            if (m_state == State::Failed)
                return Step::Failed;
            if (p == last)
                break;
            m_field.name.length = quint32(p - data - m_field.name.offset);
            m_field.value.offset = quint32(p - data);
            m_state = State::BeforeValue;
            if (*p == ':')
                ++p;
            else
                m_state = State::Value; // a line without a colon: nginx takes it for a field with an empty value
            break;
        case State::BeforeValue:
            while (p < last && *p == ' ')
                ++p;
            m_field.value.offset = quint32(p - data);
            if (p < last)
                m_state = State::Value;
            break;
        case State::Value:
            p = skipValue(p, last);
            if (p == last)
                break;
            if (*p == 0)
                return fail(Code::NulByte, p - data);
            endValue(data, p - data);
            if (*p == '\n') {
                if (m_options.crlfOnly)
                    return fail(Code::InvalidHeader, p - data);
                return endField(p - data + 1, data);
            }
            m_state = State::LineFeed;
            ++p;
            break;
        case State::LineFeed:
            if (*p != '\n')
                return fail(Code::BareCr, p - data);
            return endField(p - data + 1, data);
        case State::SectionFeed:
            if (*p != '\n')
                return fail(Code::BareCr, p - data);
            m_position = p - data + 1;
            m_state = State::Ended;
            return Step::End;
        case State::Ended: return Step::End;
        case State::Failed: return Step::Failed;
        }
    }
    m_position = p - data;
    return m_state == State::Failed ? Step::Failed : Step::NeedMore;
}

} // namespace portlight
