// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "config/tree.h"

#include <QHash>

namespace portlight {

struct ExportedFile {
    QString name; // "nginx.conf", "conf.d/shop.example.com.conf"
    QByteArray text;
};

// What an exporter made: files, and whatever the target cannot say.
struct ExportResult {
    QList<ExportedFile> files; // the main one first
    ConfigTree tree;           // what they say together, for hand-over pages and previews
    Diagnostics losses;        // Warning: left out or translated, and why
};

struct NginxExportOptions {
    enum class Ports : quint8 { AsWritten, Production };             // Production: 80 and 443 on every address
    enum class Certificates : quint8 { AsWritten, Certbot, Folder }; // Folder: NAME.crt and NAME.key in a folder

    NginxVersion version = NginxVersion::current();
    // The version was asked for: what is spelled or set otherwise in it is written its way. Else only what it would
    // refuse is changed.
    bool forVersion = false;
    bool onlyServerBlocks = false; // for the live preview of one domain
    Ports ports = Ports::AsWritten;
    Certificates certificates = Certificates::AsWritten;
    QByteArray certificateFolder; // of Certificates::Folder, absolute
    bool redirectToHttps = false; // plain HTTP is answered with 301 wherever there is TLS
    bool securityHeaders = false;
    bool filePerDomain = false;               // conf.d/NAME.conf beside nginx.conf
    QHash<QByteArray, QByteArray> names = {}; // "shop.localhost" → "shop.example.com"
};

// The tree as plain nginx configuration that `nginx -t` accepts: our own directives translated or left out with a
// loss, disabled domains left out, comments and order kept, an events block added when there is none; changed beyond
// that only as the options ask. No overlay is in it.
ExportResult exportNginx(const ConfigTree &tree, const NginxExportOptions &options = {});
// The nginx text of one domain, for the preview beside the editor.
QByteArray previewDomainAsNginx(const ConfigTree &tree, int domainIndex);

} // namespace portlight
