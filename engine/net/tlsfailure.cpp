// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsfailure.h"

#include "base/loglevel.h"
#include "pki/opensslerrors.h"

namespace portlight {

TlsFailure TlsFailure::unverified(long verifyError)
{
    TlsFailure failure;
    failure.kind = Kind::Unverified;
    failure.verifyError = verifyError;
    failure.reason = verifyErrorWords(verifyError);
    failure.text =
        "upstream SSL certificate verify error: (" + QByteArray::number(verifyError) + ':' + failure.reason + ')';
    return failure;
}

TlsFailure TlsFailure::wrongName(const QByteArray &name)
{
    TlsFailure failure;
    failure.kind = Kind::WrongName;
    failure.name = name;
    failure.text = "upstream SSL certificate does not match \"" + name + '"';
    return failure;
}

TlsFailure TlsFailure::closed(int error)
{
    TlsFailure failure;
    failure.kind = Kind::PeerClosed;
    failure.error = error;
    failure.text = "peer closed connection in SSL handshake";
    if (error)
        failure.text += " (" + describeErrno(error) + ')';
    return failure;
}

} // namespace portlight
