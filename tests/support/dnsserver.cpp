// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/dnsserver.h"

#include <QList>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace portlight::testing {

namespace {

constexpr qsizetype HeaderBytes = 12;

quint16 typeNumber(const QByteArray &type)
{
    const std::map<QByteArray, quint16> known = {{"A", 1}, {"CNAME", 5}, {"AAAA", 28}, {"SRV", 33}, {"DNAME", 39}};
    const auto place = known.find(type);
    return place != known.end() ? place->second : quint16(type.toUInt());
}

QByteArray typeName(quint16 number)
{
    for (const char *name : {"A", "CNAME", "AAAA", "SRV"}) {
        if (typeNumber(name) == number)
            return name;
    }
    return QByteArray::number(number);
}

QByteArray number16(quint16 value)
{
    QByteArray bytes(1, char(value >> 8));
    return bytes + char(value & 0xff);
}

QByteArray number32(quint32 value)
{
    return number16(quint16(value >> 16)) + number16(quint16(value & 0xffff));
}

QByteArray wireName(const QByteArray &name)
{
    QByteArray wire;
    if (!name.isEmpty() && name != ".") {
        for (const QByteArray &label : name.split('.'))
            wire += char(label.size()) + label;
    }
    return wire + '\0';
}

QByteArray wireData(const DnsRecordText &record)
{
    char address[16];
    if (record.type == "A" && inet_pton(AF_INET, record.data.constData(), address) == 1)
        return {address, 4};
    if (record.type == "AAAA" && inet_pton(AF_INET6, record.data.constData(), address) == 1)
        return {address, 16};
    if (record.type == "CNAME" || record.type == "DNAME")
        return wireName(record.data);
    if (record.type == "SRV") {
        const QList<QByteArray> words = record.data.split(' ');
        return number16(words.value(0).toUShort()) + number16(words.value(1).toUShort())
               + number16(words.value(2).toUShort()) + wireName(words.value(3));
    }
    return record.data; // broken on purpose
}

QByteArray wireRecord(const DnsRecordText &record)
{
    const QByteArray name = record.name.isEmpty() ? number16(0xc000 | HeaderBytes) : wireName(record.name);
    const QByteArray data = wireData(record);
    return name + number16(typeNumber(record.type)) + number16(1) + number32(record.ttl)
           + number16(quint16(data.size())) + data;
}

// `question` is the question section's bytes.
QByteArray wireResponse(quint16 id, const QByteArray &question, const DnsScript &script, bool cut)
{
    if (script.kind == DnsScript::Kind::Garbage)
        return number16(id) + script.garbage;
    constexpr quint16 Response = 0x8180;
    constexpr quint16 Truncated = 0x0200;
    QByteArray message = number16(script.kind == DnsScript::Kind::WrongId ? quint16(id + 1) : id)
                         + number16(quint16(Response | script.code | (cut ? Truncated : 0))) + number16(1)
                         + number16(cut ? 0 : quint16(script.records.size())) + number32(0) + question;
    for (const DnsRecordText &record : cut ? QList<DnsRecordText>() : script.records)
        message += wireRecord(record);
    return message;
}

int openSocket(int type, const QByteArray &host, quint16 port)
{
    const int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host.constData(), &address.sin_addr);
    if (bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

quint16 portOf(int descriptor)
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length);
    return ntohs(address.sin_port);
}

bool readAll(int descriptor, char *to, size_t size)
{
    while (size > 0) {
        const ssize_t count = recv(descriptor, to, size, 0);
        if (count <= 0)
            return false;
        to += count;
        size -= size_t(count);
    }
    return true;
}

} // namespace

QByteArray dnsResponse(const QByteArray &name, const QByteArray &type, const DnsScript &script, quint16 id)
{
    return wireResponse(id, wireName(name) + number16(typeNumber(type)) + number16(1), script, false);
}

DnsServer::DnsServer(const QByteArray &host)
    : m_host(host)
{
    // The kernel chooses a port for UDP; that TCP has it as well is likely, not certain.
    for (int attempt = 0; attempt < 100 && m_tcp < 0; ++attempt) {
        if (m_udp >= 0)
            close(m_udp);
        m_udp = openSocket(SOCK_DGRAM, host, 0);
        m_port = portOf(m_udp);
        m_tcp = openSocket(SOCK_STREAM, host, m_port);
    }
    if (m_tcp < 0 || listen(m_tcp, 16) != 0 || pipe2(m_wakeEnds, O_CLOEXEC) != 0)
        qFatal("no sockets for a name server (%d)", errno);
    m_thread = std::thread([this] { run(); });
}

DnsServer::~DnsServer()
{
    close(m_wakeEnds[1]);
    m_thread.join();
    for (const int descriptor : {m_wakeEnds[0], m_udp, m_tcp})
        close(descriptor);
}

QByteArray DnsServer::address() const
{
    return m_host + ':' + QByteArray::number(m_port);
}

void DnsServer::set(const QByteArray &name, const QByteArray &type, const DnsScript &script)
{
    const std::lock_guard lock(m_mutex);
    m_scripts[type + ' ' + name.toLower()] = script;
}

void DnsServer::setAddresses(const QByteArray &name, const QByteArrayList &addresses, quint32 ttl)
{
    DnsScript v4;
    DnsScript v6;
    for (const QByteArray &address : addresses) {
        const bool isV6 = address.contains(':');
        (isV6 ? v6 : v4).records.append({isV6 ? "AAAA" : "A", address, ttl, {}});
    }
    set(name, "A", v4);
    set(name, "AAAA", v6);
}

int DnsServer::asked(const QByteArray &name, const QByteArray &type) const
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_asked.find(type + ' ' + name.toLower());
    return place == m_asked.end() ? 0 : place->second;
}

void DnsServer::run()
{
    std::vector<int> connections;
    for (;;) {
        std::vector<pollfd> asked = {{m_wakeEnds[0], POLLIN, 0}, {m_udp, POLLIN, 0}, {m_tcp, POLLIN, 0}};
        for (const int connection : connections)
            asked.push_back({connection, POLLIN, 0});
        if (poll(asked.data(), nfds_t(asked.size()), -1) < 0)
            continue;
        if (asked[0].revents)
            break;
        if (asked[1].revents)
            serveUdp();
        for (size_t i = 3; i < asked.size(); ++i) {
            if (!asked[i].revents || serveTcp(asked[i].fd))
                continue;
            close(asked[i].fd);
            std::erase(connections, asked[i].fd);
        }
        if (asked[2].revents)
            connections.push_back(accept4(m_tcp, nullptr, nullptr, SOCK_CLOEXEC));
    }
    for (const int connection : connections)
        close(connection);
}

void DnsServer::serveUdp()
{
    char bytes[1024];
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t count = recvfrom(m_udp, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr *>(&from), &length);
    const QByteArray response = count > 0 ? respond({bytes, count}, false) : QByteArray();
    if (!response.isEmpty())
        sendto(m_udp, response.constData(), size_t(response.size()), 0, reinterpret_cast<const sockaddr *>(&from),
               length);
}

// One question of a connection. False: it has ended.
bool DnsServer::serveTcp(int connection)
{
    unsigned char length[2];
    if (!readAll(connection, reinterpret_cast<char *>(length), 2))
        return false;
    QByteArray question(length[0] << 8 | length[1], '\0');
    if (!readAll(connection, question.data(), size_t(question.size())))
        return false;
    ++m_tcpQuestions;
    const QByteArray response = respond(question, true);
    if (response.isEmpty())
        return true;
    const QByteArray framed = number16(quint16(response.size())) + response;
    // In two pieces: whoever reads it must be ready for that.
    const qsizetype half = framed.size() / 2;
    ::send(connection, framed.constData(), size_t(half), MSG_NOSIGNAL);
    ::send(connection, framed.constData() + half, size_t(framed.size() - half), MSG_NOSIGNAL);
    return true;
}

QByteArray DnsServer::respond(const QByteArray &message, bool tcp)
{
    if (message.size() < HeaderBytes + 5)
        return {};
    qsizetype place = HeaderBytes;
    QByteArrayList labels;
    while (place < message.size() && message[place] != '\0') {
        labels.append(message.mid(place + 1, message[place]).toLower());
        place += 1 + message[place];
    }
    const QByteArray question = message.mid(HeaderBytes, place + 5 - HeaderBytes);
    const QByteArray key =
        typeName(quint16(quint8(message[place + 1]) << 8 | quint8(message[place + 2]))) + ' ' + labels.join('.');
    const quint16 id = quint16(quint8(message[0]) << 8 | quint8(message[1]));
    const std::lock_guard lock(m_mutex);
    ++m_asked[key];
    const auto known = m_scripts.find(key);
    const DnsScript script = known == m_scripts.end() ? DnsScript::failure(3) : known->second;
    if (script.kind == DnsScript::Kind::Silence)
        return {};
    return wireResponse(id, question, script, script.kind == DnsScript::Kind::Truncated && !tcp);
}

} // namespace portlight::testing
