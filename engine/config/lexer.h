// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace portlight {

// nginx reads through a buffer of 4096 bytes and refuses a word that does not fit it together with what ends it.
inline constexpr qsizetype ConfigPlainWordBytesMax = 4095;  // also of a comment, with its '#'
inline constexpr qsizetype ConfigQuotedWordBytesMax = 4094; // between the quotes

// One token of a configuration text: offsets into the text, nothing copied.
struct ConfigToken {
    enum class Kind : quint8 {
        Word,
        Semicolon,
        OpenBrace,
        CloseBrace,
        Comment,
        End,
        // problems; the lexer can go on behind each
        UnterminatedWord,  // the text ends inside the word
        TooLongWord,       // begin..end is the word
        TooLongQuotedWord, // the same, where a closing quote may be missing
        UnexpectedByte,    // behind a closing quote; begin is the byte
    };

    Kind kind = Kind::End;
    bool escaped = false; // the word has backslashes
    qsizetype begin = 0;  // as written, quotes included
    qsizetype end = 0;
    qsizetype contentBegin = 0; // without quotes
    qsizetype contentEnd = 0;
    int line = 1;
    int column = 1; // in bytes

    bool isProblem() const { return kind > Kind::End; }
};

// Splits a text into nginx's tokens, as ngx_conf_read_token (src/core/ngx_conf_file.c) does. Any bytes are input.
// Used by one thread; the text must outlive it.
class ConfigLexer
{
public:
    explicit ConfigLexer(QByteArrayView text)
        : m_text(text)
    {}

    ConfigToken next();
    // What a word means: its content with \" \' \\ \t \r \n resolved; any other backslash is kept.
    QByteArray value(const ConfigToken &token) const;
    QByteArray written(const ConfigToken &token) const;
    // The line of the byte that next() looks at next.
    int line() const { return m_line; }
    int column() const { return static_cast<int>(m_pos - m_lineStart) + 1; }

private:
    ConfigToken start(ConfigToken::Kind kind) const;
    void skipSpace();
    void noteLineBreak(qsizetype at);
    ConfigToken readComment();
    ConfigToken readQuoted(char quote);
    ConfigToken readPlain();

    QByteArrayView m_text;
    qsizetype m_pos = 0;
    qsizetype m_lineStart = 0;
    int m_line = 1;
    bool m_behindQuote = false; // a closing quote was just read: only space, ';', '{' and ')' may follow
};

} // namespace portlight
