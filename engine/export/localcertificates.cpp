// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/localcertificates.h"

#include "config/domaintree.h"
#include "export/servertree.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace servertree;

constexpr QByteArrayView Flag = "portlight_local_certificate";

bool isOn(const ConfigNode &flag)
{
    return flag.argument(0).compare("on", Qt::CaseInsensitive) == 0;
}

bool needsCertificate(const ConfigNode &server)
{
    const ConfigNode *reject = server.child("ssl_reject_handshake");
    return !(reject && isOn(*reject))
           && std::any_of(server.children.begin(), server.children.end(),
                          [](const ConfigNode &node) { return isListen(node) && hasWord(node, "ssl"); });
}

void note(const QByteArray &name, const ConfigNode &where, Diagnostics &losses)
{
    const QString path = u"ssl/"_s + QString::fromUtf8(name);
    losses.append(
        {Severity::Warning, ErrorCode::ExportLoss,
         u"%1.crt and %1.key are to be filled: the local authority's certificate is trusted on this desk alone"_s.arg(
             path),
         where.position, u"put a certificate from an authority that clients trust there, or choose another place"_s});
}

// In the flag's place, with its blank line; behind names and addresses where the flag is inherited.
void insertPaths(ConfigNode &server, const QByteArray &name)
{
    std::vector<ConfigNode> paths = {ConfigNode::directive("ssl_certificate", {"ssl/" + name + ".crt"}),
                                     ConfigNode::directive("ssl_certificate_key", {"ssl/" + name + ".key"})};
    const ConfigNode *flag = server.child(Flag);
    if (!flag)
        return insertBehind(server, {"listen", "http2", "server_name"}, std::move(paths));
    paths.front().blankLineBefore = flag->blankLineBefore;
    paths.front().position = paths.back().position = flag->position;
    auto place = server.children.erase(server.children.begin() + (flag - server.children.data()));
    if (place != server.children.end() && place->isComment() && place->onSameLine)
        place = server.children.erase(place);
    server.children.insert(place, std::make_move_iterator(paths.begin()), std::make_move_iterator(paths.end()));
}

} // namespace

void writeCertificatePaths(ConfigNode &server, bool inherited, Diagnostics &losses)
{
    const ConfigNode *flag = server.child(Flag);
    if (!(flag ? isOn(*flag) : inherited) || !needsCertificate(server))
        return;
    const QByteArray title = titleOf(server);
    const QByteArray name = title.isEmpty() ? "default"_ba : title;
    note(name, flag ? *flag : server, losses);
    insertPaths(server, name);
}

void writeCertificatePaths(ConfigNode &http, const NginxExportOptions &options, Diagnostics &losses)
{
    const ConfigNode *flag = http.child(Flag);
    const bool inherited = flag && isOn(*flag);
    for (ConfigNode *server : serversIn(http)) {
        const bool placed =
            options.certificates != NginxExportOptions::Certificates::AsWritten && !titleOf(*server).isEmpty();
        if (!placed && domaintree::isEnabled(*server))
            writeCertificatePaths(*server, inherited, losses);
    }
}

} // namespace portlight
