// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/peerparameters.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

struct PeerParameter {
    const char *word; // with its "=", where it has a value
    NginxVersion since;
    const char *without; // what happens then
};

constexpr NginxVersion Never{1'000, 0, 0}; // the commercial nginx only

constexpr PeerParameter Newer[] = {
    {"max_conns=", {1, 11, 5}, "the backend gets any number of requests at a time"},
    {"resolve", {1, 27, 3}, "the name is looked up once, at start"},
    {"service=", {1, 27, 3}, "the name is looked up once, at start"},
    {"route=", {1, 29, 6}, "sessions do not name the backend"},
    {"drain", {1, 29, 6}, "the backend takes new sessions"},
    {"slow_start=", Never, "the backend gets its whole share at once when it recovers"},
};

const PeerParameter *refusedBy(const NginxVersion &version, QByteArrayView word)
{
    for (const PeerParameter &parameter : Newer) {
        const QByteArrayView known(parameter.word);
        const bool same = known.endsWith('=') ? word.startsWith(known) : word == known;
        if (same && parameter.since > version)
            return &parameter;
    }
    return nullptr;
}

} // namespace

Diagnostics dropUnknownPeerParameters(ConfigNode &server, const NginxVersion &version)
{
    Diagnostics losses;
    for (size_t i = 1; i < server.arguments.size();) {
        const PeerParameter *const refused = refusedBy(version, server.argument(i));
        if (!refused) {
            ++i;
            continue;
        }
        const QString word = QString::fromUtf8(server.argument(i));
        const QString whose =
            refused->since == Never
                ? u"only the commercial nginx has it"_s
                : u"it came with nginx %1, the target is %2"_s.arg(QString::fromLatin1(refused->since.toString()),
                                                                   QString::fromLatin1(version.toString()));
        losses.append({Severity::Warning, ErrorCode::ExportLoss,
                       u"\"%1\" of a server is left out: %2"_s.arg(word, whose), server.position,
                       u"without it %1"_s.arg(QString::fromLatin1(refused->without))});
        server.arguments.erase(server.arguments.begin() + std::ptrdiff_t(i));
    }
    return losses;
}

} // namespace portlight
