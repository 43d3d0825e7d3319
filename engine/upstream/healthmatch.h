// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"
#include "upstream/healthcheckconfig.h"

#include <functional>

namespace portlight {

// How far a check has come; of a failed one, what failed.
enum class HealthStep : quint8 {
    Connecting,
    Handshaking,
    Sending,
    ReadingHead,
    ReadingBody,
    StatusCode,
    Header,
    Variables,
    Body,
};
// "while checking status code": nginx's words, and the commercial one's.
const char *healthStepWords(HealthStep step);

struct HealthVerdict {
    bool passed = true;
    HealthStep step = HealthStep::StatusCode; // the last one that was looked at
    QByteArray reason;                        // why not: "status 500 is not 200-399"
};

// The value of a variable, named without its '$', for the response that is being looked at.
using HealthVariables = std::function<QByteArray(QByteArrayView name)>;

// The tests of a response to a health check (the `match` block). Sans-I/O.
class HealthMatcher
{
public:
    // The commercial nginx looks at no more of a response's body.
    static constexpr qsizetype BodyBytesMax = 256 * 1024;
    static constexpr qsizetype ReasonValueBytesMax = 80; // of a header's value that is shown in a reason

    // `match` null: status 2xx or 3xx.
    explicit HealthMatcher(const HealthMatch *match)
        : m_match(match)
    {}
    bool needsBody() const { return m_match && m_match->has(HealthTest::Kind::Body); }
    // Status, header fields, variables; `base` is what the head's offsets count from.
    HealthVerdict checkHead(const ResponseHead &head, const char *base, const HealthVariables &variables) const;
    // The body, of which the first BodyBytesMax bytes count.
    HealthVerdict checkBody(QByteArrayView body) const;

private:
    const HealthMatch *m_match;
};

} // namespace portlight
