// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/paritycases.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace portlight::testing {

using namespace Qt::StringLiterals;

namespace {

// Reads one file, line by line.
class Reader
{
public:
    Reader(const QString &path, ParityCases &into)
        : m_path(path.toUtf8())
        , m_into(into)
    {}

    void read(const QList<QByteArray> &lines);

private:
    void readLine(const QByteArray &line);
    void readBlockLine(const QByteArray &line);
    bool takeFile(const QByteArray &line);
    void beginCase(const QByteArray &words);
    bool takeRequest(const QByteArray &line);
    void endHead();
    void takeSend(const QByteArray &bytes);
    void takeReplyBytes(const QByteArray &bytes);
    void takeReplyMode(const QByteArray &words);
    void takeStep(const QByteArray &words);
    void endSend(bool implied);
    void endCase();
    void fail(const QByteArray &what);

    const QByteArray m_path;
    ParityCases &m_into;
    int m_line = 0;
    QByteArray *m_block = nullptr; // what the lines up to @end are added to
    ParityCase m_case;
    bool m_inCase = false;
    bool m_sending = false;
    bool m_headOpen = false; // of a request in short form
    bool m_replyOpen = false;
};

void Reader::fail(const QByteArray &what)
{
    if (m_into.problem.isEmpty())
        m_into.problem = m_path + ':' + QByteArray::number(m_line) + ": " + what;
}

void Reader::read(const QList<QByteArray> &lines)
{
    for (const QByteArray &line : lines) {
        ++m_line;
        if (m_block)
            readBlockLine(line);
        else if (!line.trimmed().isEmpty() && !line.startsWith('#'))
            readLine(line);
    }
    if (m_block)
        fail("@end is missing");
    endCase();
}

void Reader::readBlockLine(const QByteArray &line)
{
    if (line == "@end")
        m_block = nullptr;
    else
        *m_block += line + '\n';
}

// Whether the line describes a file.
bool Reader::takeFile(const QByteArray &line)
{
    using Kind = ParityFile::Kind;
    const QByteArray verb = line.left(line.indexOf(' '));
    const QByteArray path = line.mid(verb.size()).simplified().split(' ').value(0);
    const QByteArray rest = line.mid(line.indexOf(path, verb.size()) + path.size() + 1);
    if (verb == "@file")
        m_into.files.push_back({Kind::Plain, path, {}, rest == "executable"});
    else if (verb == "@bytes")
        m_into.files.push_back({Kind::Plain, path, unescaped(rest), false});
    else if (verb == "@folder")
        m_into.files.push_back({Kind::Folder, path, {}, false});
    else if (verb == "@link")
        m_into.files.push_back({Kind::Link, path, rest, false});
    else
        return false;
    if (verb == "@file")
        m_block = &m_into.files.back().content;
    return true;
}

void Reader::readLine(const QByteArray &line)
{
    if (line.startsWith("@config ")) {
        endCase();
        const QByteArray name = line.mid(8).trimmed();
        if (m_into.configs.contains(name))
            fail("a second configuration \"" + name + '"');
        m_block = &m_into.configs[name];
    } else if (line.startsWith("@case ")) {
        endCase();
        beginCase(line.mid(6));
    } else if (takeFile(line)) {
        endCase();
    } else if (takeRequest(line)) {
        return;
    } else if (!m_inCase) {
        fail("nothing has begun that this line could belong to");
    } else if (line.startsWith("+ ")) {
        m_case.steps.back().bytes += unescaped(line.mid(2)) + "\r\n";
    } else if (line.startsWith(">>")) {
        takeSend(unescaped(line.mid(3)));
    } else if (line.startsWith('>')) {
        takeSend(unescaped(line.mid(2)) + "\r\n");
    } else if (line.startsWith("<~")) {
        takeReplyMode(line.mid(3));
    } else if (line.startsWith("<<")) {
        takeReplyBytes(unescaped(line.mid(3)));
    } else if (line.startsWith('<')) {
        takeReplyBytes(unescaped(line.mid(2)) + "\r\n");
    } else if (line.startsWith("~ ")) {
        takeStep(line.mid(2));
    } else if (line.startsWith("!nginx")) {
        m_case.onlyNginx += line.mid(7);
    } else if (line.startsWith("!ours")) {
        m_case.onlyOurs += line.mid(6);
    } else if (line.startsWith("! ")) {
        m_case.because += (m_case.because.isEmpty() ? "" : " ") + line.mid(2);
    } else {
        fail("not understood: " + line);
    }
}

void Reader::beginCase(const QByteArray &words)
{
    const QList<QByteArray> parts = words.simplified().split(' ');
    m_case = {};
    m_case.name = parts.value(0);
    m_case.config = parts.value(1);
    m_case.fresh = parts.value(2) == "fresh";
    m_inCase = true;
    m_sending = m_replyOpen = false;
    if (!m_into.configs.contains(m_case.config))
        fail("no configuration \"" + m_case.config + '"');
}

// Whether the line is a case in short form.
bool Reader::takeRequest(const QByteArray &line)
{
    static const QByteArrayList methods{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};
    const QList<QByteArray> words = line.simplified().split(' ');
    const QByteArray method = words.value(0).mid(1).toUpper();
    if (!line.startsWith('@') || !methods.contains(method))
        return false;
    endCase();
    beginCase(words.value(1) + ' ' + words.value(2));
    const QByteArray host = words.size() > 4 ? unescaped(words[4]) : "a.test"_ba;
    takeSend(method + ' ' + unescaped(words.value(3)) + " HTTP/1.1\r\nHost: " + host + "\r\n");
    m_headOpen = true;
    return true;
}

void Reader::endHead()
{
    if (std::exchange(m_headOpen, false))
        m_case.steps.back().bytes += "\r\n";
}

void Reader::takeSend(const QByteArray &bytes)
{
    endHead();
    if (!m_sending)
        m_case.steps.push_back({ParityStep::Kind::Send, {}, 0});
    m_sending = true;
    m_case.steps.back().bytes += bytes;
}

// A send is over; what is read next is what was asked for, unless the case says otherwise.
void Reader::endSend(bool implied)
{
    endHead();
    if (!std::exchange(m_sending, false) || !implied)
        return;
    const QByteArray sent = m_case.steps.back().bytes;
    m_case.steps.push_back({ParityStep::Kind::Read, sent.left(sent.indexOf(' ')), 0});
}

void Reader::takeReplyBytes(const QByteArray &bytes)
{
    if (!std::exchange(m_replyOpen, true))
        m_case.replies.append(OriginReply{});
    m_case.replies.last().bytes += bytes;
}

void Reader::takeReplyMode(const QByteArray &words)
{
    using Then = OriginReply::Then;
    static const std::map<QByteArray, Then> modes{{"close", Then::Close}, {"keep", Then::Keep},
                                                  {"reset", Then::Reset}, {"hold", Then::Hold},
                                                  {"deaf", Then::Deaf},   {"tunnel", Then::Tunnel}};
    if (words == "next") {
        m_replyOpen = false;
        return;
    }
    static const std::map<QByteArray, bool OriginReply::*> kinds{{"early", &OriginReply::early},
                                                                 {"trickle", &OriginReply::trickle}};
    takeReplyBytes({});
    if (const auto kind = kinds.find(words); kind != kinds.end())
        m_case.replies.last().*(kind->second) = true;
    else if (const auto mode = modes.find(words); mode != modes.end())
        m_case.replies.last().then = mode->second;
    else
        fail("no such end of a reply: " + words);
}

void Reader::takeStep(const QByteArray &words)
{
    using Kind = ParityStep::Kind;
    static const std::map<QByteArray, Kind> plain{{"end", Kind::ReadToEnd},
                                                  {"shut", Kind::ShutWrite},
                                                  {"close", Kind::Close},
                                                  {"requests", Kind::OriginRequests},
                                                  {"closed", Kind::OriginClosed}};
    const qsizetype space = words.indexOf(' ');
    const QByteArray verb = space < 0 ? words : words.left(space);
    const QByteArray rest = space < 0 ? QByteArray() : words.mid(space + 1);
    endSend(verb == "new" || verb == "log");
    if (verb == "read") {
        for (const QByteArray &method : rest.split(' '))
            m_case.steps.push_back({Kind::Read, method, 0});
    } else if (verb == "await") {
        m_case.steps.push_back({Kind::Await, unescaped(rest), 0});
    } else if (verb == "new") {
        m_case.steps.push_back({Kind::NewConnection, rest, 0});
    } else if (verb == "log") {
        m_case.steps.push_back({Kind::Log, rest.split(' ').value(0), rest.split(' ').value(1).toInt()});
    } else if (const auto kind = plain.find(verb); kind != plain.end()) {
        m_case.steps.push_back({kind->second, {}, rest.toInt()});
    } else if (verb != "send") {
        fail("no such step: " + words);
    }
}

void Reader::endCase()
{
    endSend(true);
    if (std::exchange(m_inCase, false)) {
        if (m_case.steps.empty())
            fail("nothing is sent in " + m_case.name);
        if (m_case.because.isEmpty() != (m_case.onlyNginx.isEmpty() && m_case.onlyOurs.isEmpty()))
            fail("an intended difference of " + m_case.name + " needs its lines and its argument");
        m_into.cases.push_back(std::move(m_case));
    }
}

bool setFileTime(QFile &file)
{
    return file.setFileTime(QDateTime::fromSecsSinceEpoch(FileTime), QFileDevice::FileModificationTime);
}

bool writeFile(const ParityFile &entry, const QString &path, const QByteArray &folder)
{
    constexpr QFile::Permissions readable = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther;
    QFile file(path);
    QByteArray content = entry.content;
    content.replace("@files@", folder);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush()
           && file.setPermissions(entry.executable ? readable | QFile::ExeOwner : readable) && setFileTime(file);
}

} // namespace

QByteArray writeParityFiles(const ParityCases &cases, const QString &folder)
{
    const QDir root(folder);
    for (const ParityFile &entry : cases.files) {
        const QString path = root.filePath(QString::fromUtf8(entry.path));
        bool done = root.mkpath(entry.kind == ParityFile::Kind::Folder ? path : QFileInfo(path).path());
        if (entry.kind == ParityFile::Kind::Plain)
            done = done && writeFile(entry, path, folder.toUtf8());
        else if (entry.kind == ParityFile::Kind::Link)
            done = done && QFile::link(QString::fromUtf8(entry.content), path);
        if (!done)
            return "cannot make the file " + entry.path;
    }
    return {};
}

QByteArray unescaped(QByteArrayView text)
{
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        switch (const char c = text[++i]) {
        case 'r': out += '\r'; break;
        case 'n': out += '\n'; break;
        case 't': out += '\t'; break;
        case 'x':
            out += QByteArray::fromHex(text.sliced(i + 1, 2).toByteArray());
            i += 2;
            break;
        case '{': {
            const qsizetype star = text.indexOf('*', i);
            const qsizetype end = text.indexOf('}', i);
            out += unescaped(text.sliced(star + 1, end - star - 1))
                       .repeated(text.sliced(i + 1, star - i - 1).toByteArray().toInt());
            i = end;
            break;
        }
        default: out += c;
        }
    }
    return out;
}

void readParityCases(const QString &path, ParityCases &into)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        into.problem = path.toUtf8() + ": " + file.errorString().toUtf8();
        return;
    }
    Reader(path, into).read(file.readAll().split('\n'));
}

} // namespace portlight::testing
