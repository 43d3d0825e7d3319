// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlspeer.h"
#include "net/tlsstream.h"

namespace portlight {

// For people: "TLSv1.3", "TLS_AES_256_GCM_SHA384", "CN=shop".
struct TlsSummary {
    QByteArray protocol;
    QByteArray cipher;
    QByteArray subject;
    bool resumed = false;
};

// TLS towards a backend. Engine thread; owned by one connection.
class TlsClientStream final : public TlsStream
{
public:
    // Takes over a connected descriptor (PlainStream::releaseDescriptor). The outcome comes after this call, never
    // within.
    TlsClientStream(EngineLoop &loop, int descriptor, const TlsPeer &peer, TlsHandshakeObserver *observer);
    ~TlsClientStream() override;

    int descriptor() const override { return m_duplicate; }
    const TlsPeer *tlsPeer() const override { return &m_peer; }
    const TlsSummary &summary() const { return m_summary; } // once established

private:
    void start();
    void judge() override;
    int endingError() const override;

    TlsPeer m_peer;
    TlsSummary m_summary;
    int m_duplicate; // tells how a connection ended: Qt does not
};

} // namespace portlight
