// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/exchangerecord.h"

namespace portlight {

using namespace Qt::StringLiterals;

QString decisionStepName(Decision::Step step)
{
    switch (step) {
    case Decision::Step::Handshake: return u"handshake"_s;
    case Decision::Step::Domain: return u"domain"_s;
    case Decision::Step::Location: return u"location"_s;
    case Decision::Step::Rewrite: return u"rewrite"_s;
    case Decision::Step::Redirect: return u"redirect"_s;
    case Decision::Step::File: return u"file"_s;
    case Decision::Step::Access: return u"access"_s;
    case Decision::Step::Return: return u"return"_s;
    case Decision::Step::Limit: return u"limit"_s;
    case Decision::Step::Cache: return u"cache"_s;
    case Decision::Step::Peer: return u"peer"_s;
    case Decision::Step::Attempt: return u"attempt"_s;
    case Decision::Step::Retry: return u"retry"_s;
    case Decision::Step::Buffering: return u"buffering"_s;
    case Decision::Step::Answer: return u"answer"_s;
    }
    Q_UNREACHABLE();
}

qint64 ExchangeDetail::storedBytes() const
{
    return requestHead.size() + upstreamRequestHead.size() + responseHead.size() + upstreamResponseHead.size()
           + requestBody.bytes.size() + responseBody.bytes.size();
}

} // namespace portlight
