// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/passphraseinput.h"

#include "commands/commandline.h"
#include "pki/passphrasefile.h"

#include <QFile>

#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int AttemptsMax = 3;
constexpr qsizetype AnswerBytesMax = 4096;
constexpr char EndOfText = 0x03;         // Ctrl+C
constexpr char EndOfTransmission = 0x04; // Ctrl+D
constexpr char EraseLine = 0x15;         // Ctrl+U
constexpr char Delete = 0x7f;

// The terminal without echo, and with Ctrl+C as a character: a process that a signal ends would leave it without echo.
class SilentTerminal
{
public:
    SilentTerminal()
        : m_usable(::tcgetattr(STDIN_FILENO, &m_former) == 0)
    {
        termios silent = m_former;
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG);
        m_usable = m_usable && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal()
    {
        if (m_usable)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_former);
        printError(u"\n"_s);
    }
    Q_DISABLE_COPY_MOVE(SilentTerminal)
    bool isUsable() const { return m_usable; }

private:
    termios m_former{};
    bool m_usable;
};

// UTF-8: a character goes with all of its bytes.
void eraseLast(QByteArray &text)
{
    while (!text.isEmpty()) {
        const auto last = static_cast<unsigned char>(text.back());
        text.chop(1);
        if ((last & 0xc0) != 0x80)
            return;
    }
}

Result<QString> readSilently()
{
    const SilentTerminal terminal;
    if (!terminal.isUsable())
        return Error{ErrorCode::InvalidValue, u"the terminal cannot be read without echo"_s, {}, {}};
    QByteArray text;
    char byte = 0;
    while (text.size() < AnswerBytesMax && ::read(STDIN_FILENO, &byte, 1) == 1) {
        if (byte == '\n' || byte == '\r')
            return QString::fromUtf8(text);
        if (byte == EndOfText || byte == EndOfTransmission)
            break;
        if (byte == EraseLine)
            text.clear();
        else if (byte == Delete || byte == '\b')
            eraseLast(text);
        else
            text += byte;
    }
    return Error{ErrorCode::Cancelled, u"it was given up"_s, {}, {}};
}

} // namespace

bool hasTerminal()
{
    return ::isatty(STDIN_FILENO) == 1;
}

Result<QString> askSecret(const QString &prompt)
{
    if (!hasTerminal())
        return Error{ErrorCode::InvalidValue, u"there is no terminal to ask on"_s, {}, u"give it with a file"_s};
    printError(prompt + u": "_s);
    return readSilently();
}

Result<QString> askNewSecret(const QString &what)
{
    for (int attempt = 0; attempt < AttemptsMax; ++attempt) {
        const Result<QString> first = askSecret(what);
        if (!first)
            return first;
        const Result<QString> again = askSecret(u"The same again"_s);
        if (!again || *again == *first)
            return again;
        printError(u"The two differ.\n"_s);
    }
    return Error{ErrorCode::InvalidValue, u"the two differed %1 times"_s.arg(AttemptsMax), {}, {}};
}

Result<QString> secretFromFile(const QString &file)
{
    QFile input;
    if (file == u"-"_s && !input.open(stdin, QIODevice::ReadOnly))
        return Error{ErrorCode::FileNotReadable, u"standard input cannot be read"_s, {}, {}};
    const Result<QByteArray> secret =
        input.isOpen() ? readPassphrase(input, u"standard input"_s) : readPassphraseFile(file);
    if (!secret)
        return secret.error();
    return QString::fromUtf8(*secret);
}

bool askYes(const QString &question)
{
    if (!hasTerminal())
        return false;
    printError(question + u" [y/N] "_s);
    QByteArray answer;
    char byte = 0;
    while (answer.size() < AnswerBytesMax && ::read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        answer += byte;
    answer = answer.trimmed().toLower();
    return answer == "y" || answer == "yes";
}

} // namespace portlight
