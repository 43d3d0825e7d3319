// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/localauthority.h"
#include "pki/truststores.h"

#include <chrono>
#include <stop_token>

namespace portlight {

// What an Authority stands on; tests give folders, clocks and stores of their own.
struct AuthorityOptions {
    QString folder;              // empty: LocalAuthority::defaultFolder()
    LocalAuthority::Clock clock; // empty: the system's
    // The stores to trust the root in; empty: findTrustStores(TrustPlaces::ofThisUser()). Called on the worker.
    std::function<std::vector<std::unique_ptr<TrustStore>>()> findStores;
    // How a store's privileged command is run, until somebody gives it up; empty: at once as root, else by pkexec.
    // Called on the worker.
    std::function<Result<void>(const QStringList &command, const std::stop_token &stop)> runPrivileged;
    // How often it is looked whether a certificate is due: by the wall clock, as a desk may sleep for days.
    std::chrono::milliseconds renewalCheckEvery{5 * 60'000};
    // A renewal that failed is tried again after that.
    std::chrono::seconds renewalRetryAfter{60 * 60};
};

} // namespace portlight
