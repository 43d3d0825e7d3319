// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace portlight {

// A place in a text that a person wrote. Lines and columns count from 1; 0 means unknown.
struct TextPosition {
    QString file;
    int line = 0;
    int column = 0;

    bool isKnown() const { return line > 0; }
    // "file:line:column", shortened to what is known.
    QString toString() const;
    friend bool operator==(const TextPosition &, const TextPosition &) = default;
};

enum class ErrorCode : quint16 {
    None,
    // configuration text
    SyntaxError,
    UnknownDirective,
    NotSupportedYet,
    WrongContext,
    WrongArgumentCount,
    InvalidValue,
    DuplicateDirective,
    MissingDirective,
    ConflictingListen,
    ConflictingName,
    UnknownVariable,
    HostNotFound,
    // files
    FileNotFound,
    FileNotReadable,
    FileNotWritable,
    FileLocked,
    FileChangedOutside,
    // commands
    InvalidName,
    InvalidTarget,
    NotFound,
    AlreadyExists,
    NotRunning,
    ProtocolError,
    // sockets
    AddressInUse,
    PermissionDenied,
    SocketFailed,
    ListenBeyondLoopback,
    ExportLoss,
    // certificates and keys
    InvalidCertificate,
    KeyMismatch,
    CertificateExpired, // or not valid yet
    WrongPassphrase,
    NameNotAllowed, // outside the authority's constraints
    NoAuthority,
    AuthorityLocked,
    KeychainMissing,
    KeychainLocked,
    KeychainRefused,
    KeychainTimeout,
    Cancelled,
    ToolMissing, // certutil, keytool, pkexec: the hint names the package
    ToolFailed,
};

// What went wrong, in a person's words: what was expected, what came, where, and what to do.
struct Error {
    ErrorCode code = ErrorCode::None;
    QString message;
    TextPosition where;
    QString hint;

    // "file:line:column: message (hint)"
    QString toString() const;
};

} // namespace portlight
