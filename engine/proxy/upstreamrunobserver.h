// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "http/wirebuffer.h"
#include "net/bufferpool.h"
#include "net/tlsclientstream.h"
#include "proxy/failure.h"
#include "upstream/upstreamgroup.h"

namespace portlight {

// Who asks a backend: a content handler.
class UpstreamRunObserver
{
public:
    virtual ~UpstreamRunObserver() = default;
    // Appends the head of the request for that peer; called again for another try.
    virtual void writeRequestHead(WireBuffer &out, const SocketAddress &peer) = 0;
    // There is room for more of the request's body: UpstreamRun::sendBody. Called first when the head has been queued.
    virtual void requestBodyWanted() = 0;
    // Certificate and key of that connection alone are wanted, where variables name their files. An error ends the run.
    virtual Result<void> loadTlsFiles(TlsPeer &peer) = 0;
    virtual void secured(const TlsSummary &summary) = 0;
    // A plain request got the answer that servers give to it on a port for TLS.
    virtual void tlsExpected() = 0;
    // All that was given so far has been taken by the kernel, the request's end included.
    virtual void requestSent() = 0;
    // The body sent so far can be sent again from its start.
    virtual bool canReplayBody() const = 0;
    virtual void responseHeadReceived(const ResponseHead &head, const char *base) = 0;
    virtual void responseBodyReceived(Buffer data, bool last, QByteArrayView trailerLines) = 0;
    // More came than belongs to the response; it goes nowhere, and the connection is not used again.
    virtual void excessReceived(bool chunked) = 0;
    // No whole response will come. The run has let go of its connection.
    virtual void runFailed(const Failure &failure) = 0;
    virtual void peerChosen(const PeerSelection &selection, QByteArrayView peer, bool reused) = 0;
    // One try failed: another follows, or runFailed(). `setAside`: its peer gets no more requests for a while.
    virtual void attemptFailed(const Failure &failure, bool retrying, bool setAside) = 0;
    // The response is whole, and its peer is let go next.
    virtual void responseEnds(const PeerSelection &selection) = 0;
};

} // namespace portlight
