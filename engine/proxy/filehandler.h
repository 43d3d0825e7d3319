// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/exchange.h"
#include "proxy/filepath.h"

#include <optional>

namespace portlight {

// Root or alias of the exchange's location, as its variables stand now.
FileBase fileBaseOf(Exchange &exchange);
// The file that the exchange's URI names; nothing (and a line in the log) where an alias no longer fits a URI that was
// rewritten. ngx_http_map_uri_to_path.
std::optional<MappedPath> mappedPathOf(Exchange &exchange);

// Finds the file that answers an exchange: try_files in the precontent phase; index and static in the content phase
// (ngx_http_try_files_module, ngx_http_index_module, ngx_http_static_module). Engine thread; made for one call.
class FileHandler
{
public:
    explicit FileHandler(Exchange &exchange)
        : m_exchange(exchange)
        , m_files(*exchange.settings().files)
    {}
    // Next: the location has no try_files, or a file was found and the URI is its name now.
    PhaseResult tryFiles();
    // Always done: a file, a redirect or an error.
    PhaseResult serve();

private:
    PhaseResult fail(int status);
    PhaseResult serveIndex();
    PhaseResult serveFile();
    PhaseResult redirectToFolder();
    PhaseResult redirect(QByteArray uri);
    PhaseResult forbidFolder();
    // The status that ends the search for an index, or 0.
    int indexMissing(const FileFailure &failure, const QByteArray &path, const QByteArray &folder, bool &folderSeen);
    int indexRefused(const FileFailure &failure, const QByteArray &path);
    int folderMissing(const QByteArray &folder, const QByteArray &indexPath);
    SymlinkRule linksFor(const QByteArray &path);
    bool staysInside(const MappedPath &mapped);
    QByteArray candidateName(const Template &name, const FileBase &base);
    void adopt(const QByteArray &name, bool isFolder, const FileBase &base);
    PhaseResult giveUp(const TryFiles &rules, const FileBase &base);

    Exchange &m_exchange;
    const FileSettings &m_files;
};

} // namespace portlight
