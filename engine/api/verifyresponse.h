// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <utility>
#include <vector>

namespace portlight {

inline constexpr qsizetype VerifyResponseBytesMax = 64 * 1024 * 1024;

// The answer of one of the two servers.
struct VerifyResponse {
    int status = 0; // 0: none came
    QByteArray statusLine;
    std::vector<std::pair<QByteArray, QByteArray>> fields;
    QByteArray body; // chunks unwrapped
    bool complete = false;
    QString problem; // why it is not whole

    // `bytes`: everything that came until the peer closed, or until patience ended.
    static VerifyResponse fromBytes(QByteArrayView bytes, bool headRequest);
};

struct VerifyDifference {
    QString what; // "status", "header Location", "body"
    QString nginx;
    QString ours;
    friend bool operator==(const VerifyDifference &, const VerifyDifference &) = default;
};

// Where the two differ, once Date, the version in Server and in nginx's own pages, and the ports (each server's own →
// as written) are the same. `nginxPorts` and `ourPorts`: where each listens → what the configuration says.
QList<VerifyDifference> compareResponses(const VerifyResponse &nginx, const VerifyResponse &ours,
                                         const QHash<quint16, quint16> &nginxPorts,
                                         const QHash<quint16, quint16> &ourPorts);

} // namespace portlight
