// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace portlight::testing {

// One record of an answer, its data as people write it: "127.0.0.1", "::1", "other.test", "10 5 8080 one.test".
struct DnsRecordText {
    QByteArray type; // "A", "AAAA", "CNAME", "SRV", or a number
    QByteArray data;
    quint32 ttl = 300;
    QByteArray name; // empty: what was asked for
};

// What a name server does with one question.
struct DnsScript {
    enum class Kind : quint8 { Answer, Silence, Garbage, WrongId, Truncated };
    Kind kind = Kind::Answer;
    int code = 0;
    QList<DnsRecordText> records;
    QByteArray garbage; // behind the identifier, for Kind::Garbage

    static DnsScript answer(const QList<DnsRecordText> &records) { return {Kind::Answer, 0, records, {}}; }
    static DnsScript failure(int code) { return {Kind::Answer, code, {}, {}}; }
    static DnsScript silence() { return {Kind::Silence, 0, {}, {}}; }
    static DnsScript garbled(const QByteArray &bytes) { return {Kind::Garbage, 0, {}, bytes}; }
    // By UDP only that it was cut short; the whole of it by TCP.
    static DnsScript truncated(const QList<DnsRecordText> &records) { return {Kind::Truncated, 0, records, {}}; }
};

// A name server on the loopback, UDP and TCP on one port that the kernel chooses, on a thread of its own. It answers
// what the test says; names it was told nothing about do not exist.
class DnsServer
{
public:
    explicit DnsServer(const QByteArray &host = "127.0.0.1");
    ~DnsServer();
    DnsServer(const DnsServer &) = delete;
    DnsServer &operator=(const DnsServer &) = delete;

    quint16 port() const { return m_port; }
    // "127.0.0.1:5353", as `resolver` takes it.
    QByteArray address() const;
    // `type` is "A", "AAAA" or "SRV"; names are compared in lower case.
    void set(const QByteArray &name, const QByteArray &type, const DnsScript &script);
    // A and AAAA at once: the addresses of either family, an empty answer where there is none.
    void setAddresses(const QByteArray &name, const QByteArrayList &addresses, quint32 ttl = 300);
    // How often that was asked, by UDP and by TCP together.
    int asked(const QByteArray &name, const QByteArray &type) const;
    int askedByTcp() const { return m_tcpQuestions; }

private:
    void run();
    void serveUdp();
    bool serveTcp(int connection);
    // The response to one question; empty: none.
    QByteArray respond(const QByteArray &question, bool tcp);

    QByteArray m_host;
    quint16 m_port = 0;
    int m_udp = -1;
    int m_tcp = -1;
    int m_wakeEnds[2] = {-1, -1};
    mutable std::mutex m_mutex; // guards the two below
    std::map<QByteArray, DnsScript> m_scripts;
    std::map<QByteArray, int> m_asked;
    std::atomic<int> m_tcpQuestions{0};
    std::thread m_thread;
};

// The same message that DnsServer would send to the question for `name`, for tests without sockets.
QByteArray dnsResponse(const QByteArray &name, const QByteArray &type, const DnsScript &script, quint16 id = 0x1234);

} // namespace portlight::testing
