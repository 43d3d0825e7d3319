// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/fulllistener.h"

#include <QByteArray>
#include <QList>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace portlight::testing {

// What the origin answers to one request, byte for byte.
struct OriginReply {
    enum class Then {
        AsAsked, // closes when the request says so, or is HTTP/1.0 without keep-alive
        Close,
        Keep,
        Reset,
        Hold,   // says no more and waits for the other side to close
        Deaf,   // reads no more either, so that what is still to come fills the kernel's buffers
        Tunnel, // echoes what comes, until the other side shuts its half
    };
    QByteArray bytes;
    Then then = Then::AsAsked;
    bool early = false;   // as soon as the head is there, without waiting for the body
    bool trickle = false; // one byte to a segment
};

// Backends on 127.0.0.1 that note every byte they get, in order, and answer by a script. One thread of its own for all
// of its ports; every function here may be called from the test's thread.
class RecordingOrigin
{
public:
    // One listening port for each letter of `labels`, "a", "b", …; besides them refusedPort(), where nothing will
    // listen, and fullPort(), where no connection is ever taken.
    explicit RecordingOrigin(const QByteArray &labels = "abc");
    ~RecordingOrigin();
    Q_DISABLE_COPY_MOVE(RecordingOrigin)

    quint16 port(char label) const { return m_ports.at(label); }
    quint16 refusedPort() const { return m_refusedPort; }
    quint16 fullPort() const { return m_full.port(); }

    // Forgets what was noted. Requests from now on get these replies in their order, then a plain 200.
    void begin(const QList<OriginReply> &replies);
    // "a1: " (the first connection to "a" since begin()) and the bytes of each request in the order of their arrival.
    QByteArray transcript() const;
    // Waits until so many requests have come, or so many connections been closed by the other side; false when that
    // takes longer than anything but a fault would.
    bool waitForRequests(int count);
    bool waitForClosed(int count);

private:
    struct Connection {
        int descriptor = -1;
        QByteArray name;
        QByteArray input;
        OriginReply::Then then = OriginReply::Then::AsAsked;
        bool replied = false; // to the request at the front of `input`
        int beginning = 0;    // which begin() it belongs to
    };

    void settle();
    void run();
    void accept(char label, int listener);
    void receive(Connection &connection);
    void takeRequests(Connection &connection);
    void reply(Connection &connection, QByteArrayView head, const OriginReply &reply);
    void echo(Connection &connection);
    void otherSideClosed(Connection &connection);
    void close(Connection &connection, bool reset = false);
    void note(const Connection &connection, QByteArrayView what, const QByteArray &bytes);
    OriginReply nextReply(QByteArrayView head);
    bool nextReplyIsEarly() const;
    void dropOldDeaf();
    template<typename Predicate>
    bool waitFor(Predicate predicate);

    std::map<char, quint16> m_ports;
    std::map<int, char> m_listeners;
    std::vector<Connection> m_connections;
    quint16 m_refusedPort = 0;
    int m_refused = -1;
    FullListener m_full;
    int m_wakeRead = -1;
    int m_wakeWrite = -1;

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    QList<OriginReply> m_replies;
    QByteArray m_transcript;
    std::map<char, int> m_accepted;
    int m_requests = 0;
    int m_closed = 0;
    int m_beginnings = 0;
    int m_settled = 0; // how often everything that waited had been taken

    std::thread m_thread;
};

// Bytes as printable text: \r, \xNN and the like escaped, one line for each line feed.
QByteArray printable(QByteArrayView bytes);

// The length of the HTTP message body framing at the start of `bytes`, head included; -1 while more is needed. For a
// message that ends with its connection: -1 always. `bodyless` says that the head alone is the message.
qsizetype messageLength(QByteArrayView bytes, bool isResponse, bool bodyless);

} // namespace portlight::testing
