// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/paritycases.h"
#include "support/parityclient.h"

#include <memory>

namespace portlight::testing {

// One of the two servers, as a case reaches it.
struct ParityServer {
    std::map<QByteArray, quint16> ports; // by the NAME of "@port-NAME@"; "" is "@port@"
    QByteArray directory;                // "@dir@": its logs and sockets
    QByteArray files;                    // "@files@"
};

// Runs the steps of one case against one server and writes down all that can be seen: what the client read, whether its
// connections are open at the end, lines of logs, and what the backends got. Dates, ports and folders are written as
// placeholders, everything else as it came.
class ParityConversation
{
public:
    ParityConversation(const ParityCase &parityCase, RecordingOrigin &origin, const ParityServer &server);

    QByteArray run();
    // Whether something was waited for that never came.
    bool timedOut() const { return m_timedOut; }

private:
    void take(const ParityStep &step);
    void connectTo(const QByteArray &where);
    ParityClient &client();
    void noteLog(const ParityStep &step);
    void endConnection();
    QByteArray resolved(QByteArray bytes) const;
    QByteArray withPlaceholders(const QByteArray &bytes) const;

    const ParityCase &m_case;
    RecordingOrigin &m_origin;
    const ParityServer &m_server;
    std::unique_ptr<ParityClient> m_client;
    std::map<QByteArray, qint64> m_logStarts; // file → its size when the case began
    QByteArray m_text;
    bool m_abandoned = false; // closed by the client itself
    bool m_timedOut = false;
};

struct LineDifference {
    QByteArrayList onlyLeft;
    QByteArrayList onlyRight;
};

// The lines outside a longest common subsequence.
LineDifference compareLines(const QByteArrayList &left, const QByteArrayList &right);

} // namespace portlight::testing
