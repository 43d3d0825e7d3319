// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace portlight {

// One block of a PEM file (RFC 7468), as its lines say.
struct PemBlock {
    QByteArray label; // "CERTIFICATE"
    int line = 0;     // where it begins, from 1
    QByteArrayView text;
    bool complete = false; // its end line is there
    bool encrypted = false;

    bool isCertificate() const;
    bool isPrivateKey() const;
};

inline constexpr size_t PemBlocksMax = 1000; // later ones are not looked at

// The blocks of a text that outlives them.
std::vector<PemBlock> findPemBlocks(QByteArrayView text);

// Why a text holds no certificate, or no key, that can be read: a sentence for a person, with the remedy. `file` is its
// name in commands. What is secret in it is never shown.
QString whyNoCertificate(QByteArrayView text, const QString &file);
// `passwords`: how many were tried.
QString whyNoKey(QByteArrayView text, const QString &file, size_t passwords);

} // namespace portlight
