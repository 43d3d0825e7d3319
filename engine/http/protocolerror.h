// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight {

enum class ParseStatus : quint8 { NeedMore, Complete, Failed };

// Why a message was refused, with the status that nginx answers and the words that nginx logs.
struct HttpProtocolError {
    enum class Code : quint8 {
        None,
        InvalidMethod,
        InvalidRequestLine,
        InvalidVersion,
        UnsupportedVersion,
        UriTooLong,
        HeaderTooLarge,
        TooManyHeaders,
        InvalidHeader,
        BareCr,
        NulByte,
        ObsFold,
        MissingHost,
        DuplicateHost,
        InvalidHost,
        InvalidContentLength,
        ConflictingContentLength,
        LengthWithTransferEncoding,
        InvalidTransferEncoding,
        UnsupportedTransferEncoding,
        TransferEncodingInHttp10,
        InvalidChunk,
        ChunkOverflow,
        TrailerTooLarge,
        InvalidStatusLine,
        InvalidHttp2Preface,
        DuplicateHeader,
        TooManyConnectionOptions,
    };
    Code code = Code::None;
    int status = 400; // to answer with; 494 for "Request Header Or Cookie Too Large" (sent as 400), 414, 501, 505
    const char *message = ""; // nginx's words for the error log: "client sent invalid method"
    qsizetype offset = 0;     // of the byte that did it
};

} // namespace portlight
