// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/lexer.h"

namespace portlight {

namespace {

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

ConfigToken ConfigLexer::start(ConfigToken::Kind kind) const
{
    ConfigToken token;
    token.kind = kind;
    token.begin = token.contentBegin = m_pos;
    token.line = m_line;
    token.column = column();
    return token;
}

void ConfigLexer::noteLineBreak(qsizetype at)
{
    ++m_line;
    m_lineStart = at + 1;
}

void ConfigLexer::skipSpace()
{
    while (m_pos < m_text.size() && isSpace(m_text[m_pos])) {
        if (m_text[m_pos] == '\n')
            noteLineBreak(m_pos);
        m_behindQuote = false;
        ++m_pos;
    }
}

ConfigToken ConfigLexer::next()
{
    skipSpace();
    if (m_pos >= m_text.size())
        return start(ConfigToken::Kind::End);

    const char c = m_text[m_pos];
    if (m_behindQuote) {
        m_behindQuote = false;
        // '}' keeps its meaning, where the missing ';' is reported; the others begin a word.
        if (c != ';' && c != '{' && c != ')' && c != '}') {
            ConfigToken token = start(ConfigToken::Kind::UnexpectedByte);
            token.end = token.contentEnd = m_pos + 1;
            return token;
        }
    }
    ConfigToken::Kind kind = ConfigToken::Kind::Word;
    switch (c) {
    case ';': kind = ConfigToken::Kind::Semicolon; break;
    case '{': kind = ConfigToken::Kind::OpenBrace; break;
    case '}': kind = ConfigToken::Kind::CloseBrace; break;
    case '#': return readComment();
    case '"':
    case '\'': return readQuoted(c);
    default: return readPlain();
    }
    ConfigToken token = start(kind);
    ++m_pos;
    token.end = token.contentEnd = m_pos;
    return token;
}

ConfigToken ConfigLexer::readComment()
{
    ConfigToken token = start(ConfigToken::Kind::Comment);
    const qsizetype lineBreak = m_text.indexOf('\n', m_pos);
    m_pos = lineBreak < 0 ? m_text.size() : lineBreak;
    token.end = m_pos;
    if (token.end - token.begin > ConfigPlainWordBytesMax)
        token.kind = ConfigToken::Kind::TooLongWord;
    while (token.end > token.begin && isSpace(m_text[token.end - 1]))
        --token.end;
    token.contentEnd = token.end;
    return token;
}

ConfigToken ConfigLexer::readQuoted(char quote)
{
    ConfigToken token = start(ConfigToken::Kind::Word);
    token.contentBegin = ++m_pos;
    const qsizetype size = m_text.size();
    for (; m_pos < size; ++m_pos) {
        const char c = m_text[m_pos];
        if (c == quote)
            break;
        if (c == '\\') {
            token.escaped = true;
            ++m_pos;
        }
        if (m_pos < size && m_text[m_pos] == '\n')
            noteLineBreak(m_pos);
    }
    m_pos = std::min(m_pos, size);
    token.contentEnd = m_pos;
    if (m_pos == size) {
        token.kind = ConfigToken::Kind::UnterminatedWord;
    } else {
        ++m_pos;
        m_behindQuote = true;
    }
    token.end = m_pos;
    if (token.contentEnd - token.contentBegin > ConfigQuotedWordBytesMax)
        token.kind = ConfigToken::Kind::TooLongQuotedWord;
    return token;
}

ConfigToken ConfigLexer::readPlain()
{
    ConfigToken token = start(ConfigToken::Kind::Word);
    const qsizetype size = m_text.size();
    bool variable = false; // behind a '$': a '{' belongs to "${name}"
    for (; m_pos < size; ++m_pos) {
        const char c = m_text[m_pos];
        if (c == '{' && variable && m_pos > token.begin)
            continue;
        if (isSpace(c) || c == ';' || c == '{')
            break;
        variable = c == '$';
        if (c == '\\') {
            token.escaped = true;
            ++m_pos;
            if (m_pos < size && m_text[m_pos] == '\n')
                noteLineBreak(m_pos);
        }
    }
    m_pos = std::min(m_pos, size);
    token.end = token.contentEnd = m_pos;
    if (m_pos == size)
        token.kind = ConfigToken::Kind::UnterminatedWord;
    if (token.end - token.begin > ConfigPlainWordBytesMax)
        token.kind = ConfigToken::Kind::TooLongWord;
    return token;
}

QByteArray ConfigLexer::value(const ConfigToken &token) const
{
    const QByteArrayView content = m_text.sliced(token.contentBegin, token.contentEnd - token.contentBegin);
    if (!token.escaped)
        return content.toByteArray();
    QByteArray result;
    result.reserve(content.size());
    for (qsizetype i = 0; i < content.size(); ++i) {
        const char c = content[i];
        const char following = i + 1 < content.size() ? content[i + 1] : '\0';
        if (c != '\\' || i + 1 == content.size()) {
            result += c;
            continue;
        }
        switch (following) {
        case '"':
        case '\'':
        case '\\': result += following; break;
        case 't': result += '\t'; break;
        case 'r': result += '\r'; break;
        case 'n': result += '\n'; break;
        default: result += c; continue; // the byte behind it is copied in the next turn
        }
        ++i;
    }
    return result;
}

QByteArray ConfigLexer::written(const ConfigToken &token) const
{
    return m_text.sliced(token.begin, token.end - token.begin).toByteArray();
}

} // namespace portlight
