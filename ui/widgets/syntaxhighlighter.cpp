// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/syntaxhighlighter.h"

#include <QTextDocument>

namespace portlight {

namespace {

// The end of a quoted word that starts at `from`, behind the closing quote.
qsizetype endOfQuoted(const QString &text, qsizetype from)
{
    const QChar quote = text[from];
    for (qsizetype i = from + 1; i < text.size(); ++i) {
        if (text[i] == u'\\')
            ++i;
        else if (text[i] == quote)
            return i + 1;
    }
    return text.size();
}

bool isWordChar(QChar c)
{
    return c.isLetterOrNumber() || c == u'_';
}

qsizetype endOfWord(const QString &text, qsizetype from)
{
    while (from < text.size() && isWordChar(text[from]))
        ++from;
    return from;
}

} // namespace

SyntaxHighlighter::SyntaxHighlighter(QTextDocument *document)
    : QSyntaxHighlighter(document)
    , m_colors(themeColors(false))
{}

void SyntaxHighlighter::setSyntax(Syntax syntax)
{
    if (m_syntax == syntax)
        return;
    m_syntax = syntax;
    rehighlight();
}

void SyntaxHighlighter::setColors(const ThemeColors &colors)
{
    m_colors = colors;
    rehighlight();
}

void SyntaxHighlighter::mark(qsizetype from, qsizetype length, const QColor &color)
{
    setFormat(int(from), int(length), color);
}

void SyntaxHighlighter::highlightBlock(const QString &text)
{
    switch (m_syntax) {
    case Syntax::Nginx: return highlightNginx(text);
    case Syntax::HttpHead: return highlightHead(text);
    case Syntax::Json: return highlightJson(text);
    case Syntax::Plain: return;
    }
}

void SyntaxHighlighter::highlightNginx(const QString &text)
{
    bool statementStart = true; // previous lines end their statement in what we write
    for (qsizetype i = 0; i < text.size();) {
        const QChar c = text[i];
        if (c == u'#' && (i == 0 || text[i - 1].isSpace())) {
            mark(i, text.size() - i, m_colors.dim);
            return;
        }
        if (c == u'"' || c == u'\'') {
            const qsizetype end = endOfQuoted(text, i);
            mark(i, end - i, m_colors.good.ink);
            i = end;
        } else if (c == u'$') {
            const qsizetype end = endOfWord(text, i + 1);
            mark(i, end - i, m_colors.warning.ink);
            i = end;
        } else if (statementStart && isWordChar(c)) {
            const qsizetype end = endOfWord(text, i);
            mark(i, end - i, m_colors.accentTone.ink);
            statementStart = false;
            i = end;
        } else {
            statementStart = statementStart || c == u';' || c == u'{' || c == u'}';
            ++i;
        }
    }
}

void SyntaxHighlighter::highlightHead(const QString &text)
{
    if (currentBlock().blockNumber() == 0) {
        QTextCharFormat strong;
        strong.setFontWeight(QFont::DemiBold);
        strong.setForeground(m_colors.text);
        setFormat(0, int(text.size()), strong);
        return;
    }
    if (const qsizetype colon = text.indexOf(u':'); colon > 0)
        mark(0, colon, m_colors.accentTone.ink);
}

void SyntaxHighlighter::highlightJson(const QString &text)
{
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] == u'"') {
            const qsizetype end = endOfQuoted(text, i);
            qsizetype next = end;
            while (next < text.size() && text[next].isSpace())
                ++next;
            const bool isKey = next < text.size() && text[next] == u':';
            mark(i, end - i, isKey ? m_colors.accentTone.ink : m_colors.good.ink);
            i = end;
        } else if (text[i].isLetterOrNumber() || text[i] == u'-') {
            qsizetype end = i + 1;
            while (end < text.size() && (isWordChar(text[end]) || text[end] == u'.' || text[end] == u'+'))
                ++end;
            mark(i, end - i, m_colors.warning.ink);
            i = end;
        } else {
            ++i;
        }
    }
}

} // namespace portlight
