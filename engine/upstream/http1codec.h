// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "upstream/codec.h"

namespace portlight {

// HTTP/1.0 and 1.1 towards a backend (RFC 9112; ngx_http_proxy_module).
class Http1Codec final : public UpstreamCodec
{
public:
    void reset(MethodId method, quint32 headBytesMax) override;
    // How the request's body is framed on the wire: chunked, or as it is.
    void setRequestChunked(bool chunked) { m_requestChunked = chunked; }
    void encodeBody(OutputQueue &out, Buffer data, bool last) override;
    HeadStatus decodeHead(Buffer &in) override;
    const ResponseHead &head() const override { return m_parser.head(); }
    qsizetype headSize() const override { return m_parser.consumed(); }
    void consumeHead(Buffer &in) override;
    BodyStatus decodeBody(Buffer &in) override;
    qint64 bodyOwed() const override { return m_decoder.owed(); }
    bool finishAtClose() override { return m_decoder.finishAtClose(); }
    void switchToTunnel() override;
    QByteArrayView trailerLines() const override { return m_decoder.trailerBytes(); }
    bool canReuse() const override;
    const HttpProtocolError &error() const override { return *m_error; }
    bool hasExcess() const override { return m_excess; }

private:
    ResponseParser m_parser;
    BodyDecoder m_decoder;
    const HttpProtocolError *m_error = nullptr;
    MethodId m_method = MethodId::Get;
    bool m_requestChunked = false;
    bool m_tunnel = false;
    bool m_excess = false;
};

} // namespace portlight
